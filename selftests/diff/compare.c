// SPDX-License-Identifier: GPL-2.0
/* Value by value, until the first place where something unintended differs. */
#include <string.h>

#include "compare.h"
#include "fields.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Both records' parts that are compared, and what to call them. */
struct place {
	char where[16];
	unsigned int nr;	/* KVM_RUNs before it */
	const struct step *step[2];
};

static void differ(struct comparison *cmp, const struct place *place,
		   const char *name, unsigned int index, uint64_t a, uint64_t b)
{
	struct difference d = {
		.name = name, .index = index, .value = { a, b }, .nr = place->nr,
		.step = { place->step[0], place->step[1] },
		.record = { cmp->record[0], cmp->record[1] },
		.c = cmp->c,
	};

	memcpy(d.where, place->where, sizeof(d.where));
	switch (filter(&d)) {
	case INTENDED:
		return;
	case INTENDED_END:
		cmp->over = true;
		return;
	case UNINTENDED:
		break;
	}
	if (cmp->nr < MAX_DIFFERENCES)
		cmp->differences[cmp->nr] = d;
	cmp->nr++;
}

static void compare_fields(struct comparison *cmp, const struct place *place,
			   const struct field *fields, size_t nr,
			   const void *a, const void *b)
{
	for (size_t i = 0; i < nr && !cmp->over; i++) {
		const struct field *f = &fields[i];
		const char *pa = (const char *)a + f->offset;
		const char *pb = (const char *)b + f->offset;

		if (!memcmp(pa, pb, f->size * f->count))
			continue;
		for (unsigned int n = 0; n < f->count && !cmp->over; n++) {
			uint64_t va = 0, vb = 0;

			memcpy(&va, pa + n * f->size, f->size);
			memcpy(&vb, pb + n * f->size, f->size);
			if (va != vb)
				differ(cmp, place, f->name, n, va, vb);
		}
	}
}

static void compare_load(struct comparison *cmp)
{
	const struct place place = { .where = "load" };

	for (unsigned int i = 0; i < COUNT(cmp->record[0]->load); i++)
		if (cmp->record[0]->load[i] != cmp->record[1]->load[i])
			differ(cmp, &place, "ret", i, cmp->record[0]->load[i],
			       cmp->record[1]->load[i]);
}

static bool compare_step(struct comparison *cmp, unsigned int nr)
{
	struct place place = {
		.nr = nr,
		.step = { &cmp->record[0]->steps[nr], &cmp->record[1]->steps[nr] },
	};

	snprintf(place.where, sizeof(place.where), "run %u", nr);
	compare_fields(cmp, &place, step_fields, COUNT(step_fields),
		       place.step[0], place.step[1]);
	return !cmp->nr && !cmp->over;
}

static void compare_memory(struct comparison *cmp, const struct place *place)
{
	const struct final *a = &cmp->record[0]->final;
	const struct final *b = &cmp->record[1]->final;
	unsigned int i = 0, j = 0;
	unsigned int na = a->nr_changes < MAX_CHANGES ? a->nr_changes : MAX_CHANGES;
	unsigned int nb = b->nr_changes < MAX_CHANGES ? b->nr_changes : MAX_CHANGES;

	/* Two sorted lists; what only one of them has was changed by it alone. */
	while (i < na || j < nb) {
		uint32_t ga = i < na ? a->changes[i].gpa : UINT32_MAX;
		uint32_t gb = j < nb ? b->changes[j].gpa : UINT32_MAX;
		uint32_t gpa = ga < gb ? ga : gb;
		const uint8_t *image = world_image(cmp->c->mode, cmp->c->cpl);
		uint64_t va, vb;

		memcpy(&va, image + gpa, sizeof(va));
		vb = va;
		if (ga == gpa)
			va = a->changes[i++].value;
		if (gb == gpa)
			vb = b->changes[j++].value;
		if (va != vb)
			differ(cmp, place, "memory", gpa, va, vb);
		if (cmp->over)
			return;
	}
}

static void compare_final(struct comparison *cmp)
{
	const struct final *a = &cmp->record[0]->final;
	const struct final *b = &cmp->record[1]->final;
	const struct place place = {
		.where = "end", .nr = cmp->record[0]->nr_steps,
	};

	compare_memory(cmp, &place);
	compare_fields(cmp, &place, final_fields, COUNT(final_fields), a, b);
	for (unsigned int i = 0; i < cmp->common->nr_msrs && !cmp->over; i++)
		if (a->msrs[i] != b->msrs[i])
			differ(cmp, &place, "msr", cmp->common->msrs[i],
			       a->msrs[i], b->msrs[i]);
}

bool compare(struct comparison *cmp, const struct common *common,
	     const struct test_case *c, const struct record *reference,
	     const struct record *other)
{
	unsigned int nr = reference->nr_steps;
	const struct place end = { .where = "end", .nr = nr };

	*cmp = (struct comparison){
		.common = common, .c = c, .record = { reference, other },
	};
	compare_load(cmp);
	if (other->timed_out)
		differ(cmp, &end, "timed_out", 0, 0, 1);
	if (other->nr_steps < nr)
		nr = other->nr_steps;
	for (unsigned int i = 0; i < nr; i++)
		if (!compare_step(cmp, i))
			return !cmp->nr;
	if (reference->nr_steps != other->nr_steps)
		differ(cmp, &end, "nr_steps", 0, reference->nr_steps,
		       other->nr_steps);
	else
		compare_final(cmp);
	return !cmp->nr;
}
