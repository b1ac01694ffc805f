// SPDX-License-Identifier: GPL-2.0
/* Guest memory as a program finds it. */
#include <stdlib.h>
#include <string.h>

#include "world.h"

#define PD32_ENTRIES	1024
#define HLT		0xf4

/* Exceptions after which going on would only raise them again. */
#define FAULTS	((1u << 0) | (1u << 5) | (1u << 6) | (1u << 7) | (1u << 8) |	\
		 (0x3fu << 10) | (0x3fu << 16))

static void put(uint8_t *ram, uint32_t gpa, uint64_t value, unsigned int size)
{
	memcpy(ram + gpa, &value, size);
}

static void build_handlers(uint8_t *ram, enum mode mode)
{
	for (unsigned int v = 0; v < 256; v++) {
		uint8_t *code = ram + GPA_HANDLERS + v * HANDLER_SIZE;
		bool halts = (v < 32 && (FAULTS & (1u << v))) ||
			     (v >= HANDLER_HALTS && v < HANDLER_RETURNS);

		*code++ = 0xe6;		/* out %al, $v */
		*code++ = v;
		if (halts) {
			*code++ = HLT;
			*code++ = HLT;
			continue;
		}
		if (mode_is_long(mode))
			*code++ = 0x48;
		*code++ = 0xcf;		/* iret */
	}
}

static void build_gdt(uint8_t *ram, enum mode mode)
{
	static const struct { uint16_t sel; uint64_t descriptor; } segments[] = {
		{ SEL_CODE64,		0x00af9b000000ffff },
		{ SEL_DATA,		0x00cf93000000ffff },
		{ SEL_CODE32,		0x00cf9b000000ffff },
		{ SEL_CODE16,		0x00009b000000ffff },
		{ SEL_DATA16,		0x000093000000ffff },
		{ SEL_USER_CODE64,	0x00affb000000ffff },
		{ SEL_USER_DATA,	0x00cff3000000ffff },
		{ SEL_USER_CODE32,	0x00cffb000000ffff },
		{ SEL_USER_CODE16,	0x0000fb000000ffff },
		{ SEL_USER_DATA16,	0x0000f3000000ffff },
		{ SEL_CONFORMING,	0x00cf9f000000ffff },
		{ SEL_NOT_PRESENT,	0x00cf73000000ffff },
		{ SEL_READ_ONLY,	0x00cff1000000ffff },
		/* above its limit: from the page of data on */
		{ SEL_EXPAND_DOWN,	0x0040f7000000bfff },
	};
	bool is_long = mode_is_long(mode);

	for (size_t i = 0; i < sizeof(segments) / sizeof(segments[0]); i++)
		put(ram, GPA_GDT + (segments[i].sel & ~7), segments[i].descriptor, 8);
	put(ram, GPA_GDT + SEL_TSS,
	    0x00008b0000000fff | (uint64_t)GPA_TSS << 16, 8);
	put(ram, GPA_GDT + SEL_TSS_OTHER,
	    0x0000890000000fff | (uint64_t)GPA_TSS << 16, 8);
	put(ram, GPA_GDT + SEL_LDT, 0x000082000000000f | (uint64_t)GPA_TSS << 16, 8);
	put(ram, GPA_GDT + SEL_CALL_GATE,
	    (uint64_t)(GPA_HANDLERS + HANDLER_SYSENTER * HANDLER_SIZE) |
	    (is_long ? SEL_CODE64 : SEL_CODE32) << 16 | 0xecull << 40, 8);
}

static uint64_t gate_type(unsigned int vector)
{
	bool open = vector == 3 || vector == 4 || vector >= 0x20;
	uint64_t type = vector & 1 && vector != 1 ? 0x8f : 0x8e;

	return type | (open ? 0x60 : 0);
}

static void build_idt(uint8_t *ram, enum mode mode)
{
	bool is_long = mode_is_long(mode);
	uint64_t selector = is_long ? SEL_CODE64 : SEL_CODE32;

	for (unsigned int v = 0; v < 256; v++) {
		uint64_t offset = GPA_HANDLERS + v * HANDLER_SIZE;
		uint64_t gate = offset | selector << 16 | gate_type(v) << 40;

		/* the double fault's stack is always a good one */
		if (is_long && v == 8)
			gate |= 1ull << 32;
		if (v == 0x41)			/* not present */
			gate &= ~(0x80ull << 40);
		if (v == 0x42)			/* to no segment */
			gate &= ~(0xffffull << 16);
		put(ram, GPA_IDT + v * (is_long ? 16 : 8), gate, 8);
		put(ram, GPA_IVT + v * 4, offset, 4);
	}
}

static void build_tss(uint8_t *ram, enum mode mode)
{
	const uint16_t io_map = 0x88;	/* VME's bitmap lies before it */

	put(ram, GPA_TSS + 4, STACK_ENTRY, 4);
	if (mode_is_long(mode))
		put(ram, GPA_TSS + 36, STACK_IST, 8);
	else
		put(ram, GPA_TSS + 8, SEL_DATA, 2);
	put(ram, GPA_TSS + 102, io_map, 2);
	/* Ports for CPL 3: all below 0x400 but 0x200 to 0x2ff. */
	memset(ram + GPA_TSS + io_map, 0xff, PAGE_SIZE - io_map);
	memset(ram + GPA_TSS + io_map, 0, 0x400 / 8);
	memset(ram + GPA_TSS + io_map + 0x200 / 8, 0xff, 0x100 / 8);
}

