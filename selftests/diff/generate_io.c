// SPDX-License-Identifier: GPL-2.0
/* Ports. */
#include "generate.h"

enum { AX, CX, DX, BX, SP, BP, SI, DI };

static uint16_t port(struct generator *g)
{
	/* below 0x400 and outside of 0x200..0x2ff CPL 3 may use them */
	return ONE_OF(g, 0x100, 0x20, 0x60, 0x300, 0x3ff, 0x3fe, 0x3fd, 0x1ff,
		      0x1fe, 0x200, 0x2ff, 0x400, 0xcf8, 0xcfc, 0x7fff, 0xffff,
		      0xfffe, 0xb2);
}

static void in_or_out(struct generator *g)
{
	bool in = percent(g, 50), immediate = percent(g, 30);
	unsigned int size = ONE_OF(g, 1, 2, 4);
	uint16_t number = port(g);

	begin(g, "%s%u %x", in ? "in" : "out", size * 8, number);
	if (!immediate)
		emit_set(g, DX, number);
	emit_size(g, size, 0);
	emit(g, (immediate ? 0xe5 : 0xed) + (in ? 0 : 2) - (size == 1));
	if (immediate)
		emit(g, number == PORT_END ? 0x80 : number);
}

static void string(struct generator *g)
{
	bool in = percent(g, 50);
	unsigned int size = ONE_OF(g, 1, 2, 4);
	uint16_t number = port(g);
	uint32_t address = data_address(g), count = ONE_OF(g, 0, 1, 2, 3, 5, 9);
	uint8_t rep = ONE_OF(g, 0, 0xf3, 0xf3, 0xf2);
	uint8_t prefix = percent(g, 15) ? ONE_OF(g, 0x26, 0x36, 0x64, 0x65) : 0;

	begin(g, "%s%s%u %x [%x] %u", rep ? "rep " : "", in ? "ins" : "outs",
	      size * 8, number, address, count);
	emit_set(g, DX, number);
	emit_set(g, in ? DI : SI, address);
	emit_set(g, CX, count);
	if (percent(g, 10))
		emit(g, 0xfd);
	if (rep)
		emit(g, rep);
	if (prefix)
		emit(g, prefix);
	if (percent(g, 10))
		emit(g, 0x67);
	emit_size(g, size, 0);
	emit(g, (in ? 0x6d : 0x6f) - (size == 1));
	emit(g, 0xfc);
}

void generate_io(struct generator *g)
{
	if (percent(g, 50))
		in_or_out(g);
	else
		string(g);
}
