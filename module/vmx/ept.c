// SPDX-License-Identifier: GPL-2.0
/*
 * The EPT paging structures: SDM "The Extended Page Table Mechanism (EPT)".
 *
 * Four levels, so guest-physical addresses have 48 bits at most: an access
 * beyond is an EPT violation whatever the tables say, and ept_gpa_limit()
 * keeps memory slots below.
 */
#include <linux/cpu.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmstat.h>
#include <asm/cpufeature.h>
#include <asm/processor.h>

#include "caps.h"
#include "enter.h"
#include "ept.h"

#define EPT_ROOT_LEVEL	4
#define EPT_ENTRIES	512
#define EPT_ADDR_BITS	48

/* Entry bits that <asm/vmx.h> has no name for. */
#define EPT_ENTRY_PAGE	BIT_ULL(7)		/* maps a page, above level 1 */
#define EPT_ENTRY_ADDR	GENMASK_ULL(51, 12)

/* What a page keeps when it is mapped once more. */
#define EPT_ENTRY_KEPT	(VMX_EPT_RWX_MASK | VMX_EPT_DIRTY_BIT)

static bool ept_has_ad(void)
{
	return vmx_caps.ept_vpid & VMX_EPT_AD_BIT;
}

/*
 * CPUs with the "machine check error on page size change" erratum: a guest
 * could hang the host by executing from a page while it changes the page's
 * size. So no large page is executable there, as KVM does it.
 */
static bool ept_large_exec_is_fatal(void)
{
	return boot_cpu_has_bug(X86_BUG_ITLB_MULTIHIT) &&
	       !cpu_mitigations_off();
}

static unsigned int ept_index(u64 gpa, int level)
{
	return (gpa >> (12 + 9 * (level - 1))) % EPT_ENTRIES;
}

static bool ept_present(u64 entry)
{
	return entry & VMX_EPT_RWX_MASK;
}

static bool ept_is_table(u64 entry, int level)
{
	return ept_present(entry) && level > EPT_4K &&
	       !(entry & EPT_ENTRY_PAGE);
}

static u64 *ept_table(u64 entry)
{
	return __va(entry & EPT_ENTRY_ADDR);
}

