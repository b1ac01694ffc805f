// SPDX-License-Identifier: GPL-2.0
/* Instructions with an operand in memory: RAM, MMIO, a read-only slot. */
#include "generate.h"

enum { AX, CX, DX, BX, SP, BP, SI, DI };

#define F_0F	0x01	/* after the escape byte */
#define F_BYTE	0x02	/* the opcode before is the one for bytes */
#define F_IMM8	0x04	/* an immediate follows: of a byte, or of the operand */
#define F_IMM	0x08
#define F_LOCK	0x10	/* LOCK is allowed */
#define F_LONG	0x20	/* 64-bit mode only */
#define F_WIDE	0x40	/* no operands of 2 bytes: KVM reads 4 for them */

struct opcode {
	const char *name;
	uint8_t opcode;
	int8_t reg;		/* of a group; -1: any register */
	uint8_t flags;
};

static const struct opcode opcodes[] = {
	{ "mov store", 0x89, -1, F_BYTE },
	{ "mov store", 0x89, -1, F_BYTE },
	{ "mov load", 0x8b, -1, F_BYTE },
	{ "mov load", 0x8b, -1, F_BYTE },
	{ "mov imm", 0xc7, 0, F_BYTE | F_IMM },
	{ "movzx8", 0xb6, -1, F_0F },
	{ "movzx16", 0xb7, -1, F_0F },
	{ "movsx8", 0xbe, -1, F_0F },
	{ "movsx16", 0xbf, -1, F_0F },
	{ "movsxd", 0x63, -1, F_LONG | F_WIDE },
	{ "movnti", 0xc3, -1, F_0F },
	{ "xchg", 0x87, -1, F_BYTE | F_LOCK },
	{ "cmpxchg", 0xb1, -1, F_0F | F_BYTE | F_LOCK },
	{ "xadd", 0xc1, -1, F_0F | F_BYTE | F_LOCK },
	{ "add store", 0x01, -1, F_BYTE | F_LOCK },
	{ "or store", 0x09, -1, F_BYTE | F_LOCK },
	{ "adc store", 0x11, -1, F_BYTE | F_LOCK },
	{ "sbb store", 0x19, -1, F_BYTE | F_LOCK },
	{ "and store", 0x21, -1, F_BYTE | F_LOCK },
	{ "sub store", 0x29, -1, F_BYTE | F_LOCK },
	{ "xor store", 0x31, -1, F_BYTE | F_LOCK },
	{ "cmp store", 0x39, -1, F_BYTE },
	{ "add load", 0x03, -1, F_BYTE },
	{ "or load", 0x0b, -1, F_BYTE },
	{ "sbb load", 0x1b, -1, F_BYTE },
	{ "xor load", 0x33, -1, F_BYTE },
	{ "cmp load", 0x3b, -1, F_BYTE },
	{ "test", 0x85, -1, F_BYTE },
	{ "add imm", 0x81, 0, F_BYTE | F_IMM | F_LOCK },
	{ "and imm", 0x81, 4, F_BYTE | F_IMM | F_LOCK },
	{ "cmp imm", 0x81, 7, F_BYTE | F_IMM },
	{ "or imm8", 0x83, 1, F_IMM8 | F_LOCK },
	{ "sub imm8", 0x83, 5, F_IMM8 | F_LOCK },
	{ "test imm", 0xf7, 0, F_BYTE | F_IMM },
	{ "not", 0xf7, 2, F_BYTE | F_LOCK },
	{ "neg", 0xf7, 3, F_BYTE | F_LOCK },
	{ "inc", 0xff, 0, F_BYTE | F_LOCK },
	{ "dec", 0xff, 1, F_BYTE | F_LOCK },
	{ "push", 0xff, 6, 0 },
	{ "pop", 0x8f, 0, 0 },
	{ "bt", 0xa3, -1, F_0F },
	{ "bts", 0xab, -1, F_0F | F_LOCK },
	{ "btr imm", 0xba, 6, F_0F | F_IMM8 | F_LOCK },
	{ "btc imm", 0xba, 7, F_0F | F_IMM8 | F_LOCK },
};

/* Known to few emulators, so only where the CPU executes them: in RAM. */
static const struct opcode rare_opcodes[] = {
	{ "cmpxchg8b", 0xc7, 1, F_0F | F_LOCK },
	{ "mul", 0xf7, 4, F_BYTE },
	{ "div", 0xf7, 6, F_BYTE },
	{ "rol", 0xd3, 0, F_BYTE },
	{ "shl imm", 0xc1, 4, F_BYTE | F_IMM8 },
	{ "shld", 0xa5, -1, F_0F },
	{ "setc", 0x92, 0, F_0F },
	{ "cmovc", 0x42, -1, F_0F },
	{ "bsf", 0xbc, -1, F_0F },
	{ "imul", 0xaf, -1, F_0F },
	{ "fxsave", 0xae, 0, F_0F },
	{ "ldmxcsr", 0xae, 2, F_0F },
	{ "clflush", 0xae, 7, F_0F },
	{ "prefetch", 0x18, 1, F_0F },
	{ "movups store", 0x11, 1, F_0F },
	{ "movups load", 0x10, 1, F_0F },
	{ "mov sreg load", 0x8e, 0, 0 },
	{ "mov sreg store", 0x8c, -1, 0 },
	{ "lea", 0x8d, -1, 0 },
	{ "fld", 0xd9, 0, 0 },
	{ "fstp", 0xdd, 3, 0 },
};

