// SPDX-License-Identifier: GPL-2.0
/* RDMSR and WRMSR of MSRs that the MSR bitmap does not pass through. */
#include <asm/trapnr.h>

#include "../msr.h"
#include "../vmx/event.h"
#include "handlers.h"

static int raise_gp(struct vcpu *vcpu)
{
	vmx_queue_exception(&vcpu->vmx, X86_TRAP_GP, true, 0);
	return EXIT_RESUME;
}

/**
 * handle_rdmsr() - RDMSR
 * @vcpu: the vCPU
 *
 * SDM: RDMSR, "MSR-Bitmap Address". CPL 0 has been checked: that fault comes
 * before the exit.
 *
 * Context: as for all exit handlers.
 * Return: EXIT_NEXT_INSN; EXIT_RESUME with #GP queued for an MSR that does not
 * exist.
 */
int handle_rdmsr(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	u64 data;

	if (msr_get(vcpu, vmx_gpr(v, VMX_RCX), &data, MSR_FROM_GUEST))
		return raise_gp(vcpu);

	vmx_set_gpr(v, VMX_RAX, lower_32_bits(data));
	vmx_set_gpr(v, VMX_RDX, upper_32_bits(data));
	return EXIT_NEXT_INSN;
}

/**
 * handle_wrmsr() - WRMSR
 * @vcpu: the vCPU
 *
 * SDM: WRMSR, "MSR-Bitmap Address".
 *
 * Context: as for all exit handlers.
 * Return: EXIT_NEXT_INSN; EXIT_RESUME with #GP queued for an MSR that does not
 * exist or may not have that value.
 */
int handle_wrmsr(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	u64 data = (u32)vmx_gpr(v, VMX_RAX) |
		   (u64)vmx_gpr(v, VMX_RDX) << 32;

	if (msr_set(vcpu, vmx_gpr(v, VMX_RCX), data, MSR_FROM_GUEST))
		return raise_gp(vcpu);
	return EXIT_NEXT_INSN;
}
