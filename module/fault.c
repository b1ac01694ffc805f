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
 * An interval notifier per slot and not an mmu_notifier per VM, because the
 * kernel then sorts out which slots an invalidation concerns and which fault
 * collides with it, and because removing it costs no SRCU grace period. What
 * it lacks is the host's question whether a page was accessed: page aging
 * sees the access that mapped a page, not the later ones.
 */
#include <linux/kvm.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>
#include <asm/e820/api.h>
#include <asm/memtype.h>

#include "compat.h"
#include "dirty_log.h"
#include "memslot.h"
#include "vm.h"
#include "vmx/ept.h"

/* What one turn under ept.lock may unmap, so that others get it in between. */
#define UNMAP_STEP	SZ_1G

/* The host page behind an address of the VMM. */
struct host_page {
	unsigned long pfn;
	struct page *page;	/* with a reference; NULL: none is counted */
	bool writable;
};

static unsigned long slot_hva(const struct memslot *slot, u64 gpa)
{
	return slot->hva + (gpa - slot->gpa);
}

static bool slot_is_readonly(const struct memslot *slot)
{
	return slot->flags & KVM_MEM_READONLY;
}

static void host_page_set(struct host_page *host, struct page *page,
			  bool writable)
{
	host->page = page;
	host->pfn = page_to_pfn(page);
	host->writable = writable;
}

static int pfnmap_look(struct vm_area_struct *vma, unsigned long hva,
		       bool write, struct host_page *host)
{
	if (compat_follow_pfnmap(vma, hva, &host->pfn, &host->writable))
		return -EFAULT;
	return write && !host->writable ? -EROFS : 0;
}

/*
 * Mappings of device memory and of other frames that have no page count to
 * take. They need none: whoever frees them unmaps them first.
 */
static int host_page_from_pfnmap(unsigned long hva, bool write,
				 struct host_page *host)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	bool unlocked = false;
	int r = -EFAULT;

	mmap_read_lock(mm);
	vma = vma_lookup(mm, hva);
	if (!vma || !(vma->vm_flags & (VM_IO | VM_PFNMAP)))
		goto out;

	r = pfnmap_look(vma, hva, write, host);
	if (r != -EFAULT)
		goto out;

	/* get_user_pages() does not call these mappings' fault handler. */
	if (fixup_user_fault(mm, hva, write ? FAULT_FLAG_WRITE : 0, &unlocked))
		goto out;
	/* Without the lock the mapping may have become another one. */
	r = unlocked ? -EAGAIN : pfnmap_look(vma, hva, write, host);
out:
	mmap_read_unlock(mm);
	return r;
}

/*
 * Finds the page at @hva, writable if @write, else if @may_write and it costs
 * no copy: memory that is read first is mostly written next.
 *
 * -EFAULT: there is none; -EHWPOISON; -EROFS: a device's mapping that can't be
 * written; -EAGAIN: look again.
 */
static int host_page_find(unsigned long hva, bool write, bool may_write,
			  struct host_page *host)
{
	unsigned int flags = FOLL_HWPOISON | (write ? FOLL_WRITE : 0);
	struct page *page, *wpage;
	long r;

	host->page = NULL;
	if (may_write && get_user_page_fast_only(hva, FOLL_WRITE, &page)) {
		host_page_set(host, page, true);
		return 0;
	}

	r = get_user_pages_unlocked(hva, 1, &page, flags);
	if (r != 1) {
		if (fatal_signal_pending(current))
			return -EINTR;
		if (r == -EHWPOISON)
			return r;
		return host_page_from_pfnmap(hva, write, host);
	}

	if (!write && may_write &&
	    get_user_page_fast_only(hva, FOLL_WRITE, &wpage)) {
		put_page(page);
		host_page_set(host, wpage, true);
		return 0;
	}
	host_page_set(host, page, write);
	return 0;
}

/* Lets go of the page, and tells page aging of the access, as KVM does. */
static void host_page_release(struct host_page *host)
{
	if (!host->page)
		return;
	if (!PageReserved(host->page))
		mark_page_accessed(host->page);
	put_page(host->page);
}

