// SPDX-License-Identifier: GPL-2.0
/* Instructions that always exit, or that concern the system. */
#include "generate.h"

enum { AX, CX, DX, BX };

static void cpuid(struct generator *g)
{
	uint32_t leaf = percent(g, 80) ?
		ONE_OF(g, 0, 1, 2, 4, 5, 6, 7, 0xa, 0xb, 0xd, 0xd, 0x14, 0x15,
		       0x16, 0x1f, 0x20, 0x40000000, 0x40000001, 0x40000010,
		       0x80000000, 0x80000001, 0x80000002, 0x80000006,
		       0x80000007, 0x80000008, 0x8000001f, 0xc0000000) :
		number(g);
	uint32_t subleaf = percent(g, 80) ? below(g, 12) : number(g);

	begin(g, "cpuid %x.%x", leaf, subleaf);
	emit_set(g, AX, leaf);
	emit_set(g, CX, subleaf);
	EMIT(g, 0x0f, 0xa2);
}

static void plain(struct generator *g)
{
	static const struct { const char *name; uint8_t len, code[4]; } list[] = {
		{ "hlt", 1, { 0xf4 } },
		{ "hlt", 1, { 0xf4 } },
		{ "wbinvd", 2, { 0x0f, 0x09 } },
		{ "invd", 2, { 0x0f, 0x08 } },
		{ "clts", 2, { 0x0f, 0x06 } },
		{ "pause", 2, { 0xf3, 0x90 } },
		{ "nop", 1, { 0x90 } },
		{ "vmcall", 3, { 0x0f, 0x01, 0xc1 } },
		{ "vmlaunch", 3, { 0x0f, 0x01, 0xc2 } },
		{ "vmresume", 3, { 0x0f, 0x01, 0xc3 } },
		{ "vmxoff", 3, { 0x0f, 0x01, 0xc4 } },
		{ "vmfunc", 3, { 0x0f, 0x01, 0xd4 } },
		{ "vmread", 3, { 0x0f, 0x78, 0xc1 } },
		{ "vmwrite", 3, { 0x0f, 0x79, 0xc1 } },
		{ "monitor", 3, { 0x0f, 0x01, 0xc8 } },
		{ "mwait", 3, { 0x0f, 0x01, 0xc9 } },
		{ "encls", 3, { 0x0f, 0x01, 0xcf } },
		{ "enclu", 3, { 0x0f, 0x01, 0xd7 } },
		{ "getsec", 2, { 0x0f, 0x37 } },
		{ "rsm", 2, { 0x0f, 0xaa } },
		{ "swapgs", 3, { 0x0f, 0x01, 0xf8 } },
		{ "ud2", 2, { 0x0f, 0x0b } },
		{ "ud1", 3, { 0x0f, 0xb9, 0xc0 } },
		{ "rdpid", 4, { 0xf3, 0x0f, 0xc7, 0xf8 } },
		{ "clac", 3, { 0x0f, 0x01, 0xca } },
		{ "stac", 3, { 0x0f, 0x01, 0xcb } },
		{ "xgetbv", 3, { 0x0f, 0x01, 0xd0 } },
		{ "xend", 3, { 0x0f, 0x01, 0xd5 } },
		{ "xtest", 3, { 0x0f, 0x01, 0xd6 } },
	};
	unsigned int n = below(g, sizeof(list) / sizeof(list[0]));

	begin(g, "%s", list[n].name);
	for (unsigned int i = 0; i < list[n].len; i++)
		emit(g, list[n].code[i]);
}

static void hypercall(struct generator *g)
{
	uint64_t nr = below(g, 14);

	begin(g, "vmcall %llu", (unsigned long long)nr);
	emit_set(g, AX, percent(g, 90) ? nr : number(g));
	emit_set(g, CX, 1);	/* no clock that KVM could give */
	EMIT(g, 0x0f, 0x01, 0xc1);
}

static void xsetbv(struct generator *g)
{
	uint64_t value = percent(g, 80) ?
		ONE_OF(g, 1, 3, 7, 2, 5, 0x1f, 0x1b, 0xe7, 0xe3, 0x207, 0, 0x18) :
		number(g);
	uint32_t index = percent(g, 90) ? 0 : number(g);

	begin(g, "xsetbv %x = %llx", index, (unsigned long long)value);
	emit_set(g, CX, index);
	emit_set(g, AX, (uint32_t)value);
	emit_set(g, DX, value >> 32);
	EMIT(g, 0x0f, 0x01, 0xd1);
}

static void rdpmc(struct generator *g)
{
	uint32_t index = ONE_OF(g, 0, 1, 2, 0x40000000, 0x40000001, 0xffffffff);

	begin(g, "rdpmc %x", index);
	emit_set(g, CX, index);
	EMIT(g, 0x0f, 0x33);
}

/*
 * Whatever it reads is gone before the next exit can show it: both with and
 * without prefix, for a far jump may have changed the code's size.
 */
