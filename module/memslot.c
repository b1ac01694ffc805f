// SPDX-License-Identifier: GPL-2.0
/*
 * Memory slots: KVM_SET_USER_MEMORY_REGION.
 *
 * vm->slots_sem guards the set of slots: written here, read by whoever
 * resolves a guest-physical address, for as long as it uses the slot. A rwsem
 * and not SRCU, because an SRCU grace period at each change of a slot and at
 * the end of each VM costs milliseconds; changes of slots during a guest's
 * life are rare, so that readers hardly ever wait.
 *
 * Lock order: slots_sem, mmap_lock, ept.lock.
 */
#include <linux/kvm.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "dirty_log.h"
#include "memslot.h"
#include "vm.h"
#include "vmx/ept.h"

/* KVM's limit on the pages of one slot. */
#define MEMSLOT_MAX_PAGES	INT_MAX

/* KVM's numbers for KVM_SET_NR_MMU_PAGES. */
#define PAGES_PER_MMU_PAGE	50
#define MIN_MMU_PAGES		64ul

/**
 * memslots_init() - start with no slots
 * @vm: the new VM
 */
void memslots_init(struct vm *vm)
{
	xa_init_flags(&vm->slots.by_id, XA_FLAGS_ACCOUNT);
	vm->slots.by_gpa = RB_ROOT;
}

/* Waits for notifications of the host that are under way. */
static void memslot_free(struct memslot *slot)
{
	mmu_interval_notifier_remove(&slot->notifier);
	dirty_log_free(slot);
	kfree(slot);
}

/**
 * memslots_destroy() - free all slots
 * @vm: the VM, without vCPUs
 *
 * The EPT paging structures still hold mappings afterwards, which no CPU uses
 * any more: ept_destroy() follows.
 *
 * Context: may sleep.
 */
void memslots_destroy(struct vm *vm)
{
	struct memslot *slot;
	unsigned long id;

	xa_for_each(&vm->slots.by_id, id, slot)
		memslot_free(slot);
	xa_destroy(&vm->slots.by_id);
}

/**
 * memslot_find() - the slot that a guest-physical address belongs to
 * @vm: the VM
 * @gpa: any address
 *
 * Context: vm->slots_sem held; the slot is good until it is dropped.
 * Return: the slot or NULL.
 */
struct memslot *memslot_find(struct vm *vm, u64 gpa)
{
	struct rb_node *node = vm->slots.by_gpa.rb_node;
	struct memslot *slot = READ_ONCE(vm->slots.last);

	lockdep_assert_held(&vm->slots_sem);

	if (slot && gpa - slot->gpa < slot->size)
		return slot;

	while (node) {
		slot = rb_entry(node, struct memslot, by_gpa);
		if (gpa < slot->gpa) {
			node = node->rb_left;
		} else if (gpa - slot->gpa >= slot->size) {
			node = node->rb_right;
		} else {
			WRITE_ONCE(vm->slots.last, slot);
			return slot;
		}
	}
	return NULL;
}

/**
 * memslot_is_mmio() - does this access go to the VMM?
 * @vm: the VM
 * @gpa: any guest-physical address
 * @write: the access writes
 *
 * Context: vm->slots_sem held.
 */
bool memslot_is_mmio(struct vm *vm, u64 gpa, bool write)
{
	const struct memslot *slot = memslot_find(vm, gpa);

	return !slot || (write && (slot->flags & KVM_MEM_READONLY));
}

/* Does another slot than @id have addresses of @gpa to @gpa + @size? */
static bool slots_overlap(const struct vm *vm, u32 id, u64 gpa, u64 size)
{
	struct rb_node *node = vm->slots.by_gpa.rb_node;
	const struct memslot *slot, *next = NULL;

	/* The first slot that ends behind gpa; slots don't overlap. */
	while (node) {
		slot = rb_entry(node, struct memslot, by_gpa);
		if (slot->gpa + slot->size > gpa) {
			next = slot;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}

	if (next && next->id == id) {
		node = rb_next(&next->by_gpa);
		next = node ? rb_entry(node, struct memslot, by_gpa) : NULL;
	}
	return next && next->gpa < gpa + size;
}

static void slots_insert(struct vm *vm, struct memslot *slot)
{
	struct rb_node **link = &vm->slots.by_gpa.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		if (slot->gpa < rb_entry(parent, struct memslot, by_gpa)->gpa)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&slot->by_gpa, parent, link);
	rb_insert_color(&slot->by_gpa, &vm->slots.by_gpa);
	vm->slots.nr_pages += slot->size >> PAGE_SHIFT;
	vm->slots.generation++;
}

