/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The cases of the unit tests for a test that has a real VMCS: without the
 * kernel's headers, which the C library's exclude.
 */
#ifndef UNIT_CASE_LIST_H
#define UNIT_CASE_LIST_H

#include <stdbool.h>
#include <stdint.h>

#define CASE_MAX_STEPS	6
#define CASE_MAX_FIELDS	128

struct field_value {
	uint32_t field;
	uint64_t value;
};

/* What becomes of a field: its value & ~clear | set. */
struct case_step {
	uint32_t field;
	uint64_t clear, set;
};

struct listed_case {
	const char *rule;	/* identifier, or NULL if the state is valid */
	int mode;
	unsigned int nr_steps;
	struct case_step steps[CASE_MAX_STEPS];
};

bool case_at(unsigned int index, struct listed_case *c);
unsigned int case_guest_state(int mode, struct field_value *fields);
bool case_has_ia32e(int mode);
bool case_is_unrestricted(int mode);
const char *field_name(uint32_t field);
uint32_t field_at(unsigned int index);

#endif
