// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's only program: /init. One process per CPU keeps values in registers
 * and memory, sleeps, and looks after each step whether all is as it was, while
 * the VM may be moved to another process, backend or both. Says on the console
 *
 *	guest: cpus N
 *	guest: step 1			all processes have done that many
 *	...
 *	guest: good			or "guest: cpu N: what is wrong"
 *
 * and resets the PC. The number of steps is the first argument.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_CPUS	8
#define ROUNDS		4	/* in each step */
#define HOLD		20000	/* loops of two instructions */
#define PAGES		64	/* that change with each step */
#define PAGE_WORDS	512
#define SUBLEAVES	3
#define LEAVES		(64 * SUBLEAVES)

/* Holding registers, a nap and a reset lie between two readings of the clocks. */
#define TSC_LIMIT	3000000000ull
#define CLOCK_LIMIT	30		/* s */

struct registers {
	uint64_t gpr[14];		/* all but RSP and RDI */
	uint8_t x87[8][16];
	uint32_t mxcsr;
	uint16_t control_word;
	uint8_t pad[10];
	uint64_t vector[32][8];
	uint64_t mask[8];
};

_Static_assert(offsetof(struct registers, x87) == 112 &&
	       offsetof(struct registers, mxcsr) == 240 &&
	       offsetof(struct registers, control_word) == 244 &&
	       offsetof(struct registers, vector) == 256 &&
	       offsetof(struct registers, mask) == 2304, "hold.S knows these");

void hold_sse(struct registers *regs, long times);
void hold_avx512(struct registers *regs, long times);

static struct shared {
	volatile int step[MAX_CPUS];
	char wrong[MAX_CPUS][80];
} *shared;

struct checker {
	int cpu;
	bool avx512;
	uint64_t seed;
	uint64_t tsc;
	struct timespec clock;
	bool knows_cpuid;
	uint32_t cpuid[LEAVES][4];
	uint64_t (*pages)[PAGE_WORDS];
};

static void fail(const struct checker *c, const char *what, uint64_t is, uint64_t was)
{
	snprintf(shared->wrong[c->cpu], sizeof(shared->wrong[0]),
		 "%s: %#llx, before %#llx", what,
		 (unsigned long long)is, (unsigned long long)was);
	_exit(1);
}

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return *seed ^ *seed >> 29;
}

static bool has_avx512(void)
{
	uint32_t a, b, c, d;

	__cpuid(1, a, b, c, d);
	if (!(c & bit_OSXSAVE))
		return false;
	asm volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
	if ((a & 0xe6) != 0xe6)
		return false;
	__cpuid_count(7, 0, a, b, c, d);
	return (b & bit_AVX512F) && (b & bit_AVX512BW);
}

static void fill(struct checker *c, struct registers *r)
{
	size_t i, j;

	memset(r, 0, sizeof(*r));
	for (i = 0; i < 14; i++)
		r->gpr[i] = next(&c->seed);
	for (i = 0; i < 8; i++) {
		/* normal numbers, which a load and a store leave alone */
		uint64_t mantissa = next(&c->seed) | 1ull << 63;
		uint16_t exponent = 0x3f00 + (next(&c->seed) & 0xff);

		memcpy(r->x87[i], &mantissa, 8);
		memcpy(r->x87[i] + 8, &exponent, 2);
	}
	/* the rounding mode; all exceptions masked */
	r->mxcsr = 0x1f80 | (next(&c->seed) & 3) << 13;
	r->control_word = 0x37f | (next(&c->seed) & 3) << 10;
	for (i = 0; i < (c->avx512 ? 32 : 16); i++)
		for (j = 0; j < (c->avx512 ? 8 : 2); j++)
			r->vector[i][j] = next(&c->seed);
	for (i = 0; c->avx512 && i < 8; i++)
		r->mask[i] = next(&c->seed);
}

static void check_registers(struct checker *c)
{
	static struct registers held, expected;
	const uint8_t *is = (void *)&held, *was = (void *)&expected;
	size_t i;

	fill(c, &held);
	expected = held;
	if (c->avx512)
		hold_avx512(&held, HOLD);
	else
		hold_sse(&held, HOLD);
	for (i = 0; i < sizeof(held); i++) {
		char what[32];

		snprintf(what, sizeof(what), "byte %zu of the registers", i);
		if (is[i] != was[i])
			fail(c, what, is[i], was[i]);
	}
}

/* A page that was lost on the way has another step's words, or none. */
static void check_memory(struct checker *c, int step)
{
	size_t page, i;

	for (page = 0; page < PAGES; page++)
		for (i = 0; i < PAGE_WORDS; i += PAGE_WORDS - 1) {
			uint64_t *word = &c->pages[page][i];

			if (*word != (uint64_t)step)
				fail(c, "the step in a page", *word, step);
			*word = step + 1;
		}
}

