// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctls about MSRs: which there are, and reading and writing many.
 */
#include <linux/err.h>
#include <linux/kvm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/processor.h>

#include "compat.h"
#include "cpuid_features.h"
#include "msr_table.h"
#include "vcpu.h"

/* Fewer MSRs than this in one KVM_GET_MSRS or KVM_SET_MSRS, as on KVM. */
#define MSR_MAX_IO	256

/*
 * What the CPU says of its defects, as far as it tells a guest something that
 * is true for it: not what is about MSRs that it does not have.
 */
#define ARCH_CAPABILITIES_PASSED \
	(ARCH_CAP_RDCL_NO | ARCH_CAP_IBRS_ALL | ARCH_CAP_RSBA | \
	 ARCH_CAP_SSB_NO | ARCH_CAP_MDS_NO | ARCH_CAP_PSCHANGE_MC_NO | \
	 ARCH_CAP_TAA_NO | ARCH_CAP_SBDR_SSDP_NO | ARCH_CAP_FBSDP_NO | \
	 ARCH_CAP_PSDP_NO | ARCH_CAP_FB_CLEAR | ARCH_CAP_RRSBA | \
	 ARCH_CAP_PBRSB_NO | ARCH_CAP_GDS_NO | ARCH_CAP_RFDS_NO | \
	 ARCH_CAP_RFDS_CLEAR | ARCH_CAP_BHI_NO | ARCH_CAP_ITS_NO)

/* MSRs that tell what can be offered, readable on the device. */
static const u32 feature_msrs[] = {
	MSR_IA32_UCODE_REV,
	MSR_IA32_ARCH_CAPABILITIES,
	MSR_IA32_PERF_CAPABILITIES,
};

/**
 * msr_arch_capabilities() - IA32_ARCH_CAPABILITIES that guests can be offered
 *
 * What the kernel knows of a CPU without this MSR counts as well.
 */
u64 msr_arch_capabilities(void)
{
	u64 data = 0;

	if (boot_cpu_has(X86_FEATURE_ARCH_CAPABILITIES)) {
		rdmsrl(MSR_IA32_ARCH_CAPABILITIES, data);
		data &= ARCH_CAPABILITIES_PASSED;
		/* It says what a bit of IA32_SPEC_CTRL does. */
		if (!cpuid_supports(X86_FEATURE_SPEC_CTRL))
			data &= ~(u64)ARCH_CAP_IBRS_ALL;
	}
	if (!boot_cpu_has_bug(X86_BUG_CPU_MELTDOWN))
		data |= ARCH_CAP_RDCL_NO;
	if (!boot_cpu_has_bug(X86_BUG_SPEC_STORE_BYPASS))
		data |= ARCH_CAP_SSB_NO;
	if (!boot_cpu_has_bug(X86_BUG_MDS))
		data |= ARCH_CAP_MDS_NO;
	data |= compat_absent_defects();
	/* Without transactions there is no asynchronous abort to be free of. */
	if (!boot_cpu_has(X86_FEATURE_RTM))
		data &= ~(u64)ARCH_CAP_TAA_NO;
	return data;
}

static int get_feature_msr(u32 index, u64 *data)
{
	switch (index) {
	case MSR_IA32_UCODE_REV:
		return rdmsrl_safe(MSR_IA32_UCODE_REV, data) ? 1 : 0;
	case MSR_IA32_ARCH_CAPABILITIES:
		*data = msr_arch_capabilities();
		return 0;
	case MSR_IA32_PERF_CAPABILITIES:
		*data = 0;
		return 0;
	default:
		return 1;
	}
}

static bool is_listed(const struct msr_row *row)
{
	return (row->flags & MSR_LISTED) &&
	       (!row->feature || cpuid_supports(row->feature));
}

static unsigned int nr_listed(void)
{
	unsigned int i, nr = 0;

	for (i = 0; i < msr_nr_rows; i++)
		if (is_listed(&msr_rows[i]))
			nr += msr_rows[i].nr;
	return nr;
}

/* The protocol of both lists: nmsrs in and out. */
static long check_room(struct kvm_msr_list __user *arg, u32 nr)
{
	u32 room;

	if (get_user(room, &arg->nmsrs) || put_user(nr, &arg->nmsrs))
		return -EFAULT;
	return room < nr ? -E2BIG : 0;
}

/**
 * msr_get_index_list() - KVM_GET_MSR_INDEX_LIST
 * @arg: nmsrs is the room for numbers of MSRs; set to how many there are
 *
 * Each can be read, and what was read can be written back. Machine-check banks
 * are left out, as the API says.
 *
 * Return: 0; -E2BIG, with nmsrs set all the same, if there is less room;
 * -EFAULT.
 */
