/* SPDX-License-Identifier: GPL-2.0 */
/* The VMM of one program. */
#ifndef DIFF_SESSION_H
#define DIFF_SESSION_H

#include "machine.h"

struct session {
	struct machine *machine;
	const struct test_case *c;
	struct record *record;
	struct layout layout;
	unsigned int nr;	/* KVM_RUNs so far */
};

/*
 * What the case has for the VMM before the next KVM_RUN; true if that is to
 * have immediate_exit.
 */
bool session_act(struct session *s, struct step *step);

/* Answers the exit; false if the program is over. */
bool session_answer(struct session *s, const struct step *step);

#endif
