// SPDX-License-Identifier: GPL-2.0
/*
 * The part of an instruction that happens inside the CPU: registers, flags, and
 * the value that will be written. Works on struct emulation alone.
 */
#include "alu.h"
#include "emulate.h"

/**
 * emul_get_reg() - the low bytes of a general-purpose register
 * @e: the emulation
 * @reg: 0..15
 * @size: 1, 2, 4 or 8 bytes
 *
 * Context: any.
 *
 * Return: the value, zero-extended.
 */
u64 emul_get_reg(const struct emulation *e, u8 reg, unsigned int size)
{
	return alu_truncate(e->gpr[reg], size);
}

/**
 * emul_set_reg() - write the low bytes of a general-purpose register
 * @e: the emulation
 * @reg: 0..15
 * @size: 1, 2, 4 or 8 bytes
 * @value: the value; what is above @size does not matter
 *
 * SDM: "General-Purpose Registers in 64-Bit Mode": 4 bytes clear the upper
 * half, fewer leave the rest. Context: any.
 */
void emul_set_reg(struct emulation *e, u8 reg, unsigned int size, u64 value)
{
	u64 keep = size < 4 ? e->gpr[reg] & ~alu_truncate(~0ULL, size) : 0;

	e->gpr[reg] = keep | alu_truncate(value, size);
	e->gpr_dirty |= 1u << reg;
}

/* The instruction's register operand, which may be AH, CH, DH or BH. */
static u64 get_operand_reg(const struct emulation *e)
{
	const struct insn_decoded *insn = &e->insn;

	if (insn->reg_high)
		return (e->gpr[insn->reg] >> 8) & 0xff;
	return emul_get_reg(e, insn->reg, insn->reg_size);
}

static void set_operand_reg(struct emulation *e, u64 value)
{
	const struct insn_decoded *insn = &e->insn;

	if (insn->reg_high)
		emul_set_reg(e, insn->reg, 2,
			     (e->gpr[insn->reg] & 0xff) | (value & 0xff) << 8);
	else
		emul_set_reg(e, insn->reg, insn->reg_size, value);
}

static u64 get_operand(const struct emulation *e, enum insn_operand operand)
{
	switch (operand) {
	case OPERAND_MEM:
		return e->mem[0].value;
	case OPERAND_REG:
		return get_operand_reg(e);
	case OPERAND_IMM:
		return alu_truncate(e->insn.imm, e->insn.size);
	default:
		return 0;
	}
}

static void set_destination(struct emulation *e, u64 value)
{
	if (e->insn.dst == OPERAND_MEM)
		e->mem[0].value = value;
	else
		set_operand_reg(e, value);
}

static u64 sign_extend(u64 value, unsigned int size)
{
	unsigned int shift = 64 - 8 * size;

	return (s64)(value << shift) >> shift;
}

/* The accumulator decides, and takes the old value if it was not that. */
static void execute_cmpxchg(struct emulation *e)
{
	unsigned int size = e->insn.size;
	u64 old = e->mem[0].value;

	alu_execute(INSN_CMP, size, emul_get_reg(e, VMX_RAX, size), old,
		    &e->rflags);
	if (e->rflags & X86_EFLAGS_ZF)
		e->mem[0].value = get_operand_reg(e);
	else
		emul_set_reg(e, VMX_RAX, size, old);
}

static void execute_operands(struct emulation *e)
{
	enum insn_op op = e->insn.op;
	u64 dst = get_operand(e, e->insn.dst);
	u64 src = get_operand(e, e->insn.src);

	switch (op) {
	case INSN_CMPXCHG:
		execute_cmpxchg(e);
		return;
	case INSN_MOV:
	case INSN_MOVZX:
		set_destination(e, src);
		return;
	case INSN_MOVSX:
		set_destination(e, sign_extend(src, e->insn.size));
		return;
	case INSN_XCHG:
		set_destination(e, src);
		set_operand_reg(e, dst);
		return;
	case INSN_CMP:
	case INSN_TEST:
	case INSN_BT:
		alu_execute(op, e->insn.size, dst, src, &e->rflags);
		return;
	case INSN_XADD:
		set_operand_reg(e, dst);
		break;
	default:
		break;
	}
	set_destination(e, alu_execute(op, e->insn.size, dst, src, &e->rflags));
}

/* RSI or RDI moves past the elements of this iteration. */
static void move_index(struct emulation *e, enum vmx_gpr reg)
{
	u64 distance = (u64)e->insn.size * e->elements;
	u64 index = e->gpr[reg];

	index = e->rflags & X86_EFLAGS_DF ? index - distance : index + distance;
	emul_set_reg(e, reg, e->insn.addr_size, index);
}

static void execute_element(struct emulation *e)
{
	const struct insn_decoded *insn = &e->insn;

	switch (insn->op) {
	case INSN_MOVS:
		e->mem[1].value = e->mem[0].value;
		break;
	case INSN_STOS:
		e->mem[0].value = emul_get_reg(e, VMX_RAX, insn->size);
		break;
	case INSN_LODS:
		emul_set_reg(e, VMX_RAX, insn->size, e->mem[0].value);
		break;
	case INSN_CMPS:
		alu_execute(INSN_CMP, insn->size, e->mem[0].value,
			    e->mem[1].value, &e->rflags);
		break;
	case INSN_SCAS:
		alu_execute(INSN_CMP, insn->size,
			    emul_get_reg(e, VMX_RAX, insn->size),
			    e->mem[0].value, &e->rflags);
		break;
	default:		/* INS, OUTS: the data passes by */
		break;
	}
}

static bool uses_source_index(enum insn_op op)
{
	return op == INSN_MOVS || op == INSN_CMPS || op == INSN_LODS ||
	       op == INSN_OUTS;
}

static bool uses_destination_index(enum insn_op op)
{
	return op != INSN_LODS && op != INSN_OUTS;
}

/* REPE and REPNE mean something else than REP only where flags are compared. */
static bool compare_ends(const struct emulation *e)
{
	bool equal = e->rflags & X86_EFLAGS_ZF;

	if (e->insn.op != INSN_CMPS && e->insn.op != INSN_SCAS)
		return false;
	return e->insn.repeat == REPEAT_E ? !equal : equal;
}

static void execute_string(struct emulation *e)
{
	const struct insn_decoded *insn = &e->insn;

	execute_element(e);
	if (uses_source_index(insn->op))
		move_index(e, VMX_RSI);
	if (uses_destination_index(insn->op))
		move_index(e, VMX_RDI);

	if (insn->repeat == REPEAT_NONE)
		return;
	emul_set_reg(e, VMX_RCX, insn->addr_size,
		     e->gpr[VMX_RCX] - e->elements);
	e->ends = !emul_get_reg(e, VMX_RCX, insn->addr_size) || compare_ends(e);
}

/**
 * emul_execute() - execute the instruction whose memory operands have been read
 * @e: the emulation; mem[].value of written operands, gpr, rflags and ends are
 *	those after the instruction, or after one iteration of a repeated one
 *
 * SDM: each instruction's page; "String Instructions". Context: any.
 */
void emul_execute(struct emulation *e)
{
	e->ends = true;

	if (insn_is_string(&e->insn))
		execute_string(e);
	else if (e->insn.op == INSN_PUSH || e->insn.op == INSN_POP)
		e->mem[1].value = e->mem[0].value;
	else
		execute_operands(e);
}
