// SPDX-License-Identifier: GPL-2.0
/* Arithmetic and logic of emulated instructions, with their flags. */
#include "alu.h"

/**
 * alu_truncate() - the low bytes of a number
 * @value: the number
 * @size: 1, 2, 4 or 8 bytes
 *
 * Return: @value with the bits above @size bytes cleared.
 */
u64 alu_truncate(u64 value, unsigned int size)
{
	return size < 8 ? value & ((1ULL << (8 * size)) - 1) : value;
}

static bool top_bit(u64 value, unsigned int size)
{
	return (value >> (8 * size - 1)) & 1;
}

/* PF, ZF and SF of a result. */
static unsigned long result_flags(u64 result, unsigned int size)
{
	unsigned long flags = 0;

	if (!(__builtin_popcount(result & 0xff) & 1))
		flags |= X86_EFLAGS_PF;
	if (!result)
		flags |= X86_EFLAGS_ZF;
	if (top_bit(result, size))
		flags |= X86_EFLAGS_SF;
	return flags;
}

/* @carries has a bit for each carry or borrow out of a bit of the result. */
static unsigned long carry_flags(u64 carries, bool overflow, unsigned int size)
{
	unsigned long flags = 0;

	if (top_bit(carries, size))
		flags |= X86_EFLAGS_CF;
	if (carries & 8)
		flags |= X86_EFLAGS_AF;
	if (overflow)
		flags |= X86_EFLAGS_OF;
	return flags;
}

static u64 add(u64 dst, u64 src, bool carry, unsigned int size,
	       unsigned long *flags)
{
	u64 result = alu_truncate(dst + src + carry, size);
	u64 carries = (dst & src) | ((dst | src) & ~result);
	bool overflow = top_bit((dst ^ result) & (src ^ result), size);

	*flags = result_flags(result, size) |
		 carry_flags(carries, overflow, size);
	return result;
}

static u64 subtract(u64 dst, u64 src, bool borrow, unsigned int size,
		    unsigned long *flags)
{
	u64 result = alu_truncate(dst - src - borrow, size);
	u64 borrows = (~dst & src) | ((~dst | src) & result);
	bool overflow = top_bit((dst ^ src) & (dst ^ result), size);

	*flags = result_flags(result, size) |
		 carry_flags(borrows, overflow, size);
	return result;
}

/* CF and OF are cleared; AF is undefined, which CPUs take for 0. */
static u64 logic(u64 result, unsigned int size, unsigned long *flags)
{
	*flags = result_flags(result, size);
	return result;
}

static u64 bit_operation(enum insn_op op, u64 dst, u64 bit,
			 unsigned long *rflags)
{
	*rflags &= ~(unsigned long)X86_EFLAGS_CF;
	if (dst & bit)
		*rflags |= X86_EFLAGS_CF;

	switch (op) {
	case INSN_BTS:
		return dst | bit;
	case INSN_BTR:
		return dst & ~bit;
	case INSN_BTC:
		return dst ^ bit;
	default:
		return dst;
	}
}

/* INC and DEC leave CF alone. */
static u64 step(enum insn_op op, u64 dst, unsigned int size,
		unsigned long old_flags, unsigned long *flags)
{
	u64 result = op == INSN_INC ? add(dst, 1, false, size, flags) :
				      subtract(dst, 1, false, size, flags);

	*flags &= ~(unsigned long)X86_EFLAGS_CF;
	*flags |= old_flags & X86_EFLAGS_CF;
	return result;
}

/**
 * alu_execute() - execute an instruction of two operands, or of one
 * @op: INSN_ADD to INSN_XADD; others give @src as MOV does
 * @size: of the operands: 1, 2, 4 or 8 bytes
 * @dst: the destination's value, nothing set above @size
 * @src: the source's value, nothing set above @size; for bit instructions any
 *	bit offset, of which the low 4, 5 or 6 bits count
 * @rflags: changed as the instruction does
 *
 * CMP and TEST have a result too; it is for the caller not to store it.
 * SDM: each instruction's page. Context: any.
 *
 * Return: the destination's new value.
 */
u64 alu_execute(enum insn_op op, unsigned int size, u64 dst, u64 src,
		unsigned long *rflags)
{
	bool carry = *rflags & X86_EFLAGS_CF;
	unsigned long flags;
	u64 result;

	switch (op) {
	case INSN_ADD:
	case INSN_XADD:
		result = add(dst, src, false, size, &flags);
		break;
	case INSN_ADC:
		result = add(dst, src, carry, size, &flags);
		break;
	case INSN_SUB:
	case INSN_CMP:
		result = subtract(dst, src, false, size, &flags);
		break;
	case INSN_SBB:
		result = subtract(dst, src, carry, size, &flags);
		break;
	case INSN_NEG:
		result = subtract(0, dst, false, size, &flags);
		break;
	case INSN_INC:
	case INSN_DEC:
		result = step(op, dst, size, *rflags, &flags);
		break;
	case INSN_OR:
		result = logic(dst | src, size, &flags);
		break;
	case INSN_AND:
	case INSN_TEST:
		result = logic(dst & src, size, &flags);
		break;
	case INSN_XOR:
		result = logic(dst ^ src, size, &flags);
		break;
	case INSN_NOT:
		return alu_truncate(~dst, size);
	case INSN_BT:
	case INSN_BTS:
	case INSN_BTR:
	case INSN_BTC:
		return bit_operation(op, dst, 1ULL << (src % (8 * size)),
				     rflags);
	default:
		return src;
	}

	*rflags = (*rflags & ~ALU_STATUS_FLAGS) | flags;
	return result;
}
