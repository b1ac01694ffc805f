/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instructions that reach MMIO, and string I/O: decode.c finds out what, this
 * does it, in as many KVM_RUNs as the VMM needs to answer for its devices.
 *
 * emulate.c drives one instruction, or one iteration of a repeated one:
 *	emulate_fetch.c		which instruction
 *	emulate_address.c	which memory: segments, linear addresses
 *	emulate_memory.c	which pages; reads, from RAM and from MMIO
 *	emulate_execute.c	registers, flags, the value to write
 *	emulate_memory.c	writes
 */
#ifndef MINIVMX_EMULATE_H
#define MINIVMX_EMULATE_H

#include "decode.h"
#include "vmx/vmx.h"
#include "walk.h"

struct vcpu;

/* What stops an emulation, besides a negative errno and 0 for its end. */
enum emul_stop {
	EMUL_FAULT = 1,		/* an exception for the guest: emulation.fault */
	EMUL_FAILED,		/* nothing known about this instruction or access */
	EMUL_MMIO_READ,		/* kvm_run is filled, as it is for the following */
	EMUL_MMIO_WRITE,
	EMUL_PORT_IN,
	EMUL_PORT_OUT,
};

/* A part of an operand within one page. */
struct emul_piece {
	u64 gpa;
	unsigned int offset;	/* in the operand, bytes */
	unsigned int len;	/* bytes */
	bool in_exits_page;	/* emulation.access is to this page */
};

/* An operand in memory. */
struct emul_operand {
	unsigned long linear;
	unsigned int size;	/* bytes; more than 8 only in string I/O */
	bool read;
	bool write;
	struct emul_piece piece[2];
	unsigned int nr_pieces;
	u64 value;
	void *data;		/* value, or the VMM's page in string I/O */
};

/* The access that caused the exit, as far as the CPU tells. */
struct emul_access {
	bool translated;	/* the following are valid */
	bool write;
	unsigned long linear;
	u64 gpa;
};

struct emul_fault {
	u8 vector;		/* #PF, #GP or #SS */
	u32 error_code;
	unsigned long address;	/* #PF: for CR2 */
};

/*
 * An instruction of 64-bit code that was carried out, and all that fetching it
 * has depended on.
 */
struct emul_known {
	unsigned long linear_rip;
	u64 cr0, cr3, cr4, efer;
	u8 cpl;
	u64 slots_generation;
	unsigned int nr_words;		/* paging-structure entries, code; 0: none */
	struct emul_word {
		const u64 __user *address;
		u64 value;
	} word[WALK_MAX_LEVEL + 2];
	struct insn_decoded insn;
};

#define EMUL_NR_KNOWN	8

/* One instruction between its first step and its last. All members: (m). */
struct emulation {
	struct insn_decoded insn;
	u8 bytes[INSN_MAX_LEN];
	unsigned int nr_bytes;

	struct emul_access access;
	bool access_is_mmio;	/* as found at the exit, and not yet answered */

	/* registers when it began; gpr and rflags change as it executes */
	struct walk_mode walk;
	enum insn_mode mode;
	unsigned long linear_rip;
	unsigned long rip;
	unsigned long rflags;
	unsigned long gpr[VMX_NR_GPRS];
	u16 gpr_dirty;		/* bit n: gpr[n] was changed */

	/* operands in the order of their use; at most one is written */
	struct emul_operand mem[2];
	unsigned int nr_mem;
	unsigned int elements;	/* string instructions: in this iteration */
	u16 port;		/* string I/O */

	/* how far it is */
	bool translated;	/* the operands' pieces are known */
	bool writing;		/* reads and execution are over */
	bool committed;		/* registers are those after it */
	bool ends;		/* false: another iteration follows */
	unsigned int cur_mem;
	unsigned int cur_piece;
	unsigned int done;	/* bytes of the piece */
	unsigned int mmio_len;	/* bytes of the piece that the VMM was asked for */

	struct emul_fault fault;

	struct emul_known known[EMUL_NR_KNOWN];	/* see emulate_fetch.c */
};

int emulate_mmio(struct vcpu *vcpu, const struct emul_access *access);
int emulate_string_io(struct vcpu *vcpu, enum insn_op op, unsigned int size,
		      u16 port);
int emulate_exit_io(struct vcpu *vcpu, u8 direction, unsigned int size,
		    u16 port, unsigned int count);

/* emulate_fetch.c */
int emul_fetch(struct vcpu *vcpu);

/* emulate_address.c */
int emul_find_operands(struct vcpu *vcpu);
void emul_limit_elements(struct emulation *e);

/* emulate_memory.c */
int emul_page_fault(struct emulation *e, unsigned long address, u32 error_code);
int emul_walk(struct vcpu *vcpu, unsigned long linear, u32 access, u64 *gpa);
int emul_translate(struct vcpu *vcpu);
int emul_read_operands(struct vcpu *vcpu);
int emul_write_operand(struct vcpu *vcpu);
void emul_take_mmio(struct vcpu *vcpu);
bool emul_write_ends(const struct emulation *e);

/* emulate_execute.c */
u64 emul_get_reg(const struct emulation *e, u8 reg, unsigned int size);
void emul_set_reg(struct emulation *e, u8 reg, unsigned int size, u64 value);
void emul_execute(struct emulation *e);

#endif /* MINIVMX_EMULATE_H */
