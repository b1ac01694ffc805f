// SPDX-License-Identifier: GPL-2.0
/*
 * The instructions that reach MMIO, and string I/O.
 *
 * The CPU has decoded the instruction before and found it valid, so nothing is
 * checked here that the CPU checks; what is not in the tables is not known.
 * SDM: "Instruction Format", "Opcode Map".
 */
#include <linux/errno.h>

#include "decode.h"
#include "decode_tables.h"

/* The instruction's bytes, and what its prefixes said. */
struct decoder {
	const u8 *bytes;
	unsigned int nr;
	unsigned int pos;
	enum insn_mode mode;
	bool operand_prefix;
	bool address_prefix;
	bool lock;
	bool segment_prefix;
	enum insn_segment segment;
	enum insn_repeat repeat;
	u8 rex;			/* 0: none */
	u8 flags;		/* OP_* */
};

#define REX_W	0x08
#define REX_R	0x04
#define REX_X	0x02
#define REX_B	0x01

/* The next @size bytes as a sign-extended number. */
static int get_number(struct decoder *d, unsigned int size, s64 *value)
{
	u64 bits = 0;
	unsigned int i;

	if (d->pos + size > INSN_MAX_LEN)
		return -EINVAL;
	if (d->pos + size > d->nr)
		return -ENODATA;

	for (i = 0; i < size; i++)
		bits |= (u64)d->bytes[d->pos++] << (8 * i);
	*value = (s64)(bits << (64 - 8 * size)) >> (64 - 8 * size);
	return 0;
}

static int get_byte(struct decoder *d, u8 *byte)
{
	s64 value = 0;
	int r = get_number(d, 1, &value);

	*byte = value;
	return r;
}

static void set_segment(struct decoder *d, enum insn_segment segment)
{
	/* The other four have no base in 64-bit mode: their prefixes are null. */
	if (d->mode == INSN_MODE_64 && segment < SEG_FS)
		return;
	d->segment_prefix = true;
	d->segment = segment;
}

/* Return: whether @byte is a legacy prefix. */
static bool take_prefix(struct decoder *d, u8 byte)
{
	switch (byte) {
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
		set_segment(d, (byte - 0x26) / 8);
		return true;
	case 0x64:
	case 0x65:
		set_segment(d, byte - 0x64 + SEG_FS);
		return true;
	case 0x66:
		d->operand_prefix = true;
		return true;
	case 0x67:
		d->address_prefix = true;
		return true;
	case 0xf0:
		d->lock = true;
		return true;
	case 0xf2:
		d->repeat = REPEAT_NE;
		return true;
	case 0xf3:
		d->repeat = REPEAT_E;
		return true;
	default:
		return false;
	}
}

/* Skips the prefixes. Return: 0 with the first byte of the opcode in @byte. */
static int get_prefixes(struct decoder *d, u8 *byte)
{
	int r;

	for (;;) {
		r = get_byte(d, byte);
		if (r)
			return r;
		if (take_prefix(d, *byte))
			d->rex = 0;	/* REX counts only right before the opcode */
		else if (d->mode == INSN_MODE_64 && (*byte & 0xf0) == 0x40)
			d->rex = *byte;
		else
			return 0;
	}
}

/* The table row; of a group, that of the instruction, its flags merged. */
static int get_opcode(struct decoder *d, struct opcode *opcode)
{
	const struct opcode *row;
	u8 byte, modrm;
	int r;

	r = get_prefixes(d, &byte);
	if (r)
		return r;

	if (byte == 0x0f) {
		r = get_byte(d, &byte);
		if (r)
			return r;
		row = &two_byte_opcodes[byte];
	} else {
		row = &one_byte_opcodes[byte];
	}
	*opcode = *row;

	if (row->form == FORM_GROUP) {
		r = get_byte(d, &modrm);
		if (r)
			return r;
		d->pos--;	/* get_modrm() reads it again */
		*opcode = groups[row->op][(modrm >> 3) & 7];
		opcode->flags |= row->flags;
	}
	if (opcode->form == FORM_UNKNOWN)
		return -EINVAL;
	if ((opcode->flags & OP_64BIT_MODE) && d->mode != INSN_MODE_64)
		return -EINVAL;
	d->flags = opcode->flags;
	return 0;
}

