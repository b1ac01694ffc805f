// SPDX-License-Identifier: GPL-2.0
/* Control registers, debug registers, MSRs. */
#include "generate.h"

enum { AX, CX, DX, BX };

/* ---- control registers ---- */

static uint64_t cr0_bits(struct generator *g)
{
	return ONE_OF(g, X86_CR0_TS, X86_CR0_MP, X86_CR0_EM, X86_CR0_NE,
		      X86_CR0_WP, X86_CR0_AM, X86_CR0_CD, X86_CR0_CD | X86_CR0_NW,
		      X86_CR0_NW, X86_CR0_PG, X86_CR0_PE, X86_CR0_ET,
		      X86_CR0_PE | X86_CR0_PG, 1ul << 6, 1ul << 28, 1ul << 32);
}

static uint64_t cr4_bits(struct generator *g)
{
	return ONE_OF(g, X86_CR4_VME, X86_CR4_PVI, X86_CR4_TSD, X86_CR4_DE,
		      X86_CR4_PSE, X86_CR4_PAE, X86_CR4_MCE, X86_CR4_PGE,
		      X86_CR4_PCE, X86_CR4_OSFXSR, X86_CR4_OSXMMEXCPT,
		      X86_CR4_UMIP, X86_CR4_LA57, X86_CR4_VMXE, X86_CR4_FSGSBASE,
		      X86_CR4_PCIDE, X86_CR4_OSXSAVE, X86_CR4_SMEP, X86_CR4_SMAP,
		      X86_CR4_PKE, 1ul << 14, 1ul << 15, 1ul << 23, 1ul << 32);
}

static uint64_t cr3_value(struct generator *g)
{
	uint64_t root = g->c->mode == MODE_PAE ? GPA_TABLES + PAGE_SIZE :
						 GPA_TABLES;

	return ONE_OF(g, 0, 0, 0, 0x8, 0x18, 0x7, 1ull << 63, 1ull << 52,
		      1ull << 45) | root;
}

/* A change of some bits: read, XOR, write. */
static void flip_cr(struct generator *g)
{
	unsigned int cr = percent(g, 50) ? 0 : 4;
	uint64_t bits = cr ? cr4_bits(g) : cr0_bits(g);

	begin(g, "cr%u ^= %llx", cr, (unsigned long long)bits);
	EMIT(g, 0x0f, 0x20, 0xc0 | cr << 3);	/* MOV EAX, CR */
	emit_set(g, CX, bits);
	emit_size(g, g->bits == 64 ? 8 : 4, 0);
	EMIT(g, 0x31, 0xc8);			/* XOR EAX, ECX */
	EMIT(g, 0x0f, 0x22, 0xc0 | cr << 3);
}

static void read_cr(struct generator *g)
{
	unsigned int cr = ONE_OF(g, 0, 2, 3, 4, 8, 1, 5, 15);

	begin(g, "rax = cr%u", cr);
	if (g->bits == 64 && cr >= 8)
		emit(g, 0x44);
	else if (cr == 8 && percent(g, 50))
		emit(g, 0xf0);
	EMIT(g, 0x0f, 0x20, 0xc0 | (cr & 7) << 3);
}

static void write_cr(struct generator *g)
{
	unsigned int cr = ONE_OF(g, 0, 2, 3, 3, 3, 4, 8, 8, 1, 7);
	uint64_t value = number(g);

	if (cr == 3)
		value = cr3_value(g);
	/* KVM looks at a byte of it only */
	if (cr == 8)
		value = percent(g, 80) ? below(g, 16) : below(g, 256);
	begin(g, "cr%u = %llx", cr, (unsigned long long)value);
	emit_set(g, AX, value);
	if (g->bits == 64 && cr >= 8)
		emit(g, 0x44);
	EMIT(g, 0x0f, 0x22, 0xc0 | (cr & 7) << 3);
}

static void lmsw(struct generator *g)
{
	uint16_t value = percent(g, 70) ? ONE_OF(g, 0, 1, 2, 4, 8, 9, 0xf, 0xb) :
					  number(g);

	begin(g, "lmsw %x", value);
	emit_set(g, AX, value);
	EMIT(g, 0x0f, 0x01, 0xf0);
}

static void smsw(struct generator *g)
{
	begin(g, "smsw");
	emit_size(g, operand_size(g), 0);
	EMIT(g, 0x0f, 0x01, 0xe0);
}

/* ---- debug registers ---- */

static uint64_t dr7_value(struct generator *g)
{
	/* enabled breakpoints of all kinds, GD, reserved bits */
	return ONE_OF(g, 0, 0x400, 0x1, 0x2, 0x3, 0x700, 0x30002, 0x10001,
		      0xd0101, 0x2000, 0x2400, 0xffff, 0xffffffff, 0x20001,
		      0x800, 1ull << 32, 0xc0000400);
}

