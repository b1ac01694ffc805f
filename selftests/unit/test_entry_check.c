// SPDX-License-Identifier: GPL-2.0
/* The checks of VM entry: valid states pass, and each rule is found alone. */
#include <errno.h>
#include <string.h>
#include <linux/kernel.h>
#include <kselftest_harness.h>
#include <field_names.h>
#include "cases.h"

#define MAX_VIOLATIONS	8
#define MAX_RULES	400

static const struct entry_case *const all_cases[] = {
	control_cases, host_cases, guest_cases, segment_cases, state_cases,
};

#define FOR_EACH_CASE(area, c)						\
	for (area = 0; area < ARRAY_SIZE(all_cases); area++)	\
		for (c = all_cases[area]; c->steps[0].op != NO_STEP; c++)

static void print_violations(const struct vmx_entry_violation *found, int count)
{
	char text[2048];
	int i;

	for (i = 0; i < count && i < MAX_VIOLATIONS; i++) {
		vmx_entry_violation_print(&found[i], text, sizeof(text));
		fprintf(stderr, "#   found %s", text);
	}
}

static unsigned int rule_index(const char *id)
{
	const struct vmx_entry_rule *rule;
	unsigned int i;

	for (i = 0; (rule = vmx_entry_rule_at(i)); i++)
		if (!strcmp(rule->id, id))
			return i;
	return MAX_RULES;
}

FIXTURE(check) {
	struct model model;
	struct vmx_entry_violation found[MAX_VIOLATIONS];
};

FIXTURE_SETUP(check)
{
}

FIXTURE_TEARDOWN(check)
{
}

TEST_F(check, valid_states_pass)
{
	enum model_mode mode;
	int count;

	for (mode = 0; mode < MODEL_MODES; mode++) {
		model_init(&self->model, mode);
		count = vmx_entry_check(&self->model.view, self->found, MAX_VIOLATIONS);
		EXPECT_EQ(0, count) {
			TH_LOG("mode %d", mode);
			print_violations(self->found, count);
		}
		EXPECT_EQ(0, self->model.bad_read) {
			TH_LOG("mode %d", mode);
		}
	}
}

TEST_F(check, each_violation_is_found_alone)
{
	const struct entry_case *c;
	unsigned int area;
	int count;

	FOR_EACH_CASE(area, c) {
		model_init(&self->model, c->mode);
		model_apply(&self->model, c->steps);
		count = vmx_entry_check(&self->model.view, self->found, MAX_VIOLATIONS);
		EXPECT_EQ(0, self->model.bad_read);
		EXPECT_EQ(c->rule ? 1 : 0, count) {
			TH_LOG("expected %s, area %u, case %d", c->rule ? c->rule : "a valid state",
			       area, (int)(c - all_cases[area]));
			print_violations(self->found, count);
		}
		if (c->rule && count == 1)
			EXPECT_STREQ(c->rule, self->found[0].rule->id) {
				TH_LOG("area %u, case %d", area, (int)(c - all_cases[area]));
			}
	}
}

TEST(every_rule_has_a_case)
{
	bool covered[MAX_RULES] = { false };
	const struct vmx_entry_rule *rule;
	const struct entry_case *c;
	unsigned int area, i;

	FOR_EACH_CASE(area, c) {
		if (!c->rule)
			continue;
		i = rule_index(c->rule);
		ASSERT_LT(i, MAX_RULES) {
			TH_LOG("no rule is called %s", c->rule);
		}
		covered[i] = true;
	}
	for (i = 0; (rule = vmx_entry_rule_at(i)); i++) {
		EXPECT_TRUE(covered[i]) {
			TH_LOG("no case for %s", rule->id);
		}
	}
}

TEST(rules_are_complete)
{
	const struct vmx_entry_rule *rule;
	unsigned int i, j;

	for (i = 0; (rule = vmx_entry_rule_at(i)); i++) {
		ASSERT_NE(NULL, rule->section);
		EXPECT_EQ(i, rule_index(rule->id)) {
			TH_LOG("%s is not unique", rule->id);
		}
		EXPECT_GT(strlen(rule->rule), 20);
		EXPECT_GT(strlen(rule->remedy), 10);
		EXPECT_GE(rule->nr_fields, 1);
		ASSERT_LE(rule->nr_fields, VMX_ENTRY_RULE_FIELDS);
		for (j = 0; j < rule->nr_fields; j++)
			EXPECT_NE(NULL, vmcs_field_by_encoding(rule->fields[j]));
	}
	EXPECT_GT(i, 200);
	EXPECT_EQ(NULL, vmx_entry_rule_at(i));
}

