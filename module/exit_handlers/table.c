// SPDX-License-Identifier: GPL-2.0
/*
 * Which handler for which exit reason: the one place to look it up.
 */
#include "../vmx/guest.h"
#include "handlers.h"

/* Exits that the controls of this module never ask for have no row. */
const exit_handler_t exit_handlers[NR_EXIT_HANDLERS] = {
	[EXIT_REASON_EXCEPTION_NMI]		= handle_exception_nmi,
	[EXIT_REASON_EXTERNAL_INTERRUPT]	= handle_external_interrupt,
	[EXIT_REASON_TRIPLE_FAULT]		= handle_triple_fault,
	[EXIT_REASON_INTERRUPT_WINDOW]		= handle_interrupt_window,
	[EXIT_REASON_NMI_WINDOW]		= handle_nmi_window,
	[EXIT_REASON_TASK_SWITCH]		= handle_task_switch,
	[EXIT_REASON_CPUID]			= handle_cpuid,
	[EXIT_REASON_HLT]			= handle_hlt,
	[EXIT_REASON_INVD]			= handle_nop,
	[EXIT_REASON_RDPMC]			= handle_rdpmc,
	[EXIT_REASON_VMCALL]			= handle_vmcall,
	[EXIT_REASON_VMCLEAR]			= handle_undefined,
	[EXIT_REASON_VMLAUNCH]			= handle_undefined,
	[EXIT_REASON_VMPTRLD]			= handle_undefined,
	[EXIT_REASON_VMPTRST]			= handle_undefined,
	[EXIT_REASON_VMREAD]			= handle_undefined,
	[EXIT_REASON_VMRESUME]			= handle_undefined,
	[EXIT_REASON_VMWRITE]			= handle_undefined,
	[EXIT_REASON_VMOFF]			= handle_undefined,
	[EXIT_REASON_VMON]			= handle_undefined,
	[EXIT_REASON_CR_ACCESS]			= handle_cr_access,
	[EXIT_REASON_DR_ACCESS]			= handle_dr_access,
	[EXIT_REASON_IO_INSTRUCTION]		= handle_io,
	[EXIT_REASON_MSR_READ]			= handle_rdmsr,
	[EXIT_REASON_MSR_WRITE]			= handle_wrmsr,
	[EXIT_REASON_MWAIT_INSTRUCTION]		= handle_monitor_mwait,
	[EXIT_REASON_MONITOR_INSTRUCTION]	= handle_monitor_mwait,
	[EXIT_REASON_EPT_VIOLATION]		= handle_ept_violation,
	[EXIT_REASON_EPT_MISCONFIG]		= handle_ept_misconfig,
	[EXIT_REASON_INVEPT]			= handle_undefined,
	[EXIT_REASON_INVVPID]			= handle_undefined,
	[EXIT_REASON_WBINVD]			= handle_nop,
	[EXIT_REASON_XSETBV]			= handle_xsetbv,
	[EXIT_REASON_RDRAND]			= handle_undefined,
	[EXIT_REASON_VMFUNC]			= handle_undefined,
	[EXIT_REASON_ENCLS]			= handle_undefined,
	[EXIT_REASON_RDSEED]			= handle_undefined,
	[EXIT_REASON_PML_FULL]			= handle_pml_full,
};

/**
 * handle_unknown() - an exit without a handler: KVM_EXIT_UNKNOWN
 * @vcpu: the vCPU
 *
 * Return: EXIT_TO_USER.
 */
int handle_unknown(struct vcpu *vcpu)
{
	vcpu->run->hw.hardware_exit_reason = vcpu->vmx.exit.reason;
	return vcpu_exit_to_user(vcpu, KVM_EXIT_UNKNOWN);
}