/*
 * What the CPU offers must stay; the size of the XSAVE area, too. But not the
 * leaf of SGX, which nobody offers: KVM puts bits into it all the same.
 */
static void check_cpuid(struct checker *c)
{
	static const uint32_t bases[] = { 0, 0x80000000 };
	uint32_t is[4], last, i, leaf, sub, n = 0, reg;
	char what[32];

	for (i = 0; i < 2; i++) {
		__cpuid(bases[i], last, is[1], is[2], is[3]);
		for (leaf = bases[i]; leaf <= last; leaf++)
			for (sub = 0; sub < SUBLEAVES && n < LEAVES; sub++, n++) {
				__cpuid_count(leaf, sub, is[0], is[1], is[2], is[3]);
				for (reg = 0; c->knows_cpuid && reg < 4; reg++) {
					snprintf(what, sizeof(what), "CPUID.%xH.%u.E%cX",
						 leaf, sub, "ABCD"[reg]);
					if (leaf != 0x12 && is[reg] != c->cpuid[n][reg])
						fail(c, what, is[reg], c->cpuid[n][reg]);
				}
				memcpy(c->cpuid[n], is, sizeof(is));
			}
	}
	c->knows_cpuid = true;
}

static void check_clocks(struct checker *c)
{
	struct timespec now;
	uint64_t tsc = __builtin_ia32_rdtsc();

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (tsc <= c->tsc)
		fail(c, "TSC went back", tsc, c->tsc);
	if (c->tsc && tsc - c->tsc > TSC_LIMIT)
		fail(c, "TSC jumped", tsc, c->tsc);
	if (now.tv_sec < c->clock.tv_sec || (now.tv_sec == c->clock.tv_sec &&
					     now.tv_nsec < c->clock.tv_nsec))
		fail(c, "the clock went back", now.tv_sec, c->clock.tv_sec);
	if (c->tsc && now.tv_sec - c->clock.tv_sec > CLOCK_LIMIT)
		fail(c, "the clock jumped", now.tv_sec, c->clock.tv_sec);
	c->tsc = tsc;
	c->clock = now;
}

static void nap(void)
{
	const struct timespec while_others_work = { .tv_nsec = 10000000 };

	nanosleep(&while_others_work, NULL);
}

static void check(int cpu, int steps)
{
	static struct checker c;
	cpu_set_t set;
	int step, round;

	c = (struct checker) { .cpu = cpu, .seed = cpu + 1, .avx512 = has_avx512() };
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	c.pages = mmap(NULL, PAGES * sizeof(*c.pages), PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (step = 0; step < steps; step++) {
		for (round = 0; round < ROUNDS; round++) {
			check_registers(&c);
			check_clocks(&c);
			nap();
		}
		check_memory(&c, step);
		check_cpuid(&c);
		if (sched_getcpu() != cpu)
			fail(&c, "the CPU's number", sched_getcpu(), cpu);
		shared->step[cpu] = step + 1;
	}
	_exit(0);
}

static void report_wrong(int cpus)
{
	int cpu;

	for (cpu = 0; cpu < cpus; cpu++)
		if (shared->wrong[cpu][0])
			printf("guest: cpu %d: %s\n", cpu, shared->wrong[cpu]);
}

/* Print each step when all have done it, until all have ended. */
static bool watch(int cpus, int steps)
{
	int step, cpu, status;

	for (step = 1; step <= steps; step++) {
		for (cpu = 0; cpu < cpus; cpu++)
			while (shared->step[cpu] < step && !shared->wrong[cpu][0])
				nap();
		for (cpu = 0; cpu < cpus; cpu++)
			if (shared->wrong[cpu][0])
				return false;
		printf("guest: step %d\n", step);
	}
	while (wait(&status) > 0)
		if (status)
			return false;
	return true;
}

int main(int argc, char **argv)
{
	int steps = argc > 1 ? atoi(argv[1]) : 10;
	cpu_set_t set;
	int cpus, cpu;

	setvbuf(stdout, NULL, _IOLBF, 0);
	sched_getaffinity(0, sizeof(set), &set);
	cpus = CPU_COUNT(&set);
	printf("guest: cpus %d\n", cpus);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (cpu = 0; cpu < cpus; cpu++)
		if (!fork())
			check(cpu, steps);
	if (watch(cpus, steps))
		puts("guest: good");
	else
		report_wrong(cpus);
	fflush(stdout);
	reboot(RB_AUTOBOOT);
	pause();
}
