/* SPDX-License-Identifier: GPL-2.0 */
/* Making a case from a seed. */
#ifndef DIFF_GENERATE_H
#define DIFF_GENERATE_H

#include "case.h"
#include "random.h"
#include "world.h"

struct generator {
	struct random random;
	struct test_case *c;
	struct item *item;	/* the one that is being written */
	unsigned int bits;	/* of the code: 16, 32 or 64 */
	bool timeless;		/* no exit may show a TSC */
};

/* An operand in memory, and how the instruction names it. */
struct memory {
	uint32_t address;
	unsigned int bits;	/* of the address */
	bool address_prefix;
	uint8_t segment_prefix;	/* 0: none */
	enum { MEMORY_ABSOLUTE, MEMORY_BASE, MEMORY_INDEX } form;
	uint8_t base;
	int8_t disp;
};

/* The whole case: a pure function of the seed. */
void generate(struct test_case *c, uint64_t seed);

/* generate_*.c: one item of code each */
void generate_system(struct generator *g);
void generate_registers(struct generator *g);
void generate_msr(struct generator *g);
void generate_memory(struct generator *g);
void generate_io(struct generator *g);
void generate_control(struct generator *g);
void generate_fpu(struct generator *g);

/* generate_state.c: what is not code */
void generate_state(struct generator *g);
void generate_events(struct generator *g);

/* emit.c */
struct item *add_item(struct generator *g, enum item_kind kind);
bool add_state(struct generator *g, enum item_kind kind, uint64_t a, uint64_t b,
	       uint64_t c);
void __attribute__((format(printf, 2, 3))) begin(struct generator *g,
						 const char *note, ...);
void emit(struct generator *g, uint8_t byte);
void emit_bytes(struct generator *g, unsigned int nr, ...);
void emit_number(struct generator *g, uint64_t value, unsigned int size);
void emit_end_address(struct generator *g, unsigned int size);
void emit_set(struct generator *g, unsigned int reg, uint64_t value);
void emit_size(struct generator *g, unsigned int size, uint8_t rex);
void emit_push(struct generator *g, uint64_t value, unsigned int size);
struct memory emit_memory_begin(struct generator *g, uint32_t address);
void emit_memory_prefixes(struct generator *g, const struct memory *m);
void emit_memory(struct generator *g, const struct memory *m, unsigned int reg);

/* Numbers that something hangs on more often than on others. */
uint64_t number(struct generator *g);
uint32_t data_address(struct generator *g);

/* bytes of an operand: 1, 2, 4, and 8 in 64-bit mode */
unsigned int operand_size(struct generator *g);

static inline uint64_t below(struct generator *g, uint64_t limit)
{
	return random_below(&g->random, limit);
}

static inline bool percent(struct generator *g, unsigned int n)
{
	return random_percent(&g->random, n);
}

#define ONE_OF(g, ...)	RANDOM_OF(&(g)->random, __VA_ARGS__)
#define EMIT(g, ...)							\
	emit_bytes(g, sizeof((int[]){ __VA_ARGS__ }) / sizeof(int), __VA_ARGS__)

#endif
