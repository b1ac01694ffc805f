// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions that need little: those without effect for a guest, and those
 * that this guest's CPU does not have.
 */
#include <linux/kvm_para.h>

#include "../regs.h"
#include "../vmx/guest.h"
#include "handlers.h"

/**
 * handle_nop() - instructions without effect
 * @vcpu: the vCPU
 *
 * INVD and WBINVD: guest memory is write-back and coherent.
 *
 * Return: EXIT_NEXT_INSN.
 */
int handle_nop(struct vcpu *vcpu)
{
	return EXIT_NEXT_INSN;
}

/**
 * handle_monitor_mwait() - MONITOR and MWAIT
 * @vcpu: the vCPU
 *
 * Not offered by CPUID, but as on KVM a guest that does not look gets a wait
 * that ends at once, unless its VMM has disabled that quirk.
 *
 * Return: EXIT_NEXT_INSN, or EXIT_RESUME with #UD queued.
 */
int handle_monitor_mwait(struct vcpu *vcpu)
{
	if (!vm_has_quirk(vcpu->vm, KVM_X86_QUIRK_MWAIT_NEVER_UD_FAULTS) &&
	    !cpuid_has(vcpu, X86_FEATURE_MWAIT))
		return raise_ud(vcpu);
	return EXIT_NEXT_INSN;
}

/**
 * handle_undefined() - instructions that the guest's CPU does not have: #UD
 * @vcpu: the vCPU
 *
 * Return: EXIT_RESUME.
 */
int handle_undefined(struct vcpu *vcpu)
{
	return raise_ud(vcpu);
}

/**
 * handle_rdpmc() - EXIT_REASON_RDPMC
 * @vcpu: the vCPU
 *
 * CPUID reports no performance-monitoring counters, so every index is bad.
 *
 * Return: EXIT_RESUME.
 */
int handle_rdpmc(struct vcpu *vcpu)
{
	return raise_gp(vcpu);
}
