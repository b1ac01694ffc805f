// SPDX-License-Identifier: GPL-2.0
/* CPUID. */

#include "../msr.h"
#include "../regs.h"
#include "handlers.h"

static noinline void execute_any(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	struct cpuid_regs regs = {
		.eax = vmx_gpr(v, VMX_RAX),
		.ecx = vmx_gpr(v, VMX_RCX),
	};

	cpuid_execute(vcpu, &regs);
	vmx_set_gpr(v, VMX_RAX, regs.eax);
	vmx_set_gpr(v, VMX_RBX, regs.ebx);
	vmx_set_gpr(v, VMX_RCX, regs.ecx);
	vmx_set_gpr(v, VMX_RDX, regs.edx);
}

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
	const struct kvm_cpuid_entry2 *entry;

	if (unlikely(msr_cpuid_faults(&vcpu->msrs)) && regs_cpl(vcpu))
		return raise_gp(vcpu);

	entry = cpuid_find_constant(&vcpu->cpuid, vmx_gpr(v, VMX_RAX));
	if (unlikely(!entry)) {
		execute_any(vcpu);
		return EXIT_NEXT_INSN;
	}
	vmx_set_gpr(v, VMX_RAX, entry->eax);
	vmx_set_gpr(v, VMX_RBX, entry->ebx);
	vmx_set_gpr(v, VMX_RCX, entry->ecx);
	vmx_set_gpr(v, VMX_RDX, entry->edx);
	return EXIT_NEXT_INSN;
}
