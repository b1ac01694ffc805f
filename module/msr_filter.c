// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_X86_SET_MSR_FILTER: which MSRs the guest may access at all.
 *
 * The filter of a VM is replaced as a whole. Those who ask it are in RCU
 * read-side critical sections.
 */
#include <linux/err.h>
#include <linux/kvm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "msr_filter.h"
#include "vmx/vmcs.h"

/* KVM does not filter the local APIC's registers, for its own acceleration. */
#define X2APIC_FIRST	0x800
#define X2APIC_LAST	0x8ff

struct msr_filter {
	bool default_allow;
	unsigned int nr;
	struct msr_filter_range {
		u32 flags;		/* KVM_MSR_FILTER_READ, WRITE */
		u32 base, nmsrs;
		unsigned long *bitmap;	/* 1: allowed */
	} ranges[KVM_MSR_FILTER_MAX_RANGES];
};

static void filter_free(struct msr_filter *filter)
{
	unsigned int i;

	if (!filter)
		return;
	for (i = 0; i < filter->nr; i++)
		kfree(filter->ranges[i].bitmap);
	kfree(filter);
}

static bool filter_allows(const struct msr_filter *filter, u32 msr, bool write)
{
	u32 flag = write ? KVM_MSR_FILTER_WRITE : KVM_MSR_FILTER_READ;
	unsigned int i;

	if (!filter || (msr >= X2APIC_FIRST && msr <= X2APIC_LAST))
		return true;

	for (i = 0; i < filter->nr; i++) {
		const struct msr_filter_range *range = &filter->ranges[i];

		if ((range->flags & flag) && msr - range->base < range->nmsrs)
			return test_bit(msr - range->base, range->bitmap);
	}
	return filter->default_allow;
}

/* For the CPU's bitmap, where the types are the VMX half's. */
static bool filter_allows_cpu(const void *filter, u32 msr, bool write)
{
	return filter_allows(filter, msr, write);
}

/**
 * msr_filter_asked() - the part of msr_filter_allows() for VMs with a filter
 * @vm: the VM
 * @msr: the MSR's number
 * @write: WRMSR, not RDMSR
 *
 * Context: any.
 */
bool msr_filter_asked(struct vm *vm, u32 msr, bool write)
{
	bool allows;

	rcu_read_lock();
	allows = filter_allows(rcu_dereference(vm->msr_filter), msr, write);
	rcu_read_unlock();
	return allows;
}

static int filter_add_range(struct msr_filter *filter,
		     const struct kvm_msr_filter_range *from)
{
	struct msr_filter_range *range = &filter->ranges[filter->nr];
	size_t size = BITS_TO_LONGS((u64)from->nmsrs) * sizeof(long);

	if (!from->nmsrs)
		return 0;
	if (!from->flags ||
	    (from->flags & ~(KVM_MSR_FILTER_READ | KVM_MSR_FILTER_WRITE)))
		return -EINVAL;
	if (size > KVM_MSR_FILTER_MAX_BITMAP_SIZE)
		return -EINVAL;

	range->bitmap = memdup_user((void __user *)from->bitmap, size);
	if (IS_ERR(range->bitmap))
		return PTR_ERR(range->bitmap);
	range->flags = from->flags;
	range->base = from->base;
	range->nmsrs = from->nmsrs;
	filter->nr++;
	return 0;
}

static struct msr_filter *filter_create(const struct kvm_msr_filter *arg)
{
	struct msr_filter *filter;
	unsigned int i;
	int r;

	if (arg->flags & ~KVM_MSR_FILTER_DEFAULT_DENY)
		return ERR_PTR(-EINVAL);
	filter = kzalloc(sizeof(*filter), GFP_KERNEL_ACCOUNT);
	if (!filter)
		return ERR_PTR(-ENOMEM);

	filter->default_allow = !(arg->flags & KVM_MSR_FILTER_DEFAULT_DENY);
	for (i = 0; i < ARRAY_SIZE(arg->ranges); i++) {
		r = filter_add_range(filter, &arg->ranges[i]);
		if (r)
			goto out_free;
	}
	/* As on KVM, nobody can want a guest without any MSR. */
	r = -EINVAL;
	if (!filter->nr && !filter->default_allow)
		goto out_free;
	return filter;

out_free:
	filter_free(filter);
	return ERR_PTR(r);
}

/**
 * msr_filter_apply() - tell the CPU which MSRs exit
 * @vm: the VM, whose filter or MSRs without exits have changed
 *
 * Context: may sleep; vm->lock held. When it returns every vCPU obeys.
 */
void msr_filter_apply(struct vm *vm)
{
	vmx_filter_msrs(&vm->vmx, filter_allows_cpu,
			rcu_dereference_protected(vm->msr_filter,
						  lockdep_is_held(&vm->lock)));
}

/**
 * msr_filter_set() - KVM_X86_SET_MSR_FILTER
 * @vm: the VM of the calling process
 * @arg: ranges of MSRs, and what holds for the others
 *
 * When it succeeds no vCPU accesses an MSR that is denied any more.
 *
 * Context: may sleep; takes vm->lock.
 * Return: 0; -EINVAL for unknown flags, a range without flags or too long, and
 * a filter that denies everything; -EFAULT, -ENOMEM.
 */
int msr_filter_set(struct vm *vm, const struct kvm_msr_filter *arg)
{
	struct msr_filter *new = filter_create(arg), *old;

	if (IS_ERR(new))
		return PTR_ERR(new);

	mutex_lock(&vm->lock);
	old = rcu_replace_pointer(vm->msr_filter, new,
				  lockdep_is_held(&vm->lock));
	msr_filter_apply(vm);
	mutex_unlock(&vm->lock);

	synchronize_rcu();
	filter_free(old);
	return 0;
}

/**
 * msr_filter_destroy() - free the filter
 * @vm: the VM, without vCPUs
 */
void msr_filter_destroy(struct vm *vm)
{
	filter_free(rcu_dereference_protected(vm->msr_filter, true));
}
