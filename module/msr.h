/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_MSR_H
#define MINIVMX_MSR_H

#include <linux/kvm.h>
#include <asm/msr-index.h>

struct vcpu;

#define MSR_NR_MTRR_FIXED	11
#define MSR_NR_MTRR_VAR		8	/* pairs of base and mask */
#define MSR_NR_MCE_BANKS	32

/* MSRs that neither the CPU nor enter.c keeps. */
struct msr_state {
	u64 misc_enable;
	u64 mtrr_def_type;
	u64 mtrr_fixed[MSR_NR_MTRR_FIXED];
	u64 mtrr_var[2 * MSR_NR_MTRR_VAR];
	u64 mcg_cap, mcg_status, mcg_ctl;
	u64 mce_banks[MSR_NR_MCE_BANKS * 4];
	u64 mce_ctl2[MSR_NR_MCE_BANKS];
	u64 tsc_adjust;
	u64 bios_sign_id;
	u64 arch_capabilities;
	u64 feature_control;
	u64 platform_info;
	u64 misc_features_enables;
	u64 power_ctl;
	u64 smi_count;
	u64 hwcr;
};

/* Whether CPUID raises #GP outside of CPL 0. */
static inline bool msr_cpuid_faults(const struct msr_state *msrs)
{
	return msrs->misc_features_enables &
	       MSR_MISC_FEATURES_ENABLES_CPUID_FAULT;
}

/* Who asks: the guest may less than the VMM. */
enum msr_origin { MSR_FROM_GUEST, MSR_FROM_VMM };

/* What msr_get() and msr_set() return for a number that no MSR has here. */
#define MSR_UNKNOWN	2

void msr_init(void);
void msr_reset(struct vcpu *vcpu);
int msr_get(struct vcpu *vcpu, u32 index, u64 *data, enum msr_origin origin);
int msr_set(struct vcpu *vcpu, u32 index, u64 data, enum msr_origin origin);

/* msr_list.c */
long msr_get_index_list(struct kvm_msr_list __user *arg);
long msr_get_feature_index_list(struct kvm_msr_list __user *arg);
long msr_ioctl_get_feature_msrs(struct kvm_msrs __user *arg);
long msr_ioctl_get(struct vcpu *vcpu, struct kvm_msrs __user *arg);
long msr_ioctl_set(struct vcpu *vcpu, struct kvm_msrs __user *arg);

#endif /* MINIVMX_MSR_H */
