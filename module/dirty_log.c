// SPDX-License-Identifier: GPL-2.0
/*
 * The dirty log: which pages of a slot have been written since the VMM asked
 * last.
 *
 * Pages of a slot that is logged are mapped one by one. Where the CPU has a
 * page-modification log they are mapped writable and not dirty: the CPU notes
 * the first write to each, and the notes become marks when its log is full or
 * the VMM asks. Elsewhere they are writable only once they are marked: the
 * first write to each exits. vm->slots_sem, held for reading by all who mark
 * and for writing here, makes the marks stand still while they are copied to
 * the VMM and the pages made clean or write-protected again: what a vCPU still
 * writes meanwhile is in the copy.
 */
#include <linux/bitmap.h>
#include <linux/find.h>
#include <linux/kvm.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include "dirty_log.h"
#include "vcpu.h"
#include "vm.h"
#include "vmx/ept.h"
#include "vmx/pml.h"

/* Pages that are looked at in one turn under ept.lock. */
#define STEP	(SZ_1G >> PAGE_SHIFT)

static unsigned long nr_pages(const struct memslot *slot)
{
	return slot->size >> PAGE_SHIFT;
}

/* What the VMM copies is whole words of 64 bits. */
static size_t log_bytes(unsigned long pages)
{
	return BITS_TO_LONGS(pages) * sizeof(long);
}

/* From here on writes to @first to @end, page numbers in the slot, are noticed. */
static bool protect(struct memslot *slot, unsigned long first,
		    unsigned long end)
{
	struct vmx_vm *vmx = &slot->vm->vmx;
	u64 start = slot->gpa + PFN_PHYS(first);

	if (vmx->pml)
		return ept_clear_dirty(&vmx->ept, start,
				       slot->gpa + PFN_PHYS(end));
	return ept_write_protect(&vmx->ept, start, slot->gpa + PFN_PHYS(end));
}

static void protect_all(struct memslot *slot)
{
	unsigned long first, end;

	for (first = 0; first < nr_pages(slot); first = end) {
		end = min(nr_pages(slot), first + STEP);
		spin_lock(&slot->vm->vmx.ept.lock);
		if (protect(slot, first, end))
			ept_flush(&slot->vm->vmx);
		spin_unlock(&slot->vm->vmx.ept.lock);
		cond_resched();
	}
}

/**
 * dirty_log_start() - log the writes to a slot from now on
 * @slot: which has no log
 *
 * With KVM_DIRTY_LOG_INITIALLY_SET all pages count as written.
 *
 * Context: vm->slots_sem held for writing; may sleep.
 * Return: 0 or -ENOMEM.
 */
int dirty_log_start(struct memslot *slot)
{
	u64 manual = READ_ONCE(slot->vm->manual_dirty_log);

	lockdep_assert_held_write(&slot->vm->slots_sem);

	slot->dirty = kvcalloc(BITS_TO_LONGS(nr_pages(slot)), sizeof(long),
			       GFP_KERNEL_ACCOUNT);
	if (!slot->dirty)
		return -ENOMEM;
	if (!slot->vm->slots.nr_logs++)
		vmx_pml_set(&slot->vm->vmx, true);
	if (manual & KVM_DIRTY_LOG_INITIALLY_SET)
		bitmap_set(slot->dirty, 0, nr_pages(slot));
	else
		protect_all(slot);
	return 0;
}

/**
 * dirty_log_free() - forget a slot's log
 * @slot: with or without one
 *
 * Context: vm->slots_sem held for writing, or the VM has no user any more; may
 * sleep.
 */
void dirty_log_free(struct memslot *slot)
{
	if (!slot->dirty)
		return;
	kvfree(slot->dirty);
	slot->dirty = NULL;
	if (!--slot->vm->slots.nr_logs)
		vmx_pml_set(&slot->vm->vmx, false);
}

/**
 * dirty_log_mark() - note that pages are written
 * @slot: with or without a log
 * @gpa: first guest-physical address written, in the slot
 * @len: bytes, at least 1, in the slot
 *
 * Context: vm->slots_sem held.
 */
void dirty_log_mark(struct memslot *slot, u64 gpa, u64 len)
{
	unsigned long page, last;

	lockdep_assert_held(&slot->vm->slots_sem);

	if (likely(!slot->dirty))
		return;
	last = PHYS_PFN(gpa + len - 1 - slot->gpa);
	for (page = PHYS_PFN(gpa - slot->gpa); page <= last; page++)
		set_bit(page, slot->dirty);
}

/**
 * dirty_log_may_write() - can a page be mapped writable before it is written?
 * @slot: with or without a log
 * @gpa: guest-physical address in the slot
 *
 * Context: vm->slots_sem held.
 */
bool dirty_log_may_write(const struct memslot *slot, u64 gpa)
{
	return !slot->dirty || slot->vm->vmx.pml ||
	       test_bit(PHYS_PFN(gpa - slot->gpa), slot->dirty);
}

static void mark_noted(void *data, u64 gpa)
{
	struct memslot *slot = memslot_find(data, gpa);

	if (slot)
		dirty_log_mark(slot, gpa, 1);
}

/**
 * dirty_log_collect_vcpu() - make marks of what the CPU has noted of a vCPU
 * @vcpu: the vCPU, not loaded
 *
 * Context: may sleep; takes vm->slots_sem.
 * Return: 0 or -EINTR.
 */
int dirty_log_collect_vcpu(struct vcpu *vcpu)
{
	struct vm *vm = vcpu->vm;

	if (down_read_killable(&vm->slots_sem))
		return -EINTR;
	vmx_pml_collect(&vcpu->vmx, mark_noted, vm);
	up_read(&vm->slots_sem);
	return 0;
}

