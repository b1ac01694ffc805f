// SPDX-License-Identifier: GPL-2.0
/*
 * Each case of the unit tests on a VMCS of our own: what the CPU says and what
 * the checks say must be the same, with the number that the rule's section
 * predicts; and the repaired VMCS enters.
 *
 * Unlike a vCPU's, this VMCS may have bad host state, any physical address, an
 * area of MSRs and a linked VMCS, for nobody relies on it.
 *
 * A line "refused ID" for each refusal, in order, is compared with the
 * emulator's log by entry_oracle, which also knows where the emulator differs:
 * "entered ID" is a violation that it does not see, "refused (valid) FIELD" what
 * no rule forbids, "otherwise ID" a refusal with other numbers.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/msr.h>

#include "entry_check_internal.h"
#include "entry_vmcs.h"
#include "field_names.h"
#include "root_test.h"
#include "vmx_state.h"

#define MAX_VIOLATIONS	4

static const struct entry_case *const arrays[] = {
	control_cases, host_cases, guest_cases, segment_cases, state_cases,
};

/* How the CPU answered. */
struct answer {
	enum vmx_outcome outcome;
	u32 error;		/* VM-instruction error, with VMX_FAIL_VALID */
	u32 reason;		/* exit reason, with VMX_SUCCEED */
	u64 qualification;
};

static struct root_test *t;
static struct entry_vmcs *e;
static struct vmx_entry_violation found[MAX_VIOLATIONS];

/* From a processor that does not refuse these states, nobody comes back. */
static bool is_fatal(const struct entry_case *c)
{
	/* Interrupts end neither shutdown nor wait-for-SIPI. */
	if (!c->rule)
		return e->model.fields[GUEST_ACTIVITY_STATE] > GUEST_ACTIVITY_HLT;
	/* Bochs 3.0 checks it only where it loads the host's CET state. */
	if (!strcmp(c->rule, "host.cr4.cet"))
		return !(e->model.fields[VM_EXIT_CONTROLS] & EXIT_LOAD_CET_STATE);
	return !strcmp(c->rule, "host.perf_global_ctrl.reserved");
}

static bool loads_known_msr(void)
{
	const struct vmx_msr_entry *area = e->memory + MODEL_MSR_AREA - MODEL_MEMORY;
	u64 value;

	return e->model.fields[VM_ENTRY_MSR_LOAD_ADDR] == MODEL_MSR_AREA &&
	       !rdmsrl_safe(area->index, &value);
}

/*
 * The host's state is loaded only if that is what must come back; MSRs and
 * PDPTEs only from our memory.
 */
static bool may_succeed(const struct entry_case *c)
{
	const u64 *f = e->model.fields;
	unsigned int i;

	for (i = 0; i < MODEL_MAX_STEPS && c->steps[i].op != NO_STEP; i++)
		if (c->steps[i].where >= HOST_ES_SELECTOR &&
		    (c->steps[i].where >> 10 & 3) == 3 && c->steps[i].where < 0x7000)
			return false;
	if (c->mode == RESTRICTED32 && f[GUEST_CR3] != MODEL_PDPT)
		return false;
	return !f[VM_EXIT_MSR_STORE_COUNT] && !f[VM_EXIT_MSR_LOAD_COUNT] &&
	       (!f[VM_ENTRY_MSR_LOAD_COUNT] || loads_known_msr());
}

static void enter(struct answer *a)
{
	unsigned long value = 0;

	*a = (struct answer) { .outcome = entry_vmcs_enter(e) };
	switch (a->outcome) {
	case VMX_FAIL_VALID:
		read_field(VM_INSTRUCTION_ERROR, &value);
		a->error = value;
		break;
	case VMX_SUCCEED:
		read_field(VM_EXIT_REASON, &value);
		a->reason = value;
		read_field(EXIT_QUALIFICATION, &value);
		a->qualification = value;
		break;
	default:
		break;
	}
}

static bool is_refusal(const struct answer *a)
{
	return a->outcome != VMX_SUCCEED ||
	       (a->reason & VMX_EXIT_REASONS_FAILED_VMENTRY);
}

/* The answer that the section of the SDM foresees. */
static bool is_foreseen(const struct answer *a, const struct vmx_entry_violation *v)
{
	const struct vmx_entry_section *section = v->rule->section;

	if (section->instruction_error)
		return a->outcome == VMX_FAIL_VALID &&
		       a->error == section->instruction_error;
	return a->outcome == VMX_SUCCEED &&
	       a->reason == (section->exit_reason | VMX_EXIT_REASONS_FAILED_VMENTRY) &&
	       a->qualification == (section->exit_reason == EXIT_REASON_MSR_LOAD_FAIL ?
				    v->item_number : section->qualification);
}

