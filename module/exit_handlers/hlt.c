// SPDX-License-Identifier: GPL-2.0
/*
 * HLT.
 */
#include "handlers.h"

/**
 * handle_hlt() - EXIT_REASON_HLT
 * @vcpu: the vCPU
 *
 * The interrupt controllers are the VMM's, so it is the VMM that waits.
 *
 * Return: EXIT_TO_USER_NEXT_INSN.
 */
int handle_hlt(struct vcpu *vcpu)
{
	vcpu->stats.halt_exits++;
	vcpu_exit_to_user(vcpu, KVM_EXIT_HLT);
	return EXIT_TO_USER_NEXT_INSN;
}
