// SPDX-License-Identifier: GPL-2.0
/*
 * Model-specific registers: which there are, and who may read and write them;
 * msr_access.c does it.
 *
 * What is not in the table does not exist: #GP in the guest, and an end of
 * KVM_GET_MSRS and KVM_SET_MSRS.
 */
#include <linux/kvm_para.h>
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
#define CLK_CTL_RAMP_UP		0x20000000

/* AMD's HWCR: TlbCacheDis, FFDis, IgnneEm; McStatusWrEn */
#define HWCR_IGNORED		(BIT_ULL(3) | BIT_ULL(6) | BIT_ULL(8))
#define HWCR_MC_STATUS_WR_EN	BIT_ULL(18)

/* ---- rows whose rules are a line or two ---- */

static bool platform_info_exists(const struct vcpu *vcpu, u32 index,
				 enum msr_origin origin)
{
	return origin == MSR_FROM_VMM ||
	       !READ_ONCE(vcpu->vm->hide_platform_info);
}

static u64 platform_info_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
				    enum msr_origin origin)
{
	if (origin == MSR_FROM_GUEST)
		return ~0ULL;
	return msr_cpuid_faults(&vcpu->msrs) ?
		~data & MSR_PLATFORM_INFO_CPUID_FAULT : 0;
}

static u64 misc_features_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
				    enum msr_origin origin)
{
	u64 allowed = 0;

	if (vcpu->msrs.platform_info & MSR_PLATFORM_INFO_CPUID_FAULT)
		allowed = MSR_MISC_FEATURES_ENABLES_CPUID_FAULT;
	return data & ~allowed;
}

static u64 feature_control_wrong_bits(const struct vcpu *vcpu, u32 index,
				      u64 data, enum msr_origin origin)
{
	if (origin == MSR_FROM_GUEST &&
	    (vcpu->msrs.feature_control & FEAT_CTL_LOCKED))
		return ~0ULL;
	return data & ~(u64)FEAT_CTL_LOCKED;
}

static u64 wrong_from_guest(const struct vcpu *vcpu, u32 index, u64 data,
			    enum msr_origin origin)
{
	return origin == MSR_FROM_GUEST ? ~0ULL : 0;
}

static u64 always_wrong(const struct vcpu *vcpu, u32 index, u64 data,
			enum msr_origin origin)
{
	return ~0ULL;
}

static int set_read_only(struct vcpu *vcpu, u32 index, u64 data,
			 enum msr_origin origin)
{
	return MSR_UNKNOWN;
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
	if (!((old ^ data) & MSR_IA32_MISC_ENABLE_MWAIT) ||
	    vm_has_quirk(vcpu->vm, KVM_X86_QUIRK_MISC_ENABLE_NO_MWAIT)) {
		vcpu->msrs.misc_enable = data;
		return 0;
	}

	/* Its bit shows in CPUID, and is reserved without SSE3. */
	if (!cpuid_has(vcpu, X86_FEATURE_XMM3))
		return 1;
	vcpu->msrs.misc_enable = data;
	cpuid_refresh(vcpu);
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
	return MSR_UNKNOWN;
}

/*
 * kvmclock's MSRs. The clock is not offered, so the guest has none; but VMMs
 * such as QEMU save and restore them unasked, as those of a clock that is off.
 */
static int get_off(struct vcpu *vcpu, u32 index, u64 *data,
		   enum msr_origin origin)
{
	return origin == MSR_FROM_VMM ? 0 : MSR_UNKNOWN;
}

static u64 off_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			  enum msr_origin origin)
{
	return data;
}

static int set_off(struct vcpu *vcpu, u32 index, u64 data,
		   enum msr_origin origin)
{
	if (origin == MSR_FROM_GUEST)
		return MSR_UNKNOWN;
	return data ? 1 : 0;
}

