// SPDX-License-Identifier: GPL-2.0
/*
 * Why KVM_SET_MSRS stops: names of the MSRs and what their values must be, for
 * people. What the values must be in fact, the table of MSRs decides.
 */
#include <linux/kernel.h>
#include <linux/kvm_para.h>
#include <asm/mce.h>
#include <asm/msr-index.h>
#include <asm/mtrr.h>

#include "msr_table.h"
#include "vcpu.h"

#define CANONICAL	"the address must be canonical"
#define MEMORY_TYPE	"bits 7:0 must be a memory type (0, 1, 4, 5 or 6), the address within the guest's physical-address width, bits 11:8 are reserved"
#define MEMORY_MASK	"the mask must be within the guest's physical-address width, bits 10:0 are reserved"
#define MEMORY_TYPES	"each byte must be a memory type: 0, 1, 4, 5 or 6"
#define MCE_BANK	"IA32_MCi_CTL is all ones (but for bits 10 and 0) or 0; the VMM may write the bank's other registers"
#define OFF		"kvmclock is not offered: only 0 can be written"
#define HIGH_HALF	"bits 63:32 are reserved"

/* Which values an MSR can have; what a row leaves out can be read only. */
static const struct {
	u32 first, nr;
	const char *name, *rule;
} descriptions[] = {
	{ MSR_IA32_P5_MC_ADDR, 1, "IA32_P5_MC_ADDR" },
	{ MSR_IA32_P5_MC_TYPE, 1, "IA32_P5_MC_TYPE" },
	{ MSR_KVM_WALL_CLOCK, 1, "MSR_KVM_WALL_CLOCK", OFF },
	{ MSR_KVM_SYSTEM_TIME, 1, "MSR_KVM_SYSTEM_TIME", OFF },
	{ MSR_IA32_PLATFORM_ID, 1, "IA32_PLATFORM_ID" },
	{ MSR_IA32_APICBASE, 1, "IA32_APIC_BASE",
	  "bits 11 and 10 name the mode, of which 10 alone is none, and 10 needs x2APIC in the guest's CPUID; the address must be within its physical-address width; bits 9 and 7:0 are reserved" },
	{ MSR_IA32_EBL_CR_POWERON, 1, "MSR_EBL_CR_POWERON" },
	{ MSR_EBC_FREQUENCY_ID, 1, "MSR_EBC_FREQUENCY_ID" },
	{ MSR_IA32_FEAT_CTL, 1, "IA32_FEATURE_CONTROL",
	  "guests have none of its features: only the lock, bit 0, can be set" },
	{ MSR_IA32_SPEC_CTRL, 1, "IA32_SPEC_CTRL",
	  "only what the CPU has of IBRS (0), STIBP (1) and SSBD (2) can be set" },
	{ MSR_IA32_PRED_CMD, 1, "IA32_PRED_CMD",
	  "IBPB (bit 0) is the only command" },
	{ MSR_FSB_FREQ, 1, "MSR_FSB_FREQ" },
	{ MSR_PLATFORM_INFO, 1, "MSR_PLATFORM_INFO",
	  "CPUID faulting (bit 31) is in use in MSR_MISC_FEATURES_ENABLES: clear it there first" },
	{ MSR_MTRRcap, 1, "IA32_MTRRCAP" },
	{ MSR_IA32_ARCH_CAPABILITIES, 1, "IA32_ARCH_CAPABILITIES" },
	{ MSR_MISC_FEATURES_ENABLES, 1, "MSR_MISC_FEATURES_ENABLES",
	  "only CPUID faulting (bit 0) can be set, and only with bit 31 of MSR_PLATFORM_INFO" },
	{ MSR_IA32_MCG_CAP, 1, "IA32_MCG_CAP",
	  "KVM_X86_SETUP_MCE sets it" },
	{ MSR_IA32_MCG_CTL, 1, "IA32_MCG_CTL",
	  "it is all ones or 0, and 0 without MCG_CTL_P in IA32_MCG_CAP" },
	{ MSR_IA32_PERF_STATUS, 1, "IA32_PERF_STATUS" },
	{ MSR_IA32_PERF_CTL, 1, "IA32_PERF_CTL" },
	{ MSR_IA32_DEBUGCTLMSR, 1, "IA32_DEBUGCTL",
	  "only LBR (0) and BTF (1) are accepted, and not kept" },
	{ MSR_IA32_LASTBRANCHFROMIP, 4, "MSR_LASTBRANCH" },
	{ MSR_MTRRfix64K_00000, 1, "IA32_MTRR_FIX64K", MEMORY_TYPES },
	{ MSR_MTRRfix16K_80000, 2, "IA32_MTRR_FIX16K", MEMORY_TYPES },
	{ MSR_MTRRfix4K_C0000, 8, "IA32_MTRR_FIX4K", MEMORY_TYPES },
	{ MSR_IA32_CR_PAT, 1, "IA32_PAT",
	  "each byte must be a memory type: 0, 1, 4, 5, 6 or 7" },
	{ MSR_IA32_MC0_CTL2, MSR_NR_MCE_BANKS, "IA32_MCi_CTL2",
	  "only the threshold (14:0) and the interrupt's enable (30) can be set, and only with MCG_CMCI_P in IA32_MCG_CAP" },
	{ MSR_MTRRdefType, 1, "IA32_MTRR_DEF_TYPE",
	  "bits 7:0 must be a memory type (0, 1, 4, 5 or 6); else only bits 10 and 11 can be set" },
	{ MSR_IA32_PERF_CAPABILITIES, 1, "IA32_PERF_CAPABILITIES",
	  "there is no PMU: only 0 can be written" },
	{ MSR_IA32_MC0_CTL, 4 * MSR_NR_MCE_BANKS, "IA32_MCi", MCE_BANK },
	{ MSR_RAPL_POWER_UNIT, 1, "MSR_RAPL_POWER_UNIT" },
	{ MSR_PKG_ENERGY_STATUS, 1, "MSR_PKG_ENERGY_STATUS" },
	{ MSR_DRAM_ENERGY_STATUS, 1, "MSR_DRAM_ENERGY_STATUS" },
	{ MSR_PP0_ENERGY_STATUS, 1, "MSR_PP0_ENERGY_STATUS" },
	{ MSR_PP1_ENERGY_STATUS, 1, "MSR_PP1_ENERGY_STATUS" },
	{ MSR_IA32_XSS, 1, "IA32_XSS",
	  "no supervisor state component is offered: only 0 can be written" },
	{ MSR_EFER, 1, "IA32_EFER",
	  "there are SCE (0), LME (8), LMA (10) and NXE (11)" },
	{ MSR_LSTAR, 1, "IA32_LSTAR", CANONICAL },
	{ MSR_CSTAR, 1, "IA32_CSTAR", CANONICAL },
	{ MSR_SYSCALL_MASK, 1, "IA32_FMASK", HIGH_HALF },
	{ MSR_FS_BASE, 1, "IA32_FS_BASE", CANONICAL },
	{ MSR_GS_BASE, 1, "IA32_GS_BASE", CANONICAL },
	{ MSR_KERNEL_GS_BASE, 1, "IA32_KERNEL_GS_BASE", CANONICAL },
	{ MSR_TSC_AUX, 1, "IA32_TSC_AUX", HIGH_HALF },
};