long msr_get_index_list(struct kvm_msr_list __user *arg)
{
	u32 __user *out = arg->indices;
	unsigned int i, j;
	long r;

	r = check_room(arg, nr_listed());
	if (r)
		return r;

	for (i = 0; i < msr_nr_rows; i++) {
		if (!is_listed(&msr_rows[i]))
			continue;
		for (j = 0; j < msr_rows[i].nr; j++)
			if (put_user(msr_rows[i].first + j, out++))
				return -EFAULT;
	}
	return 0;
}

/**
 * msr_get_feature_index_list() - KVM_GET_MSR_FEATURE_INDEX_LIST
 * @arg: as for msr_get_index_list()
 *
 * Return: as msr_get_index_list().
 */
long msr_get_feature_index_list(struct kvm_msr_list __user *arg)
{
	long r;

	r = check_room(arg, ARRAY_SIZE(feature_msrs));
	if (r)
		return r;
	return copy_to_user(arg->indices, feature_msrs, sizeof(feature_msrs)) ?
		-EFAULT : 0;
}

/* ---- KVM_GET_MSRS and KVM_SET_MSRS ---- */

static struct kvm_msr_entry *copy_entries(struct kvm_msrs __user *arg, u32 *nr)
{
	struct kvm_msrs header;

	if (copy_from_user(&header, arg, sizeof(header)))
		return ERR_PTR(-EFAULT);
	*nr = header.nmsrs;
	if (*nr >= MSR_MAX_IO)
		return ERR_PTR(-E2BIG);
	return memdup_user(arg->entries, *nr * sizeof(struct kvm_msr_entry));
}

static long return_entries(struct kvm_msrs __user *arg,
			   const struct kvm_msr_entry *entries, u32 nr,
			   u32 done)
{
	if (copy_to_user(arg->entries, entries, nr * sizeof(*entries)))
		return -EFAULT;
	return done;
}

/**
 * msr_ioctl_get_feature_msrs() - KVM_GET_MSRS on the device
 * @arg: the MSRs to read
 *
 * Return: how many were read, up to the first that is no feature MSR; -E2BIG
 * for 256 or more; -EFAULT, -ENOMEM.
 */
long msr_ioctl_get_feature_msrs(struct kvm_msrs __user *arg)
{
	struct kvm_msr_entry *entries;
	u32 nr, i;
	long r;

	entries = copy_entries(arg, &nr);
	if (IS_ERR(entries))
		return PTR_ERR(entries);

	for (i = 0; i < nr; i++)
		if (get_feature_msr(entries[i].index, &entries[i].data))
			break;

	r = return_entries(arg, entries, nr, i);
	kfree(entries);
	return r;
}

/**
 * msr_ioctl_get() - KVM_GET_MSRS on a vCPU
 * @vcpu: the vCPU
 * @arg: the MSRs to read
 *
 * Context: vcpu->mutex held; may sleep.
 * Return: how many were read, up to the first that does not exist; -E2BIG for
 * 256 or more; -EFAULT, -ENOMEM.
 */
long msr_ioctl_get(struct vcpu *vcpu, struct kvm_msrs __user *arg)
{
	struct kvm_msr_entry *entries;
	u32 nr, i;
	u64 data;
	long r;

	entries = copy_entries(arg, &nr);
	if (IS_ERR(entries))
		return PTR_ERR(entries);

	vmx_vcpu_load(&vcpu->vmx);
	for (i = 0; i < nr; i++) {
		if (msr_get(vcpu, entries[i].index, &data, MSR_FROM_VMM))
			break;
		entries[i].data = data;
	}
	vmx_vcpu_put(&vcpu->vmx);

	r = return_entries(arg, entries, nr, i);
	kfree(entries);
	return r;
}

/**
 * msr_ioctl_set() - KVM_SET_MSRS
 * @vcpu: the vCPU
 * @arg: the MSRs to write, and their values
 *
 * Context: vcpu->mutex held; may sleep.
 * Return: how many were written, up to the first that does not exist or may
 * not have that value; -E2BIG for 256 or more; -EFAULT, -ENOMEM.
 */
long msr_ioctl_set(struct vcpu *vcpu, struct kvm_msrs __user *arg)
{
	struct kvm_msr_entry *entries;
	u32 nr, i;

	entries = copy_entries(arg, &nr);
	if (IS_ERR(entries))
		return PTR_ERR(entries);

	vmx_vcpu_load(&vcpu->vmx);
	for (i = 0; i < nr; i++)
		if (msr_set(vcpu, entries[i].index, entries[i].data,
			    MSR_FROM_VMM))
			break;
	if (i < nr)
		msr_explain_refusal(vcpu, entries[i].index, entries[i].data);
	vmx_vcpu_put(&vcpu->vmx);

	kfree(entries);
	return i;
}
