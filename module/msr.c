// SPDX-License-Identifier: GPL-2.0
/*
 * Model-specific registers: which there are, and who may read and write them.
 *
 * What is not in the table does not exist: #GP in the guest, and an end of
 * KVM_GET_MSRS and KVM_SET_MSRS.
 */
#include <linux/kvm_para.h>
#include <linux/lockdep.h>
#include <linux/nospec.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <asm/mtrr.h>
#include <asm/msr-index.h>

#include "cpuid_features.h"
#include "msr_table.h"
#include "vcpu.h"

/* IA32_MTRRCAP: write combining, fixed ranges, number of variable ranges. */
#define MTRRCAP		(BIT_ULL(10) | BIT_ULL(8) | MSR_NR_MTRR_VAR)

/* Bits that say what the CPU has not: no branch trace store, no PEBS. */
#define MISC_ENABLE_READ_ONLY	(MSR_IA32_MISC_ENABLE_PEBS_UNAVAIL | \
				 MSR_IA32_MISC_ENABLE_BTS_UNAVAIL)

/* The microcode revision that KVM gives its guests. */
#define BIOS_SIGN_ID_RESET	0x100000000ULL

/* Old processors' and chipsets' registers that old systems read unasked. */
#define EBC_FREQUENCY_ID	BIT_ULL(24)	/* core clock is bus clock */
#define FSB_FREQ_100MHZ		3
#define PERF_STATUS		((4ULL << 40) | 1000)
#define BBL_CR_CTL3_L2_ENABLED	0xbe702111

/* ---- rows whose rules are a line or two ---- */

static bool platform_info_exists(const struct vcpu *vcpu, u32 index,
				 enum msr_origin origin)
{
	return origin == MSR_FROM_VMM ||
	       !READ_ONCE(vcpu->vm->hide_platform_info);
}

static bool platform_info_accepts(const struct vcpu *vcpu, u32 index, u64 data,
				  enum msr_origin origin)
{
	return origin == MSR_FROM_VMM &&
	       ((data & MSR_PLATFORM_INFO_CPUID_FAULT) ||
		!msr_cpuid_faults(&vcpu->msrs));
}

static bool misc_features_accepts(const struct vcpu *vcpu, u32 index, u64 data,
				  enum msr_origin origin)
{
	u64 allowed = 0;

	if (vcpu->msrs.platform_info & MSR_PLATFORM_INFO_CPUID_FAULT)
		allowed = MSR_MISC_FEATURES_ENABLES_CPUID_FAULT;
	return !(data & ~allowed);
}

static bool feature_control_accepts(const struct vcpu *vcpu, u32 index,
				    u64 data, enum msr_origin origin)
{
	if (origin == MSR_FROM_GUEST &&
	    (vcpu->msrs.feature_control & FEAT_CTL_LOCKED))
		return false;
	return !(data & ~(u64)FEAT_CTL_LOCKED);
}

static bool vmm_only_accepts(const struct vcpu *vcpu, u32 index, u64 data,
			     enum msr_origin origin)
{
	return origin == MSR_FROM_VMM;
}

static bool never_accepts(const struct vcpu *vcpu, u32 index, u64 data,
			  enum msr_origin origin)
{
	return false;
}

static int set_misc_enable(struct vcpu *vcpu, u32 index, u64 data,
			   enum msr_origin origin)
{
	u64 old = vcpu->msrs.misc_enable;

	if (origin == MSR_FROM_GUEST) {
		if ((old ^ data) & MISC_ENABLE_READ_ONLY)
			return 1;
		data &= ~MSR_IA32_MISC_ENABLE_EMON;
		data |= old & MSR_IA32_MISC_ENABLE_EMON;
	}
	vcpu->msrs.misc_enable = data;
	return 0;
}

/* A guest's write asks for the revision; it is there already. */
static int set_bios_sign_id(struct vcpu *vcpu, u32 index, u64 data,
			    enum msr_origin origin)
{
	if (origin == MSR_FROM_VMM)
		vcpu->msrs.bios_sign_id = data;
	return 0;
}