/* A processor reports the area of the violation: the sections must agree. */
TEST(sections_predict_the_outcome)
{
	const struct vmx_entry_rule *rule;
	unsigned int i;

	for (i = 0; (rule = vmx_entry_rule_at(i)); i++) {
		if (!strncmp(rule->id, "control.", 8)) {
			EXPECT_EQ(7, rule->section->instruction_error);
			EXPECT_EQ(0, rule->section->exit_reason);
		} else if (!strncmp(rule->id, "msr_load.", 9)) {
			EXPECT_EQ(0, rule->section->instruction_error);
			EXPECT_EQ(34, rule->section->exit_reason);
		} else if (!strncmp(rule->id, "guest.", 6)) {
			EXPECT_EQ(0, rule->section->instruction_error);
			EXPECT_EQ(33, rule->section->exit_reason);
		}
	}
	rule = vmx_entry_rule_at(rule_index("host.cr0.fixed"));
	EXPECT_EQ(8, rule->section->instruction_error);
	rule = vmx_entry_rule_at(rule_index("guest.cs.db"));
	EXPECT_EQ(0, rule->section->qualification);
	rule = vmx_entry_rule_at(rule_index("guest.pdpte.field"));
	EXPECT_EQ(2, rule->section->qualification);
	rule = vmx_entry_rule_at(rule_index("guest.interruptibility.nmi_sti"));
	EXPECT_EQ(3, rule->section->qualification);
	rule = vmx_entry_rule_at(rule_index("guest.link_pointer.address"));
	EXPECT_EQ(4, rule->section->qualification);
}

TEST_F(check, counts_what_does_not_fit)
{
	const struct step steps[] = {
		{ 0x681e /* GUEST_RIP */, SET, BIT64(48) },
		{ 0x6820 /* GUEST_RFLAGS */, SET, 0 },
		{ 0x6c00 /* HOST_CR0 */, SET, 0 },
		{ 0 }
	};

	model_init(&self->model, LONG64);
	model_apply(&self->model, steps);
	self->found[2].rule = NULL;
	EXPECT_EQ(3, vmx_entry_check(&self->model.view, NULL, 0));
	EXPECT_EQ(3, vmx_entry_check(&self->model.view, self->found, 2));
	EXPECT_STREQ("host.cr0.fixed", self->found[0].rule->id);
	EXPECT_STREQ("guest.rip.width", self->found[1].rule->id);
	EXPECT_EQ(NULL, self->found[2].rule);
}

TEST_F(check, reports_values_and_items)
{
	const struct step steps[] = {
		{ 0x200a /* VM_ENTRY_MSR_LOAD_ADDR */, SET, MODEL_MSR_AREA },
		{ 0x4014 /* VM_ENTRY_MSR_LOAD_COUNT */, SET, 2 },
		{ MEMORY(MODEL_MSR_AREA), SET, 0xc0000082 },
		{ MEMORY(MODEL_MSR_AREA + 16), SET, 0xc0000100 },
		{ 0x4816 /* GUEST_CS_AR_BYTES */, OR, BIT64(14) },
		{ 0 }
	};

	model_init(&self->model, LONG64);
	model_apply(&self->model, steps);
	ASSERT_EQ(2, vmx_entry_check(&self->model.view, self->found, MAX_VIOLATIONS));
	EXPECT_STREQ("guest.cs.db", self->found[0].rule->id);
	EXPECT_EQ(0x4816, self->found[0].rule->fields[0]);
	EXPECT_EQ(0xe09b, self->found[0].values[0]);
	EXPECT_EQ(NULL, self->found[0].item);
	EXPECT_STREQ("msr_load.fs_gs_base", self->found[1].rule->id);
	EXPECT_EQ(2, self->found[1].item_number);
	EXPECT_EQ(0xc0000100, self->found[1].item_value);
}

