/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest linear addresses to guest-physical ones, by walking the guest's own
 * paging structures: for instructions that the module carries out itself.
 *
 * First walk_mode_get() with the VMCS current; everything else may sleep and
 * is called after vmx_vcpu_put().
 */
#ifndef MINIVMX_WALK_H
#define MINIVMX_WALK_H

#include <linux/bits.h>
#include <linux/types.h>

struct vcpu;
struct vm;

/* The registers that linear-address translation depends on. */
struct walk_mode {
	u64 cr0;
	u64 cr3;
	u64 cr4;
	u64 efer;
	u64 rflags;
	u64 pdpte[4];		/* PAE paging only */
	u32 pkru;
	u8 cpl;			/* 0..3 */
};

/* Kinds of access, all at the CPL of the mode; 0 is a data read. */
#define WALK_WRITE	BIT(0)
#define WALK_FETCH	BIT(1)

/* Positive result of all the functions below: *fault says which page fault. */
#define WALK_FAULT	1

#define WALK_MAX_LEVEL	5

/* The paging-structure entries that a walk has used, as they were. */
struct walk_note {
	unsigned int nr;
	u64 entry_gpa[WALK_MAX_LEVEL];
	u64 entry[WALK_MAX_LEVEL];
	u64 gpa;		/* where it has led */
};

/* A page fault for the guest, as vmx_queue_page_fault() takes it. */
struct walk_fault {
	u64 address;		/* linear address for CR2 */
	u32 error_code;
};

/* Fills mode from vcpu. VMCS current, preemption disabled. */
void walk_mode_get(struct vcpu *vcpu, struct walk_mode *mode);

/*
 * All of these return 0, WALK_FAULT, or a negative errno: -EFAULT when there
 * is no guest memory (but MMIO, say) at the data or at a paging structure.
 * No linear address is checked against segments or for being canonical here.
 */
int walk_gva(struct vm *vm, const struct walk_mode *mode, u64 gva, u32 access,
	     u64 *gpa, struct walk_fault *fault);

/*
 * Instruction bytes: up to len of them. On anything but 0 the first *got
 * bytes are good, and the result says why the next one cannot be had: it
 * counts only if the instruction is longer than *got. The note is of the last
 * page of them.
 */
int gva_fetch(struct vm *vm, const struct walk_mode *mode, u64 gva, void *buf,
	      unsigned int len, unsigned int *got, struct walk_fault *fault,
	      struct walk_note *note);

#endif /* MINIVMX_WALK_H */
