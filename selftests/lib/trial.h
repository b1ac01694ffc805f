/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls with something wrong in them, as a table: every device answers as the
 * first one, an error has changed nothing, and the guest runs on.
 */
#ifndef SELFTESTS_TRIAL_H
#define SELFTESTS_TRIAL_H

#include "answers.h"
#include "state.h"
#include "vm.h"

/* Host memory, at a place that the tables below can name. */
#define HOST		0x10000000000ull
#define HOST_SIZE	0x400000ull
#define NO_MEMORY	(HOST + HOST_SIZE)	/* nothing is mapped there */
#define KERNEL		0xffff888000000000ull
#define NOT_CANONICAL	0x8000000000000000ull
#define LAST_USER	0x7ffffffff000ull	/* the page that no process has */

/* Slots that are there before, each with its own part of the host memory. */
#define LOGGED		2
#define GPA_LOGGED	0x20000000ull
#define LOGGED_PAGES	100
#define LOGGED_SIZE	(LOGGED_PAGES * PAGE_SIZE)
#define READONLY	3
#define GPA_READONLY	0x30000000ull
#define READONLY_SIZE	0x10000ull
#define HOST_READONLY	(HOST + 0x100000)
#define FREE		4
#define HOST_FREE	(HOST + 0x200000)
#define GPA_FREE	0x38000000ull
#define HOST_BITMAP	(HOST + 0x300000)

enum file { DEVICE, VM, VCPU };

/* One call: an argument in memory, or, without one, the number itself. */
struct trial {
	const char *what;
	enum file file;
	unsigned long request;
	const void *argument;
	size_t size;
	unsigned long number;
};

#define GIVEN(file, request, what, type, members...)			\
	{ #request ": " what, file, request, &(const type) { members },	\
	  sizeof(type), 0 }

#define NUMBER(file, request, number) \
	{ #request " " #number, file, request, NULL, 0, number }

/* A VM with the slots above, whose guest uses them. */
struct trials {
	struct machine machine;
	struct answers answers;
	struct vcpu_state before, after;
};

void trials_start(struct trials *trials, const char *name);
int trials_run(struct trials *trials, const struct trial *trial, size_t count);
int trials_run_fast(struct trials *trials, const struct trial *trial,
		    size_t count);
void trials_end(struct trials *trials);

/* The whole of a test: @table is an array of trials. */
#define TRY_ALL(table) do {						\
	static struct trials trials__;					\
									\
	trials_start(&trials__, "trials." #table);			\
	EXPECT_EQ(0, trials_run(&trials__, table, ARRAY_SIZE(table)));	\
	trials_end(&trials__);						\
	EXPECT_FIRST_DEVICES(&trials__.answers);			\
} while (0)

#endif
