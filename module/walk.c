// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's paging structures, walked as its CPU does: SDM "Paging" in the
 * volume on system programming.
 *
 * Width of addresses and 1-GByte pages are those of the host's CPU, whatever
 * the guest's CPUID says: the guest's other accesses are translated by it.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <asm/cpufeature.h>
#include <asm/msr-index.h>
#include <asm/pkru.h>
#include <asm/processor-flags.h>
#include <asm/trap_pf.h>

#include "regs.h"
#include "vcpu.h"
#include "walk.h"
#include "vmx/guest.h"
#include "vmx/vmcs.h"

/* Paging-structure entries; those of 32-bit paging have the lower half. */
#define ENTRY_P			BIT_ULL(0)
#define ENTRY_RW		BIT_ULL(1)
#define ENTRY_US		BIT_ULL(2)
#define ENTRY_A			BIT_ULL(5)
#define ENTRY_D			BIT_ULL(6)
#define ENTRY_PS		BIT_ULL(7)
#define ENTRY_ADDR		GENMASK_ULL(51, 12)
#define ENTRY_PKEY		GENMASK_ULL(62, 59)
#define ENTRY_XD		BIT_ULL(63)
#define PDE32_4M_ADDR_39_32	GENMASK_ULL(20, 13)

enum walk_paging { PAGING_32BIT, PAGING_PAE, PAGING_LONG };

/* One translation on its way. */
struct walk {
	struct vm *vm;
	const struct walk_mode *mode;
	enum walk_paging paging;
	u64 gva;
	u32 access;
	bool user;			/* user-mode access */

	/* from the top down to the level that maps the page */
	int level;
	u64 table;			/* guest-physical address */
	u64 entry[WALK_MAX_LEVEL + 1];
	u64 entry_gpa[WALK_MAX_LEVEL + 1];
	int top;

	u64 reserved;			/* bits of entries at any level */

	/* what all the entries together allow, and have */
	u64 common;			/* ENTRY_RW, ENTRY_US, ENTRY_A */
	u64 denied;			/* ENTRY_XD */
};

/**
 * walk_mode_get() - note the registers on which translation depends
 * @vcpu: the vCPU
 * @mode: filled
 *
 * Context: VMCS current, preemption disabled.
 */
void walk_mode_get(struct vcpu *vcpu, struct walk_mode *mode)
{
	struct vmx_vcpu *v = &vcpu->vmx;

	mode->cr0 = vmx_guest_cr0(v);
	mode->cr3 = vmx_hw_cr3(v);
	mode->cr4 = vmx_guest_cr4(v);
	mode->efer = vmx_guest_efer(v);
	mode->rflags = vmx_rflags(v);
	mode->pkru = v->pkru;
	mode->cpl = regs_cpl(vcpu);

	memset(mode->pdpte, 0, sizeof(mode->pdpte));
	if ((mode->cr0 & X86_CR0_PG) && (mode->cr4 & X86_CR4_PAE) &&
	    !(mode->efer & EFER_LMA)) {
		mode->pdpte[0] = vmcs_read64(v, GUEST_PDPTR0);
		mode->pdpte[1] = vmcs_read64(v, GUEST_PDPTR1);
		mode->pdpte[2] = vmcs_read64(v, GUEST_PDPTR2);
		mode->pdpte[3] = vmcs_read64(v, GUEST_PDPTR3);
	}
}

static int walk_page_fault(const struct walk *w, u32 error_code,
			   struct walk_fault *fault)
{
	const struct walk_mode *mode = w->mode;

	if (w->access & WALK_WRITE)
		error_code |= X86_PF_WRITE;
	if (w->user)
		error_code |= X86_PF_USER;
	if ((w->access & WALK_FETCH) &&
	    ((mode->cr4 & X86_CR4_SMEP) ||
	     ((mode->cr4 & X86_CR4_PAE) && (mode->efer & EFER_NX))))
		error_code |= X86_PF_INSTR;

	fault->address = w->gva;
	fault->error_code = error_code;
	return WALK_FAULT;
}