static void operate(struct generator *g, const struct opcode *o,
		    uint32_t address)
{
	unsigned int size = operand_size(g), reg = o->reg;
	struct memory m;
	uint8_t rex = 0;

	if ((size == 1 && !(o->flags & F_BYTE)) ||
	    (size == 2 && (o->flags & F_WIDE)))
		size = 4;
	if (o->reg < 0)
		reg = ONE_OF(g, AX, DX, BX, BP, SI, AX, 4);
	/* No stack that its owner does not know of. */
	if (o->reg < 0 && reg == 4 && size != 1)
		reg = AX;
	if (o->reg < 0 && g->bits == 64 && percent(g, 20))
		rex = 0x04;
	begin(g, "%s%u [%x]", o->name, size * 8, address);
	m = emit_memory_begin(g, address);
	if ((o->flags & F_LOCK && percent(g, 20)) || percent(g, 2))
		emit(g, 0xf0);
	emit_memory_prefixes(g, &m);
	emit_size(g, size, rex);
	if (o->flags & F_0F)
		emit(g, 0x0f);
	emit(g, o->opcode - (size == 1));
	emit_memory(g, &m, reg);
	if (o->flags & F_IMM8)
		emit_number(g, number(g), 1);
	else if (o->flags & F_IMM)
		emit_number(g, number(g), size == 8 ? 4 : size);
}

static void common_operation(struct generator *g)
{
	unsigned int n = below(g, sizeof(opcodes) / sizeof(opcodes[0]));

	if ((opcodes[n].flags & F_LONG) && g->bits != 64)
		n = 0;
	operate(g, &opcodes[n], data_address(g));
}

static void rare_operation(struct generator *g)
{
	unsigned int n = below(g, sizeof(rare_opcodes) / sizeof(rare_opcodes[0]));

	operate(g, &rare_opcodes[n], GPA_DATA + 0x100 + 8 * below(g, 200) + below(g, 2));
}

static void moffs(struct generator *g)
{
	uint32_t address = data_address(g);
	unsigned int size = operand_size(g);

	begin(g, "mov moffs%u %x", size * 8, address);
	emit_size(g, size, 0);
	emit(g, (percent(g, 50) ? 0xa1 : 0xa3) - (size == 1));
	emit_number(g, address, g->bits / 8);
}

/* Far beyond what is mapped, not canonical, beyond the segment's limit. */
static void far_away(struct generator *g)
{
	uint64_t address = number(g);

	begin(g, "mov far %llx", (unsigned long long)address);
	emit_set(g, BX, address);
	emit_size(g, 4, 0);
	EMIT(g, percent(g, 50) ? 0x89 : 0x8b, g->bits == 16 ? 0x07 : 0x03);
}

static void string(struct generator *g)
{
	static const struct { const char *name; uint8_t opcode; } list[] = {
		{ "movs", 0xa5 }, { "stos", 0xab }, { "lods", 0xad },
		{ "cmps", 0xa7 }, { "scas", 0xaf },
	};
	unsigned int n = below(g, 5), size = operand_size(g);
	uint8_t rep = ONE_OF(g, 0, 0xf3, 0xf3, 0xf2);
	uint32_t source = data_address(g), destination = data_address(g);
	uint8_t prefix = percent(g, 15) ? ONE_OF(g, 0x26, 0x36, 0x64, 0x65) : 0;

	begin(g, "%s%s%u %x %x", rep ? "rep " : "", list[n].name, size * 8,
	      source, destination);
	emit_set(g, SI, source);
	emit_set(g, DI, destination);
	emit_set(g, CX, below(g, 5));
	if (percent(g, 10))
		emit(g, 0xfd);		/* STD */
	if (rep)
		emit(g, rep);
	if (prefix)
		emit(g, prefix);
	emit_size(g, size, 0);
	emit(g, list[n].opcode - (size == 1));
	emit(g, 0xfc);			/* CLD */
}

void generate_memory(struct generator *g)
{
	static void (*const list[])(struct generator *g) = {
		common_operation, common_operation, common_operation,
		common_operation, rare_operation, moffs, far_away, string,
		string,
	};

	list[below(g, sizeof(list) / sizeof(list[0]))](g);
}
