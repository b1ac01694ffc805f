// SPDX-License-Identifier: GPL-2.0
/*
 * Machine-check MSRs: banks that never report anything by themselves.
 */
#include <linux/bits.h>
#include <asm/mce.h>
#include <asm/msr-index.h>

#include "msr_table.h"
#include "vcpu.h"

/* The registers of a bank, in the order of their numbers. */
enum bank_register { BANK_CTL, BANK_STATUS, BANK_ADDR, BANK_MISC };

static unsigned int nr_banks(const struct vcpu *vcpu)
{
	return vcpu->msrs.mcg_cap & MCG_BANKCNT_MASK;
}

/**
 * msr_mcg_ctl_exists() - whether IA32_MCG_CTL is there
 * @vcpu: the vCPU
 * @index: unused
 * @origin: the VMM may save and restore it where the guest has none
 *
 * SDM: "IA32_MCG_CTL MSR".
 */
bool msr_mcg_ctl_exists(const struct vcpu *vcpu, u32 index,
			enum msr_origin origin)
{
	return origin == MSR_FROM_VMM || (vcpu->msrs.mcg_cap & MCG_CTL_P);
}

/**
 * msr_mcg_ctl_wrong_bits() - what of a value IA32_MCG_CTL can't have
 * @vcpu: the vCPU
 * @index: unused
 * @data: the value: all or nothing, nothing if the guest has no such MSR
 * @origin: unused
 */
u64 msr_mcg_ctl_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			   enum msr_origin origin)
{
	if (!(vcpu->msrs.mcg_cap & MCG_CTL_P))
		return data;
	return data ? ~data : 0;
}

/**
 * msr_mce_bank_exists() - whether a bank is there
 * @vcpu: the vCPU
 * @index: one of its four registers
 * @origin: unused
 *
 * SDM: "Error-Reporting Register Banks".
 */
bool msr_mce_bank_exists(const struct vcpu *vcpu, u32 index,
			 enum msr_origin origin)
{
	return index < MSR_IA32_MCx_CTL(nr_banks(vcpu));
}

/**
 * msr_mce_bank_wrong_bits() - what of a value a register of a bank can't have
 * @vcpu: the vCPU
 * @index: the register
 * @data: the value
 * @origin: only the VMM may write anything but 0 to IA32_MCi_STATUS
 */
u64 msr_mce_bank_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			    enum msr_origin origin)
{
	switch ((enum bank_register)((index - MSR_IA32_MC0_CTL) % 4)) {
	case BANK_CTL:
		/*
		 * All or nothing; some systems leave out bit 0, for corrected
		 * errors, or bit 10, for a chipset's defect.
		 */
		return data ? ~(data | BIT_ULL(10) | BIT_ULL(0)) : 0;
	case BANK_STATUS:
		return origin == MSR_FROM_VMM ? 0 : data;
	default:
		return 0;
	}
}

/**
 * msr_mce_ctl2_exists() - whether a bank's IA32_MCi_CTL2 is there
 * @vcpu: the vCPU
 * @index: its number
 * @origin: the VMM may save and restore it where the guest has none
 *
 * SDM: "IA32_MCi_CTL2 MSRs".
 */
bool msr_mce_ctl2_exists(const struct vcpu *vcpu, u32 index,
			 enum msr_origin origin)
{
	return index < MSR_IA32_MCx_CTL2(nr_banks(vcpu)) &&
	       (origin == MSR_FROM_VMM || (vcpu->msrs.mcg_cap & MCG_CMCI_P));
}

/**
 * msr_mce_ctl2_wrong_bits() - what of a value a bank's IA32_MCi_CTL2 can't have
 * @vcpu: the vCPU
 * @index: unused
 * @data: the value: 0 if the guest has no such MSR
 * @origin: unused
 */
u64 msr_mce_ctl2_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			    enum msr_origin origin)
{
	if (!(vcpu->msrs.mcg_cap & MCG_CMCI_P))
		return data;
	return data & ~(MCI_CTL2_CMCI_EN | MCI_CTL2_CMCI_THRESHOLD_MASK);
}