static unsigned int walk_entry_size(const struct walk *w)
{
	return w->paging == PAGING_32BIT ? 4 : 8;
}

/* Lowest bit of the linear address that selects an entry at this level. */
static unsigned int walk_shift(const struct walk *w, int level)
{
	return PAGE_SHIFT +
	       (w->paging == PAGING_32BIT ? 10 : 9) * (level - 1);
}

static u64 walk_page_size(const struct walk *w)
{
	return BIT_ULL(walk_shift(w, w->level));
}

/*
 * SDM "Reserved bits" of "Page-Fault Exceptions", and the entries' formats; but
 * for those of one level, which walk_reserved_bits() has.
 */
static u64 walk_always_reserved(const struct walk *w)
{
	u8 phys_bits = w->vm->vmx.ept.phys_bits;
	u64 reserved = 0;

	if (w->paging == PAGING_32BIT)
		return 0;
	if (phys_bits < 52)
		reserved |= GENMASK_ULL(51, phys_bits);
	if (w->paging == PAGING_PAE)
		reserved |= GENMASK_ULL(62, 52);
	if (!(w->mode->efer & EFER_NX))
		reserved |= ENTRY_XD;
	return reserved;
}

static void walk_begin(struct walk *w)
{
	const struct walk_mode *mode = w->mode;

	w->reserved = walk_always_reserved(w);
	w->common = ENTRY_RW | ENTRY_US | ENTRY_A;
	w->denied = 0;

	switch (w->paging) {
	case PAGING_LONG:
		w->top = mode->cr4 & X86_CR4_LA57 ? 5 : 4;
		w->table = mode->cr3 & ENTRY_ADDR;
		break;
	case PAGING_PAE:
		/* The CPU has the entries of the third level in registers. */
		w->top = 2;
		w->table = mode->pdpte[(w->gva >> 30) & 3] & ENTRY_ADDR;
		break;
	case PAGING_32BIT:
		w->top = 2;
		w->table = mode->cr3 & GENMASK_ULL(31, 12);
		break;
	}
	w->level = w->top;
}

static bool walk_is_page(const struct walk *w, u64 entry)
{
	if (w->level == 1)
		return true;
	if (!(entry & ENTRY_PS))
		return false;
	if (w->paging == PAGING_32BIT)
		return w->mode->cr4 & X86_CR4_PSE;
	return w->level == 2 ||
	       (w->level == 3 && boot_cpu_has(X86_FEATURE_GBPAGES));
}

static u64 walk_reserved_bits(const struct walk *w, bool page)
{
	if (w->paging == PAGING_32BIT) {
		u8 phys_bits = w->vm->vmx.ept.phys_bits;

		/* PSE-36: bits 20:13 hold address bits 39:32. */
		return page && w->level == 2 ?
			GENMASK_ULL(21, min_t(u8, phys_bits, 40) - 19) : 0;
	}
	if (page && w->level > 1)
		return w->reserved |
		       GENMASK_ULL(walk_shift(w, w->level) - 1, 13);
	if (!page && w->level > 2)
		return w->reserved | ENTRY_PS;
	return w->reserved;
}

static int walk_read_entry(struct walk *w)
{
	unsigned int size = walk_entry_size(w);
	u64 index = w->gva >> walk_shift(w, w->level);
	u64 gpa = w->table + index % (PAGE_SIZE / size) * size;
	u64 entry = 0;
	int r;

	r = guest_read(w->vm, gpa, &entry, size);
	if (r)
		return r;
	w->entry[w->level] = entry;
	w->entry_gpa[w->level] = gpa;
	return 0;
}