static void slots_erase(struct vm *vm, struct memslot *slot)
{
	rb_erase(&slot->by_gpa, &vm->slots.by_gpa);
	WRITE_ONCE(vm->slots.last, NULL);
	vm->slots.generation++;
	vm->slots.nr_pages -= slot->size >> PAGE_SHIFT;
}

/* As KVM sizes its shadow page tables if the VMM does not. */
static void slots_update_mmu_pages(struct vm *vm)
{
	struct memslots *slots = &vm->slots;

	if (!slots->mmu_pages_set)
		WRITE_ONCE(slots->mmu_pages,
			   max(slots->nr_pages / PAGES_PER_MMU_PAGE,
			       MIN_MMU_PAGES));
}

/* A slot that already follows the host's changes, but is in no set yet. */
static struct memslot *
memslot_alloc(struct vm *vm, const struct kvm_userspace_memory_region *region)
{
	struct memslot *slot;
	int r;

	slot = kzalloc(sizeof(*slot), GFP_KERNEL_ACCOUNT);
	if (!slot)
		return ERR_PTR(-ENOMEM);

	slot->vm = vm;
	slot->id = region->slot;
	slot->flags = region->flags;
	slot->gpa = region->guest_phys_addr;
	slot->size = region->memory_size;
	slot->hva = region->userspace_addr;

	r = mmu_interval_notifier_insert(&slot->notifier, vm->mm, slot->hva,
					 slot->size, &memslot_notifier_ops);
	if (r) {
		kfree(slot);
		return ERR_PTR(r);
	}
	return slot;
}

static int slot_start_log(struct memslot *slot)
{
	return slot->flags & KVM_MEM_LOG_DIRTY_PAGES ? dirty_log_start(slot) : 0;
}

static int slot_create(struct vm *vm,
		       const struct kvm_userspace_memory_region *region)
{
	u64 pages = region->memory_size >> PAGE_SHIFT;
	struct memslot *slot;
	int r;

	if (vm->slots.nr_pages + pages < vm->slots.nr_pages)
		return -EINVAL;
	if (slots_overlap(vm, region->slot, region->guest_phys_addr,
			  region->memory_size))
		return -EEXIST;

	slot = memslot_alloc(vm, region);
	if (IS_ERR(slot))
		return PTR_ERR(slot);

	r = slot_start_log(slot);
	if (!r)
		r = xa_err(xa_store(&vm->slots.by_id, slot->id, slot,
				    GFP_KERNEL_ACCOUNT));
	if (r) {
		memslot_free(slot);
		return r;
	}
	slots_insert(vm, slot);
	slots_update_mmu_pages(vm);
	return 0;
}

static void slot_delete(struct vm *vm, struct memslot *slot)
{
	xa_erase(&vm->slots.by_id, slot->id);
	slots_erase(vm, slot);
	slots_update_mmu_pages(vm);
	memslot_unmap(slot);
	memslot_free(slot);
}

static int slot_move(struct vm *vm, struct memslot *old,
		     const struct kvm_userspace_memory_region *region)
{
	struct memslot *slot;
	int r;

	if (slots_overlap(vm, region->slot, region->guest_phys_addr,
			  region->memory_size))
		return -EEXIST;

	slot = memslot_alloc(vm, region);
	if (IS_ERR(slot))
		return PTR_ERR(slot);

	if ((slot->flags & KVM_MEM_LOG_DIRTY_PAGES) && old->dirty) {
		/* What is still written there is marked there. */
		memslot_unmap(old);
		dirty_log_collect(vm);
		swap(slot->dirty, old->dirty);
	} else {
		r = slot_start_log(slot);
		if (r) {
			memslot_free(slot);
			return r;
		}
	}

	/* Cannot fail: the entry exists. */
	xa_store(&vm->slots.by_id, slot->id, slot, GFP_KERNEL_ACCOUNT);
	slots_erase(vm, old);
	slots_insert(vm, slot);
	memslot_unmap(old);
	memslot_free(old);
	return 0;
}

/* The only other flag, KVM_MEM_READONLY, is the slot's for life. */
static int slot_set_flags(struct memslot *slot, u32 flags)
{
	int r;

	if (flags & KVM_MEM_LOG_DIRTY_PAGES) {
		r = dirty_log_start(slot);
		if (r)
			return r;
	} else {
		dirty_log_free(slot);
		/* So that large pages come back. */
		memslot_unmap(slot);
	}
	slot->flags = flags;
	return 0;
}

