// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions that need little: those without effect for a guest, those that
 * this guest's CPU does not have, and hypercalls.
 */
#include <linux/kvm_para.h>
#include <asm/trapnr.h>

#include "../regs.h"
#include "../vmx/event.h"
#include "../vmx/guest.h"
#include "handlers.h"

/**
 * handle_nop() - instructions without effect
 * @vcpu: the vCPU
 *
 * INVD and WBINVD: guest memory is write-back and coherent. MONITOR and MWAIT:
 * not offered by CPUID, but as on KVM a guest that does not look gets a wait
 * that ends at once.
 *
 * Return: EXIT_NEXT_INSN.
 */
int handle_nop(struct vcpu *vcpu)
{
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
	vmx_queue_exception(&vcpu->vmx, X86_TRAP_UD, false, 0);
	return EXIT_RESUME;
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
	vmx_queue_exception(&vcpu->vmx, X86_TRAP_GP, true, 0);
	return EXIT_RESUME;
}

/* The error that KVM's hypercall ABI has for this call: none is implemented. */
static long hypercall(struct vcpu *vcpu, unsigned long nr)
{
	if (regs_cpl(vcpu))
		return -KVM_EPERM;
	/* Does nothing on any host; exists so that guests can measure it. */
	if (nr == KVM_HC_VAPIC_POLL_IRQ)
		return 0;
	return -KVM_ENOSYS;
}

/**
 * handle_vmcall() - EXIT_REASON_VMCALL
 * @vcpu: the vCPU
 *
 * KVM API: "KVM hypercalls" (Documentation/virt/kvm/x86/hypercalls.rst).
 *
 * Return: EXIT_NEXT_INSN.
 */
int handle_vmcall(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	unsigned long nr = v->gpr[VMX_RAX];
	unsigned long ret;

	if (regs_long_mode(vcpu))
		ret = hypercall(vcpu, nr);
	else
		ret = (u32)hypercall(vcpu, (u32)nr);
	v->gpr[VMX_RAX] = ret;
	return EXIT_NEXT_INSN;
}
