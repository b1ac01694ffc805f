// SPDX-License-Identifier: GPL-2.0
/*
 * Runs generated guest programs on two devices and compares all that can be
 * seen of them.  See docs/differences.md.
 */
#include <argp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "batch.h"
#include "generate.h"

#define MAX_REPORTED	12
#define MAX_OF_KIND	3

static struct {
	uint64_t seed;
	uint64_t count;
	const char *device[2];
	bool print_only;
	bool keep_size;
	bool verbose;
	char **files;
} options = {
	.seed = 1, .count = 1000, .device = { "/dev/kvm", "/dev/minivmx" },
};

static const struct argp_option option_list[] = {
	{ "seed", 's', "N", 0, "the first seed (1)", 0 },
	{ "count", 'c', "N", 0, "how many seeds (1000)", 0 },
	{ "reference", 'r', "DEVICE", 0, "the measure (/dev/kvm)", 0 },
	{ "device", 'd', "DEVICE", 0, "the other (/dev/minivmx)", 0 },
	{ "print", 'p', NULL, 0, "print the programs, run nothing", 0 },
	{ "whole", 'w', NULL, 0, "do not minimize what diverges", 0 },
	{ "verbose", 'v', NULL, 0, "show all programs and their exits", 0 },
	{ 0 }
};

static uint64_t number_argument(struct argp_state *state, const char *arg)
{
	char *end;
	uint64_t value = strtoull(arg, &end, 0);

	if (!*arg || *end)
		argp_error(state, "'%s' is no number", arg);
	return value;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 's':
		options.seed = number_argument(state, arg);
		return 0;
	case 'c':
		options.count = number_argument(state, arg);
		return 0;
	case 'r':
		options.device[0] = arg;
		return 0;
	case 'd':
		options.device[1] = arg;
		return 0;
	case 'p':
		options.print_only = true;
		return 0;
	case 'w':
		options.keep_size = true;
		return 0;
	case 'v':
		options.verbose = true;
		return 0;
	case ARGP_KEY_ARGS:
		options.files = state->argv + state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	option_list, parse_option, "[CASE-FILE]...",
	"Runs guest programs on two devices and reports where these diverge.",
	NULL, NULL, NULL,
};

struct totals {
	uint64_t run, timed_out, diverged;
};

static struct common common;

/* What the small case does, once more. */
static void report(struct test_case *cases, unsigned int nr)
{
	struct batch batch = {
		.common = &common, .nr = nr, .cases = cases,
		.device = { options.device[0], options.device[1] },
	};
	struct comparison cmp;

	batch_run(&batch);
	for (unsigned int i = 0; i < nr; i++) {
		printf("--- seed %llu diverges\n",
		       (unsigned long long)cases[i].seed);
		case_print(&cases[i], stdout);
		if (compare(&cmp, &common, &cases[i], &batch.records[0][i],
			    &batch.records[1][i]))
			printf("  not by itself\n");
		else
			comparison_print(&cmp, stdout);
	}
	batch_free(&batch);
	fflush(stdout);
}

/* A few of each kind say more than many of one. */
static bool is_kind_known(const struct comparison *cmp,
			  struct difference *known, unsigned int nr)
{
	const struct difference *d = &cmp->differences[0];
	unsigned int same = 0;

	for (unsigned int i = 0; i < nr; i++)
		same += !strcmp(known[i].name, d->name) &&
			known[i].index == d->index;
	known[nr] = *d;
	return same >= MAX_OF_KIND;
}

static void run(const struct test_case *cases, unsigned int nr,
		struct totals *totals)
{
	static struct test_case diverging[MAX_REPORTED];
	static struct difference known[MAX_REPORTED];
	unsigned int nr_diverging = 0;
	struct batch batch = {
		.common = &common, .nr = nr, .cases = cases,
		.device = { options.device[0], options.device[1] },
	};
	struct comparison cmp;

	batch_run(&batch);
	for (unsigned int i = 0; i < nr; i++) {
		const struct record *a = &batch.records[0][i];
		const struct record *b = &batch.records[1][i];

		totals->run++;
		if (options.verbose) {
			case_print(&cases[i], stdout);
			compare(&cmp, &common, &cases[i], a, b);
			comparison_print(&cmp, stdout);
		}
		if (a->timed_out) {
			printf("seed %llu timed out on the reference\n",
			       (unsigned long long)cases[i].seed);
			totals->timed_out++;
			continue;
		}
		if (compare(&cmp, &common, &cases[i], a, b))
			continue;
		totals->diverged++;
		if (nr_diverging < MAX_REPORTED &&
		    !is_kind_known(&cmp, known, nr_diverging))
			diverging[nr_diverging++] = cases[i];
	}
	batch_free(&batch);
	if (!nr_diverging)
		return;
	if (!options.keep_size)
		minimize(&common, options.device, diverging, nr_diverging);
	report(diverging, nr_diverging);
}

static void run_seeds(struct totals *totals)
{
	struct test_case *cases = calloc(MAX_BATCH, sizeof(*cases));
	uint64_t left = options.count, seed = options.seed;

	if (!cases)
		fail("memory");
	while (left) {
		unsigned int nr = left < MAX_BATCH ? left : MAX_BATCH;

		for (unsigned int i = 0; i < nr; i++)
			generate(&cases[i], seed++);
		run(cases, nr, totals);
		left -= nr;
	}
	free(cases);
}

static void run_files(struct totals *totals)
{
	struct test_case *cases = calloc(MAX_BATCH, sizeof(*cases));
	unsigned int nr = 0;

	if (!cases)
		fail("memory");
	for (char **file = options.files; *file && nr < MAX_BATCH; file++) {
		FILE *from = fopen(*file, "r");

		if (!from)
			fail("%s", *file);
		if (!case_parse(&cases[nr++], from, *file))
			exit(2);
		fclose(from);
	}
	run(cases, nr, totals);
	free(cases);
}

static void print_seeds(void)
{
	struct test_case c;

	for (uint64_t i = 0; i < options.count; i++) {
		generate(&c, options.seed + i);
		case_print(&c, stdout);
		putchar('\n');
	}
}

int main(int argc, char **argv)
{
	struct totals totals = { 0 };
	struct timespec begin, end;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (options.print_only) {
		print_seeds();
		return 0;
	}
	/* MiniVMX's CPUID is a part of KVM's. */
	common_find(&common, (const char *[]){ options.device[1],
					       options.device[0] }, 2);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	if (options.files)
		run_files(&totals);
	else
		run_seeds(&totals);
	clock_gettime(CLOCK_MONOTONIC, &end);
	filter_report(stdout);
	printf("%llu programs, %llu diverge, %llu timed out, %ld s\n",
	       (unsigned long long)totals.run,
	       (unsigned long long)totals.diverged,
	       (unsigned long long)totals.timed_out,
	       end.tv_sec - begin.tv_sec);
	return totals.diverged ? 1 : 0;
}
