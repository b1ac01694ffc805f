/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rows of the benchmark share.
 *
 * A row is one kind of exit or of system call. The guest, or the host where no
 * guest takes part, puts a time before and after each into samples[].
 */
#ifndef BENCH_H
#define BENCH_H

#include "vm.h"

#define MAX_SAMPLES	32

/* Of a row whose capability the device does not have. */
#define ABSENT		0

struct row {
	const char *name;
	const char *unit;
	/* Takes the samples; returns how many there are, or ABSENT. */
	int (*measure)(const struct row *row);

	/* For measure_in_guest(): */
	void (*guest)(void);
	uint32_t exits;		/* KVM_EXIT_* of each sample; 0: none to the VMM */
	int capability;		/* KVM_CAP_* it needs, or 0 */
	void (*prepare)(struct machine *machine);
};

/* In the program's image, which is a memory slot: the guest writes it too. */
extern volatile uint64_t samples[MAX_SAMPLES];

extern const struct row guest_rows[], memory_rows[], interrupt_rows[],
	call_rows[], boot_rows[];

/* VMs need no watchdog here: whoever runs the benchmark has one. */
bool row_can_run(const struct row *row);
int measure_in_guest(const struct row *row);
void expect_exit(struct vcpu *vcpu, uint32_t reason);

/* The emulator that counts instructions looks for this; see trace/. */
static inline void trace_row(uint32_t number)
{
	asm volatile("xchg %%bx, %%bx" : : "a"(number) : "memory");
}

static inline uint64_t rdtsc(void)
{
	uint32_t low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return low | (uint64_t)high << 32;
}

/* The body of a guest: @statement between two time stamps, again and again. */
#define SAMPLE_IN_GUEST(statement) do {					\
	for (int i__ = 0; i__ < MAX_SAMPLES; i__++) {			\
		uint64_t start__ = rdtsc();				\
									\
		statement;						\
		samples[i__] = rdtsc() - start__;			\
	}								\
} while (0)

#define SAMPLE_ON_HOST(count, statement) do {				\
	for (int i__ = 0; i__ < (count); i__++) {			\
		uint64_t start__ = rdtsc();				\
									\
		statement;						\
		samples[i__] = rdtsc() - start__;			\
	}								\
} while (0)

#endif