/* Write-back for memory and no caching for devices, as KVM decides it. */
static u8 host_page_memtype(unsigned long pfn)
{
	bool device;

	if (!pfn_valid(pfn))
		device = !e820__mapped_raw_any(PFN_PHYS(pfn),
					       PFN_PHYS(pfn + 1) - 1,
					       E820_TYPE_RAM);
	else
		device = !is_zero_pfn(pfn) && PageReserved(pfn_to_page(pfn)) &&
			 (!pat_enabled() || pat_pfn_immune_to_uc_mtrr(pfn));
	return device ? EPT_MEMTYPE_UC : EPT_MEMTYPE_WB;
}

/*
 * The size of the host's own mapping of @pfn at @hva, from the host's page
 * table: whether the page is a part of a large one says nothing, for a large
 * page can be mapped in parts.
 *
 * With ept.lock held and the notifier's sequence number checked no such
 * mapping can be split or replaced before we are through: whoever wants to
 * must invalidate the range first, and that waits for the lock. Neighbouring
 * tables can go at any time, but interrupts that are off hold back their
 * release. Each entry is read once, as it may become a large page meanwhile.
 */
static enum ept_level host_mapping_level(struct mm_struct *mm,
					 unsigned long hva, unsigned long pfn)
{
	enum ept_level level = EPT_4K;
	unsigned long irq_flags;
	pgd_t pgd;
	p4d_t p4d;
	pud_t pud;
	pmd_t pmd;

	local_irq_save(irq_flags);
	pgd = READ_ONCE(*pgd_offset(mm, hva));
	if (!pgd_present(pgd))
		goto out;
	p4d = READ_ONCE(*p4d_offset(&pgd, hva));
	if (!p4d_present(p4d))
		goto out;
	pud = READ_ONCE(*pud_offset(&p4d, hva));
	if (!pud_present(pud))
		goto out;
	if (pud_leaf(pud)) {
		if (pud_pfn(pud) + ((hva & ~PUD_MASK) >> PAGE_SHIFT) == pfn)
			level = EPT_1G;
		goto out;
	}
	pmd = READ_ONCE(*pmd_offset(&pud, hva));
	if (pmd_present(pmd) && pmd_leaf(pmd) &&
	    pmd_pfn(pmd) + ((hva & ~PMD_MASK) >> PAGE_SHIFT) == pfn)
		level = EPT_2M;
out:
	local_irq_restore(irq_flags);
	return level;
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
		    const struct host_page *host, struct ept_cache *cache)
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

	level = slot->dirty ? EPT_4K :
			      slot_level(slot, gpa, ept_max_level(access));
	if (level > EPT_4K)
		level = min(level, host_mapping_level(slot->vm->mm,
						      slot_hva(slot, gpa),
						      host->pfn));

	r = ept_map(&vmx->ept, cache, gpa, PFN_PHYS(host->pfn), level, rights,
		    host_page_memtype(host->pfn));
	if (r < 0)
		return r;
	if (r)
		ept_flush(vmx);

	/*
	 * The guest may write from now on, and no clean page stays mapped
	 * writable: whoever cleans a page invalidates its mappings first. So
	 * this is the one place to mark it.
	 */
	if ((rights & EPT_WRITE) && host->page && !PageReserved(host->page))
		SetPageDirty(host->page);
	return 0;
}

/* -EAGAIN: the host has changed its mapping meanwhile. */
static int slot_fault_once(struct memslot *slot, u64 gpa, u32 access)
{
	struct ept *ept = &slot->vm->vmx.ept;
	struct ept_cache cache = {};
	struct host_page host;
	unsigned long seq;
	int r;

	seq = mmu_interval_read_begin(&slot->notifier);
	r = host_page_find(slot_hva(slot, gpa), access & EPT_WRITE,
			   !slot_is_readonly(slot), &host);
	if (r)
		return r;

	/* Mostly the tables are there: get pages for them if not. */
	do {
		spin_lock(&ept->lock);
		if (mmu_interval_read_retry(&slot->notifier, seq))
			r = -EAGAIN;
		else
			r = slot_map(slot, gpa, access, &host, &cache);
		spin_unlock(&ept->lock);
	} while (r == -ENOBUFS && !ept_cache_fill(&cache));

	ept_cache_free(&cache);
	host_page_release(&host);
	return r == -ENOBUFS ? -ENOMEM : r;
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
	slot = memslot_find(vm, gpa);
	if (!slot || ((access & EPT_WRITE) && slot_is_readonly(slot)))
		r = MEMSLOT_MMIO;
	else
		r = slot_fault(slot, gpa, access);
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
