// SPDX-License-Identifier: GPL-2.0
/*
 * VMCALL: hypercalls by KVM's convention, with the number in RAX, arguments in
 * RBX, RCX, RDX and RSI, and the result in RAX.
 *
 * KVM API: "KVM hypercalls" (Documentation/virt/kvm/x86/hypercalls.rst).
 */
#include <linux/kvm_para.h>
#include <linux/mm.h>

#include "../compat.h"
#include "../regs.h"
#include "../vmx/guest.h"
#include "handlers.h"

static unsigned long argument(const struct vmx_vcpu *v, enum vmx_gpr reg,
			      bool is_64bit)
{
	return is_64bit ? v->gpr[reg] : (u32)v->gpr[reg];
}

static int set_result(struct vcpu *vcpu, unsigned long result, bool is_64bit)
{
	vcpu->vmx.gpr[VMX_RAX] = is_64bit ? result : (u32)result;
	return EXIT_NEXT_INSN;
}

/* The error of a call that needs nobody but the vCPU, or 0. */
static long answer(unsigned long nr)
{
	switch (nr) {
	case KVM_HC_VAPIC_POLL_IRQ:
		/* Does nothing on any host; exists so that guests can measure it. */
		return 0;
	case KVM_HC_CLOCK_PAIRING:
		/* As on KVM without kvmclock's clock. */
		return -KVM_EOPNOTSUPP;
	default:
		return -KVM_ENOSYS;
	}
}

static int complete_hypercall(struct vcpu *vcpu)
{
	return set_result(vcpu, READ_ONCE(vcpu->run->hypercall.ret),
			  regs_long_mode(vcpu));
}

/* The guest shares memory with the host, or takes it back: the VMM's to do. */
static int map_gpa_range(struct vcpu *vcpu, bool is_64bit)
{
	const struct vmx_vcpu *v = &vcpu->vmx;
	u64 gpa = argument(v, VMX_RBX, is_64bit);
	u64 npages = argument(v, VMX_RCX, is_64bit);
	u64 gfn = gpa >> PAGE_SHIFT;
	struct kvm_run *run = vcpu->run;

	if (!PAGE_ALIGNED(gpa) || gfn + npages <= gfn)
		return set_result(vcpu, -KVM_EINVAL, is_64bit);

	memset(&run->hypercall, 0, sizeof(run->hypercall));
	run->hypercall.nr = KVM_HC_MAP_GPA_RANGE;
	run->hypercall.args[0] = gpa;
	run->hypercall.args[1] = npages;
	run->hypercall.args[2] = argument(v, VMX_RDX, is_64bit);
	compat_set_hypercall_mode(run, is_64bit);
	vcpu->complete = complete_hypercall;
	return vcpu_exit_to_user(vcpu, KVM_EXIT_HYPERCALL);
}

/**
 * handle_vmcall() - EXIT_REASON_VMCALL
 * @vcpu: the vCPU
 *
 * Outside of 64-bit mode only the lower halves of the registers count.
 *
 * Context: as for all exit handlers.
 * Return: EXIT_NEXT_INSN; EXIT_TO_USER for a call that the VMM has asked for,
 * whose RIP moves on the next KVM_RUN.
 */
int handle_vmcall(struct vcpu *vcpu)
{
	bool is_64bit = regs_long_mode(vcpu);
	unsigned long nr = argument(&vcpu->vmx, VMX_RAX, is_64bit);

	vcpu->stats.hypercalls++;
	if (regs_cpl(vcpu))
		return set_result(vcpu, -KVM_EPERM, is_64bit);
	if (nr == KVM_HC_MAP_GPA_RANGE &&
	    (READ_ONCE(vcpu->vm->hypercall_exits) & BIT_ULL(nr)))
		return map_gpa_range(vcpu, is_64bit);
	return set_result(vcpu, answer(nr), is_64bit);
}
