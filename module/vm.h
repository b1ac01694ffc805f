/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A virtual machine: the object behind a VM file descriptor.
 *
 * Locking legend, one letter per member:
 *   (c) constant after creation
 *   (l) vm->lock
 *   (s) vm->slots_sem
 *   (a) atomic or READ_ONCE/WRITE_ONCE
 *   (u) shared with the VMM: nothing read from it is trusted or read twice
 * Order: vcpu->mutex, vm->lock, vm->slots_sem, mmap_lock, vmx.ept.lock.
 * vm->ring_lock is taken by itself.
 */
#ifndef MINIVMX_VM_H
#define MINIVMX_VM_H

#include <linux/kvm.h>
#include <linux/kvm_para.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/xarray.h>

#include "iobus.h"
#include "memslot.h"
#include "tsc.h"
#include "vmx/vmx.h"

/* KVM's own limits on Debian's kernels, reported by KVM_CHECK_EXTENSION. */
#define VM_MAX_VCPUS	1024
#define VM_MAX_VCPU_ID	4096
#define VM_MAX_IRQ_ROUTES	4096

struct vm {
	refcount_t users;		/* the VM file and each vCPU file */
	struct mm_struct *mm;		/* (c) the address space that owns guest memory */
	pid_t creator;			/* (c) who has made it, as statistics name it */
	struct mutex lock;
	struct xarray vcpus;		/* (l) struct vcpu by id */
	unsigned int nr_vcpus;		/* (l) */
	struct rw_semaphore slots_sem;
	struct memslots slots;		/* (s) */
	struct msr_filter __rcu *msr_filter;	/* (l) for writing */
	struct iobus iobus[NR_IOBUSES];
	spinlock_t ring_lock;		/* who puts entries into the ring */
	struct kvm_coalesced_mmio_ring *ring;	/* (a) NULL: not yet; (u) contents */
	u32 boot_cpu_id;		/* (l) of the bootstrap processor, in IA32_APIC_BASE */
	u32 max_vcpu_id;		/* (l) ids are below it; 0: not yet known */
	bool hide_platform_info;	/* (a) KVM_CAP_MSR_PLATFORM_INFO is 0 */
	u64 disabled_quirks;		/* (a) KVM_X86_QUIRK_* */
	u64 hypercall_exits;		/* (a) bits by number: KVM_CAP_EXIT_HYPERCALL */
	u64 user_space_msr;		/* (a) KVM_MSR_EXIT_REASON_* enabled */
	u64 manual_dirty_log;		/* (a) KVM_DIRTY_LOG_* enabled */
	bool exception_payload;		/* (a) KVM_CAP_EXCEPTION_PAYLOAD is enabled */
	bool triple_fault_event;	/* (a) KVM_CAP_X86_TRIPLE_FAULT_EVENT is */
	bool exit_on_emulation_failure;	/* (a) KVM_CAP_EXIT_ON_EMULATION_FAILURE is */
	u64 clock_start;		/* (a) ns: boot time at which the clock was 0 */
	struct vm_tsc tsc;
	struct vmx_vm vmx;
};

/*
 * KVM_CAP_DISABLE_QUIRKS2: KVM's others are of its own interrupt controllers and
 * of devices that do not snoop caches, or are no quirk of MiniVMX.
 */
#define VM_QUIRKS	(KVM_X86_QUIRK_OUT_7E_INC_RIP |		\
			 KVM_X86_QUIRK_MISC_ENABLE_NO_MWAIT |	\
			 KVM_X86_QUIRK_MWAIT_NEVER_UD_FAULTS)

static inline bool vm_has_quirk(const struct vm *vm, u64 quirk)
{
	return !(READ_ONCE(vm->disabled_quirks) & quirk);
}

int vm_create(unsigned long type);
void vm_get(struct vm *vm);
void vm_put(struct vm *vm);

/* vm_caps.c */
/* KVM_CAP_EXIT_HYPERCALL: the hypercalls that a VMM can ask for. */
#define VM_HYPERCALL_EXITS	BIT(KVM_HC_MAP_GPA_RANGE)

int vm_enable_cap(struct vm *vm, void __user *argp);
int vm_exits_to_disable(void);

#endif /* MINIVMX_VM_H */
