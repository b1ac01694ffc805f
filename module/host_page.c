// SPDX-License-Identifier: GPL-2.0
/*
 * The host page behind an address of the VMM: how it is found, with a reference
 * or by a look into the host's page table, and what there is to know of it.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>
#include <asm/e820/api.h>
#include <asm/memtype.h>

#include "compat.h"
#include "host_page.h"
#include "vmx/ept.h"

/* The host's page-table entry that maps an address. */
struct host_entry {
	pte_t entry;		/* of any level: flags are in the same place */
	enum ept_level level;
	unsigned long pfn;	/* of the address, not of the entry */
};

/* Interrupts disabled, so that no table goes before we are through. */
static bool host_entry_find(struct mm_struct *mm, unsigned long hva,
			    struct host_entry *found)
{
	pgd_t pgd;
	p4d_t p4d;
	pud_t pud;
	pmd_t pmd;

	/* Each entry is read once, as it may become a large page meanwhile. */
	pgd = READ_ONCE(*pgd_offset(mm, hva));
	if (!pgd_present(pgd))
		return false;
	p4d = READ_ONCE(*p4d_offset(&pgd, hva));
	if (!p4d_present(p4d))
		return false;

	pud = READ_ONCE(*pud_offset(&p4d, hva));
	if (!pud_present(pud))
		return false;
	if (pud_leaf(pud)) {
		found->entry = __pte(pud_val(pud));
		found->level = EPT_1G;
		found->pfn = pud_pfn(pud) + PHYS_PFN(hva & ~PUD_MASK);
		return true;
	}

	pmd = READ_ONCE(*pmd_offset(&pud, hva));
	if (!pmd_present(pmd))
		return false;
	if (pmd_leaf(pmd)) {
		found->entry = __pte(pmd_val(pmd));
		found->level = EPT_2M;
		found->pfn = pmd_pfn(pmd) + PHYS_PFN(hva & ~PMD_MASK);
		return true;
	}

	found->entry = READ_ONCE(*pte_offset_kernel(&pmd, hva));
	found->level = EPT_4K;
	found->pfn = pte_pfn(found->entry);
	return true;
}

static bool host_entry_get(struct mm_struct *mm, unsigned long hva,
			   struct host_entry *found)
{
	unsigned long irq_flags;
	bool present;

	local_irq_save(irq_flags);
	present = host_entry_find(mm, hva, found);
	local_irq_restore(irq_flags);
	return present;
}

/**
 * host_mapping_level() - the size of the host's own mapping of a page
 * @mm: the VMM's address space
 * @hva: address in it
 * @pfn: the page
 *
 * From the host's page table: whether the page is a part of a large one says
 * nothing, for a large page can be mapped in parts.
 *
 * Context: whoever wants to split or replace the mapping waits for the caller.
 * Return: the level; EPT_4K if another page is mapped there.
 */
enum ept_level host_mapping_level(struct mm_struct *mm, unsigned long hva,
				  unsigned long pfn)
{
	struct host_entry found;

	if (!host_entry_get(mm, hva, &found) || found.pfn != pfn)
		return EPT_4K;
	return found.level;
}

/**
 * host_page_look() - the page that the host has mapped, without a reference
 * @hva: address in the caller's address space
 * @write: it must be writable there
 * @host: filled on success
 *
 * Anonymous and shared memory and large pages: what get_user_pages() would find
 * too. The rest is left to it, for it refuses the pages of memfd_secret(), which
 * look like those of any file but are small and never swapped.
 *
 * Context: whoever wants to unmap the page waits for the caller.
 * Return: whether there is such a page.
 */
bool host_page_look(unsigned long hva, bool write, struct host_page *host)
{
	struct host_entry found;
	struct folio *folio;
	struct page *page;

	if (!host_entry_get(current->mm, hva, &found) ||
	    !pte_access_permitted(found.entry, write) ||
	    pte_special(found.entry) || !pfn_valid(found.pfn))
		return false;

	page = pfn_to_page(found.pfn);
	folio = page_folio(page);
	if (!folio_test_swapbacked(folio) && !folio_test_large(folio))
		return false;

	host->page = page;
	host->pfn = found.pfn;
	host->level = found.level;
	host->writable = pte_write(found.entry);
	return true;
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

/**
 * host_page_find() - the page behind an address, made present if need be
 * @hva: address in the caller's address space
 * @write: the page must be writable
 * @may_write: it shall be if it costs no copy: memory that is read first is
 *	mostly written next
 * @host: filled but for its level; host_page_release() follows
 *
 * Context: may sleep.
 * Return: 0; -EFAULT: there is none; -EHWPOISON; -EROFS: a device's mapping that
 * can't be written; -EAGAIN: look again; -EINTR: the process is being killed.
 */
int host_page_find(unsigned long hva, bool write, bool may_write,
		   struct host_page *host)
{
	unsigned int flags = FOLL_HWPOISON | (write ? FOLL_WRITE : 0);
	struct page *page, *wpage;
	long r;

	host->page = NULL;
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

/**
 * host_page_release() - let go of a page from host_page_find()
 * @host: the page
 */
void host_page_release(struct host_page *host)
{
	if (host->page)
		put_page(host->page);
}

/**
 * host_page_touch() - tell the host that the guest may use a page from now on
 * @host: the page
 * @write: for writing, too
 *
 * No page stays mapped writable once it is cleaned: whoever cleans it
 * invalidates its mappings first. So this is the one place to mark it.
 *
 * Context: any but interrupts; the page can't go away.
 */
void host_page_touch(const struct host_page *host, bool write)
{
	if (!host->page || PageReserved(host->page))
		return;
	mark_page_accessed(host->page);
	if (write)
		SetPageDirty(host->page);
}

/**
 * host_page_memtype() - the memory type with which a guest gets a page
 * @pfn: the page
 *
 * Return: EPT_MEMTYPE_*: write-back for memory and no caching for devices, as
 * KVM decides it.
 */
u8 host_page_memtype(unsigned long pfn)
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
