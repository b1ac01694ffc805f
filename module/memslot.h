/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest-physical memory slots: which host memory of the VMM backs which guest
 * physical addresses (KVM_SET_USER_MEMORY_REGION).
 */
#ifndef MINIVMX_MEMSLOT_H
#define MINIVMX_MEMSLOT_H

#include <linux/kvm.h>
#include <linux/rbtree.h>
#include <linux/types.h>
#include <linux/xarray.h>

struct vm;

/* KVM_CAP_NR_MEMSLOTS: KVM's count of user slots. */
#define MEMSLOT_MAX	32764

struct memslots {
	struct xarray by_id;		/* struct memslot by slot number */
	struct rb_root by_gpa;		/* the same by guest-physical address */
	unsigned long nr_pages;		/* of all slots together */
};

/* How an access to guest-physical memory can be served. */
enum memslot_access {
	MEMSLOT_MAPPED,		/* EPT maps it now: go back to the guest */
	MEMSLOT_MMIO,		/* no slot, or a write to a read-only one */
};

void memslots_init(struct vm *vm);
void memslots_destroy(struct vm *vm);
int memslot_set(struct vm *vm, const struct kvm_userspace_memory_region *region);
int memslot_fault(struct vm *vm, u64 gpa, u32 access);
bool memslot_is_mmio(struct vm *vm, u64 gpa, bool write);
int guest_read(struct vm *vm, u64 gpa, void *buf, unsigned int len);
int guest_write(struct vm *vm, u64 gpa, const void *buf, unsigned int len);

#endif /* MINIVMX_MEMSLOT_H */
