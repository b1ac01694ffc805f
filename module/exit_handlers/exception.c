// SPDX-License-Identifier: GPL-2.0
/*
 * Exceptions that exit, NMIs of the host, triple faults and task switches.
 *
 * Only #DB, #AC and #MC exit, and #BP and #UD for a debugger in the VMM: a guest
 * can make the delivery of #DB or #AC cause the same exception for ever, which
 * without the exit would keep the CPU from its host.
 */
#include <asm/trapnr.h>

#include "../guest_debug.h"
#include "../vmx/event.h"
#include "../vmx/guest.h"
#include "handlers.h"

static bool is_hosts_event(u32 info)
{
	return (info & INTR_INFO_INTR_TYPE_MASK) == INTR_TYPE_NMI_INTR ||
	       (info & INTR_INFO_VECTOR_MASK) == X86_TRAP_MC;
}

/* INT1 is an instruction whose exit comes before it; #DB must find it done. */
static bool is_int1(u32 info)
{
	return (info & INTR_INFO_INTR_TYPE_MASK) == INTR_TYPE_PRIV_SW_EXCEPTION;
}

static int debug_exception(struct vcpu *vcpu, u32 info)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	unsigned long dr6 = vmx_qualification(v);

	if (guest_debug_single_steps(vcpu) || guest_debug_uses_dr(vcpu))
		return guest_debug_exit(vcpu, X86_TRAP_DB, dr6);
	if (is_int1(info))
		vmx_skip_insn(v);	/* its trap is this #DB already */
	vmx_queue_debug_exception(v, dr6);
	return EXIT_RESUME;
}

/**
 * handle_exception_nmi() - EXIT_REASON_EXCEPTION_NMI
 * @vcpu: the vCPU
 *
 * NMIs and machine checks are the host's and were taken right after the exit.
 *
 * Return: an enum exit_action.
 */
int handle_exception_nmi(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	u32 info = vmx_intr_info(v);
	u32 error_code = 0;
	u8 vector = info & INTR_INFO_VECTOR_MASK;

	if (info & INTR_INFO_DELIVER_CODE_MASK)
		error_code = vmcs_read32(v, VM_EXIT_INTR_ERROR_CODE);

	if (is_hosts_event(info))
		return EXIT_RESUME;

	switch (vector) {
	case X86_TRAP_DB:
		return debug_exception(vcpu, info);
	case X86_TRAP_BP:
		return guest_debug_exit(vcpu, vector, 0);
	case X86_TRAP_UD:
		vmx_queue_exception(v, vector, false, 0);
		return EXIT_RESUME;
	case X86_TRAP_AC:
		vmx_queue_exception(v, vector, true, error_code);
		return EXIT_RESUME;
	default:
		vcpu->run->ex.exception = vector;
		vcpu->run->ex.error_code = error_code;
		return vcpu_exit_to_user(vcpu, KVM_EXIT_EXCEPTION);
	}
}

/**
 * handle_triple_fault() - EXIT_REASON_TRIPLE_FAULT
 * @vcpu: the vCPU
 *
 * Return: EXIT_TO_USER.
 */
int handle_triple_fault(struct vcpu *vcpu)
{
	vcpu->vmx.events.triple_fault = false;
	return vcpu_exit_to_user(vcpu, KVM_EXIT_SHUTDOWN);
}

/**
 * handle_task_switch() - EXIT_REASON_TASK_SWITCH
 * @vcpu: the vCPU
 *
 * Hardware task switching is not emulated: nothing that boots today uses it.
 * The VMM is told as it is of any instruction that can't be emulated.
 *
 * Return: EXIT_TO_USER.
 */
int handle_task_switch(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	run->internal.suberror = KVM_INTERNAL_ERROR_EMULATION;
	run->internal.ndata = 0;
	return vcpu_exit_to_user(vcpu, KVM_EXIT_INTERNAL_ERROR);
}
