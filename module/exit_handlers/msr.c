// SPDX-License-Identifier: GPL-2.0
/* RDMSR and WRMSR of MSRs that the MSR bitmap does not pass through. */
#include <linux/string.h>

#include "../msr.h"
#include "../msr_filter.h"
#include "handlers.h"

static void set_result(struct vcpu *vcpu, u64 data)
{
	vmx_set_gpr(&vcpu->vmx, VMX_RAX, lower_32_bits(data));
	vmx_set_gpr(&vcpu->vmx, VMX_RDX, upper_32_bits(data));
}

/* ---- accesses that the VMM handles: KVM_CAP_X86_USER_SPACE_MSR ---- */

static int complete_wrmsr(struct vcpu *vcpu)
{
	return READ_ONCE(vcpu->run->msr.error) ? raise_gp(vcpu) :
						 EXIT_NEXT_INSN;
}

static int complete_rdmsr(struct vcpu *vcpu)
{
	if (READ_ONCE(vcpu->run->msr.error))
		return raise_gp(vcpu);
	set_result(vcpu, READ_ONCE(vcpu->run->msr.data));
	return EXIT_NEXT_INSN;
}

/* The guest gets #GP, unless the VMM has asked for accesses like this one. */
static int refuse(struct vcpu *vcpu, u64 reason, u32 exit_reason, u64 data)
{
	struct kvm_run *run = vcpu->run;

	if (!(READ_ONCE(vcpu->vm->user_space_msr) & reason))
		return raise_gp(vcpu);

	run->msr.error = 0;
	memset(run->msr.pad, 0, sizeof(run->msr.pad));
	run->msr.reason = reason;
	run->msr.index = vmx_gpr(&vcpu->vmx, VMX_RCX);
	run->msr.data = data;
	vcpu->complete = exit_reason == KVM_EXIT_X86_RDMSR ? complete_rdmsr :
							     complete_wrmsr;
	return vcpu_exit_to_user(vcpu, exit_reason);
}

static u64 reason_of(int r)
{
	return r == MSR_UNKNOWN ? KVM_MSR_EXIT_REASON_UNKNOWN :
				  KVM_MSR_EXIT_REASON_INVAL;
}

/**
 * handle_rdmsr() - RDMSR
 * @vcpu: the vCPU
 *
 * SDM: RDMSR, "MSR-Bitmap Address". CPL 0 has been checked: that fault comes
 * before the exit.
 *
 * Context: as for all exit handlers.
 * Return: EXIT_NEXT_INSN; EXIT_RESUME with #GP queued, or EXIT_TO_USER, for an
 * MSR that does not exist or is filtered.
 */
int handle_rdmsr(struct vcpu *vcpu)
{
	u32 index = vmx_gpr(&vcpu->vmx, VMX_RCX);
	u64 data;
	int r;

	if (!msr_filter_allows(vcpu->vm, index, false))
		return refuse(vcpu, KVM_MSR_EXIT_REASON_FILTER,
			      KVM_EXIT_X86_RDMSR, 0);
	r = msr_get(vcpu, index, &data, MSR_FROM_GUEST);
	if (r)
		return refuse(vcpu, reason_of(r), KVM_EXIT_X86_RDMSR, 0);

	set_result(vcpu, data);
	return EXIT_NEXT_INSN;
}

/**
 * handle_wrmsr() - WRMSR
 * @vcpu: the vCPU
 *
 * SDM: WRMSR, "MSR-Bitmap Address".
 *
 * Context: as for all exit handlers.
 * Return: EXIT_NEXT_INSN; EXIT_RESUME with #GP queued, or EXIT_TO_USER, for an
 * MSR that does not exist, may not have that value or is filtered.
 */
int handle_wrmsr(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	u32 index = vmx_gpr(v, VMX_RCX);
	u64 data = (u32)vmx_gpr(v, VMX_RAX) |
		   (u64)vmx_gpr(v, VMX_RDX) << 32;
	int r;

	if (!msr_filter_allows(vcpu->vm, index, true))
		return refuse(vcpu, KVM_MSR_EXIT_REASON_FILTER,
			      KVM_EXIT_X86_WRMSR, data);
	r = msr_set(vcpu, index, data, MSR_FROM_GUEST);
	if (r)
		return refuse(vcpu, reason_of(r), KVM_EXIT_X86_WRMSR, data);
	return EXIT_NEXT_INSN;
}