TEST_F(check, prints_an_explanation)
{
	const struct step steps[] = { { 0x4816, OR, BIT64(14) }, { 0 } };
	const char *expected =
		"guest.cs.db: D of a 64-bit CS (L is 1, IA-32e mode guest) must be 0\n"
		"  SDM: Checks on Guest Segment Registers\n"
		"  GUEST_CS_AR_BYTES = 0xe09b\n"
		"  VM_ENTRY_CONTROLS = 0xd3ff\n"
		"  CS is a 64-bit segment and CS.D is 1: clear kvm_sregs.cs.db\n";
	char text[512], part[20];

	model_init(&self->model, LONG64);
	model_apply(&self->model, steps);
	ASSERT_EQ(1, vmx_entry_check(&self->model.view, self->found, 1));
	EXPECT_EQ(strlen(expected),
		  vmx_entry_violation_print(self->found, text, sizeof(text)));
	EXPECT_STREQ(expected, text);
	EXPECT_EQ(strlen(expected), vmx_entry_violation_print(self->found, NULL, 0));
	EXPECT_EQ(strlen(expected),
		  vmx_entry_violation_print(self->found, part, sizeof(part)));
	EXPECT_EQ(0, strncmp(expected, part, sizeof(part) - 1));
	EXPECT_EQ(sizeof(part) - 1, strlen(part));
}

TEST_F(check, prints_what_no_field_shows)
{
	const struct step one[] = { { 0x4000 /* PIN_BASED_VM_EXEC_CONTROL */, CLEAR, 2 }, { 0 } };
	const struct step second[] = { { 0x280c /* GUEST_PDPTR1 */, SET, 3 }, { 0 } };
	char text[512];

	model_init(&self->model, LONG64);
	model_apply(&self->model, one);
	ASSERT_EQ(1, vmx_entry_check(&self->model.view, self->found, 1));
	vmx_entry_violation_print(self->found, text, sizeof(text));
	EXPECT_NE(NULL, strstr(text, "\n  controls with a forbidden setting = 0x2\n"));

	model_init(&self->model, PAE32);
	model_apply(&self->model, second);
	ASSERT_EQ(1, vmx_entry_check(&self->model.view, self->found, 1));
	vmx_entry_violation_print(self->found, text, sizeof(text));
	EXPECT_NE(NULL, strstr(text, "\n  PDPTE counted from 1: 2 = 0x3\n")) {
		TH_LOG("%s", text);
	}
}

/* What is saved by name and read back is the same, and nothing is left out. */
TEST_F(check, inputs_have_names)
{
	struct vmx_entry_caps *caps = &self->model.caps, copied;
	struct vmcs_view view = { .caps = &copied };
	const char *name;
	unsigned int i;
	u64 value;

	memset(&copied, 0, sizeof(copied));
	model_init(&self->model, FULL64);
	caps->lam = true;
	caps->bus_lock_debug = true;
	self->model.view.vmcs_address = 0x1234000;
	self->model.view.host_pt_tracing = true;
	for (i = 0; (name = vmx_entry_input_at(&self->model.view, i, &value)); i++)
		EXPECT_EQ(i, vmx_entry_input_set(&view, &copied, name, value));
	EXPECT_EQ(0, memcmp(caps, &copied, sizeof(copied)));
	EXPECT_EQ(0x1234000, view.vmcs_address);
	EXPECT_EQ(self->model.view.host_ia32e, view.host_ia32e);
	EXPECT_TRUE(view.host_pt_tracing);

	EXPECT_EQ(-ENOENT, vmx_entry_input_set(&view, &copied, "has_WINGS", 0));
	EXPECT_EQ(-ERANGE, vmx_entry_input_set(&view, &copied, "has_SGX", 2));
	EXPECT_EQ(-ERANGE, vmx_entry_input_set(&view, &copied, "physical_address_bits", 31));
}

TEST_F(check, memory_is_optional)
{
	model_init(&self->model, FULL64);
	self->model.view.read_memory = NULL;
	EXPECT_EQ(0, vmx_entry_check(&self->model.view, self->found, MAX_VIOLATIONS));
	model_init(&self->model, RESTRICTED32);
	self->model.view.read_memory = NULL;
	EXPECT_EQ(0, vmx_entry_check(&self->model.view, self->found, MAX_VIOLATIONS));
	model_init(&self->model, TPR64);
	self->model.view.read_memory = NULL;
	EXPECT_EQ(0, vmx_entry_check(&self->model.view, self->found, MAX_VIOLATIONS));
}

TEST_HARNESS_MAIN
