/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_EXITS_H
#define MINIVMM_EXITS_H

#include <stdint.h>
#include <stdio.h>

/* Those of <linux/kvm.h> and some room for those of later kernels. */
#define EXITS_MAX	64

/* What the vCPU came back for, how often, and how long it had been away. */
struct exit_stats {
	struct {
		uint64_t count;
		uint64_t ticks;	/* of the TSC, in KVM_RUN: guest and kernel */
	} reasons[EXITS_MAX];
};

/**
 * exits_count() - account one return of KVM_RUN
 * @stats:	the vCPU's
 * @reason:	KVM_EXIT_*
 * @ticks:	spent in KVM_RUN
 */
static inline void exits_count(struct exit_stats *stats, uint32_t reason,
			       uint64_t ticks)
{
	/* What this table has no row for shares the last. */
	if (reason >= EXITS_MAX)
		reason = EXITS_MAX - 1;
	stats->reasons[reason].count++;
	stats->reasons[reason].ticks += ticks;
}

/**
 * exits_print() - the table: reason, count, ticks
 * @stats:	the vCPU's
 * @out:	where to
 */
void exits_print(const struct exit_stats *stats, FILE *out);

/**
 * kvm_exit_name() - KVM_EXIT_* by name
 * @reason:	kvm_run's exit_reason
 *
 * Return: its name, never NULL
 */
const char *kvm_exit_name(uint32_t reason);

/**
 * kvm_suberror_name() - KVM_INTERNAL_ERROR_* by name
 * @suberror:	kvm_run's internal.suberror
 *
 * Return: its name, never NULL
 */
const char *kvm_suberror_name(uint32_t suberror);

#endif