/* The variable-range MTRRs, bases and masks in turn, are the exception. */
static void describe(u32 index, const char **name, const char **rule)
{
	u32 range = index - MTRRphysBase_MSR(0);
	unsigned int i;

	*name = "kvm_msr_entry.data";
	*rule = NULL;
	if (range < 2 * MSR_NR_MTRR_VAR) {
		*name = range & 1 ? "IA32_MTRR_PHYSMASK" : "IA32_MTRR_PHYSBASE";
		*rule = range & 1 ? MEMORY_MASK : MEMORY_TYPE;
		return;
	}
	for (i = 0; i < ARRAY_SIZE(descriptions); i++) {
		if (index - descriptions[i].first >= descriptions[i].nr)
			continue;
		*name = descriptions[i].name;
		*rule = descriptions[i].rule;
		return;
	}
}

static const char *why_absent(u32 index)
{
	if (index - MSR_IA32_MC0_CTL < 4 * MSR_NR_MCE_BANKS ||
	    index - MSR_IA32_MC0_CTL2 < MSR_NR_MCE_BANKS)
		return "there is no such machine-check bank: KVM_X86_SETUP_MCE sets their number";
	return "the CPU, or what is offered of it, lacks the feature that the MSR belongs to";
}

/**
 * msr_explain_refusal() - remember why KVM_SET_MSRS stops
 * @vcpu: the vCPU
 * @index: the MSR, which msr_set() has refused to the VMM
 * @data: the value
 *
 * Context: vcpu->mutex held, the VMCS current.
 */
void msr_explain_refusal(struct vcpu *vcpu, u32 index, u64 data)
{
	const struct msr_row *row = msr_find_row(index);
	const char *name, *rule;
	u64 bits = 0;

	describe(index, &name, &rule);
	if (!row) {
		name = "kvm_msr_entry.index";
		rule = "there is no such MSR: KVM_GET_MSR_INDEX_LIST names those to save and restore";
	} else if (!msr_row_exists(vcpu, row, index, MSR_FROM_VMM)) {
		rule = why_absent(index);
	} else if (row->wrong_bits) {
		bits = row->wrong_bits(vcpu, index, data, MSR_FROM_VMM);
		if (bits == ~0ULL)
			bits = 0;
	}
	if (!rule)
		rule = "the MSR can be read only";
	explain_refused_bits(vcpu, KVM_SET_MSRS, name, data, bits, rule);
	vcpu->refusal.index = index;
}
