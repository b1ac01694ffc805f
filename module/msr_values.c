// SPDX-License-Identifier: GPL-2.0
/*
 * Which values the MSRs may have that are in the CPU or in the VMCS while the
 * guest runs: functions for the table of MSRs, which return the bits of a value
 * that may not be as they are.
 */
#include <linux/bits.h>
#include <asm/apicdef.h>
#include <asm/msr-index.h>
#include <asm/page.h>

#include "cpuid_features.h"
#include "msr_table.h"
#include "regs.h"
#include "vcpu.h"

/* Bits of IA32_APIC_BASE that are neither modes nor the address. */
#define APIC_BASE_RESERVED	(GENMASK_ULL(7, 0) | BIT_ULL(9))

/**
 * msr_address_wrong_bits() - why an address is not canonical
 * @vcpu: the vCPU
 * @address: the address
 *
 * SDM: "Canonical Addressing".
 *
 * Return: the bits that should be as the highest one of a linear address is.
 */
u64 msr_address_wrong_bits(const struct vcpu *vcpu, u64 address)
{
	u8 width = vcpu->vmx.cr4_shadow & X86_CR4_LA57 ? 57 : 48;

	return address ^ __canonical_address(address, width);
}

/**
 * msr_vmcs_wrong_bits() - what of a value msr_set_vmcs() refuses
 * @vcpu: the vCPU
 * @index: the MSR
 * @data: the value
 * @origin: unused
 */
u64 msr_vmcs_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			enum msr_origin origin)
{
	switch (index) {
	case MSR_FS_BASE:
	case MSR_GS_BASE:
		return msr_address_wrong_bits(vcpu, data);
	case MSR_IA32_CR_PAT:
		return msr_pat_wrong_bits(data);
	default:
		return 0;
	}
}

/**
 * msr_switched_wrong_bits() - what of a value msr_set_switched() refuses
 * @vcpu: the vCPU
 * @index: the MSR
 * @data: the value
 * @origin: unused
 */
u64 msr_switched_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			    enum msr_origin origin)
{
	switch (index) {
	case MSR_LSTAR:
	case MSR_CSTAR:
	case MSR_KERNEL_GS_BASE:
		return msr_address_wrong_bits(vcpu, data);
	case MSR_SYSCALL_MASK:
		return data & GENMASK_ULL(63, 32);
	case MSR_TSC_AUX:
		/* Other vendors' CPUs ignore the upper half. */
		return vcpu->cpuid.is_intel ? data & GENMASK_ULL(63, 32) : 0;
	default:
		return 0;
	}
}

/**
 * msr_efer_wrong_bits() - what of a value IA32_EFER never has
 * @vcpu: unused
 * @index: unused
 * @data: the value
 * @origin: unused
 */
u64 msr_efer_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			enum msr_origin origin)
{
	return data & ~(u64)REGS_EFER_DEFINED;
}

/**
 * msr_apic_base_wrong_bits() - what of a value IA32_APIC_BASE can't have
 * @vcpu: the vCPU
 * @index: unused
 * @data: the value
 * @origin: a guest is bound to the order of modes
 *
 * SDM: "x2APIC State Transitions".
 */
u64 msr_apic_base_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			     enum msr_origin origin)
{
	const u64 modes = MSR_IA32_APICBASE_ENABLE | X2APIC_ENABLE;
	u64 reserved = APIC_BASE_RESERVED;
	u64 old = vcpu->apic_base;

	if (vcpu->cpuid.maxphyaddr < 64)
		reserved |= ~0ULL << vcpu->cpuid.maxphyaddr;
	if (!cpuid_has(vcpu, X86_FEATURE_X2APIC))
		reserved |= X2APIC_ENABLE;
	if (data & reserved)
		return data & reserved;
	if ((data & modes) == X2APIC_ENABLE)
		return modes;
	if (origin == MSR_FROM_VMM)
		return 0;

	if (((old & modes) == modes &&
	     (data & modes) == MSR_IA32_APICBASE_ENABLE) ||
	    (!(old & modes) && (data & modes) == modes))
		return X2APIC_ENABLE;
	return 0;
}

/**
 * msr_xss_wrong_bits() - what of a value IA32_XSS can't have
 * @vcpu: unused
 * @index: unused
 * @data: the value: no supervisor state component is offered
 * @origin: unused
 */
u64 msr_xss_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
		       enum msr_origin origin)
{
	return data;
}

/**
 * msr_spec_ctrl_wrong_bits() - what of a value IA32_SPEC_CTRL can't have
 * @vcpu: unused
 * @index: unused
 * @data: the value: VM entry loads it, so nothing that the CPU has not
 * @origin: unused
 */
u64 msr_spec_ctrl_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			     enum msr_origin origin)
{
	u64 allowed = SPEC_CTRL_IBRS;

	if (cpuid_supports(X86_FEATURE_INTEL_STIBP))
		allowed |= SPEC_CTRL_STIBP;
	if (cpuid_supports(X86_FEATURE_SPEC_CTRL_SSBD))
		allowed |= SPEC_CTRL_SSBD;
	return data & ~allowed;
}

/**
 * msr_pred_cmd_wrong_bits() - what IA32_PRED_CMD does not know
 * @vcpu: unused
 * @index: unused
 * @data: the command: only the barrier exists
 * @origin: unused
 */
u64 msr_pred_cmd_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			    enum msr_origin origin)
{
	return data & ~(u64)PRED_CMD_IBPB;
}

/**
 * msr_debugctl_wrong_bits() - what of a value IA32_DEBUGCTL can't have
 * @vcpu: unused
 * @index: unused
 * @data: the value: as on KVM, BTF and LBR are accepted and not kept
 * @origin: unused
 */
u64 msr_debugctl_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			    enum msr_origin origin)
{
	return data & ~(u64)(DEBUGCTLMSR_BTF | DEBUGCTLMSR_LBR);
}
