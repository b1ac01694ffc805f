// SPDX-License-Identifier: GPL-2.0
/* Items and instructions, byte by byte. */
#include <stdarg.h>
#include <string.h>

#include "generate.h"

#define REX	0x40
#define REX_W	0x08

/* NULL if the case is full. */
struct item *add_item(struct generator *g, enum item_kind kind)
{
	struct item *item;

	if (g->c->nr == MAX_ITEMS)
		return NULL;
	item = &g->c->items[g->c->nr++];
	memset(item, 0, sizeof(*item));
	item->kind = kind;
	return item;
}

bool add_state(struct generator *g, enum item_kind kind, uint64_t a, uint64_t b,
	       uint64_t c)
{
	struct item *item = add_item(g, kind);

	if (!item)
		return false;
	item->arg[0] = a;
	item->arg[1] = b;
	item->arg[2] = c;
	return true;
}

/* Code that finds no room goes nowhere. */
void begin(struct generator *g, const char *note, ...)
{
	static struct item nowhere;
	va_list args;

	g->item = add_item(g, ITEM_CODE);
	if (!g->item) {
		memset(&nowhere, 0, sizeof(nowhere));
		g->item = &nowhere;
	}
	va_start(args, note);
	vsnprintf(g->item->note, MAX_NOTE, note, args);
	va_end(args);
}

void emit(struct generator *g, uint8_t byte)
{
	if (g->item->len < MAX_CODE)
		g->item->code[g->item->len++] = byte;
}

void emit_bytes(struct generator *g, unsigned int nr, ...)
{
	va_list args;

	va_start(args, nr);
	while (nr--)
		emit(g, va_arg(args, int));
	va_end(args);
}

void emit_number(struct generator *g, uint64_t value, unsigned int size)
{
	while (size--) {
		emit(g, value);
		value >>= 8;
	}
}

/* The address behind this item, where it is going to be. */
void emit_end_address(struct generator *g, unsigned int size)
{
	g->item->end_at = g->item->len;
	g->item->end_size = size;
	emit_number(g, 0, size);
}

/* MOV reg, value: 32 bits, or 64 where that is more. */
void emit_set(struct generator *g, unsigned int reg, uint64_t value)
{
	if (g->bits == 64 && value >> 32) {
		EMIT(g, REX | REX_W, 0xb8 + reg);
		emit_number(g, value, 8);
		return;
	}
	if (g->bits == 16)
		emit(g, 0x66);
	emit(g, 0xb8 + reg);
	emit_number(g, value, 4);
}

/* The prefixes of an operand of 2, 4 or 8 bytes, and REX's other bits. */
void emit_size(struct generator *g, unsigned int size, uint8_t rex)
{
	if ((size == 2 && g->bits != 16) || (size == 4 && g->bits == 16))
		emit(g, 0x66);
	if (g->bits == 64 && size == 8)
		rex |= REX_W;
	if (g->bits == 64 && rex)
		emit(g, REX | rex);
}

/* PUSH of an immediate of the stack's width. */
void emit_push(struct generator *g, uint64_t value, unsigned int size)
{
	emit_size(g, size == 8 ? 4 : size, 0);
	emit(g, 0x68);
	emit_number(g, value, size == 8 ? 4 : size);
}

/* ---- operands in memory ---- */

/* Chooses how to say @address, and loads the registers that takes. */
struct memory emit_memory_begin(struct generator *g, uint32_t address)
{
	struct memory m = { .address = address, .bits = g->bits };

	if (percent(g, 10)) {
		m.address_prefix = true;
		m.bits = g->bits == 32 ? 16 : 32;
	}
	if (percent(g, 10))
		m.segment_prefix = ONE_OF(g, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65);
	m.form = below(g, 3);
	if (m.form == MEMORY_INDEX && m.bits == 16)
		m.form = MEMORY_BASE;
	if (m.form == MEMORY_ABSOLUTE)
		return m;
	/* RBX, RSI or RDI, and RCX as index */
	m.base = ONE_OF(g, 3, 6, 7);
	m.disp = ONE_OF(g, 0, 0, 1, 0x40, -0x80, 0x7f);
	address -= m.disp;
	if (m.form == MEMORY_INDEX) {
		emit_set(g, 1, 0x20);
		address -= 0x20 * 2;
	}
	emit_set(g, m.base, address);
	return m;
}

void emit_memory_prefixes(struct generator *g, const struct memory *m)
{
	if (m->address_prefix)
		emit(g, 0x67);
	if (m->segment_prefix)
		emit(g, m->segment_prefix);
}

static void emit_absolute(struct generator *g, const struct memory *m,
			  unsigned int reg)
{
	if (m->bits == 16) {
		emit(g, reg << 3 | 6);
		emit_number(g, m->address, 2);
		return;
	}
	if (g->bits == 64)
		EMIT(g, reg << 3 | 4, 0x25);
	else
		emit(g, reg << 3 | 5);
	emit_number(g, m->address, 4);
}

/* ModR/M and what it says follows; @reg is its reg field. */
void emit_memory(struct generator *g, const struct memory *m, unsigned int reg)
{
	static const uint8_t rm16[8] = { [3] = 7, [6] = 4, [7] = 5 };

	reg &= 7;
	switch (m->form) {
	case MEMORY_ABSOLUTE:
		emit_absolute(g, m, reg);
		return;
	case MEMORY_BASE:
		emit(g, 0x40 | reg << 3 | (m->bits == 16 ? rm16[m->base] : m->base));
		break;
	case MEMORY_INDEX:	/* base + 2 * RCX */
		EMIT(g, 0x44 | reg << 3, 0x48 | m->base);
		break;
	}
	emit(g, m->disp);
}

/* ---- numbers ---- */

uint64_t number(struct generator *g)
{
	switch (below(g, 5)) {
	case 0:
		return ONE_OF(g, 0, 1, 2, 0xff, 0x7f, 0x8000, 0xffff, 0x7fffffff,
			      0x80000000, 0xffffffff, -1ull, 1ull << 63,
			      0x7fffffffffff, 0x800000000000, 0xffff800000000000);
	case 1:
		return 1ull << below(g, 64);
	case 2:
		return random_next(&g->random);
	case 3:
		return (uint32_t)random_next(&g->random);
	default:
		return below(g, 256);
	}
}

uint32_t data_address(struct generator *g)
{
	static const uint32_t pages[] = {
		GPA_DATA, GPA_DATA, GPA_SPECIAL, GPA_MMIO, GPA_MMIO, GPA_MMIO,
		GPA_ROM, LINEAR_APIC, LINEAR_HIGH, LINEAR_NONE,
	};
	uint32_t page = pages[below(g, g->bits == 16 ? 7 : 10)];

	/* near its edges, now and then over them */
	switch (below(g, 4)) {
	case 0:
		return page + PAGE_SIZE - 1 - below(g, 16);
	case 1:
		return page + below(g, 4);
	default:
		return page + 8 * below(g, 100);
	}
}

unsigned int operand_size(struct generator *g)
{
	unsigned int size = 1 << below(g, g->bits == 64 ? 4 : 3);

	return size;
}
