/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A virtual machine: the object behind a VM file descriptor.
 *
 * Locking legend, one letter per member:
 *   (c) constant after creation
 *   (l) vm->lock
 *   (s) vm->slots_sem
 *   (a) atomic or READ_ONCE/WRITE_ONCE
 * Order: vcpu->mutex, vm->lock, vm->slots_sem, mmap_lock, vmx.ept.lock.
 */
#ifndef MINIVMX_VM_H
#define MINIVMX_VM_H

#include <linux/kvm.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/xarray.h>

#include "memslot.h"
#include "vmx/vmx.h"

/* KVM's own limits on Debian's kernels, reported by KVM_CHECK_EXTENSION. */
#define VM_MAX_VCPUS	1024
#define VM_MAX_VCPU_ID	4096
#define VM_MAX_IRQ_ROUTES	4096

struct vm {
	refcount_t users;		/* the VM file and each vCPU file */
	struct mm_struct *mm;		/* (c) the address space that owns guest memory */
	struct mutex lock;
	struct xarray vcpus;		/* (l) struct vcpu by id */
	unsigned int nr_vcpus;		/* (l) */
	struct rw_semaphore slots_sem;
	struct memslots slots;		/* (s) */
	struct msr_filter __rcu *msr_filter;	/* (l) for writing */
	u32 max_vcpu_id;		/* (l) ids are below it; 0: not yet known */
	bool hide_platform_info;	/* (a) KVM_CAP_MSR_PLATFORM_INFO is 0 */
	u64 user_space_msr;		/* (a) KVM_MSR_EXIT_REASON_* enabled */
	u64 manual_dirty_log;		/* (a) KVM_DIRTY_LOG_* enabled */
	bool exception_payload;		/* (a) KVM_CAP_EXCEPTION_PAYLOAD is enabled */
	bool triple_fault_event;	/* (a) KVM_CAP_X86_TRIPLE_FAULT_EVENT is */
	u64 tsc_offset;			/* (l) guest TSC minus host TSC for new vCPUs */
	struct vmx_vm vmx;
};

int vm_create(unsigned long type);
void vm_get(struct vm *vm);
void vm_put(struct vm *vm);

#endif /* MINIVMX_VM_H */
