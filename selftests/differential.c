// SPDX-License-Identifier: GPL-2.0
/*
 * Guest programs of which every exit and the final state are compared with the
 * first device's, which are stored where MINIVMX_REFERENCE says: those in which
 * devices once differed, and some from fixed seeds.  See diff/ for the rest.
 */
#include <dirent.h>
#include <libgen.h>
#include <limits.h>

#include "diff/batch.h"
#include "diff/generate.h"
#include "kselftest_harness.h"

#define FIRST_SEED	1
#define NR_SEEDS	250
#define MAX_KEPT	200

static struct common common;

static const char *device(void)
{
	return getenv("MINIVMX_DEVICE") ?: "/dev/minivmx";
}

/* MiniVMX's CPUID is a part of KVM's, and guests are to see the same. */
static void find_common(void)
{
	static const char *const both[] = { "/dev/minivmx", "/dev/kvm" };

	if (access(both[0], F_OK) || access(both[1], F_OK))
		common_find(&common, (const char *[]){ device() }, 1);
	else
		common_find(&common, both, 2);
}

/* In diff/kept beside this program. */
static unsigned int read_kept(struct test_case *cases)
{
	char program[PATH_MAX] = "", folder[PATH_MAX + 16], path[2 * PATH_MAX];
	struct dirent **entries;
	unsigned int nr = 0;
	int found;

	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		fail("/proc/self/exe");
	snprintf(folder, sizeof(folder), "%s/diff/kept", dirname(program));
	found = scandir(folder, &entries, NULL, alphasort);
	for (int i = 0; i < found && nr < MAX_KEPT; i++) {
		FILE *from;

		if (entries[i]->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		from = fopen(path, "r");
		if (!from || !case_parse(&cases[nr++], from, path))
			fail("%s", path);
		fclose(from);
	}
	return nr;
}

/* Runs the cases; the number of those that were compared and diverge. */
static unsigned int run(const struct test_case *cases, unsigned int nr,
			FILE *reference, bool is_first)
{
	struct record record, expected;
	unsigned int diverging = 0;
	struct comparison cmp;
	struct machine machine;

	machine_open(&machine, device(), &common);
	for (unsigned int i = 0; i < nr; i++) {
		machine_run(&machine, &cases[i], &record);
		if (is_first) {
			record_write(&record, reference);
		} else {
			record_read(&expected, reference);
			if (!expected.timed_out &&
			    !compare(&cmp, &common, &cases[i], &expected, &record)) {
				case_print(&cases[i], stderr);
				comparison_print(&cmp, stderr);
				diverging++;
			}
			free(expected.steps);
		}
		free(record.steps);
	}
	machine_close(&machine);
	return diverging;
}

/* True, with the file to write or to read, if this is the first device. */
static bool open_reference(const char *name, FILE **file)
{
	const char *folder = getenv("MINIVMX_REFERENCE");
	char path[PATH_MAX];

	*file = NULL;
	if (!folder)
		return false;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	*file = fopen(path, "r");
	if (*file)
		return false;
	*file = fopen(path, "w");
	return true;
}

static void compare_all(struct __test_metadata *_metadata, const char *name,
			const struct test_case *cases, unsigned int nr)
{
	FILE *reference;
	bool is_first = open_reference(name, &reference);

	if (!reference)
		SKIP(return, "nothing to compare with");
	find_common();
	EXPECT_EQ(0, run(cases, nr, reference, is_first));
	fclose(reference);
	if (is_first)
		SKIP(return, "these records are the reference");
}

TEST(kept_cases)
{
	struct test_case *cases = calloc(MAX_KEPT, sizeof(*cases));
	unsigned int nr = read_kept(cases);

	ASSERT_NE(0, nr);
	compare_all(_metadata, "differential-kept", cases, nr);
}

FIXTURE(generated) {
};

FIXTURE_SETUP(generated)
{
}

FIXTURE_TEARDOWN(generated)
{
}

/* On a debug kernel they take more than the harness's half a minute. */
TEST_F_TIMEOUT(generated, seeds, 150)
{
	struct test_case *cases = calloc(NR_SEEDS, sizeof(*cases));

	for (unsigned int i = 0; i < NR_SEEDS; i++)
		generate(&cases[i], FIRST_SEED + i);
	compare_all(_metadata, "differential-seeds", cases, NR_SEEDS);
}

TEST_HARNESS_MAIN