static void *ept_alloc_table(void)
{
	return (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
}

/* Pages in use show up in SecPageTables of /proc/meminfo, as KVM's do. */
static void ept_account(struct ept *ept, void *table, int nr)
{
	atomic_long_add(nr, &ept->pages);
	mod_lruvec_page_state(virt_to_page(table), NR_SECONDARY_PAGETABLE, nr);
}

static void ept_free_table(struct ept *ept, void *table)
{
	ept_account(ept, table, -1);
	free_page((unsigned long)table);
}

/* Takes a table that no CPU uses any more: for the next mapping, or to be freed. */
static void ept_keep_or_free_table(struct ept *ept, void *table)
{
	ept_account(ept, table, -1);
	if (ept->nr_stock == EPT_STOCK) {
		free_page((unsigned long)table);
		return;
	}
	clear_page(table);
	ept->stock[ept->nr_stock] = table;
	WRITE_ONCE(ept->nr_stock, ept->nr_stock + 1);
}

/**
 * ept_create() - set up the paging structures of a VM, mapping nothing
 * @ept: zeroed
 *
 * Return: 0, or -ENOMEM.
 */
int ept_create(struct ept *ept)
{
	ept->root = ept_alloc_table();
	if (!ept->root)
		return -ENOMEM;

	spin_lock_init(&ept->lock);
	INIT_LIST_HEAD(&ept->detached);
	atomic_set(&ept->flush_gen, 0);
	ept_account(ept, ept->root, 1);

	/* From CPUID: Linux's own idea of it excludes memory-encryption keys. */
	ept->phys_bits = cpuid_eax(0x80000008) & 0xff;

	ept->eptp = __pa(ept->root) | VMX_EPTP_MT_WB | VMX_EPTP_PWL_4;
	if (ept_has_ad())
		ept->eptp |= VMX_EPTP_AD_ENABLE_BIT;
	return 0;
}

/* Depth is bounded by the level. */
static void ept_free_subtree(struct ept *ept, u64 *table, int level)
{
	int i;

	for (i = 0; level > EPT_4K && i < EPT_ENTRIES; i++)
		if (ept_is_table(table[i], level))
			ept_free_subtree(ept, ept_table(table[i]), level - 1);
	ept_free_table(ept, table);
}

/**
 * ept_destroy() - free the paging structures of a VM
 * @ept: of a VM without vCPUs
 *
 * No flush: a vCPU of another VM that gets the same root invalidates it on its
 * first entry on a CPU.
 */
void ept_destroy(struct ept *ept)
{
	ept_free_subtree(ept, ept->root, EPT_ROOT_LEVEL);
	while (ept->nr_stock)
		free_page((unsigned long)ept->stock[--ept->nr_stock]);
	WARN_ON_ONCE(atomic_long_read(&ept->pages));
}

/**
 * ept_max_level() - the largest page that may serve an access
 * @access: EPT_READ, EPT_WRITE, EPT_EXEC
 *
 * Return: the level; SDM "Enumeration of EPT features" in "VPID and EPT
 * Capabilities".
 */
enum ept_level ept_max_level(u32 access)
{
	if ((access & EPT_EXEC) && ept_large_exec_is_fatal())
		return EPT_4K;
	if (vmx_caps.ept_vpid & VMX_EPT_1GB_PAGE_BIT)
		return EPT_1G;
	if (vmx_caps.ept_vpid & VMX_EPT_2MB_PAGE_BIT)
		return EPT_2M;
	return EPT_4K;
}

/**
 * ept_gpa_limit() - the first guest-physical address that cannot be mapped
 * @ept: of the VM
 */
u64 ept_gpa_limit(const struct ept *ept)
{
	return BIT_ULL(min_t(u8, ept->phys_bits, EPT_ADDR_BITS));
}

/**
 * ept_fill_stock() - have the pages that one ept_map() can need
 * @ept: of the VM
 *
 * Other vCPUs take from the stock too: it may be empty again on return.
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM (pages got so far stay in the stock).
 */
int ept_fill_stock(struct ept *ept)
{
	void *table;

	while (READ_ONCE(ept->nr_stock) < EPT_STOCK) {
		table = ept_alloc_table();
		if (!table)
			return -ENOMEM;

		spin_lock(&ept->lock);
		if (ept->nr_stock < EPT_STOCK) {
			ept->stock[ept->nr_stock] = table;
			WRITE_ONCE(ept->nr_stock, ept->nr_stock + 1);
			table = NULL;
		}
		spin_unlock(&ept->lock);
		free_page((unsigned long)table);
	}
	return 0;
}

/* A CPU may still walk the tables: they are freed after the next flush. */
static void ept_detach(struct ept *ept, u64 *table, int level)
{
	int i;

	for (i = 0; level > EPT_4K && i < EPT_ENTRIES; i++)
		if (ept_is_table(table[i], level))
			ept_detach(ept, ept_table(table[i]), level - 1);
	list_add(&virt_to_page(table)->lru, &ept->detached);
}

/* Entry by entry, for the CPU reads and updates them at any time. */
static void ept_write(u64 *entry, u64 value)
{
	WRITE_ONCE(*entry, value);
}

/* Puts an empty table where there is nothing or a page. */
static void ept_add_table(struct ept *ept, u64 *entry)
{
	void *table = ept->stock[ept->nr_stock - 1];

	WRITE_ONCE(ept->nr_stock, ept->nr_stock - 1);
	ept_account(ept, table, 1);
	ept_write(entry, __pa(table) | VMX_EPT_RWX_MASK);
}

static u64 ept_leaf(u64 hpa, int level, u32 access, u8 memtype)
{
	u64 leaf = hpa & ~(ept_level_size(level) - 1);

	/* The host's memory types hold, not the guest's PAT. */
	leaf |= (u64)memtype << VMX_EPT_MT_EPTE_SHIFT;
	if (memtype == EPT_MEMTYPE_WB)
		leaf |= VMX_EPT_IPAT_BIT;

	leaf |= VMX_EPT_READABLE_MASK;
	if (access & EPT_WRITE)
		leaf |= VMX_EPT_WRITABLE_MASK;
	if ((access & EPT_EXEC) &&
	    (level == EPT_4K || !ept_large_exec_is_fatal()))
		leaf |= VMX_EPT_EXECUTABLE_MASK;
	if (level > EPT_4K)
		leaf |= EPT_ENTRY_PAGE;

	/* Set at once what the CPU would set with a locked cycle later. */
	if (ept_has_ad()) {
		leaf |= VMX_EPT_ACCESS_BIT;
		if ((access & EPT_WRITE) && !(access & EPT_LOG_WRITE))
			leaf |= VMX_EPT_DIRTY_BIT;
	}
	return leaf;
}

/* Returns whether a CPU may have cached something that is no longer true. */
static bool ept_set_leaf(struct ept *ept, u64 *entry, int level, u64 leaf)
{
	u64 old = READ_ONCE(*entry);

	if (ept_is_table(old, level)) {
		ept_detach(ept, ept_table(old), level - 1);
		ept_write(entry, leaf);
		return true;
	}
	if (!ept_present(old)) {
		ept_write(entry, leaf);
		return false;
	}

	/*
	 * Another vCPU came first; it may have more rights to the same page, or
	 * have logged that it wrote.
	 */
	if (!((old ^ leaf) & EPT_ENTRY_ADDR)) {
		ept_write(entry, leaf | (old & EPT_ENTRY_KEPT));
		return false;
	}
	ept_write(entry, leaf);
	return true;
}

/**
 * ept_map() - map a page
 * @ept: of the VM
 * @gpa: guest-physical address in the page, below ept_gpa_limit()
 * @hpa: the host-physical address to which @gpa translates
 * @level: size of the page; @gpa and @hpa are congruent modulo it
 * @access: rights: EPT_READ, perhaps with EPT_WRITE, EPT_EXEC, EPT_LOG_WRITE
 * @memtype: EPT_MEMTYPE_*
 *
 * A page that maps the same memory already keeps its rights and gets @access
 * in addition. Where large pages cannot be executable and @gpa has a table
 * below @level, the page is mapped in that table: somebody executes from it.
 *
 * Context: ept->lock held.
 * Return: 0; 1 if ept_flush() must follow; -ENOBUFS if the stock of
 * pages for tables is too small: ept_fill_stock(), and call again.
 */
int ept_map(struct ept *ept, u64 gpa, u64 hpa, enum ept_level level,
	    u32 access, u8 memtype)
{
	bool keep_tables = ept_large_exec_is_fatal();
	u64 *table = ept->root, *entry, leaf;
	bool flush = false;
	int at;

	lockdep_assert_held(&ept->lock);

	for (at = EPT_ROOT_LEVEL; ; at--) {
		entry = &table[ept_index(gpa, at)];
		if (at <= level && !(keep_tables && ept_is_table(*entry, at)))
			break;
		if (!ept_is_table(*entry, at)) {
			/* All or nothing: later adds need fewer pages. */
			if (ept->nr_stock < at - level)
				return -ENOBUFS;
			flush |= ept_present(*entry);
			ept_add_table(ept, entry);
		}
		table = ept_table(*entry);
	}

	leaf = ept_leaf(hpa, at, access, memtype);
	flush |= ept_set_leaf(ept, entry, at, leaf);
	return flush;
}

static bool ept_is_empty(const u64 *table)
{
	return !memchr_inv(table, 0, PAGE_SIZE);
}

static bool ept_unmap_table(struct ept *ept, u64 *table, int level, u64 start,
			    u64 end);

/* Unmaps @start to @end, which this entry translates all or partly. */
static bool ept_unmap_entry(struct ept *ept, u64 *entry, int level, u64 start,
			    u64 end)
{
	u64 old = READ_ONCE(*entry);

	if (!ept_present(old))
		return false;

	if (ept_is_table(old, level)) {
		u64 *table = ept_table(old);

		if (end - start < ept_level_size(level)) {
			if (!ept_unmap_table(ept, table, level - 1, start, end))
				return false;
			/* An empty one would be in the way of a large page. */
			if (!ept_is_empty(table))
				return true;
		}
		ept_detach(ept, table, level - 1);
	}
	ept_write(entry, 0);
	return true;
}

/* Calls itself by way of its entries; depth is bounded by the level. */
static bool ept_unmap_table(struct ept *ept, u64 *table, int level, u64 start,
			    u64 end)
{
	u64 size = ept_level_size(level), next;
	bool unmapped = false;

	for (; start < end; start = next) {
		next = min(end, ALIGN_DOWN(start, size) + size);
		unmapped |= ept_unmap_entry(ept, &table[ept_index(start, level)],
					    level, start, next);
	}
	return unmapped;
}

/**
 * ept_unmap_range() - unmap guest-physical addresses
 * @ept: of the VM
 * @start: first address, a multiple of 4096
 * @end: first address behind, a multiple of 4096, at most ept_gpa_limit()
 *
 * A large page that reaches out of the range goes as a whole; what is still
 * wanted of it comes back by EPT violations.
 *
 * Context: ept->lock held.
 * Return: true if ept_flush() must follow.
 */
bool ept_unmap_range(struct ept *ept, u64 start, u64 end)
{
	lockdep_assert_held(&ept->lock);
	return ept_unmap_table(ept, ept->root, EPT_ROOT_LEVEL, start, end);
}

static bool ept_clear_table(struct ept *ept, u64 *table, int level, u64 start,
			    u64 end, u64 bit);

static bool ept_clear_entry(struct ept *ept, u64 *entry, int level, u64 start,
			    u64 end, u64 bit)
{
	u64 old = READ_ONCE(*entry);

	if (!ept_present(old))
		return false;
	if (ept_is_table(old, level))
		return ept_clear_table(ept, ept_table(old), level - 1, start,
				       end, bit);
	if (!(old & bit))
		return false;
	/* A large page comes back in pieces that are wanted. */
	ept_write(entry, level > EPT_4K ? 0 : old & ~bit);
	return true;
}

/* Calls itself by way of its entries; depth is bounded by the level. */
static bool ept_clear_table(struct ept *ept, u64 *table, int level, u64 start,
			    u64 end, u64 bit)
{
	u64 size = ept_level_size(level), next;
	bool changed = false;

	for (; start < end; start = next) {
		next = min(end, ALIGN_DOWN(start, size) + size);
		changed |= ept_clear_entry(ept, &table[ept_index(start, level)],
					   level, start, next, bit);
	}
	return changed;
}

/**
 * ept_write_protect() - take away the right to write
 * @ept: of the VM
 * @start: first guest-physical address, a multiple of 4096
 * @end: first address behind, a multiple of 4096, at most ept_gpa_limit()
 *
 * A large page that may be written is unmapped, also where it reaches out of
 * the range.
 *
 * Context: ept->lock held.
 * Return: true if ept_flush() must follow.
 */
bool ept_write_protect(struct ept *ept, u64 start, u64 end)
{
	lockdep_assert_held(&ept->lock);
	return ept_clear_table(ept, ept->root, EPT_ROOT_LEVEL, start, end,
			       VMX_EPT_WRITABLE_MASK);
}

/**
 * ept_clear_dirty() - have the CPU log the next write to each page
 * @ept: of the VM, in which pages that may be written were mapped dirty
 * @start: first guest-physical address, a multiple of 4096
 * @end: first address behind, a multiple of 4096, at most ept_gpa_limit()
 *
 * A large page that is dirty is unmapped, as by ept_write_protect().
 *
 * Context: ept->lock held.
 * Return: true if ept_flush() must follow.
 */
bool ept_clear_dirty(struct ept *ept, u64 start, u64 end)
{
	lockdep_assert_held(&ept->lock);
	return ept_clear_table(ept, ept->root, EPT_ROOT_LEVEL, start, end,
			       VMX_EPT_DIRTY_BIT);
}

/**
 * ept_flush() - wait until no CPU uses what was unmapped
 * @vm: the VM
 *
 * Each vCPU executes INVEPT before it enters the guest again: see
 * vmx_enter(). Those in the guest are made to leave it now, for the caller is
 * about to give the memory to others. SDM "Guidelines for Use of the INVEPT
 * Instruction".
 *
 * Context: ept.lock of @vm held, interrupts enabled.
 */
void ept_flush(struct vmx_vm *vm)
{
	struct ept *ept = &vm->ept;
	struct page *page, *next;

	lockdep_assert_held(&ept->lock);
	lockdep_assert_irqs_enabled();

	atomic_inc(&ept->flush_gen);
	/* Pairs with the barrier between mode and flush_gen in vmx_enter(). */
	smp_mb__after_atomic();
	vmx_kick_all(vm);

	list_for_each_entry_safe(page, next, &ept->detached, lru) {
		list_del(&page->lru);
		ept_keep_or_free_table(ept, page_address(page));
	}
}