/* MMIO_CONF_BASE: its one function, off, can be asked for. */
static int set_none(struct vcpu *vcpu, u32 index, u64 data,
		    enum msr_origin origin)
{
	return data ? 1 : 0;
}

/* What can be switched off there is off, or told so without consequences. */
static int set_hwcr(struct vcpu *vcpu, u32 index, u64 data,
		    enum msr_origin origin)
{
	data &= ~HWCR_IGNORED;
	if (data == HWCR_MC_STATUS_WR_EN)
		vcpu->msrs.hwcr = data;
	return data && data != HWCR_MC_STATUS_WR_EN ? 1 : 0;
}

/* Of what IA32_PERF_CAPABILITIES tells nothing is there without a PMU. */
static bool perf_capabilities_exists(const struct vcpu *vcpu, u32 index,
				     enum msr_origin origin)
{
	return origin == MSR_FROM_VMM || cpuid_has(vcpu, X86_FEATURE_PDCM);
}

static u64 perf_capabilities_wrong_bits(const struct vcpu *vcpu, u32 index,
					u64 data, enum msr_origin origin)
{
	return origin == MSR_FROM_GUEST ? ~0ULL : data;
}

static int set_perf_capabilities(struct vcpu *vcpu, u32 index, u64 data,
				 enum msr_origin origin)
{
	return perf_capabilities_wrong_bits(vcpu, index, data, origin) ? 1 : 0;
}

/* IA32_BIOS_UPDT_TRIG: no update changes anything. */
static int set_ignored(struct vcpu *vcpu, u32 index, u64 data,
		       enum msr_origin origin)
{
	return 0;
}

/* ---- the table ---- */

#define STATE(member)	.state = offsetof(struct msr_state, member)
#define IN_VMCS		.get = msr_get_vmcs, .set = msr_set_vmcs, \
			.wrong_bits = msr_vmcs_wrong_bits
#define SWITCHED	.get = msr_get_switched, .set = msr_set_switched, \
			.wrong_bits = msr_switched_wrong_bits
#define ALWAYS_0	.flags = MSR_CONSTANT, .constant = 0
#define IGNORED		.flags = MSR_CONSTANT | MSR_WRITES_IGNORED, .constant = 0