static u8 operand_size(const struct decoder *d)
{
	if (d->flags & OP_BYTE)
		return 1;
	if (d->rex & REX_W)
		return 8;
	if (d->flags & OP_NO16)
		return 4;
	if (d->mode == INSN_MODE_64 && (d->flags & OP_STACK))
		return d->operand_prefix ? 2 : 8;
	return (d->mode == INSN_MODE_16) == d->operand_prefix ? 4 : 2;
}

static u8 address_size(const struct decoder *d)
{
	if (!d->address_prefix)
		return d->mode;
	return d->mode == INSN_MODE_32 ? 2 : 4;
}

static u8 memory_size(const struct decoder *d, u8 reg_size)
{
	if (d->flags & OP_MEM8)
		return 1;
	if (d->flags & OP_MEM16)
		return 2;
	if (d->flags & OP_MEM32)
		return reg_size < 4 ? reg_size : 4;
	return reg_size;
}

static void set_reg(const struct decoder *d, struct insn_decoded *insn, u8 reg)
{
	insn->reg = reg;
	/* Without REX these encode AH, CH, DH, BH. */
	if (insn->reg_size == 1 && !d->rex && reg >= 4) {
		insn->reg = reg - 4;
		insn->reg_high = true;
	}
}

static void set_default_segment(struct decoder *d, struct insn_mem *mem)
{
	/* RSP and RBP as base address the stack. */
	if (d->segment_prefix)
		mem->seg = d->segment;
	else
		mem->seg = mem->base == 4 || mem->base == 5 ? SEG_SS : SEG_DS;
}

/* "16-Bit Addressing Forms with the ModR/M Byte" */
static int get_mem16(struct decoder *d, struct insn_mem *mem, u8 mod, u8 rm)
{
	enum { AX, CX, DX, BX, SP, BP, SI, DI };
	static const s8 base[8] = { BX, BX, BP, BP, SI, DI, BP, BX };
	static const s8 index[8] = {
		SI, DI, SI, DI,
		INSN_NO_REG, INSN_NO_REG, INSN_NO_REG, INSN_NO_REG
	};

	mem->base = base[rm];
	mem->index = index[rm];
	if (mod == 0 && rm == 6) {
		mem->base = INSN_NO_REG;
		mod = 2;
	}
	set_default_segment(d, mem);
	return mod ? get_number(d, mod == 1 ? 1 : 2, &mem->disp) : 0;
}

/* "32-Bit Addressing Forms with the SIB Byte" */
static int get_sib(struct decoder *d, struct insn_mem *mem, u8 *mod)
{
	u8 sib;
	int r;

	r = get_byte(d, &sib);
	if (r)
		return r;

	mem->scale = 1 << (sib >> 6);
	mem->index = ((sib >> 3) & 7) | (d->rex & REX_X ? 8 : 0);
	if (mem->index == 4)
		mem->index = INSN_NO_REG;
	mem->base = (sib & 7) | (d->rex & REX_B ? 8 : 0);
	if (*mod == 0 && (sib & 7) == 5) {
		mem->base = INSN_NO_REG;
		*mod = 2;
	}
	return 0;
}

/* "32-Bit Addressing Forms with the ModR/M Byte", also of 64-bit mode */
static int get_mem32(struct decoder *d, struct insn_mem *mem, u8 mod, u8 rm)
{
	int r;

	mem->base = rm | (d->rex & REX_B ? 8 : 0);
	mem->index = INSN_NO_REG;
	if (rm == 4) {
		r = get_sib(d, mem, &mod);
		if (r)
			return r;
	} else if (mod == 0 && rm == 5) {
		mem->base = d->mode == INSN_MODE_64 ? INSN_REG_IP :
						      INSN_NO_REG;
		mod = 2;
	}
	set_default_segment(d, mem);
	return mod ? get_number(d, mod == 1 ? 1 : 4, &mem->disp) : 0;
}