static int get_write_only(struct vcpu *vcpu, u32 index, u64 *data,
			  enum msr_origin origin)
{
	return 1;
}

/*
 * kvmclock's MSRs. The clock is not offered, so the guest has none; but VMMs
 * such as QEMU save and restore them unasked, as those of a clock that is off.
 */
static bool is_for_vmm(const struct vcpu *vcpu, u32 index,
		       enum msr_origin origin)
{
	return origin == MSR_FROM_VMM;
}

static int set_off(struct vcpu *vcpu, u32 index, u64 data,
		   enum msr_origin origin)
{
	return data ? 1 : 0;
}

/* IA32_BIOS_UPDT_TRIG: no update changes anything. */
static int set_ignored(struct vcpu *vcpu, u32 index, u64 data,
		       enum msr_origin origin)
{
	return 0;
}

/* ---- the table ---- */

#define STATE(member)	.state = offsetof(struct msr_state, member)
#define IN_VMCS		.get = msr_get_vmcs, .set = msr_set_vmcs
#define SWITCHED	.get = msr_get_switched, .set = msr_set_switched
#define ALWAYS_0	.flags = MSR_CONSTANT, .constant = 0

/* In the order of their numbers: find_row() halves. */
const struct msr_row msr_rows[] = {
	{ MSR_IA32_P5_MC_ADDR, 2, ALWAYS_0 },
	{ MSR_IA32_TSC, 1, MSR_LISTED, .get = msr_get_tsc, .set = msr_set_tsc },
	{ MSR_KVM_WALL_CLOCK, 2, ALWAYS_0, .exists = is_for_vmm,
	  .set = set_off },
	{ MSR_IA32_PLATFORM_ID, 1, ALWAYS_0 },
	{ MSR_IA32_APICBASE, 1, .get = msr_get_apic_base,
	  .set = msr_set_apic_base },
	{ MSR_IA32_EBL_CR_POWERON, 1, ALWAYS_0 },
	{ MSR_EBC_FREQUENCY_ID, 1, MSR_CONSTANT, .constant = EBC_FREQUENCY_ID },
	{ MSR_IA32_FEAT_CTL, 1, MSR_LISTED, STATE(feature_control),
	  .accepts = feature_control_accepts },
	{ MSR_IA32_TSC_ADJUST, 1, MSR_LISTED, STATE(tsc_adjust),
	  .set = msr_set_tsc_adjust },
	{ MSR_IA32_SPEC_CTRL, 1, MSR_LISTED, X86_FEATURE_SPEC_CTRL,
	  .exists = msr_spec_ctrl_exists, .get = msr_get_spec_ctrl,
	  .set = msr_set_spec_ctrl },
	{ MSR_IA32_PRED_CMD, 1, 0, X86_FEATURE_SPEC_CTRL,
	  .get = get_write_only, .set = msr_set_pred_cmd },
	{ MSR_IA32_UCODE_WRITE, 1, .get = get_write_only, .set = set_ignored },
	{ MSR_IA32_UCODE_REV, 1, MSR_LISTED, STATE(bios_sign_id),
	  .set = set_bios_sign_id },
	{ MSR_P6_PERFCTR0, 2, MSR_CONSTANT | MSR_WRITES_IGNORED },
	{ MSR_FSB_FREQ, 1, MSR_CONSTANT, .constant = FSB_FREQ_100MHZ },
	{ MSR_PLATFORM_INFO, 1, MSR_LISTED, STATE(platform_info),
	  .exists = platform_info_exists, .accepts = platform_info_accepts },
	{ MSR_MTRRcap, 1, MSR_CONSTANT, .constant = MTRRCAP },
	{ MSR_IA32_ARCH_CAPABILITIES, 1, MSR_LISTED,
	  X86_FEATURE_ARCH_CAPABILITIES, STATE(arch_capabilities),
	  .accepts = vmm_only_accepts },
	{ MSR_IA32_BBL_CR_CTL3, 1, MSR_CONSTANT | MSR_WRITES_IGNORED,
	  .constant = BBL_CR_CTL3_L2_ENABLED },
	{ MSR_MISC_FEATURES_ENABLES, 1, MSR_LISTED,
	  STATE(misc_features_enables), .accepts = misc_features_accepts },
	{ MSR_IA32_SYSENTER_CS, 3, MSR_LISTED, IN_VMCS },
	{ MSR_IA32_MCG_CAP, 1, STATE(mcg_cap), .accepts = never_accepts },
	{ MSR_IA32_MCG_STATUS, 1, MSR_LISTED, STATE(mcg_status) },
	{ MSR_IA32_MCG_CTL, 1, MSR_LISTED, STATE(mcg_ctl),
	  .exists = msr_mcg_ctl_exists, .accepts = msr_mcg_ctl_accepts },
	{ MSR_P6_EVNTSEL0, 2, MSR_CONSTANT | MSR_WRITES_IGNORED },
	{ MSR_IA32_PERF_STATUS, 1, MSR_CONSTANT, .constant = PERF_STATUS },
	{ MSR_IA32_PERF_CTL, 1, ALWAYS_0 },
	{ MSR_IA32_MISC_ENABLE, 1, MSR_LISTED, STATE(misc_enable),
	  .set = set_misc_enable },
	{ MSR_IA32_DEBUGCTLMSR, 1, MSR_CONSTANT, .set = msr_set_debugctl },
	{ MSR_IA32_LASTBRANCHFROMIP, 4, ALWAYS_0 },
	{ MSR_IA32_POWER_CTL, 1, MSR_LISTED, STATE(power_ctl) },
	{ MTRRphysBase_MSR(0), 2 * MSR_NR_MTRR_VAR, MSR_LISTED,
	  STATE(mtrr_var), .accepts = msr_mtrr_accepts },
	{ MSR_MTRRfix64K_00000, 1, MSR_LISTED, STATE(mtrr_fixed[0]),
	  .accepts = msr_mtrr_accepts },
	{ MSR_MTRRfix16K_80000, 2, MSR_LISTED, STATE(mtrr_fixed[1]),
	  .accepts = msr_mtrr_accepts },
	{ MSR_MTRRfix4K_C0000, 8, MSR_LISTED, STATE(mtrr_fixed[3]),
	  .accepts = msr_mtrr_accepts },
	{ MSR_IA32_CR_PAT, 1, MSR_LISTED, IN_VMCS },
	{ MSR_IA32_MC0_CTL2, MSR_NR_MCE_BANKS, STATE(mce_ctl2),
	  .exists = msr_mce_ctl2_exists, .accepts = msr_mce_ctl2_accepts },
	{ MSR_MTRRdefType, 1, MSR_LISTED, STATE(mtrr_def_type),
	  .accepts = msr_mtrr_accepts },
	{ MSR_IA32_MC0_CTL, 4 * MSR_NR_MCE_BANKS, STATE(mce_banks),
	  .exists = msr_mce_bank_exists, .accepts = msr_mce_bank_accepts },
	{ MSR_RAPL_POWER_UNIT, 1, ALWAYS_0 },
	{ MSR_PKG_ENERGY_STATUS, 1, ALWAYS_0 },
	{ MSR_DRAM_ENERGY_STATUS, 1, ALWAYS_0 },
	{ MSR_PP0_ENERGY_STATUS, 1, ALWAYS_0 },
	{ MSR_PP1_ENERGY_STATUS, 1, ALWAYS_0 },
	{ MSR_IA32_XSS, 1, 0, X86_FEATURE_XSAVES, .get = msr_get_xss,
	  .set = msr_set_xss },
	{ MSR_EFER, 1, .get = msr_get_efer, .set = msr_set_efer },
	{ MSR_STAR, 4, MSR_LISTED, SWITCHED },
	{ MSR_FS_BASE, 2, IN_VMCS },
	{ MSR_KERNEL_GS_BASE, 1, MSR_LISTED, SWITCHED },
	{ MSR_TSC_AUX, 1, MSR_LISTED, X86_FEATURE_RDTSCP, SWITCHED,
	  .exists = msr_tsc_aux_exists },
};

