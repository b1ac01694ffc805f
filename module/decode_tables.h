/* SPDX-License-Identifier: GPL-2.0 */
/* decode.c's opcode maps. SDM: "Opcode Map", "Opcode Extensions". */
#ifndef MINIVMX_DECODE_TABLES_H
#define MINIVMX_DECODE_TABLES_H

#include "decode.h"

/* What the operands are. All forms but the last three have a ModR/M byte. */
enum form {
	FORM_UNKNOWN,
	FORM_GROUP,	/* op names a group: ModR/M.reg chooses the instruction */
	FORM_RM_REG,
	FORM_REG_RM,
	FORM_RM_IMM,
	FORM_RM,
	FORM_MOFFS_ACC,	/* an absolute address and AL, AX, EAX, RAX */
	FORM_ACC_MOFFS,
	FORM_STRING,
};

#define OP_BYTE		0x01	/* operands of one byte */
#define OP_IMM8		0x02	/* an immediate of one byte for a wider operand */
#define OP_STACK	0x04	/* 64 bits wide by default in 64-bit mode */
#define OP_MEM8		0x08	/* the memory operand is narrower */
#define OP_MEM16	0x10
#define OP_MEM32	0x20
#define OP_64BIT_MODE	0x40	/* another instruction in other modes */
#define OP_NO16		0x80	/* operands of 4 bytes where others have 2 */

struct opcode {
	u8 op;
	u8 form;
	u8 flags;
};

enum group {
	GROUP_1, GROUP_1A, GROUP_3, GROUP_4, GROUP_5, GROUP_8, GROUP_11,
};

static const struct opcode groups[][8] = {
	[GROUP_1] = {
		{ INSN_ADD, FORM_RM_IMM }, { INSN_OR, FORM_RM_IMM },
		{ INSN_ADC, FORM_RM_IMM }, { INSN_SBB, FORM_RM_IMM },
		{ INSN_AND, FORM_RM_IMM }, { INSN_SUB, FORM_RM_IMM },
		{ INSN_XOR, FORM_RM_IMM }, { INSN_CMP, FORM_RM_IMM },
	},
	[GROUP_1A] = {
		[0] = { INSN_POP, FORM_RM, OP_STACK },
	},
	[GROUP_3] = {
		[0] = { INSN_TEST, FORM_RM_IMM }, [1] = { INSN_TEST, FORM_RM_IMM },
		[2] = { INSN_NOT, FORM_RM }, [3] = { INSN_NEG, FORM_RM },
	},
	[GROUP_4] = {
		[0] = { INSN_INC, FORM_RM }, [1] = { INSN_DEC, FORM_RM },
	},
	[GROUP_5] = {
		[0] = { INSN_INC, FORM_RM }, [1] = { INSN_DEC, FORM_RM },
		[6] = { INSN_PUSH, FORM_RM, OP_STACK },
	},
	[GROUP_8] = {
		[4] = { INSN_BT, FORM_RM_IMM }, [5] = { INSN_BTS, FORM_RM_IMM },
		[6] = { INSN_BTR, FORM_RM_IMM }, [7] = { INSN_BTC, FORM_RM_IMM },
	},
	[GROUP_11] = {
		[0] = { INSN_MOV, FORM_RM_IMM },
	},
};

#define ALU(first, op)							\
	[(first) + 0] = { op, FORM_RM_REG, OP_BYTE },			\
	[(first) + 1] = { op, FORM_RM_REG },				\
	[(first) + 2] = { op, FORM_REG_RM, OP_BYTE },			\
	[(first) + 3] = { op, FORM_REG_RM }

#define BYTE_AND_FULL(first, op, form)					\
	[(first) + 0] = { op, form, OP_BYTE },				\
	[(first) + 1] = { op, form }

static const struct opcode one_byte_opcodes[256] = {
	ALU(0x00, INSN_ADD),
	ALU(0x08, INSN_OR),
	ALU(0x10, INSN_ADC),
	ALU(0x18, INSN_SBB),
	ALU(0x20, INSN_AND),
	ALU(0x28, INSN_SUB),
	ALU(0x30, INSN_XOR),
	ALU(0x38, INSN_CMP),
	[0x63] = { INSN_MOVSX, FORM_REG_RM, OP_MEM32 | OP_64BIT_MODE },
	BYTE_AND_FULL(0x6c, INSN_INS, FORM_STRING),
	BYTE_AND_FULL(0x6e, INSN_OUTS, FORM_STRING),
	BYTE_AND_FULL(0x80, GROUP_1, FORM_GROUP),
	[0x83] = { GROUP_1, FORM_GROUP, OP_IMM8 },
	BYTE_AND_FULL(0x84, INSN_TEST, FORM_RM_REG),
	BYTE_AND_FULL(0x86, INSN_XCHG, FORM_RM_REG),
	ALU(0x88, INSN_MOV),
	[0x8f] = { GROUP_1A, FORM_GROUP },
	BYTE_AND_FULL(0xa0, INSN_MOV, FORM_ACC_MOFFS),
	BYTE_AND_FULL(0xa2, INSN_MOV, FORM_MOFFS_ACC),
	BYTE_AND_FULL(0xa4, INSN_MOVS, FORM_STRING),
	BYTE_AND_FULL(0xa6, INSN_CMPS, FORM_STRING),
	BYTE_AND_FULL(0xaa, INSN_STOS, FORM_STRING),
	BYTE_AND_FULL(0xac, INSN_LODS, FORM_STRING),
	BYTE_AND_FULL(0xae, INSN_SCAS, FORM_STRING),
	BYTE_AND_FULL(0xc6, GROUP_11, FORM_GROUP),
	BYTE_AND_FULL(0xf6, GROUP_3, FORM_GROUP),
	[0xfe] = { GROUP_4, FORM_GROUP, OP_BYTE },
	[0xff] = { GROUP_5, FORM_GROUP },
};

/* After the escape byte 0F. */
static const struct opcode two_byte_opcodes[256] = {
	[0xa3] = { INSN_BT, FORM_RM_REG },
	[0xab] = { INSN_BTS, FORM_RM_REG },
	BYTE_AND_FULL(0xb0, INSN_CMPXCHG, FORM_RM_REG),
	[0xb3] = { INSN_BTR, FORM_RM_REG },
	[0xb6] = { INSN_MOVZX, FORM_REG_RM, OP_MEM8 },
	[0xb7] = { INSN_MOVZX, FORM_REG_RM, OP_MEM16 },
	[0xba] = { GROUP_8, FORM_GROUP, OP_IMM8 },
	[0xbb] = { INSN_BTC, FORM_RM_REG },
	[0xbe] = { INSN_MOVSX, FORM_REG_RM, OP_MEM8 },
	[0xbf] = { INSN_MOVSX, FORM_REG_RM, OP_MEM16 },
	BYTE_AND_FULL(0xc0, INSN_XADD, FORM_RM_REG),
	[0xc3] = { INSN_MOV, FORM_RM_REG, OP_NO16 },	/* MOVNTI */
};

#endif /* MINIVMX_DECODE_TABLES_H */
