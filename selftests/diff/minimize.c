// SPDX-License-Identifier: GPL-2.0
/*
 * Makes diverging cases smaller.  A batch takes its time mostly for the VM, so
 * each round tries to leave out every item of every case at once.
 */
#include <stdlib.h>
#include <string.h>

#include "batch.h"

/* A case with one item, or all the items of a set, left out. */
struct candidate {
	unsigned int of;	/* index of the case */
	int without;		/* -1: all those of the set */
};

struct round {
	struct test_case *cases;
	struct candidate *candidates;
	unsigned int nr;
};

static void leave_out(struct test_case *c, unsigned int index)
{
	c->nr--;
	memmove(&c->items[index], &c->items[index + 1],
		(c->nr - index) * sizeof(c->items[0]));
}

static void add_candidate(struct round *round, unsigned int of,
			  const struct test_case *c, int without)
{
	if (round->nr == MAX_BATCH)
		return;
	round->cases[round->nr] = *c;
	if (without >= 0)
		leave_out(&round->cases[round->nr], without);
	round->candidates[round->nr++] = (struct candidate){ of, without };
}

/* Which of the candidates still diverge? */
static void try(const struct common *common, const char *const *devices,
		struct round *round, bool *diverges)
{
	struct batch batch = {
		.common = common, .device = { devices[0], devices[1] },
		.nr = round->nr, .cases = round->cases,
	};
	struct comparison cmp;

	batch_run(&batch);
	for (unsigned int i = 0; i < round->nr; i++)
		diverges[i] = !batch.records[0][i].timed_out &&
			      !compare(&cmp, common, &round->cases[i],
				       &batch.records[0][i], &batch.records[1][i]);
	batch_free(&batch);
}

static struct round *round_new(void)
{
	struct round *round = calloc(1, sizeof(*round));

	if (round) {
		round->cases = calloc(MAX_BATCH, sizeof(*round->cases));
		round->candidates = calloc(MAX_BATCH, sizeof(*round->candidates));
	}
	if (!round || !round->cases || !round->candidates)
		fail("memory");
	return round;
}

static void round_free(struct round *round)
{
	free(round->cases);
	free(round->candidates);
	free(round);
}

/* Leaves out each item by itself; then all that could be, or else the first. */
static bool shrink(const struct common *common, const char *const *devices,
		   struct test_case *cases, unsigned int nr)
{
	struct round *singles = round_new(), *together = round_new();
	bool diverges[MAX_BATCH], all[MAX_BATCH], shrunk = false;
	unsigned int n = 0;

	for (unsigned int i = 0; i < nr; i++)
		for (unsigned int k = 0; k < cases[i].nr; k++)
			add_candidate(singles, i, &cases[i], k);
	if (!singles->nr)
		goto out;
	try(common, devices, singles, diverges);
	for (unsigned int i = 0; i < nr; i++) {
		struct test_case c = cases[i];

		while (n < singles->nr && singles->candidates[n].of < i)
			n++;
		/* from the last, so that the indexes of the others hold */
		for (unsigned int k = singles->nr; k-- > n;)
			if (singles->candidates[k].of == i && diverges[k])
				leave_out(&c, singles->candidates[k].without);
		add_candidate(together, i, &c, -1);
	}
	try(common, devices, together, all);
	for (unsigned int i = 0; i < nr; i++) {
		if (all[i] && together->cases[i].nr < cases[i].nr) {
			cases[i] = together->cases[i];
			shrunk = true;
			continue;
		}
		for (unsigned int k = 0; k < singles->nr; k++) {
			if (singles->candidates[k].of != i || !diverges[k])
				continue;
			cases[i] = singles->cases[k];
			shrunk = true;
			break;
		}
	}
out:
	round_free(singles);
	round_free(together);
	return shrunk;
}

void minimize(const struct common *common, const char *const *devices,
	      struct test_case *cases, unsigned int nr)
{
	while (shrink(common, devices, cases, nr))
		;
}