static void fail(const struct entry_case *c, const char *what, const struct answer *a)
{
	t->failed++;
	pr_err("not ok %s, first step %#x: %s; outcome %d, error %u, reason %#x, qualification %#llx; %s\n",
	       c->rule ?: "valid", c->steps[0].where, what, a->outcome, a->error,
	       a->reason, a->qualification, found[0].rule ? found[0].rule->id : "none");
}

/*
 * What a rule says may depend on features that the case takes for granted; and a
 * control that the CPU lacks is a violation of its own.
 */
static bool depends_on_cpu(const struct entry_case *c)
{
	static const char *const rules[] = {
		"guest.cr4.cet", "host.cr4.cet", "guest.interruptibility.enclave",
		"guest.pending_debug.rtm", "control.event.instruction_length",
		"control.event.deliver_error_code", "control.pin_based.reserved",
		"control.proc_based.reserved", "control.proc_based2.reserved",
		"control.proc_based3.reserved", "control.exit.reserved",
		"control.entry.reserved",
	};
	unsigned int i;

	if (c->mode == FULL64 || c->mode == TPR64)
		return true;
	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if ((c->rule && !strcmp(c->rule, rules[i])) ||
		    (found[0].rule && !strcmp(found[0].rule->id, rules[i])))
			return true;
	return false;
}

/* What the CPU refuses though no check is violated. */
static const char *valid_name(const struct entry_case *c)
{
	const struct vmcs_field_name *field = vmcs_field_by_encoding(c->steps[0].where);
	static char name[64];

	snprintf(name, sizeof(name), "(valid) %s", field ? field->name : "memory");
	return name;
}

static void compare(const struct entry_case *c, unsigned int nr, const struct answer *a)
{
	if (is_refusal(a)) {
		pr_info("refused %s\n", nr ? found[0].rule->id : valid_name(c));
		if (nr && !is_foreseen(a, &found[0]) && nr == 1)
			pr_info("otherwise %s: outcome %d, error %u, reason %#x, qualification %#llx\n",
				found[0].rule->id, a->outcome, a->error, a->reason,
				a->qualification);
		else
			t->passed++;
	} else if (nr) {
		pr_info("entered %s\n", found[0].rule->id);
	} else {
		t->passed++;
	}
}

/* Interrupts are off. */
static void check_case(const struct entry_case *c)
{
	struct answer a = { 0 };
	unsigned int nr;

	if (!entry_vmcs_set(e, c) || (!c->rule && !may_succeed(c)) || is_fatal(c)) {
		t->skipped++;
		return;
	}
	memset(found, 0, sizeof(found));
	nr = vmx_entry_check(&e->view, found, MAX_VIOLATIONS);
	if (c->rule ? nr != 1 || strcmp(found[0].rule->id, c->rule) : nr) {
		if (!depends_on_cpu(c)) {
			fail(c, "the checks do not find just this rule", &a);
			return;
		}
		if (!nr) {
			t->skipped++;
			return;
		}
	}
	enter(&a);
	compare(c, nr, &a);
}

static void check_repaired(enum model_mode mode)
{
	const struct entry_case valid = { .mode = mode };
	struct answer a;

	memset(found, 0, sizeof(found));
	if (!entry_vmcs_set(e, &valid)) {
		t->failed++;
		return;
	}
	enter(&a);
	if (is_refusal(&a))
		fail(&valid, "the repaired VMCS does not enter", &a);
}

static void check_all(void)
{
	const struct entry_case *c;
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(arrays); i++) {
		for (c = arrays[i]; c->steps[0].op != NO_STEP; c++) {
			if (c->mode == HOST32 || c->mode == FIRST_PROCESSOR) {
				t->skipped++;
				continue;
			}
			local_irq_save(flags);
			check_case(c);
			check_repaired(c->mode);
			local_irq_restore(flags);
		}
	}
}

/**
 * test_entry_rules() - each rule of VM entry that a VMCS can violate
 * @test: where to count
 *
 * Context: VMX root operation, without a current VMCS; preemption disabled.
 */
void test_entry_rules(struct root_test *test)
{
	t = test;
	e = t->entry;
	if (vmclear(__pa(t->vmcs)) != VMX_SUCCEED ||
	    vmptrld(__pa(t->vmcs)) != VMX_SUCCEED || !entry_vmcs_start(e)) {
		pr_err("not ok there is no VMCS\n");
		t->failed++;
	} else {
		check_all();
	}
	if (vmclear(__pa(t->vmcs)) != VMX_SUCCEED)
		t->failed++;
}