/* What may be changed of a slot: its guest-physical address, and its log. */
static int slot_change(struct vm *vm, struct memslot *slot,
		       const struct kvm_userspace_memory_region *region)
{
	if (region->userspace_addr != slot->hva ||
	    region->memory_size != slot->size ||
	    ((region->flags ^ slot->flags) & KVM_MEM_READONLY))
		return -EINVAL;
	if (region->guest_phys_addr != slot->gpa)
		return slot_move(vm, slot, region);
	if (region->flags != slot->flags)
		return slot_set_flags(slot, region->flags);
	return 0;
}

static bool region_is_valid(const struct vm *vm,
			    const struct kvm_userspace_memory_region *region)
{
	u64 limit = ept_gpa_limit(&vm->vmx.ept);

	if (region->flags & ~(KVM_MEM_READONLY | KVM_MEM_LOG_DIRTY_PAGES))
		return false;
	/* Bits 31:16 would name SMM's address space, which is not offered. */
	if (region->slot >= MEMSLOT_MAX)
		return false;
	if (!PAGE_ALIGNED(region->memory_size) ||
	    !PAGE_ALIGNED(region->guest_phys_addr) ||
	    !PAGE_ALIGNED(region->userspace_addr))
		return false;
	if (region->memory_size >> PAGE_SHIFT > MEMSLOT_MAX_PAGES)
		return false;
	if (region->userspace_addr != untagged_addr(region->userspace_addr) ||
	    !access_ok((void __user *)region->userspace_addr,
		       region->memory_size))
		return false;

	/* A deletion ignores the address; KVM checks but that it can't wrap. */
	if (!region->memory_size)
		return true;
	return region->guest_phys_addr < limit &&
	       region->memory_size <= limit - region->guest_phys_addr;
}

/**
 * memslot_set() - KVM_SET_USER_MEMORY_REGION
 * @vm: the VM of the calling process
 * @region: slot number, flags, guest-physical address, size, and address in
 *	the caller's memory; a size of 0 deletes the slot
 *
 * On an error nothing has changed. When it succeeds no vCPU uses what the
 * slot was before.
 *
 * Context: may sleep; no lock of the VM held but vm->lock.
 * Return: 0; -EINVAL for anything unaligned, out of range or not supported,
 * for the deletion of a slot that does not exist, and for a change of size,
 * address in the caller's memory or KVM_MEM_READONLY; -EEXIST if it would overlap another
 * slot; -ENOMEM; -EINTR.
 */
int memslot_set(struct vm *vm, const struct kvm_userspace_memory_region *region)
{
	struct memslot *slot;
	int r;

	if (!region_is_valid(vm, region))
		return -EINVAL;

	if (down_write_killable(&vm->slots_sem))
		return -EINTR;
	/* What is noted now is of the slots as they are now. */
	dirty_log_collect(vm);
	slot = xa_load(&vm->slots.by_id, region->slot);
	if (region->memory_size) {
		r = slot ? slot_change(vm, slot, region) :
			   slot_create(vm, region);
	} else if (slot) {
		slot_delete(vm, slot);
		r = 0;
	} else {
		r = -EINVAL;
	}
	up_write(&vm->slots_sem);
	return r;
}

/**
 * memslots_set_mmu_pages() - KVM_SET_NR_MMU_PAGES
 * @vm: the VM
 * @pages: pages of shadow page tables, 64 at least
 *
 * With EPT there are none, on KVM as here: the number is kept for the VMM.
 *
 * Context: may sleep.
 * Return: 0; -EINVAL; -EINTR.
 */
int memslots_set_mmu_pages(struct vm *vm, unsigned long pages)
{
	if (pages < MIN_MMU_PAGES)
		return -EINVAL;
	if (down_write_killable(&vm->slots_sem))
		return -EINTR;
	WRITE_ONCE(vm->slots.mmu_pages, pages);
	vm->slots.mmu_pages_set = true;
	up_write(&vm->slots_sem);
	return 0;
}

/**
 * memslots_mmu_pages() - KVM_GET_NR_MMU_PAGES
 * @vm: the VM
 *
 * Context: any.
 * Return: the number that the VMM has set, or KVM's for slots of this size; as
 * on KVM the low 32 bits of it, with a sign.
 */
int memslots_mmu_pages(struct vm *vm)
{
	return READ_ONCE(vm->slots.mmu_pages);
}
