/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest program with all that happens to it: a list of items, each of which
 * can be left out.  Made from a seed, or read from a file of the same form as
 * that in which it is printed, one item on each line.
 */
#ifndef DIFF_CASE_H
#define DIFF_CASE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum mode {
	MODE_REAL,
	MODE_VM86,
	MODE_PROT16,	/* protected mode without paging */
	MODE_PROT32,
	MODE_PAGING32,	/* protected mode with two levels of 4-byte entries */
	MODE_PAE,
	MODE_COMPAT16,	/* IA-32e mode */
	MODE_COMPAT32,
	MODE_LONG64,
	NR_MODES,
};

enum item_kind {
	/* what the guest executes, in this order */
	ITEM_CODE,

	/* its initial state */
	ITEM_ORG,	/* offset of the program in the page of code */
	ITEM_REG,	/* enum reg, value */
	ITEM_CR,	/* enum control: bits to change */
	ITEM_SEG,	/* enum segment, enum segment_part, value */
	ITEM_MSR,	/* index, value */
	ITEM_DR,	/* number, value */
	ITEM_PAGE,	/* address, bits of its page-table entry to change */
	ITEM_DATA,	/* address, value of 8 bytes */
	ITEM_CAP,	/* capability, its first argument */

	/* what the VMM does before one of the KVM_RUNs */
	ITEM_INTERRUPT,	/* vector, if the vCPU is ready for one */
	ITEM_NMI,
	ITEM_WINDOW,	/* request_interrupt_window */
	ITEM_TPR,	/* kvm_run->cr8 */
	ITEM_EXCEPTION,	/* vector, enum delivery, error code, payload */
	ITEM_INJECTED,	/* interrupt.nr, interrupt.soft */
	ITEM_NMI_STATE,	/* nmi.injected, nmi.pending, nmi.masked */
	ITEM_SHADOW,	/* interrupt.shadow */
	ITEM_SHUTDOWN,	/* triple_fault.pending */
	ITEM_DEBUG,	/* control, DR0, DR7 */
	ITEM_IMMEDIATE,	/* immediate_exit */
	ITEM_SYNC_REG,	/* enum reg, value: through kvm_dirty_regs */
	NR_ITEM_KINDS,
};

/* In the order of struct kvm_regs. */
enum reg {
	REG_AX, REG_BX, REG_CX, REG_DX, REG_SI, REG_DI, REG_SP, REG_BP,
	REG_8, REG_9, REG_10, REG_11, REG_12, REG_13, REG_14, REG_15,
	REG_IP, REG_FLAGS, NR_REGS,
};

enum control { CONTROL_CR0, CONTROL_CR4, CONTROL_EFER, CONTROL_CR8, CONTROL_XCR0 };
enum segment { SEG_CS, SEG_DS, SEG_ES, SEG_FS, SEG_GS, SEG_SS };
enum segment_part { SEG_SELECTOR, SEG_BASE, SEG_LIMIT, SEG_UNUSABLE };

/* How KVM_SET_VCPU_EVENTS gives an exception. */
enum delivery {
	DELIVER_INJECTED,
	DELIVER_PENDING,
	DELIVER_PAYLOAD,
	DELIVER_ERROR_CODE = 4,	/* to be added */
};

#define MAX_ITEMS	48
#define MAX_CODE	40	/* bytes of one item */
#define NR_ARGS		4
#define MAX_NOTE	40

struct item {
	uint8_t kind;		/* enum item_kind */
	uint8_t run;		/* before which KVM_RUN, for the VMM's items */
	uint64_t arg[NR_ARGS];
	/*
	 * ITEM_CODE. The address of its end is put at end_at, end_size bytes
	 * of it: where it is depends on the items before it.
	 */
	uint8_t len;
	uint8_t end_at;
	uint8_t end_size;
	uint8_t code[MAX_CODE];
	char note[MAX_NOTE];	/* the instruction in words */
};

struct test_case {
	uint64_t seed;		/* of the answers that the VMM gives, too */
	enum mode mode;
	unsigned int cpl;	/* 0 or 3 */
	unsigned int nr;
	struct item items[MAX_ITEMS];
};

static inline bool item_is_hosts(const struct item *item)
{
	return item->kind >= ITEM_INTERRUPT;
}

static inline bool mode_is_long(enum mode mode)
{
	return mode >= MODE_COMPAT16;
}

static inline bool mode_has_paging(enum mode mode)
{
	return mode >= MODE_PAGING32 || mode == MODE_VM86;
}

/* Bits of an operand or address without a prefix. */
unsigned int mode_code_size(enum mode mode);

void case_print(const struct test_case *c, FILE *to);
bool case_parse(struct test_case *c, FILE *from, const char *name);

#endif