/* In the order of their numbers: msr_find_row() halves. */
const struct msr_row msr_rows[] = {
	{ MSR_IA32_P5_MC_ADDR, 2, ALWAYS_0 },
	{ MSR_IA32_TSC, 1, MSR_LISTED, .get = msr_get_tsc, .set = msr_set_tsc },
	{ MSR_KVM_WALL_CLOCK, 2, .get = get_off, .set = set_off,
	  .wrong_bits = off_wrong_bits },
	{ MSR_IA32_PLATFORM_ID, 1, ALWAYS_0 },
	{ MSR_IA32_APICBASE, 1, .get = msr_get_apic_base,
	  .set = msr_set_apic_base, .wrong_bits = msr_apic_base_wrong_bits },
	{ MSR_IA32_EBL_CR_POWERON, 1, ALWAYS_0 },
	{ MSR_EBC_FREQUENCY_ID, 1, MSR_CONSTANT, .constant = EBC_FREQUENCY_ID },
	{ MSR_SMI_COUNT, 1, MSR_LISTED, STATE(smi_count),
	  .wrong_bits = wrong_from_guest },
	{ MSR_IA32_FEAT_CTL, 1, MSR_LISTED, STATE(feature_control),
	  .wrong_bits = feature_control_wrong_bits },
	{ MSR_IA32_TSC_ADJUST, 1, MSR_LISTED, STATE(tsc_adjust),
	  .set = msr_set_tsc_adjust },
	{ MSR_IA32_SPEC_CTRL, 1, MSR_LISTED, X86_FEATURE_SPEC_CTRL,
	  .exists = msr_spec_ctrl_exists, .get = msr_get_spec_ctrl,
	  .set = msr_set_spec_ctrl, .wrong_bits = msr_spec_ctrl_wrong_bits },
	{ MSR_IA32_PRED_CMD, 1, 0, X86_FEATURE_SPEC_CTRL,
	  .get = get_write_only, .set = msr_set_pred_cmd,
	  .wrong_bits = msr_pred_cmd_wrong_bits },
	{ MSR_IA32_UCODE_WRITE, 1, .get = get_write_only, .set = set_ignored },
	{ MSR_IA32_UCODE_REV, 1, MSR_LISTED, STATE(bios_sign_id),
	  .set = set_bios_sign_id },
	{ MSR_P6_PERFCTR0, 2, MSR_CONSTANT | MSR_WRITES_IGNORED },
	{ MSR_FSB_FREQ, 1, MSR_CONSTANT, .constant = FSB_FREQ_100MHZ },
	{ MSR_PLATFORM_INFO, 1, MSR_LISTED, STATE(platform_info),
	  .exists = platform_info_exists,
	  .wrong_bits = platform_info_wrong_bits },
	{ MSR_MTRRcap, 1, MSR_CONSTANT, .constant = MTRRCAP },
	{ MSR_IA32_ARCH_CAPABILITIES, 1, MSR_LISTED,
	  X86_FEATURE_ARCH_CAPABILITIES, STATE(arch_capabilities),
	  .wrong_bits = wrong_from_guest },
	{ MSR_IA32_BBL_CR_CTL3, 1, MSR_CONSTANT | MSR_WRITES_IGNORED,
	  .constant = BBL_CR_CTL3_L2_ENABLED },
	{ MSR_MISC_FEATURES_ENABLES, 1, MSR_LISTED,
	  STATE(misc_features_enables),
	  .wrong_bits = misc_features_wrong_bits },
	{ MSR_IA32_SYSENTER_CS, 3, MSR_LISTED, IN_VMCS },
	{ MSR_IA32_MCG_CAP, 1, STATE(mcg_cap), .set = set_read_only,
	  .wrong_bits = always_wrong },
	{ MSR_IA32_MCG_STATUS, 1, MSR_LISTED, STATE(mcg_status) },
	{ MSR_IA32_MCG_CTL, 1, MSR_LISTED, STATE(mcg_ctl),
	  .exists = msr_mcg_ctl_exists, .wrong_bits = msr_mcg_ctl_wrong_bits },
	{ MSR_P6_EVNTSEL0, 2, MSR_CONSTANT | MSR_WRITES_IGNORED },
	{ MSR_IA32_PERF_STATUS, 1, MSR_CONSTANT, .constant = PERF_STATUS },
	{ MSR_IA32_PERF_CTL, 1, ALWAYS_0 },
	{ MSR_IA32_MISC_ENABLE, 1, MSR_LISTED, STATE(misc_enable),
	  .set = set_misc_enable },
	{ MSR_IA32_DEBUGCTLMSR, 1, MSR_CONSTANT, .set = msr_set_debugctl,
	  .wrong_bits = msr_debugctl_wrong_bits },
	{ MSR_IA32_LASTBRANCHFROMIP, 4, ALWAYS_0 },
	{ MSR_IA32_POWER_CTL, 1, MSR_LISTED, STATE(power_ctl) },
	{ MTRRphysBase_MSR(0), 2 * MSR_NR_MTRR_VAR, MSR_LISTED,
	  STATE(mtrr_var), .wrong_bits = msr_mtrr_wrong_bits },
	{ MSR_MTRRfix64K_00000, 1, MSR_LISTED, STATE(mtrr_fixed[0]),
	  .wrong_bits = msr_mtrr_wrong_bits },
	{ MSR_MTRRfix16K_80000, 2, MSR_LISTED, STATE(mtrr_fixed[1]),
	  .wrong_bits = msr_mtrr_wrong_bits },
	{ MSR_MTRRfix4K_C0000, 8, MSR_LISTED, STATE(mtrr_fixed[3]),
	  .wrong_bits = msr_mtrr_wrong_bits },
	{ MSR_IA32_CR_PAT, 1, MSR_LISTED, IN_VMCS },
	{ MSR_IA32_MC0_CTL2, MSR_NR_MCE_BANKS, STATE(mce_ctl2),
	  .exists = msr_mce_ctl2_exists,
	  .wrong_bits = msr_mce_ctl2_wrong_bits },
	{ MSR_MTRRdefType, 1, MSR_LISTED, STATE(mtrr_def_type),
	  .wrong_bits = msr_mtrr_wrong_bits },
	{ MSR_IA32_PERF_CAPABILITIES, 1, MSR_LISTED | MSR_CONSTANT,
	  .exists = perf_capabilities_exists, .set = set_perf_capabilities,
	  .wrong_bits = perf_capabilities_wrong_bits },
	{ MSR_IA32_MC0_CTL, 4 * MSR_NR_MCE_BANKS, STATE(mce_banks),
	  .exists = msr_mce_bank_exists,
	  .wrong_bits = msr_mce_bank_wrong_bits },
	{ MSR_RAPL_POWER_UNIT, 1, ALWAYS_0 },
	{ MSR_PKG_ENERGY_STATUS, 1, ALWAYS_0 },
	{ MSR_DRAM_ENERGY_STATUS, 1, ALWAYS_0 },
	{ MSR_PP0_ENERGY_STATUS, 1, ALWAYS_0 },
	{ MSR_PP1_ENERGY_STATUS, 1, ALWAYS_0 },
	{ MSR_IA32_TSC_DEADLINE, 1, IGNORED },
	{ MSR_IA32_XSS, 1, 0, X86_FEATURE_XSAVES, .get = msr_get_xss,
	  .set = msr_set_xss, .wrong_bits = msr_xss_wrong_bits },
	{ MSR_EFER, 1, .get = msr_get_efer, .set = msr_set_efer,
	  .wrong_bits = msr_efer_wrong_bits },
	{ MSR_STAR, 4, MSR_LISTED, SWITCHED },
	{ MSR_FS_BASE, 2, IN_VMCS },
	{ MSR_KERNEL_GS_BASE, 1, MSR_LISTED, SWITCHED },
	{ MSR_TSC_AUX, 1, MSR_LISTED, X86_FEATURE_RDTSCP, SWITCHED,
	  .exists = msr_tsc_aux_exists },
	/* AMD's, which KVM has on every CPU */
	{ MSR_K7_EVNTSEL0, 8, IGNORED },
	{ MSR_AMD64_SYSCFG, 1, ALWAYS_0 },
	{ MSR_K7_HWCR, 1, MSR_LISTED, STATE(hwcr), .set = set_hwcr },
	{ MSR_K7_CLK_CTL, 1, MSR_CONSTANT | MSR_WRITES_IGNORED,
	  .constant = CLK_CTL_RAMP_UP },
	{ MSR_AMD64_NB_CFG, 1, IGNORED },
	{ MSR_AMD64_PATCH_LOADER, 1, .get = get_write_only, .set = set_ignored },
	{ MSR_K8_INT_PENDING_MSG, 1, ALWAYS_0 },
	{ MSR_FAM10H_MMIO_CONF_BASE, 1, ALWAYS_0, .set = set_none },
	{ MSR_K8_TSEG_ADDR, 2, ALWAYS_0 },
	{ MSR_VM_HSAVE_PA, 1, IGNORED },
	{ MSR_AMD64_DC_CFG, 2, IGNORED },
	{ MSR_AMD64_BU_CFG2, 1, IGNORED },
	{ MSR_F15H_EX_CFG, 1, IGNORED },
};

const unsigned int msr_nr_rows = ARRAY_SIZE(msr_rows);

static_assert(ARRAY_SIZE(msr_rows) <= MSR_MAX_ROWS);

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
}