/**
 * dirty_log_collect() - make marks of what the CPUs have noted
 * @vm: the VM
 *
 * Context: vm->slots_sem held for writing.
 */
void dirty_log_collect(struct vm *vm)
{
	lockdep_assert_held_write(&vm->slots_sem);
	vmx_pml_collect_all(&vm->vmx, mark_noted, vm);
}

/* Clears the marks that are in @mask, whose bit 0 is page @base, and protects. */
static void clear_marked(struct memslot *slot, unsigned long base,
			 unsigned long *mask, unsigned long pages)
{
	unsigned long *dirty = slot->dirty + base / BITS_PER_LONG;
	struct ept *ept = &slot->vm->vmx.ept;
	unsigned long start, end, rs, re;
	bool flush;

	bitmap_and(mask, mask, dirty, pages);
	for (start = 0; start < pages; start = end) {
		end = min(pages, start + STEP);
		flush = false;
		spin_lock(&ept->lock);
		for (rs = find_next_bit(mask, end, start); rs < end;
		     rs = find_next_bit(mask, end, re)) {
			re = find_next_zero_bit(mask, end, rs);
			flush |= protect(slot, base + rs, base + re);
		}
		if (flush)
			ept_flush(&slot->vm->vmx);
		spin_unlock(&ept->lock);
		cond_resched();
	}
	bitmap_andnot(dirty, dirty, mask, pages);
}

/* As on KVM, SMM's address space would be in bits 31:16; it is not offered. */
static struct memslot *find_logged(struct vm *vm, u32 id)
{
	struct memslot *slot;

	if (id >= MEMSLOT_MAX)
		return ERR_PTR(-EINVAL);
	slot = xa_load(&vm->slots.by_id, id);
	return slot && slot->dirty ? slot : ERR_PTR(-ENOENT);
}

static int get_log(struct memslot *slot, void __user *to)
{
	size_t bytes = log_bytes(nr_pages(slot));
	unsigned long *mask;

	if (READ_ONCE(slot->vm->manual_dirty_log))
		return copy_to_user(to, slot->dirty, bytes) ? -EFAULT : 0;

	/* The common pass: nothing to keep, to clear or to protect. */
	if (bitmap_empty(slot->dirty, nr_pages(slot)))
		return clear_user(to, bytes) ? -EFAULT : 0;

	mask = kvmalloc(bytes, GFP_KERNEL_ACCOUNT);
	if (!mask)
		return -ENOMEM;
	memcpy(mask, slot->dirty, bytes);
	/* First, for what the VMM can't be told must not be forgotten. */
	if (copy_to_user(to, mask, bytes)) {
		kvfree(mask);
		return -EFAULT;
	}
	clear_marked(slot, 0, mask, nr_pages(slot));
	kvfree(mask);
	return 0;
}

/**
 * dirty_log_get() - KVM_GET_DIRTY_LOG
 * @vm: the VM of the calling process
 * @log: the slot, and where the VMM wants a bit for each of its pages
 *
 * Without manual protection the log starts anew.
 *
 * Context: may sleep; takes vm->slots_sem.
 * Return: 0; -EINVAL for a slot number out of range, -ENOENT for a slot that
 * does not exist or is not logged; -EFAULT with the log unchanged; -ENOMEM;
 * -EINTR.
 */
int dirty_log_get(struct vm *vm, const struct kvm_dirty_log *log)
{
	struct memslot *slot;
	int r;

	if (down_write_killable(&vm->slots_sem))
		return -EINTR;
	dirty_log_collect(vm);
	slot = find_logged(vm, log->slot);
	r = IS_ERR(slot) ? PTR_ERR(slot) : get_log(slot, log->dirty_bitmap);
	up_write(&vm->slots_sem);
	return r;
}

static bool is_valid_range(const struct memslot *slot,
			   const struct kvm_clear_dirty_log *log)
{
	u64 rest;

	if (log->first_page > nr_pages(slot))
		return false;
	rest = nr_pages(slot) - log->first_page;
	return log->num_pages <= rest &&
	       (log->num_pages == rest || !(log->num_pages % BITS_PER_LONG));
}

static int clear_log(struct memslot *slot,
		     const struct kvm_clear_dirty_log *log)
{
	unsigned long *mask;

	if (!is_valid_range(slot, log))
		return -EINVAL;
	if (!log->num_pages)
		return 0;

	mask = vmemdup_user(log->dirty_bitmap, log_bytes(log->num_pages));
	if (IS_ERR(mask))
		return PTR_ERR(mask);
	clear_marked(slot, log->first_page, mask, log->num_pages);
	kvfree(mask);
	return 0;
}

/**
 * dirty_log_clear() - KVM_CLEAR_DIRTY_LOG
 * @vm: the VM of the calling process
 * @log: the slot, which of its pages, and a bit for each that is to be logged
 *	again
 *
 * Context: may sleep; takes vm->slots_sem.
 * Return: as dirty_log_get(), and -EINVAL for pages that do not begin or end
 * at a multiple of 64 or at the end of the slot.
 */
int dirty_log_clear(struct vm *vm, const struct kvm_clear_dirty_log *log)
{
	struct memslot *slot;
	int r;

	if (log->first_page % BITS_PER_LONG)
		return -EINVAL;
	if (down_write_killable(&vm->slots_sem))
		return -EINTR;
	dirty_log_collect(vm);
	slot = find_logged(vm, log->slot);
	r = IS_ERR(slot) ? PTR_ERR(slot) : clear_log(slot, log);
	up_write(&vm->slots_sem);
	return r;
}
