// SPDX-License-Identifier: GPL-2.0
/*
 * For each rule of VM entry that can be violated: a state that violates only
 * it, which the CPU refuses, and MINIVMX_EXPLAIN_ENTRY names the rule; the
 * repaired vCPU runs.  The states are those of the unit tests.
 *
 * A line "refused ID" for each refusal, in order, goes to standard output, to
 * be compared with the emulator's log by entry_oracle.
 */
#include <stdio.h>

#include "case_list.h"
#include "entry_state.h"
#include "test.h"

#define VM_EXIT_CONTROLS	0x400c
#define INVALID_CONTROLS	7
#define INVALID_GUEST_STATE	(0x80000000u | 33)

static void guest_nothing(void)
{
	guest_done();
}

FIXTURE(rules) {
	struct machine machine;
	struct vcpu *vcpu;
	struct entry_state saved;
	struct explained explained;
	unsigned int refused, entered, unreachable;
};

/* The fixture, for functions: checkpatch takes FIXTURE_DATA(x) *y for a product. */
#define rules_data _test_data_rules

FIXTURE_SETUP(rules)
{
	machine_start(&self->machine, guest_nothing);
	self->vcpu = &self->machine.vcpu;
}

FIXTURE_TEARDOWN(rules)
{
	machine_destroy(&self->machine);
}

/* Valid or not, or refused for another reason, as the CPU's features have it. */
static bool depends_on_cpu(const char *rule)
{
	static const char * const rules[] = {
		"control.event.instruction_length", "control.sub_page_write.ept",
		"guest.cr4.cet", "guest.interruptibility.enclave",
		"guest.pending_debug.rtm",
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (!strcmp(rule, rules[i]))
			return true;
	}
	return false;
}

static bool is_as_expected(const struct listed_case *c, const struct explained *e)
{
	if (!c->rule)
		return !e->arg.nr_violations;
	return e->arg.nr_violations == 1 && !strcmp(c->rule, e->violations[0].id);
}

static bool starts_with(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

/* 0, or a negative errno if this state can't be had. */
static int apply(struct vcpu *vcpu, const struct listed_case *c)
{
	struct minivmx_vmcs_field fields[CASE_MAX_STEPS] = { 0 };
	unsigned int i, j, nr = 0;

	for (i = 0; i < c->nr_steps; i++) {
		const struct case_step *step = &c->steps[i];

		for (j = 0; j < nr && fields[j].encoding != step->field; j++)
			;
		if (j == nr) {
			fields[nr].encoding = step->field;
			fields[nr++].value = vmcs_read(vcpu, step->field);
		}
		fields[j].value = (fields[j].value & ~step->clear) | step->set;
		/* The rule is about a timer that is not active. */
		if (step->field == VM_EXIT_CONTROLS)
			vmcs_write_one(vcpu, VMCS_PIN_BASED,
				       vmcs_read(vcpu, VMCS_PIN_BASED) &
				       ~(uint64_t)PIN_PREEMPTION_TIMER);
	}
	return vmcs_write(vcpu, fields, nr);
}

static void check_outcome(struct __test_metadata *_metadata, const char *rule,
			  const struct minivmx_explanation *e,
			  const struct kvm_run *run)
{
	uint64_t reason = run->fail_entry.hardware_entry_failure_reason;

	/* Bochs finds fault with the guest state instead. */
	if (!strcmp(rule, "control.entry.smm"))
		return;
	if (starts_with(rule, "control.")) {
		EXPECT_EQ(MINIVMX_ENTRY_FAIL_VALID, e->outcome);
		EXPECT_EQ(INVALID_CONTROLS, e->instruction_error);
		EXPECT_EQ(INVALID_CONTROLS, reason);
		EXPECT_STREQ("ENTRY_INVALID_CONTROL_FIELD", e->number_name);
	} else {
		EXPECT_EQ(MINIVMX_ENTRY_REFUSED, e->outcome);
		EXPECT_EQ(0, e->instruction_error);
		EXPECT_EQ(INVALID_GUEST_STATE, e->exit_reason);
		EXPECT_EQ(INVALID_GUEST_STATE, reason);
		EXPECT_STREQ("INVALID_STATE", e->number_name);
		EXPECT_EQ(starts_with(rule, "guest.pdpte.") ? 2 :
			  starts_with(rule, "guest.link_pointer.") ? 4 : 0,
			  e->exit_qualification);
	}
}

/* The CPU's answer to a state of which the rule says that it is violated. */
static void check_refused(struct __test_metadata *_metadata,
			  struct rules_data *self, const struct listed_case *c)
{
	struct explained *e = &self->explained;
	int reason = vcpu_run(self->vcpu);

	if (reason != KVM_EXIT_FAIL_ENTRY) {
		EXPECT_TRUE(bochs_differs(c->rule)) {
			TH_LOG("%s: entered, exit %d", c->rule, reason);
		}
		printf("# entered %s\n", c->rule);
		self->entered++;
		return;
	}
	ASSERT_EQ(0, explain(self->vcpu, MINIVMX_EXPLAIN_ENTRY, e));
	EXPECT_EQ(1, e->arg.nr_violations) {
		TH_LOG("%s: %s", c->rule, e->text);
	}
	EXPECT_STREQ(c->rule, e->violations[0].id);
	EXPECT_NE(NULL, strstr(e->text, c->rule));
	check_outcome(_metadata, c->rule, &e->arg, self->vcpu->run);
	printf("refused %s\n", c->rule);
	self->refused++;
}

static void check_case(struct __test_metadata *_metadata,
		       struct rules_data *self, const struct listed_case *c)
{
	struct explained *e = &self->explained;
	int ret;

	entry_state_set_mode(self->vcpu, &self->saved, c->mode);
	ret = apply(self->vcpu, c);
	if (ret == -EPERM || ret == -ENOENT || ret == -EINVAL) {
		if (c->rule)
			printf("# not to be had: %s (%d)\n", c->rule, ret);
		self->unreachable++;
		return;
	}
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, explain(self->vcpu, MINIVMX_CHECK_ENTRY, e));
	if (!is_as_expected(c, e) &&
	    depends_on_cpu(c->rule ?: e->violations[0].id)) {
		printf("# otherwise on this CPU: %s\n", c->rule ?: e->violations[0].id);
		self->unreachable++;
		return;
	}
	EXPECT_TRUE(is_as_expected(c, e)) {
		TH_LOG("%s, first field %#x: %s", c->rule ?: "valid",
		       c->steps[0].field, e->text);
	}
	if (c->rule && is_as_expected(c, e))
		check_refused(_metadata, self, c);
}

TEST_F_TIMEOUT(rules, each_one_is_named, 300)
{
	struct listed_case c;
	unsigned int i;

	setvbuf(stdout, NULL, _IONBF, 0);
	if (!can_write_vmcs(self->vcpu))
		SKIP(return, "no MINIVMX_WRITE_VMCS");
	entry_state_save(self->vcpu, &self->saved);
	for (i = 0; case_at(i, &c); i++) {
		check_case(_metadata, self, &c);
		entry_state_restore(self->vcpu, &self->saved);
		vcpu_start(self->vcpu, guest_nothing);
		ASSERT_DONE(self->vcpu);
	}
	TH_LOG("%u states: %u refused, %u entered, %u not to be had", i,
	       self->refused, self->entered, self->unreachable);
	EXPECT_GT(self->refused, 200);
}

TEST_HARNESS_MAIN
