// SPDX-License-Identifier: GPL-2.0
/*
 * Random states, for what must hold whatever the VMCS contains. The seed is
 * printed, and UNIT_SEED sets it.
 */
#include <string.h>
#include <kselftest_harness.h>
#include <field_names.h>
#include "model.h"
#include "random.h"

#define ROUNDS		60000
#define MAX_VIOLATIONS	300
#define MAX_CHANGES	12

static u64 random_value(u64 old)
{
	switch (random64() % 6) {
	case 0:
		return random64();
	case 1:
		return old ^ 1ull << random64() % 64;
	case 2:
		return old ^ 1ull << random64() % 32;
	case 3:
		return 0;
	case 4:
		return ~0ull;
	default:
		return random64() & random64() & 0xffffffff;
	}
}

/* Fields hold what VMWRITE leaves in them: no more than their width. */
static u64 fit_width(u32 field, u64 value)
{
	switch (vmcs_field_width(field)) {
	case VMCS_FIELD_16:
		return value & 0xffff;
	case VMCS_FIELD_32:
		return value & 0xffffffff;
	default:
		return value;
	}
}

static void change_model(struct model *m, unsigned int nr_fields)
{
	unsigned int changes = random64() % MAX_CHANGES;
	u8 *memory;
	u64 *caps;

	while (changes--) {
		u32 field = vmcs_field_at(random64() % nr_fields)->encoding;

		m->fields[field] = fit_width(field, random_value(m->fields[field]));
	}
	if (random64() % 4 == 0) {
		memory = &m->memory[random64() % sizeof(m->memory)];
		*memory = random64();
	}
	if (random64() % 8 == 0) {
		caps = (u64 *)&m->caps + random64() %
		       (offsetof(struct vmx_entry_caps, phys_bits) / sizeof(u64));
		*caps = random_value(*caps);
	}
}

static unsigned int rule_number(const struct vmx_entry_rule *rule)
{
	return rule - vmx_entry_rule_at(0);
}

FIXTURE(fuzz) {
	struct model model;
	struct vmx_entry_violation found[MAX_VIOLATIONS];
	struct vmx_entry_violation again[MAX_VIOLATIONS];
};

FIXTURE_SETUP(fuzz)
{
	TH_LOG("UNIT_SEED=%llu", (unsigned long long)random_seed());
}

FIXTURE_TEARDOWN(fuzz)
{
}

/*
 * The checks read no field that the processor lacks, report in the SDM's order,
 * with the values of the fields, and find the same once more. The sanitizers
 * watch the rest.
 */
TEST_F_TIMEOUT(fuzz, whatever_the_vmcs_contains, 300)
{
	unsigned int nr_fields = 0, round;
	char text[2048];
	int count, i;

	while (vmcs_field_at(nr_fields))
		nr_fields++;

	for (round = 0; round < ROUNDS; round++) {
		model_init(&self->model, random64() % MODEL_MODES);
		change_model(&self->model, nr_fields);
		memset(self->found, 0, sizeof(self->found));
		memset(self->again, 0, sizeof(self->again));
		count = vmx_entry_check(&self->model.view, self->found, MAX_VIOLATIONS);

		ASSERT_EQ(0, self->model.bad_read) {
			TH_LOG("round %u read field %#x", round, self->model.bad_read);
		}
		ASSERT_GE(count, 0);
		for (i = 0; i < count && i < MAX_VIOLATIONS; i++) {
			const struct vmx_entry_violation *v = &self->found[i];

			ASSERT_EQ(self->model.fields[v->rule->fields[0]], v->values[0]);
			ASSERT_LT(vmx_entry_violation_print(v, text, sizeof(text)),
				  (int)sizeof(text));
			if (i && !v->item_number)
				ASSERT_LT(rule_number(v[-1].rule), rule_number(v->rule)) {
					TH_LOG("round %u: %s after %s", round, v->rule->id,
					       v[-1].rule->id);
				}
		}
		ASSERT_EQ(count, vmx_entry_check(&self->model.view, self->again,
						 MAX_VIOLATIONS));
		ASSERT_EQ(0, memcmp(self->found, self->again, sizeof(self->found)));
	}
}

TEST_HARNESS_MAIN
