// SPDX-License-Identifier: GPL-2.0
/*
 * Which instruction is at RIP: its bytes, decoded.
 *
 * A guest reaches MMIO by the same few instructions again and again. Of the last
 * ones everything is kept that fetching and decoding has depended on: registers,
 * paging-structure entries, code. If all of it is read once more and found
 * unchanged, so is the instruction. Nothing is taken for granted, and a guest
 * that changes its code or its paging structures needs no notice.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "emulate.h"
#include "memslot.h"
#include "vcpu.h"

/* The code's second word ends with the longest instruction. */
#define SECOND_WORD	(INSN_MAX_LEN - sizeof(u64))

static struct emul_known *known_at_rip(struct emulation *e)
{
	return &e->known[hash_long(e->linear_rip, ilog2(EMUL_NR_KNOWN))];
}

static bool is_unchanged(const struct vcpu *vcpu, const struct emul_known *known)
{
	const struct emulation *e = &vcpu->emul;
	const struct emul_word *word = known->word;
	const struct emul_word *end = word + known->nr_words;
	u64 value;

	if (word == end || known->linear_rip != e->linear_rip ||
	    known->cr3 != e->walk.cr3 || known->cr0 != e->walk.cr0 ||
	    known->cr4 != e->walk.cr4 || known->efer != e->walk.efer ||
	    known->cpl != e->walk.cpl || e->mode != INSN_MODE_64 ||
	    known->slots_generation != vcpu->vm->slots.generation)
		return false;

	for (; word < end; word++)
		if (get_user(value, word->address) || value != word->value)
			return false;
	return true;
}

static bool add_word(struct vm *vm, struct emul_known *known, u64 gpa, u64 value)
{
	struct emul_word *word = &known->word[known->nr_words];

	if (!guest_word(vm, gpa, &word->address))
		return false;
	word->value = value;
	known->nr_words++;
	return true;
}

static bool add_code(struct vm *vm, struct emul_known *known, u64 gpa,
		     const u8 *bytes)
{
	u64 value[2];

	memcpy(&value[0], bytes, sizeof(u64));
	memcpy(&value[1], bytes + SECOND_WORD, sizeof(u64));
	return add_word(vm, known, gpa, value[0]) &&
	       add_word(vm, known, gpa + SECOND_WORD, value[1]);
}

/* Only an instruction followed by as many bytes of its page as it could have. */
static void remember(struct vcpu *vcpu, const struct walk_note *note)
{
	struct emulation *e = &vcpu->emul;
	struct emul_known *known = known_at_rip(e);
	unsigned int i;

	if (e->mode != INSN_MODE_64 ||
	    e->nr_bytes != INSN_MAX_LEN ||
	    offset_in_page(e->linear_rip) > PAGE_SIZE - INSN_MAX_LEN)
		return;

	known->linear_rip = e->linear_rip;
	known->cr0 = e->walk.cr0;
	known->cr3 = e->walk.cr3;
	known->cr4 = e->walk.cr4;
	known->efer = e->walk.efer;
	known->cpl = e->walk.cpl;
	known->slots_generation = vcpu->vm->slots.generation;
	known->insn = e->insn;

	known->nr_words = 0;
	for (i = 0; i < note->nr; i++)
		if (!add_word(vcpu->vm, known, note->entry_gpa[i],
			      note->entry[i]))
			goto forget;
	if (add_code(vcpu->vm, known, note->gpa, e->bytes))
		return;
forget:
	known->nr_words = 0;
}

/* What insn_decode() makes of @len bytes; @fetched: why there are fewer. */
static int decode_bytes(struct vcpu *vcpu, unsigned int len, int *fetched,
			struct walk_fault *fault)
{
	struct emulation *e = &vcpu->emul;
	struct walk_note note;
	int r;

	e->nr_bytes = 0;
	*fetched = gva_fetch(vcpu->vm, &e->walk, e->linear_rip, e->bytes, len,
			     &e->nr_bytes, fault, &note);
	r = insn_decode(&e->insn, e->mode, e->bytes, e->nr_bytes);
	if (!r)
		remember(vcpu, &note);
	return r;
}

/**
 * emul_fetch() - fetch and decode the instruction at RIP
 * @vcpu: the vCPU; its emul has the registers
 *
 * Context: vcpu->mutex held; between guest_mem_begin() and guest_mem_end().
 * Return: 0; EMUL_FAULT for a page fault; EMUL_FAILED: unknown, or in MMIO; a
 * negative errno.
 */
int emul_fetch(struct vcpu *vcpu)
{
	struct emulation *e = &vcpu->emul;
	const struct emul_known *known = known_at_rip(e);
	unsigned int in_page = PAGE_SIZE - offset_in_page(e->linear_rip);
	struct walk_fault fault;
	int fetched, r;
	u64 gpa;

	if (is_unchanged(vcpu, known)) {
		e->insn = known->insn;
		return 0;
	}

	/* The page behind counts, and is accessed, only if it is needed. */
	r = decode_bytes(vcpu, min_t(unsigned int, in_page, INSN_MAX_LEN),
			 &fetched, &fault);
	if (r == -ENODATA && !fetched && in_page < INSN_MAX_LEN)
		r = decode_bytes(vcpu, INSN_MAX_LEN, &fetched, &fault);
	/* Perhaps there are more of them for those who wait. */
	if (r && fetched == -EBUSY)
		return -EBUSY;
	if (r != -ENODATA)
		return r ? EMUL_FAILED : 0;

	/* Now it matters why the next byte can't be had. */
	if (fetched == WALK_FAULT)
		return emul_page_fault(e, fault.address, fault.error_code);
	r = emul_walk(vcpu, e->linear_rip + e->nr_bytes, WALK_FETCH, &gpa);
	return r ? r : EMUL_FAILED;
}
