// SPDX-License-Identifier: GPL-2.0
/*
 * Host pages for guest-physical ones, and back: EPT violations map, the
 * host's mmu notifications unmap.
 *
 * No page stays pinned. Each slot has an mmu_interval_notifier on its host
 * addresses: a fault notes the notifier's sequence number, finds the host page
 * and maps it under ept.lock if the number still holds; an invalidation
 * changes the number and unmaps under the same lock, and the host does not
 * touch the page before it is through. That is all that keeps the mapping and
 * the page together, so that the reference from finding the page is dropped
 * as soon as it is mapped.
 *
 * The number of an earlier fault is as good as a new one, if the notifier still
 * has it: no invalidation of the slot has begun since, so none is under way.
 * Then nothing has to be waited for, and with ept.lock held the host's page
 * table has what may be mapped, without a reference. So most faults are served
 * while the vCPU is loaded.
 *
 * An interval notifier per slot and not an mmu_notifier per VM, because the
 * kernel then sorts out which slots an invalidation concerns and which fault
 * collides with it, and because removing it costs no SRCU grace period. What
 * it lacks is the host's question whether a page was accessed: page aging
 * sees the access that mapped a page, not the later ones.
 */
#include <linux/kvm.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

#include "dirty_log.h"
#include "host_page.h"
#include "memslot.h"
#include "vm.h"
#include "vmx/ept.h"

/* What one turn under ept.lock may unmap, so that others get it in between. */
#define UNMAP_STEP	SZ_1G

static unsigned long slot_hva(const struct memslot *slot, u64 gpa)
{
	return slot->hva + (gpa - slot->gpa);
}

static bool slot_is_readonly(const struct memslot *slot)
{
	return slot->flags & KVM_MEM_READONLY;
}

/* The largest page around @gpa that lies in the slot as it does in the host. */
static enum ept_level slot_level(const struct memslot *slot, u64 gpa,
				 enum ept_level level)
{
	for (; level > EPT_4K; level--) {
		u64 size = ept_level_size(level);
		u64 start = ALIGN_DOWN(gpa, size);

		if (start >= slot->gpa &&
		    start + size <= slot->gpa + slot->size &&
		    IS_ALIGNED(slot->gpa ^ slot->hva, size))
			break;
	}
	return level;
}

/* Returns what ept_map() does. */
static int slot_map(struct memslot *slot, u64 gpa, u32 access,
		    const struct host_page *host)
{
	struct vmx_vm *vmx = &slot->vm->vmx;
	u32 rights = EPT_READ | EPT_EXEC;
	enum ept_level level;
	int r;

	if (host->writable && !slot_is_readonly(slot) &&
	    ((access & EPT_WRITE) || dirty_log_may_write(slot, gpa))) {
		rights |= EPT_WRITE;
		if (access & EPT_WRITE)
			dirty_log_mark(slot, gpa, 1);
		else if (slot->dirty)
			rights |= EPT_LOG_WRITE;
	}

	level = slot->dirty ? EPT_4K : min(ept_max_level(access), host->level);
	level = slot_level(slot, gpa, level);

	r = ept_map(&vmx->ept, gpa, PFN_PHYS(host->pfn), level, rights,
		    host_page_memtype(host->pfn));
	if (r < 0)
		return r;
	if (r)
		ept_flush(vmx);

	host_page_touch(host, rights & EPT_WRITE);
	return 0;
}

/*
 * The host's page table has the page, and the last fault's number still holds.
 * -EBUSY: one of them is not so, or there is no page for a table.
 */
static int slot_fault_nowait(struct memslot *slot, u64 gpa, u32 access)
{
	struct ept *ept = &slot->vm->vmx.ept;
	unsigned long hva = slot_hva(slot, gpa);
	struct host_page host;
	int r = -EBUSY;

	spin_lock(&ept->lock);
	if (!mmu_interval_read_retry(&slot->notifier, slot->seq) &&
	    host_page_look(hva, access & EPT_WRITE, &host) &&
	    !slot_map(slot, gpa, access, &host))
		r = MEMSLOT_MAPPED;
	spin_unlock(&ept->lock);
	return r;
}

/* -EAGAIN: the host has changed its mapping, or others have taken the tables. */
static int slot_fault_once(struct memslot *slot, u64 gpa, u32 access)
{
	struct ept *ept = &slot->vm->vmx.ept;
	unsigned long hva = slot_hva(slot, gpa);
	struct host_page host;
	unsigned long seq;
	int r;

	/* First: the host may take the page while this waits. */
	r = ept_fill_stock(ept);
	if (r)
		return r;

	seq = mmu_interval_read_begin(&slot->notifier);
	r = host_page_find(hva, access & EPT_WRITE, !slot_is_readonly(slot),
			   &host);
	if (r)
		return r;

	spin_lock(&ept->lock);
	if (mmu_interval_read_retry(&slot->notifier, seq)) {
		r = -EAGAIN;
	} else {
		slot->seq = seq;
		host.level = host_mapping_level(slot->vm->mm, hva, host.pfn);
		r = slot_map(slot, gpa, access, &host);
	}
	spin_unlock(&ept->lock);
	host_page_release(&host);
	return r == -ENOBUFS ? -EAGAIN : r;
}

