/* SPDX-License-Identifier: GPL-2.0 */
/* What two devices made of the same program. */
#ifndef DIFF_COMPARE_H
#define DIFF_COMPARE_H

#include <stdbool.h>
#include <stdio.h>

#include "machine.h"

/* One value that differs. */
struct difference {
	char where[16];		/* "load", "run 3", "end" */
	const char *name;	/* of the member */
	unsigned int index;	/* of an array's element, else 0 */
	uint64_t value[2];	/* the reference's and the other's */
	unsigned int nr;		/* of the KVM_RUN; all of them at the end */
	const struct step *step[2];	/* NULL for those of load and end */
	const struct record *record[2];
	const struct test_case *c;
};

enum verdict {
	UNINTENDED,
	INTENDED,	/* go on with the next value */
	INTENDED_END,	/* what follows can't be compared */
};

/* filter.c: the intended divergences, by the ids of docs/differences.md */
enum verdict filter(const struct difference *d);
void filter_report(FILE *to);

#define MAX_DIFFERENCES	16

struct comparison {
	const struct common *common;
	const struct test_case *c;
	const struct record *record[2];
	unsigned int nr;	/* unintended ones */
	struct difference differences[MAX_DIFFERENCES];
	bool over;
};

/* True if only intended differences were found. */
bool compare(struct comparison *cmp, const struct common *common,
	     const struct test_case *c, const struct record *reference,
	     const struct record *other);
void comparison_print(const struct comparison *cmp, FILE *to);

/* print.c */
void step_print(const struct step *step, unsigned int nr, FILE *to);

#endif
