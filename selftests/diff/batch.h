/* SPDX-License-Identifier: GPL-2.0 */
/* Many programs in one VM on each of the devices, one device after the other. */
#ifndef DIFF_BATCH_H
#define DIFF_BATCH_H

#include "compare.h"

/* As many as a VM has vCPUs, with some to spare. */
#define MAX_BATCH	1000

struct batch {
	const struct common *common;
	const char *device[2];
	unsigned int nr;
	const struct test_case *cases;
	struct record *records[2];
};

/* Runs all cases on both devices: VMX has one owner, from first VM to last. */
void batch_run(struct batch *batch);
void batch_free(struct batch *batch);

/* minimize.c: the smallest cases that still diverge, in place of @cases */
void minimize(const struct common *common, const char *const *devices,
	      struct test_case *cases, unsigned int nr);

#endif
