/* SPDX-License-Identifier: GPL-2.0 */
/* What the filters ask of a difference. */
#ifndef DIFF_FILTER_H
#define DIFF_FILTER_H

#include <string.h>

#include "compare.h"

static inline bool difference_is(const struct difference *d, const char *name)
{
	return !strcmp(d->name, name);
}

static inline bool both_exit_with(const struct difference *d, uint32_t reason)
{
	return d->step[0] && !d->step[0]->ret && !d->step[1]->ret &&
	       d->step[0]->exit_reason == reason &&
	       d->step[1]->exit_reason == reason;
}

static inline const struct kvm_regs *regs_of(const struct difference *d, int i)
{
	return d->step[i] ? &d->step[i]->regs : &d->record[i]->final.regs;
}

/* Was, or is, the instruction carried out by the hypervisor? */
static inline bool step_is_emulated(const struct step *step)
{
	return !step->ret && (step->exit_reason == KVM_EXIT_MMIO ||
			      step->exit_reason == KVM_EXIT_IO);
}

/* Does a debugger? */
static inline bool debugger_steps(const struct difference *d, unsigned int run)
{
	for (unsigned int i = 0; i < d->c->nr; i++)
		if (d->c->items[i].kind == ITEM_DEBUG &&
		    d->c->items[i].run <= run &&
		    d->c->items[i].arg[0] & KVM_GUESTDBG_SINGLESTEP)
			return true;
	return false;
}

/* Does the guest, or a debugger, step through its code at this KVM_RUN? */
static inline bool steps_through(const struct difference *d, unsigned int run)
{
	return d->record[0]->steps[run].regs.rflags & X86_EFLAGS_TF ||
	       debugger_steps(d, run);
}

/* filter_string.c: string instructions that reach ports or MMIO */
const uint8_t *filter_code(const struct difference *d, uint64_t rip,
			   unsigned int *len);
bool filter_same_exit(const struct step *a, const struct step *b);
bool filter_behind_string_io(const struct difference *d, uint64_t rip);
bool filter_is_outs(const struct difference *d, const struct step *step);
enum verdict filter_io_count(const struct difference *d);
enum verdict filter_fault_first(const struct difference *d);
enum verdict filter_last_iteration(const struct difference *d);
enum verdict filter_interrupted_repetition(const struct difference *d);

#endif