/* Down to the entry that maps the page. */
static int walk_entries(struct walk *w, struct walk_fault *fault)
{
	bool page;
	u64 entry;
	int r;

	if (w->paging == PAGING_PAE &&
	    !(w->mode->pdpte[(w->gva >> 30) & 3] & ENTRY_P))
		return walk_page_fault(w, 0, fault);

	for (;; w->level--) {
		r = walk_read_entry(w);
		if (r)
			return r;
		entry = w->entry[w->level];
		if (!(entry & ENTRY_P))
			return walk_page_fault(w, 0, fault);
		page = walk_is_page(w, entry);
		if (entry & walk_reserved_bits(w, page))
			return walk_page_fault(w, X86_PF_PROT | X86_PF_RSVD,
					       fault);
		w->common &= entry;
		w->denied |= entry & ENTRY_XD;
		if (page)
			return 0;
		w->table = entry & ENTRY_ADDR;
	}
}

/* SDM "Protection Keys": of data accesses to user-mode addresses. */
static bool walk_denied_by_pkey(const struct walk *w)
{
	const struct walk_mode *mode = w->mode;
	u32 pkru;

	if (w->paging != PAGING_LONG || !(mode->cr4 & X86_CR4_PKE) ||
	    (w->access & WALK_FETCH) || !(w->common & ENTRY_US))
		return false;

	pkru = mode->pkru >> (FIELD_GET(ENTRY_PKEY, w->entry[w->level]) *
			      PKRU_BITS_PER_PKEY);
	if (pkru & PKRU_AD_BIT)
		return true;
	return (pkru & PKRU_WD_BIT) && (w->access & WALK_WRITE) &&
	       (w->user || (mode->cr0 & X86_CR0_WP));
}

/* SDM "Determination of Access Rights", but for protection keys. */
static bool walk_denied_by_rights(const struct walk *w)
{
	const struct walk_mode *mode = w->mode;
	bool user_page = w->common & ENTRY_US;

	if (w->user && !user_page)
		return true;
	if (w->access & WALK_FETCH) {
		if (!w->user && user_page && (mode->cr4 & X86_CR4_SMEP))
			return true;
		return w->denied & ENTRY_XD;
	}
	if (!w->user && user_page && (mode->cr4 & X86_CR4_SMAP) &&
	    !(mode->rflags & X86_EFLAGS_AC))
		return true;
	return (w->access & WALK_WRITE) && !(w->common & ENTRY_RW) &&
	       (w->user || (mode->cr0 & X86_CR0_WP));
}

static int walk_check_access(const struct walk *w, struct walk_fault *fault)
{
	bool pkey = walk_denied_by_pkey(w);

	if (!pkey && !walk_denied_by_rights(w))
		return 0;
	return walk_page_fault(w, X86_PF_PROT | (pkey ? X86_PF_PK : 0), fault);
}

/* SDM "Accessed and Dirty Flags". -EAGAIN: the guest changed an entry. */
static int walk_set_flags(const struct walk *w)
{
	int level, r;

	/* Mostly all of them are set. */
	if ((w->common & ENTRY_A) && (!(w->access & WALK_WRITE) ||
				      (w->entry[w->level] & ENTRY_D)))
		return 0;

	for (level = w->top; level >= w->level; level--) {
		u64 entry = w->entry[level], flags = ENTRY_A;

		if (level == w->level && (w->access & WALK_WRITE))
			flags |= ENTRY_D;
		if ((entry & flags) == flags)
			continue;

		r = guest_cmpxchg(w->vm, w->entry_gpa[level], entry,
				  entry | flags, walk_entry_size(w));
		if (r > 0)
			return -EAGAIN;
		/* As on KVM, page tables in read-only memory stay as they are. */
		if (r < 0 && r != -EROFS)
			return r;
	}
	return 0;
}

static u64 walk_result(const struct walk *w)
{
	u64 entry = w->entry[w->level];
	u64 offset = w->gva & (walk_page_size(w) - 1);
	u64 page = entry & ENTRY_ADDR & ~(walk_page_size(w) - 1);

	if (w->paging == PAGING_32BIT && w->level == 2)
		page |= FIELD_GET(PDE32_4M_ADDR_39_32, entry) << 32;
	return page | offset;
}

