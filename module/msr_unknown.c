// SPDX-License-Identifier: GPL-2.0
/*
 * MSRs that KVM knows, but not without a feature that guests here never have.
 *
 * For a guest that is #GP in either case. A VMM that handles its guest's MSRs
 * is told the one or the other: KVM_MSR_EXIT_REASON_INVAL for these.
 */
#include <linux/kernel.h>
#include <asm/apicdef.h>
#include <asm/hyperv-tlfs.h>
#include <asm/mtrr.h>
#include <asm/msr-index.h>

#include "msr_table.h"

#define HV_SYNDBG_FIRST		0x400000f1
#define HV_SYNDBG_LAST		0x400000f5
#define HV_SYNDBG_OPTIONS	0x400000ff

#define MTRR_SPACE_FIRST	0x200
#define MTRR_SPACE_LAST		0x2ff
#define X2APIC_MSRS		0x100

static const struct {
	u32 first, last;
} refused[] = {
	{ MSR_IA32_SGXLEPUBKEYHASH0, MSR_IA32_SGXLEPUBKEYHASH3 },
	{ MSR_IA32_SMBASE, MSR_IA32_SMBASE },
	{ MSR_IA32_UMWAIT_CONTROL, MSR_IA32_UMWAIT_CONTROL },
	{ MSR_IA32_TSX_CTRL, MSR_IA32_TSX_CTRL },
	{ MSR_IA32_XFD, MSR_IA32_XFD_ERR },
	{ MTRR_SPACE_FIRST, MTRR_SPACE_LAST },
	{ MSR_IA32_PERF_CAPABILITIES, MSR_IA32_PERF_CAPABILITIES },
	{ MSR_IA32_VMX_BASIC, MSR_IA32_VMX_VMFUNC },
	{ MSR_IA32_MCG_EXT_CTL, MSR_IA32_MCG_EXT_CTL },
	{ MSR_IA32_RTIT_OUTPUT_BASE, MSR_IA32_RTIT_OUTPUT_MASK },
	{ MSR_IA32_RTIT_CTL, MSR_IA32_RTIT_CR3_MATCH },
	{ MSR_IA32_RTIT_ADDR0_A, MSR_IA32_RTIT_ADDR3_B },
	{ APIC_BASE_MSR, APIC_BASE_MSR + X2APIC_MSRS - 1 },
	{ MSR_IA32_BNDCFGS, MSR_IA32_BNDCFGS },
	{ HV_X64_MSR_GUEST_OS_ID, HV_X64_MSR_SINT15 },
	{ HV_X64_MSR_STIMER0_CONFIG, HV_X64_MSR_STIMER3_COUNT },
	{ HV_SYNDBG_FIRST, HV_SYNDBG_LAST },
	{ HV_SYNDBG_OPTIONS, HV_SYNDBG_OPTIONS },
	{ HV_X64_MSR_CRASH_P0, HV_X64_MSR_CRASH_CTL },
	{ HV_X64_MSR_REENLIGHTENMENT_CONTROL, HV_X64_MSR_TSC_EMULATION_STATUS },
	{ MSR_AMD64_OSVW_ID_LENGTH, MSR_AMD64_OSVW_STATUS },
};

/**
 * msr_unknown() - why is there no such MSR?
 * @index: an MSR that is not in the table
 *
 * Context: any.
 * Return: 1 for one that only lacks its feature, else MSR_UNKNOWN.
 */
int msr_unknown(u32 index)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(refused); i++)
		if (index >= refused[i].first && index <= refused[i].last)
			return 1;
	return MSR_UNKNOWN;
}