static void write_dr(struct generator *g)
{
	unsigned int dr = below(g, 8);
	uint64_t value = number(g);

	if (dr == 7 || dr == 5)
		value = dr7_value(g);
	else if (dr < 4 && percent(g, 70))
		value = data_address(g);
	else if (percent(g, 50))
		value = ONE_OF(g, 0, 0xf, 0xffff0ff0, 0xe00f, 0xffffffff,
			       1ull << 32, 0x10000, 0x800);
	begin(g, "dr%u = %llx", dr, (unsigned long long)value);
	emit_set(g, AX, value);
	EMIT(g, 0x0f, 0x23, 0xc0 | dr << 3);
}

static void read_dr(struct generator *g)
{
	unsigned int dr = below(g, 8);

	begin(g, "rax = dr%u", dr);
	EMIT(g, 0x0f, 0x21, 0xc0 | dr << 3);
}

void generate_registers(struct generator *g)
{
	static void (*const list[])(struct generator *g) = {
		flip_cr, flip_cr, flip_cr, read_cr, write_cr, write_cr, lmsw,
		smsw, write_dr, write_dr, read_dr,
	};

	list[below(g, sizeof(list) / sizeof(list[0]))](g);
}

/* ---- MSRs ---- */

static uint32_t msr_index(struct generator *g)
{
	switch (below(g, 8)) {
	case 0:
		return 0x200 + below(g, 16);		/* variable MTRRs */
	case 1:
		return 0x400 + below(g, 40);		/* machine checks */
	case 2:
		return 0x480 + below(g, 20);		/* VMX */
	case 3:
		return 0xc0000080 + below(g, 5);
	case 4:
		return 0xc0000100 + below(g, 4);
	default:
		return ONE_OF(g, 0, 1, 0x17, 0x1b, 0x2a, 0x34, 0x3a, 0x48, 0x49,
			0x79, 0x8b, 0x9e, 0xc1, 0xce, 0xe7, 0xfe, 0x10a, 0x10b,
			0x11e, 0x122, 0x140, 0x174, 0x175, 0x176, 0x179, 0x17a,
			0x17b, 0x186, 0x198, 0x199, 0x19a, 0x19b, 0x19c, 0x1a0,
			0x1a6, 0x1b0, 0x1c9, 0x1d9, 0x1db, 0x250, 0x258, 0x259,
			0x268, 0x26f, 0x277, 0x280, 0x2ff, 0x309, 0x345, 0x38d,
			0x38e, 0x38f, 0x390, 0x3f1, 0x4c1, 0x570, 0x606, 0x6e0,
			0x800, 0x802, 0x808, 0x80b, 0x830, 0xc80, 0xd90, 0xda0,
			0x40000000, 0x40000020, 0x4b564d00, 0x4b564d01,
			0x4b564d02, 0x11, 0x12, 0xc0000104, 0xc0010010,
			0xc0010015, 0xc001001f, 0xc0010055, 0xc0010058,
			0xc0011029, 0xffffffff, 0x12345678);
	}
}

static bool is_clock(uint32_t index)
{
	return index == 0x10 || index == 0x3b;
}

static uint64_t msr_value(struct generator *g, uint32_t index)
{
	switch (index) {
	case 0xc0000080:
		return ONE_OF(g, 0, 1, 0x100, 0x500, 0xd00, 0xd01, 0x501, 0x901,
			      0x800, 0x801, 0x1000, 0x4d01, 0x8d01, 2);
	case 0x277:
		return ONE_OF(g, 0x0007040600070406, 0, 0x0606060606060606,
			      0x0007040600070402, 0x0107050600070406, -1ull);
	case 0x1b:
		return ONE_OF(g, 0xfee00900, 0xfee00800, 0xfee00100, 0xfee00d00,
			      0xfee00000, 0x1000900, 0xfee00901, 1ull << 52);
	case 0xc0000084:
		/* the lab's CPU takes bits that a CPU reserves */
		return (uint32_t)number(g);
	case 0x1a0:
		return ONE_OF(g, 1, 0, 0x850089, 0x40001, 0x400001, 1ull << 34);
	default:
		return number(g);
	}
}

void generate_msr(struct generator *g)
{
	uint32_t index = percent(g, 95) ? msr_index(g) : number(g);
	bool write = percent(g, 55);
	uint64_t value;

	if (!write) {
		if (is_clock(index))
			index = 0x1b;
		begin(g, "rdmsr %x", index);
		emit_set(g, CX, index);
		EMIT(g, 0x0f, 0x32);
		return;
	}
	value = msr_value(g, index);
	begin(g, "wrmsr %x = %llx", index, (unsigned long long)value);
	emit_set(g, CX, index);
	emit_set(g, AX, (uint32_t)value);
	emit_set(g, DX, value >> 32);
	EMIT(g, 0x0f, 0x30);
}