const unsigned int msr_nr_rows = ARRAY_SIZE(msr_rows);

static const struct msr_row *find_row(u32 index)
{
	unsigned int low = 0, high = ARRAY_SIZE(msr_rows);

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (index < msr_rows[middle].first)
			high = middle;
		else
			low = middle + 1;
	}
	/* Now low is the first row behind the MSR. */
	if (!low || index - msr_rows[low - 1].first >= msr_rows[low - 1].nr)
		return NULL;
	return &msr_rows[low - 1];
}

static bool row_exists(const struct vcpu *vcpu, const struct msr_row *row,
		       u32 index, enum msr_origin origin)
{
	if (row->feature && !cpuid_supports(row->feature))
		return false;
	if (row->exists)
		return row->exists(vcpu, index, origin);
	return !row->feature || origin == MSR_FROM_VMM ||
	       cpuid_has(vcpu, row->feature);
}

static u64 *row_value(struct vcpu *vcpu, const struct msr_row *row, u32 index)
{
	u64 *first = (void *)&vcpu->msrs + row->state;

	return first + array_index_nospec(index - row->first, row->nr);
}

/**
 * msr_get() - RDMSR, or one MSR of KVM_GET_MSRS
 * @vcpu: the vCPU
 * @index: the MSR
 * @data: set to its value, 0 if there is none
 * @origin: who asks
 *
 * Context: vcpu->mutex held, the VMCS current.
 * Return: 0; 1 or MSR_UNKNOWN if the instruction must raise #GP(0).
 */