static int walk_once(struct walk *w, u64 *gpa, struct walk_fault *fault)
{
	int r;

	walk_begin(w);
	r = walk_entries(w, fault);
	if (r)
		return r;
	r = walk_check_access(w, fault);
	if (r)
		return r;
	r = walk_set_flags(w);
	if (r)
		return r;
	*gpa = walk_result(w);
	return 0;
}

static void walk_take_note(const struct walk *w, u64 gpa,
			   struct walk_note *note)
{
	int level;

	note->gpa = gpa;
	note->nr = 0;
	if (!(w->mode->cr0 & X86_CR0_PG))
		return;
	for (level = w->top; level >= w->level; level--) {
		note->entry_gpa[note->nr] = w->entry_gpa[level];
		note->entry[note->nr++] = w->entry[level];
	}
}

static int walk_and_note(struct vm *vm, const struct walk_mode *mode, u64 gva,
			 u32 access, u64 *gpa, struct walk_fault *fault,
			 struct walk_note *note)
{
	struct walk w;
	int r = 0;

	w.vm = vm;
	w.mode = mode;
	w.gva = gva;
	w.access = access;
	w.user = mode->cpl == 3;
	if (mode->efer & EFER_LMA)
		w.paging = PAGING_LONG;
	else if (mode->cr4 & X86_CR4_PAE)
		w.paging = PAGING_PAE;
	else
		w.paging = PAGING_32BIT;

	if (w.paging != PAGING_LONG)
		w.gva = lower_32_bits(gva);
	if (mode->cr0 & X86_CR0_PG) {
		do {
			r = walk_once(&w, gpa, fault);
		} while (r == -EAGAIN && !fatal_signal_pending(current));
	} else {
		*gpa = w.gva;
	}

	if (!r && note)
		walk_take_note(&w, *gpa, note);
	return r == -EAGAIN ? -EINTR : r;
}

/**
 * walk_gva() - translate a linear address as an access of the guest would
 * @vm: the VM
 * @mode: from walk_mode_get()
 * @gva: linear address; above 4 GiB in 64-bit mode only, and canonical there
 * @access: WALK_*; 0 for a data read
 * @gpa: set to the guest-physical address, where there need not be memory
 * @fault: set if the access page-faults
 *
 * Accessed and dirty flags are set as by the access.
 *
 * Context: as guest_read().
 * Return: 0; WALK_FAULT; -ENXIO if a paging structure is in no slot, -EFAULT if
 * the VMM has no memory there; -EINTR if the process is being killed; -EBUSY:
 * not without sleeping.
 */
int walk_gva(struct vm *vm, const struct walk_mode *mode, u64 gva, u32 access,
	     u64 *gpa, struct walk_fault *fault)
{
	return walk_and_note(vm, mode, gva, access, gpa, fault, NULL);
}

static unsigned int rest_of_page(u64 address, unsigned int len)
{
	return min_t(u64, len, PAGE_SIZE - offset_in_page(address));
}

/**
 * gva_fetch() - read instruction bytes
 * @vm: the VM
 * @mode: from walk_mode_get()
 * @gva: linear address of the instruction, as for walk_gva()
 * @buf: destination
 * @len: bytes that are wanted
 * @got: set to how many of them there are
 * @fault: set if the fetch of the next one page-faults
 * @note: set to the walk of the last page that bytes were read from
 *
 * Context: as guest_read().
 * Return: 0 if there are @len; else why the byte after the first @got ones
 * cannot be had, as walk_gva(), and so for one that is not in guest memory
 * itself: it counts if the instruction is that long.
 */
int gva_fetch(struct vm *vm, const struct walk_mode *mode, u64 gva, void *buf,
	      unsigned int len, unsigned int *got, struct walk_fault *fault,
	      struct walk_note *note)
{
	unsigned int n;
	u64 gpa;
	int r;

	for (*got = 0; *got < len; *got += n) {
		n = rest_of_page(gva + *got, len - *got);
		r = walk_and_note(vm, mode, gva + *got, WALK_FETCH, &gpa, fault,
				  note);
		if (r)
			return r;
		r = guest_read(vm, gpa, buf + *got, n);
		if (r)
			return r;
	}
	return 0;
}
