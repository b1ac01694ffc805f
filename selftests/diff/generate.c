// SPDX-License-Identifier: GPL-2.0
/* A case: a mode, a state, some instructions, some events. */
#include <string.h>

#include "generate.h"

static void choose_mode(struct generator *g)
{
	struct test_case *c = g->c;

	c->mode = ONE_OF(g, MODE_REAL, MODE_VM86, MODE_PROT16, MODE_PROT32,
			 MODE_PAGING32, MODE_PAE, MODE_COMPAT16, MODE_COMPAT32,
			 MODE_LONG64, MODE_LONG64, MODE_LONG64, MODE_LONG64);
	c->cpl = percent(g, 30) ? 3 : 0;
	if (c->mode == MODE_REAL)
		c->cpl = 0;
	if (c->mode == MODE_VM86)
		c->cpl = 3;
	g->bits = mode_code_size(c->mode);
}

static void generate_code(struct generator *g)
{
	static void (*const families[])(struct generator *g) = {
		generate_system, generate_system, generate_registers,
		generate_registers, generate_msr, generate_msr,
		generate_memory, generate_memory, generate_memory,
		generate_io, generate_control, generate_control,
		generate_control, generate_fpu,
	};
	unsigned int nr = 1 + below(g, 10);

	while (nr--)
		families[below(g, sizeof(families) / sizeof(families[0]))](g);
}

void generate(struct test_case *c, uint64_t seed)
{
	struct generator g = { .random = { seed }, .c = c, .timeless = true };

	memset(c, 0, sizeof(*c));
	c->seed = seed;
	choose_mode(&g);
	generate_state(&g);
	generate_events(&g);
	generate_code(&g);
	/* What does not fit is not missed. */
	while (!world_fits(c))
		c->nr--;
}