static void rdtsc(struct generator *g)
{
	bool p = percent(g, 30);

	if (!g->timeless) {
		plain(g);
		return;
	}
	begin(g, p ? "rdtscp" : "rdtsc");
	if (p)
		EMIT(g, 0x0f, 0x01, 0xf9);
	else
		EMIT(g, 0x0f, 0x31);
	EMIT(g, 0x31, 0xc0, 0x66, 0x31, 0xc0);	/* xor ax/eax, itself */
	EMIT(g, 0x31, 0xd2, 0x66, 0x31, 0xd2);	/* xor dx/edx, itself */
}

static void invalidate(struct generator *g)
{
	uint32_t address = data_address(g);
	struct memory m;

	if (percent(g, 50)) {
		begin(g, "invlpg %x", address);
		m = emit_memory_begin(g, address);
		emit_memory_prefixes(g, &m);
		EMIT(g, 0x0f, 0x01);
		emit_memory(g, &m, 7);
		return;
	}
	begin(g, "inv??? %x", address);
	m = emit_memory_begin(g, address);
	emit_set(g, AX, below(g, 5));
	emit_memory_prefixes(g, &m);
	/* INVEPT, INVVPID, INVPCID */
	EMIT(g, 0x66, 0x0f, 0x38, 0x80 + (int)below(g, 3));
	emit_memory(g, &m, AX);
}

/* SGDT, SIDT, LGDT, LIDT, SMSW, LMSW and SLDT, STR, LLDT, LTR, VERR, VERW */
static void tables(struct generator *g)
{
	bool first = percent(g, 50);
	unsigned int reg = first ? ONE_OF(g, 0, 1, 2, 3, 4, 6) : below(g, 6);
	/* For a table in MMIO KVM executes the instruction again and again. */
	uint32_t address = ONE_OF(g, GPA_DATA, GPA_SPECIAL, GPA_DATA + 0xff9) +
			   below(g, 8);
	struct memory m;

	if (!first && reg > 1) {
		uint16_t selector = ONE_OF(g, 0, SEL_LDT, SEL_TSS,
			SEL_TSS_OTHER, SEL_DATA, SEL_USER_DATA, SEL_CODE32,
			SEL_CONFORMING, SEL_NOT_PRESENT, SEL_CALL_GATE, 0xff0);

		begin(g, "0f 00 /%u %x", reg, selector);
		emit_set(g, AX, selector);
		EMIT(g, 0x0f, 0x00, 0xc0 | reg << 3);
		return;
	}
	begin(g, "0f 0%u /%u [%x]", first, reg, address);
	m = emit_memory_begin(g, address);
	emit_memory_prefixes(g, &m);
	EMIT(g, 0x0f, first);
	emit_memory(g, &m, reg);
}

/* LGDT or LIDT of what is there already: the guest lives on. */
static void reload_table(struct generator *g)
{
	bool idt = percent(g, 50);
	uint32_t address = GPA_DATA + 0x800 + 0x10 * below(g, 8);
	bool real = g->c->mode == MODE_REAL;
	uint64_t value = idt ? (uint64_t)(real ? GPA_IVT : GPA_IDT) << 16 | 0xfff :
			       (uint64_t)GPA_GDT << 16 | GDT_LIMIT;
	struct memory m;

	add_state(g, ITEM_DATA, address, value, 0);
	begin(g, "%s as it is", idt ? "lidt" : "lgdt");
	m = emit_memory_begin(g, address);
	emit_memory_prefixes(g, &m);
	EMIT(g, 0x0f, 0x01);
	emit_memory(g, &m, idt ? 3 : 2);
}

static void descriptors(struct generator *g)
{
	uint16_t selector = ONE_OF(g, 0, SEL_CODE64, SEL_DATA, SEL_CODE32,
		SEL_USER_DATA, SEL_CONFORMING, SEL_NOT_PRESENT, SEL_TSS,
		SEL_LDT, SEL_CALL_GATE, 0x4, 0xff0);
	bool lsl = percent(g, 50);

	begin(g, "%s %x", lsl ? "lsl" : "lar", selector);
	emit_set(g, AX, selector);
	EMIT(g, 0x0f, lsl ? 0x03 : 0x02, 0xc8);	/* ECX, EAX */
}

static void fsgsbase(struct generator *g)
{
	unsigned int reg = below(g, 4);

	begin(g, "f3 0f ae /%u", reg);
	emit_set(g, AX, number(g));
	emit(g, 0xf3);
	if (g->bits == 64 && percent(g, 70))
		emit(g, 0x48);
	EMIT(g, 0x0f, 0xae, 0xc0 | reg << 3);
}

static void pkru(struct generator *g)
{
	bool write = percent(g, 50);

	begin(g, write ? "wrpkru" : "rdpkru");
	emit_set(g, CX, percent(g, 90) ? 0 : 1);
	emit_set(g, DX, 0);
	if (write)
		emit_set(g, AX, percent(g, 50) ? 0 : number(g));
	EMIT(g, 0x0f, 0x01, write ? 0xef : 0xee);
}

void generate_system(struct generator *g)
{
	static void (*const list[])(struct generator *g) = {
		cpuid, cpuid, plain, plain, plain, plain, hypercall, xsetbv,
		rdpmc, rdtsc, invalidate, tables, tables, reload_table,
		descriptors, fsgsbase, pkru,
	};

	list[below(g, sizeof(list) / sizeof(list[0]))](g);
}
