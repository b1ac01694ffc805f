/* SPDX-License-Identifier: GPL-2.0 */
/* MSR accesses that the VMM denies or handles itself. */
#ifndef MINIVMX_MSR_FILTER_H
#define MINIVMX_MSR_FILTER_H

#include <linux/rcupdate.h>

#include "vcpu.h"

/* KVM_CAP_X86_USER_SPACE_MSR: the reasons that KVM 6.1 knows. */
#define MSR_EXIT_REASONS	(KVM_MSR_EXIT_REASON_INVAL | \
				 KVM_MSR_EXIT_REASON_UNKNOWN | \
				 KVM_MSR_EXIT_REASON_FILTER)

void msr_filter_apply(struct vm *vm);
int msr_filter_set(struct vm *vm, const struct kvm_msr_filter *arg);
void msr_filter_destroy(struct vm *vm);
bool msr_filter_asked(struct vm *vm, u32 msr, bool write);

/**
 * msr_filter_allows() - may the guest access an MSR?
 * @vm: the VM
 * @msr: its number
 * @write: WRMSR, not RDMSR
 *
 * Context: any.
 */
static inline bool msr_filter_allows(struct vm *vm, u32 msr, bool write)
{
	return likely(!rcu_access_pointer(vm->msr_filter)) ||
	       msr_filter_asked(vm, msr, write);
}

#endif /* MINIVMX_MSR_FILTER_H */
