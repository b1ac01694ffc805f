/* SPDX-License-Identifier: GPL-2.0 */
/* States that differ from a valid one in a few steps, and the rule they break. */
#ifndef UNIT_CASES_H
#define UNIT_CASES_H

#include "model.h"

struct entry_case {
	const char *rule;	/* identifier, or NULL if the state is still valid */
	enum model_mode mode;
	struct step steps[MODEL_MAX_STEPS];
};

/* Each array ends with an entry that has no step. */
extern const struct entry_case control_cases[];
extern const struct entry_case host_cases[];
extern const struct entry_case guest_cases[];
extern const struct entry_case segment_cases[];
extern const struct entry_case state_cases[];

#define BIT64(n)	(1ull << (n))
#define NOT_CANONICAL	BIT64(60)
#define TOO_HIGH	BIT64(MODEL_PHYS_BITS)

#endif
