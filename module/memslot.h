/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest-physical memory slots: which host memory of the VMM backs which guest
 * physical addresses (KVM_SET_USER_MEMORY_REGION).
 *
 * memslot.c keeps the set of slots, fault.c maps their pages for the guest
 * and unmaps them when the host wants them back, guest_mem.c copies.
 */
#ifndef MINIVMX_MEMSLOT_H
#define MINIVMX_MEMSLOT_H

#include <linux/kvm.h>
#include <linux/mmu_notifier.h>
#include <linux/rbtree.h>
#include <linux/types.h>
#include <linux/xarray.h>

struct vm;

/* KVM_CAP_NR_MEMSLOTS: KVM's count of user slots. */
#define MEMSLOT_MAX	32764

/* One slot; but for the log of written pages, a change makes a new one. */
struct memslot {
	struct vm *vm;
	u32 id;
	u32 flags;			/* (s) KVM_MEM_* */
	u64 gpa;			/* first guest-physical address */
	u64 size;			/* in bytes; all three are page-aligned */
	unsigned long hva;		/* first address in vm->mm */
	unsigned long *dirty;		/* (s) see dirty_log.c; NULL: not logged */
	struct rb_node by_gpa;		/* (s) in memslots.by_gpa */
	struct mmu_interval_notifier notifier;	/* see fault.c */
	unsigned long seq;		/* (e) the notifier's, of the last fault that has waited */
};

struct memslots {
	struct xarray by_id;		/* struct memslot by slot number */
	struct rb_root by_gpa;		/* the same by guest-physical address */
	struct memslot *last;		/* (a) found last, to be looked at first */
	u64 generation;			/* changes with every slot */
	unsigned long nr_pages;		/* of all slots together */
	unsigned int nr_logs;		/* slots with a log */
	unsigned int mmu_pages;		/* KVM_GET_NR_MMU_PAGES */
	bool mmu_pages_set;		/* by KVM_SET_NR_MMU_PAGES */
};

/* How an access to guest-physical memory can be served. */
enum memslot_access {
	MEMSLOT_MAPPED,		/* EPT maps it now: go back to the guest */
	MEMSLOT_MMIO,		/* no slot, or a write to a read-only one */
};

void memslots_init(struct vm *vm);
void memslots_destroy(struct vm *vm);
int memslot_set(struct vm *vm, const struct kvm_userspace_memory_region *region);
struct memslot *memslot_find(struct vm *vm, u64 gpa);
bool memslot_is_mmio(struct vm *vm, u64 gpa, bool write);
int memslots_set_mmu_pages(struct vm *vm, unsigned long pages);
int memslots_mmu_pages(struct vm *vm);

/* fault.c */
extern const struct mmu_interval_notifier_ops memslot_notifier_ops;
int memslot_fault(struct vm *vm, u64 gpa, u32 access);
int memslot_fault_nowait(struct vm *vm, u64 gpa, u32 access);
void memslot_unmap(struct memslot *slot);

/* guest_mem.c */
int guest_mem_begin(struct vm *vm);
void guest_mem_end(struct vm *vm);
int guest_read(struct vm *vm, u64 gpa, void *buf, unsigned int len);
bool guest_word(struct vm *vm, u64 gpa, const u64 __user **address);
int guest_write(struct vm *vm, u64 gpa, const void *buf, unsigned int len);
int guest_cmpxchg(struct vm *vm, u64 gpa, u64 old, u64 new, unsigned int len);

#endif /* MINIVMX_MEMSLOT_H */
