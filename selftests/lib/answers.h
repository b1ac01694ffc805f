/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Answers of a device, one line each, held against those of the first device
 * that was asked the same: see MINIVMX_REFERENCE in run.
 */
#ifndef SELFTESTS_ANSWERS_H
#define SELFTESTS_ANSWERS_H

#include <stddef.h>
#include <stdio.h>

/* No other device has answered yet: these are what the next is held against. */
#define ANSWERS_ARE_FIRST	(-1)
/* MINIVMX_REFERENCE is not set. */
#define ANSWERS_ALONE		(-2)

struct answers {
	const char *name;	/* of the file */
	FILE *lines;
	char *text;
	size_t size;
};

void answers_begin(struct answers *answers, const char *name);
void __attribute__((format(printf, 2, 3)))
answer(struct answers *answers, const char *format, ...);
int answers_compare(struct answers *answers);

/*
 * For the end of a test: every line is the first device's. On that device
 * nothing has been compared, which counts as skipped if all else was right.
 */
#define EXPECT_FIRST_DEVICES(answers) do {				\
	int differences__ = answers_compare(answers);			\
									\
	if (!_metadata->passed)						\
		return;							\
	if (differences__ == ANSWERS_ALONE)				\
		SKIP(return, "MINIVMX_REFERENCE names no folder");	\
	if (differences__ == ANSWERS_ARE_FIRST)				\
		SKIP(return, "these answers are the reference");	\
	EXPECT_EQ(0, differences__);					\
} while (0)

#endif
