/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an instruction does with memory: for those that reach MMIO, and for
 * string I/O. Plain C, so that it can be tested outside of the kernel.
 */
#ifndef MINIVMX_DECODE_H
#define MINIVMX_DECODE_H

#include <linux/types.h>

#define INSN_MAX_LEN	15	/* longer ones raise #GP */

enum insn_op {
	INSN_UNKNOWN,
	/* in the order of the opcodes and of group 1 */
	INSN_ADD, INSN_OR, INSN_ADC, INSN_SBB, INSN_AND, INSN_SUB, INSN_XOR,
	INSN_CMP,
	INSN_TEST, INSN_NOT, INSN_NEG, INSN_INC, INSN_DEC,
	/* in the order of group 8 */
	INSN_BT, INSN_BTS, INSN_BTR, INSN_BTC,
	INSN_XCHG, INSN_XADD, INSN_CMPXCHG,
	INSN_MOV, INSN_MOVZX, INSN_MOVSX,
	INSN_PUSH, INSN_POP,
	/* string instructions: see insn_is_string() */
	INSN_MOVS, INSN_CMPS, INSN_STOS, INSN_LODS, INSN_SCAS,
	INSN_INS, INSN_OUTS,
};

enum insn_operand {
	OPERAND_NONE,
	OPERAND_REG,		/* insn.reg */
	OPERAND_MEM,		/* insn.mem */
	OPERAND_IMM,		/* insn.imm */
};

enum insn_repeat { REPEAT_NONE, REPEAT_E, REPEAT_NE };

/* Segment registers in the order of their encoding. */
enum insn_segment { SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS };

/* The mode of the code segment; a prefix chooses the other sizes. */
enum insn_mode { INSN_MODE_16 = 2, INSN_MODE_32 = 4, INSN_MODE_64 = 8 };

#define INSN_NO_REG	(-1)
#define INSN_REG_IP	(-2)	/* base: the address of the next instruction */

/* An effective address: base + index * scale + disp, cut to insn.addr_size. */
struct insn_mem {
	enum insn_segment seg;
	s8 base;		/* number of a register, INSN_NO_REG, INSN_REG_IP */
	s8 index;		/* number of a register, INSN_NO_REG */
	u8 scale;		/* 1, 2, 4, 8 */
	s64 disp;
};

struct insn_decoded {
	enum insn_op op;
	u8 len;			/* bytes, 1..15 */
	enum insn_mode mode;
	u8 size;		/* of the memory operand: 1, 2, 4, 8 bytes */
	u8 reg_size;		/* of the register: larger in MOVZX, MOVSX */
	u8 addr_size;		/* 2, 4, 8 bytes */
	enum insn_operand dst;
	enum insn_operand src;
	u8 reg;			/* 0..15 */
	bool reg_high;		/* AH, CH, DH, BH, which are bits 15:8 of reg */
	u64 imm;		/* sign-extended */
	struct insn_mem mem;	/* for string instructions only the source's seg */
	enum insn_repeat repeat;
	bool lock;
};

static inline bool insn_is_string(const struct insn_decoded *insn)
{
	return insn->op >= INSN_MOVS;
}

int insn_decode(struct insn_decoded *insn, enum insn_mode mode,
		const u8 *bytes, unsigned int nr);

#endif /* MINIVMX_DECODE_H */