static int get_modrm(struct decoder *d, struct insn_decoded *insn)
{
	u8 modrm;
	int r;

	r = get_byte(d, &modrm);
	if (r)
		return r;
	/* Between registers: nothing of it reaches memory. */
	if (modrm >> 6 == 3)
		return -EINVAL;

	set_reg(d, insn, ((modrm >> 3) & 7) | (d->rex & REX_R ? 8 : 0));
	if (insn->addr_size == 2)
		return get_mem16(d, &insn->mem, modrm >> 6, modrm & 7);
	return get_mem32(d, &insn->mem, modrm >> 6, modrm & 7);
}

static int get_immediate(struct decoder *d, struct insn_decoded *insn)
{
	unsigned int size = insn->size;
	s64 value;
	int r;

	if (size == 8)
		size = 4;
	if (d->flags & OP_IMM8)
		size = 1;
	r = get_number(d, size, &value);
	if (r)
		return r;
	insn->imm = value;
	return 0;
}

static int get_moffs(struct decoder *d, struct insn_decoded *insn)
{
	insn->mem.base = INSN_NO_REG;
	insn->mem.index = INSN_NO_REG;
	set_default_segment(d, &insn->mem);
	return get_number(d, insn->addr_size, &insn->mem.disp);
}

static int get_operands(struct decoder *d, struct insn_decoded *insn,
			enum form form)
{
	static const struct { u8 dst, src; } operands[] = {
		[FORM_RM_REG]	= { OPERAND_MEM, OPERAND_REG },
		[FORM_REG_RM]	= { OPERAND_REG, OPERAND_MEM },
		[FORM_RM_IMM]	= { OPERAND_MEM, OPERAND_IMM },
		[FORM_RM]	= { OPERAND_MEM, OPERAND_NONE },
		[FORM_MOFFS_ACC] = { OPERAND_MEM, OPERAND_REG },
		[FORM_ACC_MOFFS] = { OPERAND_REG, OPERAND_MEM },
		[FORM_STRING]	= { OPERAND_NONE, OPERAND_NONE },
	};
	int r;

	insn->dst = operands[form].dst;
	insn->src = operands[form].src;

	switch (form) {
	case FORM_STRING:
		insn->mem.seg = d->segment_prefix ? d->segment : SEG_DS;
		return 0;
	case FORM_MOFFS_ACC:
	case FORM_ACC_MOFFS:
		return get_moffs(d, insn);
	default:
		r = get_modrm(d, insn);
		if (r || form != FORM_RM_IMM)
			return r;
		return get_immediate(d, insn);
	}
}

/**
 * insn_decode() - decode one instruction
 * @insn: filled on success
 * @mode: 16-bit, 32-bit or 64-bit code
 * @bytes: the instruction and possibly what follows it
 * @nr: how many @bytes there are, 0 to INSN_MAX_LEN
 *
 * SDM: "Instruction Format". Context: any.
 *
 * Return: 0; -ENODATA if the instruction goes on beyond @nr bytes; -EINVAL if
 * it is none of those that are known here or has no operand in memory.
 */
int insn_decode(struct insn_decoded *insn, enum insn_mode mode,
		const u8 *bytes, unsigned int nr)
{
	struct decoder d = { .bytes = bytes, .nr = nr, .mode = mode };
	struct opcode opcode;
	int r;

	r = get_opcode(&d, &opcode);
	if (r)
		return r;

	*insn = (struct insn_decoded){
		.op = opcode.op,
		.mode = mode,
		.reg_size = operand_size(&d),
		.addr_size = address_size(&d),
		.repeat = d.repeat,
		.lock = d.lock,
		.mem.scale = 1,
	};
	insn->size = memory_size(&d, insn->reg_size);
	/* There are no ports of 64 bits. */
	if ((opcode.op == INSN_INS || opcode.op == INSN_OUTS) && insn->size == 8)
		insn->size = 4;

	r = get_operands(&d, insn, opcode.form);
	if (r)
		return r;
	insn->len = d.pos;
	return 0;
}