static uint64_t page_flags(uint64_t gpa, unsigned int cpl)
{
	uint64_t flags = PTE_PRESENT | PTE_WRITE;

	if (gpa >= GPA_DATA ||
	    (cpl && gpa >= GPA_CODE && gpa < GPA_STACKS))
		return flags | PTE_USER;
	/* What no program should change by accident. */
	if (gpa < GPA_HANDLERS && gpa >= GPA_TABLES)
		return PTE_PRESENT;
	return flags;
}

static void build_tables(uint8_t *ram, enum mode mode, unsigned int cpl)
{
	const uint64_t table = PTE_PRESENT | PTE_WRITE | PTE_USER;
	bool wide = mode_is_long(mode) || mode == MODE_PAE;
	unsigned int size = wide ? 8 : 4;
	uint32_t pt = GPA_TABLES + 3 * PAGE_SIZE;

	for (uint64_t gpa = 0; gpa < WORLD_END; gpa += PAGE_SIZE)
		put(ram, pt + gpa / PAGE_SIZE * size, gpa | page_flags(gpa, cpl), size);
	put(ram, pt + LINEAR_APIC / PAGE_SIZE * size, 0xfee00000 | table, size);
	if (wide)
		put(ram, pt + LINEAR_HIGH / PAGE_SIZE * size, 1ull << 32 | table, size);

	if (!wide) {
		put(ram, GPA_TABLES, pt | table, 4);
		return;
	}
	put(ram, GPA_TABLES + 2 * PAGE_SIZE, pt | table, 8);
	put(ram, GPA_TABLES + PAGE_SIZE, (GPA_TABLES + 2 * PAGE_SIZE) |
	    (mode_is_long(mode) ? table : PTE_PRESENT), 8);
	/* twice, for addresses that only a sign makes canonical */
	put(ram, GPA_TABLES, (GPA_TABLES + PAGE_SIZE) | table, 8);
	put(ram, GPA_TABLES + 256 * 8, (GPA_TABLES + PAGE_SIZE) | table, 8);
}

static void build_data(uint8_t *memory, size_t size)
{
	for (size_t i = 0; i < size; i++)
		memory[i] = i * 7 + (i >> 8);
}

static uint8_t *build_image(enum mode mode, unsigned int cpl)
{
	uint8_t *ram = malloc(RAM_SIZE);

	if (!ram)
		abort();
	memset(ram, 0, GPA_HANDLERS);
	/* Whoever gets lost soon stops. */
	memset(ram + GPA_HANDLERS, HLT, RAM_SIZE - GPA_HANDLERS);
	build_handlers(ram, mode);
	build_gdt(ram, mode);
	build_idt(ram, mode);
	build_tss(ram, mode);
	if (mode_has_paging(mode))
		build_tables(ram, mode, cpl);
	build_data(ram + GPA_DATA, RAM_SIZE - GPA_DATA);
	return ram;
}

/* What memory is like before the items of a case change it. */
const uint8_t *world_image(enum mode mode, unsigned int cpl)
{
	static uint8_t *images[NR_MODES][2];
	uint8_t **image = &images[mode][cpl != 0];

	if (!*image)
		*image = build_image(mode, cpl);
	return *image;
}

const uint8_t *world_rom(void)
{
	static uint8_t rom[PAGE_SIZE];

	build_data(rom, sizeof(rom));
	return rom;
}

/* ---- the items of a case ---- */

static unsigned int origin(const struct test_case *c)
{
	unsigned int org = 0;

	for (unsigned int i = 0; i < c->nr; i++)
		if (c->items[i].kind == ITEM_ORG)
			org = c->items[i].arg[0] % PAGE_SIZE;
	return GPA_CODE + org;
}

#define END_LEN	3	/* OUT, HLT */

bool world_fits(const struct test_case *c)
{
	unsigned int end = origin(c) + END_LEN;

	for (unsigned int i = 0; i < c->nr; i++)
		end += c->items[i].len;
	return end <= GPA_STACKS;
}

static void put_code(const struct test_case *c, uint8_t *ram,
		     struct layout *layout)
{
	uint16_t at = origin(c);

	for (unsigned int i = 0; i < c->nr; i++) {
		const struct item *item = &c->items[i];

		layout->start[i] = at;
		if (item->kind != ITEM_CODE)
			continue;
		memcpy(ram + at, item->code, item->len);
		if (item->end_size)
			put(ram, at + item->end_at, at + item->len,
			    item->end_size);
		at += item->len;
	}
	layout->end = at;
	ram[at] = 0xe6;
	ram[at + 1] = PORT_END;
	ram[at + 2] = HLT;
}

static void change_page(const struct test_case *c, uint8_t *ram,
			const struct item *item)
{
	unsigned int size = mode_is_long(c->mode) || c->mode == MODE_PAE ? 8 : 4;
	uint32_t entry = GPA_TABLES + 3 * PAGE_SIZE +
			 item->arg[0] / PAGE_SIZE % 512 * size;
	uint64_t value = 0;

	if (!mode_has_paging(c->mode))
		return;
	memcpy(&value, ram + entry, size);
	put(ram, entry, value ^ item->arg[1], size);
}

void world_build(const struct test_case *c, uint8_t *ram, struct layout *layout)
{
	memcpy(ram, world_image(c->mode, c->cpl), RAM_SIZE);
	put_code(c, ram, layout);
	for (unsigned int i = 0; i < c->nr; i++) {
		const struct item *item = &c->items[i];

		if (item->kind == ITEM_PAGE)
			change_page(c, ram, item);
		else if (item->kind == ITEM_DATA)
			put(ram, item->arg[0] % (RAM_SIZE - 8), item->arg[1], 8);
	}
}