int msr_get(struct vcpu *vcpu, u32 index, u64 *data, enum msr_origin origin)
{
	const struct msr_row *row = find_row(index);

	lockdep_assert_held(&vcpu->mutex);

	*data = 0;
	if (!row)
		return MSR_UNKNOWN;
	if (!row_exists(vcpu, row, index, origin))
		return 1;
	if (row->get)
		return row->get(vcpu, index, data, origin);
	*data = row->flags & MSR_CONSTANT ? row->constant :
					    *row_value(vcpu, row, index);
	return 0;
}

/**
 * msr_set() - WRMSR, or one MSR of KVM_SET_MSRS
 * @vcpu: the vCPU
 * @index: the MSR
 * @data: its new value
 * @origin: who asks
 *
 * Context: vcpu->mutex held, the VMCS current.
 * Return: 0; 1 or MSR_UNKNOWN if the instruction must raise #GP(0).
 */
int msr_set(struct vcpu *vcpu, u32 index, u64 data, enum msr_origin origin)
{
	const struct msr_row *row = find_row(index);

	lockdep_assert_held(&vcpu->mutex);

	if (!row)
		return MSR_UNKNOWN;
	if (!row_exists(vcpu, row, index, origin))
		return 1;
	if (row->set)
		return row->set(vcpu, index, data, origin);
	if (row->flags & MSR_CONSTANT)
		return row->flags & MSR_WRITES_IGNORED ? 0 : 1;
	if (row->accepts && !row->accepts(vcpu, index, data, origin))
		return 1;
	*row_value(vcpu, row, index) = data;
	return 0;
}

/**
 * msr_reset() - MSRs of a vCPU just created
 * @vcpu: the vCPU; those in the VMCS have been initialised with it
 *
 * SDM: "IA-32 Processor States Following Power-up, Reset, or INIT".
 *
 * Context: the VMCS need not be current.
 */
void msr_reset(struct vcpu *vcpu)
{
	struct msr_state *msrs = &vcpu->msrs;

	memset(msrs, 0, sizeof(*msrs));
	msrs->misc_enable = MISC_ENABLE_READ_ONLY;
	msrs->mcg_cap = MSR_NR_MCE_BANKS;
	msrs->bios_sign_id = BIOS_SIGN_ID_RESET;
	msrs->arch_capabilities = msr_arch_capabilities();
	msrs->platform_info = MSR_PLATFORM_INFO_CPUID_FAULT;

	/* In step with the VM's other vCPUs. */
	vmx_vcpu_load(&vcpu->vmx);
	vmx_set_tsc_offset(&vcpu->vmx, READ_ONCE(vcpu->vm->tsc_offset));
	vmx_vcpu_put(&vcpu->vmx);
}