static int slot_fault(struct memslot *slot, u64 gpa, u32 access)
{
	int r;

	do {
		r = slot_fault_once(slot, gpa, access);
		if (r == -EAGAIN && signal_pending(current))
			r = -EINTR;
	} while (r == -EAGAIN);

	switch (r) {
	case 0:
		return MEMSLOT_MAPPED;
	case -EROFS:
		return MEMSLOT_MMIO;
	case -EHWPOISON:
		/* As a load by the VMM would; the signal ends KVM_RUN. */
		send_sig_mceerr(BUS_MCEERR_AR,
				(void __user *)slot_hva(slot, gpa), PAGE_SHIFT,
				current);
		return MEMSLOT_MAPPED;
	default:
		return r;
	}
}

/*
 * What a fault is about, with vm->slots_sem held: a slot, or NULL if it is for
 * the VMM.
 */
static struct memslot *faulting_slot(struct vm *vm, u64 gpa, u32 access)
{
	struct memslot *slot = memslot_find(vm, gpa);

	if (slot && (access & EPT_WRITE) && slot_is_readonly(slot))
		return NULL;
	return slot;
}

/**
 * memslot_fault_nowait() - memslot_fault() if nothing has to be waited for
 * @vm: the VM
 * @gpa: any guest-physical address
 * @access: EPT_READ, EPT_WRITE, EPT_EXEC
 *
 * Context: any but interrupts; by a thread that runs in vm->mm.
 * Return: MEMSLOT_MAPPED; MEMSLOT_MMIO; -EBUSY: memslot_fault() may know more.
 */
int memslot_fault_nowait(struct vm *vm, u64 gpa, u32 access)
{
	struct memslot *slot;
	int r;

	if (current->mm != vm->mm || !down_read_trylock(&vm->slots_sem))
		return -EBUSY;

	gpa = ALIGN_DOWN(gpa, PAGE_SIZE);
	slot = faulting_slot(vm, gpa, access);
	r = slot ? slot_fault_nowait(slot, gpa, access) : MEMSLOT_MMIO;
	up_read(&vm->slots_sem);
	return r;
}

/**
 * memslot_fault() - serve an access that the EPT paging structures refused
 * @vm: the VM
 * @gpa: any guest-physical address
 * @access: EPT_READ, EPT_WRITE, EPT_EXEC
 *
 * Context: may sleep; VMCS not current; by a thread that runs in vm->mm.
 * Return: MEMSLOT_MAPPED: repeat the access; MEMSLOT_MMIO: it is for the VMM;
 * -EFAULT: the VMM has no (or no suitable) memory at the slot's address;
 * -EINTR: a signal came first; -ENOMEM; -EIO: called by another process.
 */
int memslot_fault(struct vm *vm, u64 gpa, u32 access)
{
	struct memslot *slot;
	int r;

	if (current->mm != vm->mm)
		return -EIO;
	if (down_read_killable(&vm->slots_sem))
		return -EINTR;

	gpa = ALIGN_DOWN(gpa, PAGE_SIZE);
	slot = faulting_slot(vm, gpa, access);
	r = slot ? slot_fault(slot, gpa, access) : MEMSLOT_MMIO;
	up_read(&vm->slots_sem);
	return r;
}

static void ept_unmap_and_flush(struct vmx_vm *vmx, u64 start, u64 end)
{
	lockdep_assert_held(&vmx->ept.lock);
	if (ept_unmap_range(&vmx->ept, start, end))
		ept_flush(vmx);
}

/* Guest-physical @start to @end; pauses where @may_sleep. */
static void unmap_in_steps(struct vm *vm, u64 start, u64 end, bool may_sleep)
{
	u64 next;

	for (; start < end; start = next) {
		next = min_t(u64, end, ALIGN_DOWN(start, UNMAP_STEP) + UNMAP_STEP);
		spin_lock(&vm->vmx.ept.lock);
		ept_unmap_and_flush(&vm->vmx, start, next);
		spin_unlock(&vm->vmx.ept.lock);
		if (may_sleep)
			cond_resched();
	}
}

/**
 * memslot_unmap() - unmap all of a slot
 * @slot: which no fault can find any more
 *
 * Context: vm->slots_sem held for writing; may sleep. Afterwards no CPU uses
 * a mapping of the slot.
 */
void memslot_unmap(struct memslot *slot)
{
	lockdep_assert_held_write(&slot->vm->slots_sem);
	unmap_in_steps(slot->vm, slot->gpa, slot->gpa + slot->size, true);
}

/*
 * The host is about to change its mapping of some of the slot's memory. All
 * locks here are spinning ones: that serves the callers who must not block,
 * too, without asking them to come again.
 */
static bool memslot_invalidate(struct mmu_interval_notifier *notifier,
			       const struct mmu_notifier_range *range,
			       unsigned long seq)
{
	struct memslot *slot = container_of(notifier, struct memslot, notifier);
	struct vm *vm = slot->vm;
	u64 start, end;

	start = max(range->start, slot->hva) - slot->hva;
	end = PAGE_ALIGN(min_t(u64, range->end - slot->hva, slot->size));

	/* Faults that are under way look again, so steps can follow at ease. */
	spin_lock(&vm->vmx.ept.lock);
	mmu_interval_set_seq(notifier, seq);
	spin_unlock(&vm->vmx.ept.lock);

	unmap_in_steps(vm, slot->gpa + ALIGN_DOWN(start, PAGE_SIZE),
		       slot->gpa + end, mmu_notifier_range_blockable(range));
	return true;
}

const struct mmu_interval_notifier_ops memslot_notifier_ops = {
	.invalidate = memslot_invalidate,
};
