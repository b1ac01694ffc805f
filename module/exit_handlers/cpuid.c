// SPDX-License-Identifier: GPL-2.0
/* CPUID. */

#include "../msr.h"
#include "../regs.h"
#include "handlers.h"

/**
 * handle_cpuid() - CPUID
 * @vcpu: the vCPU
 *
 * SDM: "Instructions That Cause VM Exits Unconditionally".
 *
 * Context: as for all exit handlers.
 * Return: EXIT_NEXT_INSN; EXIT_RESUME with #GP queued if the guest has CPUID
 * faulting on and is not at CPL 0.
 */
int handle_cpuid(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	struct cpuid_regs regs;

	if (unlikely(msr_cpuid_faults(&vcpu->msrs)) && regs_cpl(vcpu))
		return raise_gp(vcpu);

	regs.eax = vmx_gpr(v, VMX_RAX);
	regs.ecx = vmx_gpr(v, VMX_RCX);
	cpuid_execute(vcpu, &regs);
	vmx_set_gpr(v, VMX_RAX, regs.eax);
	vmx_set_gpr(v, VMX_RBX, regs.ebx);
	vmx_set_gpr(v, VMX_RCX, regs.ecx);
	vmx_set_gpr(v, VMX_RDX, regs.edx);
	return EXIT_NEXT_INSN;
}
