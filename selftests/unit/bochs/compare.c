// SPDX-License-Identifier: GPL-2.0
/*
 * The rules against Bochs 3.0, whose VM-entry checks nobody derived from them:
 * both must give the same answer, and Bochs must log what bochs-messages.tsv
 * says, but for the differences that docs/entry-checks.md lists.
 *
 * UNIT_SEED and UNIT_ROUNDS set the seed and the number of random states.
 */
#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>
#include <kselftest_harness.h>
#include <entry_check_internal.h>
#include <field_names.h>
#include "cases.h"
#include "oracle.h"
#include "random.h"

#define MAX_VIOLATIONS	300
#define MAX_MESSAGES	400

/* Rules that Bochs checks in part only. */
static const char *const partial[] = {
	"guest.activity.event",		/* not in the HLT state */
	"guest.rflags.vm",		/* not with CR0.PE 0 */
	"guest.pending_debug.reserved",	/* not bits 63:32 */
	"control.exit2.reserved",	/* not bits 63:32 */
	"host.cr4.cet",			/* only with "load CET state" */
};

/* On a processor with CET. */
static const char *const partial_with_cet[] = {
	"control.event.deliver_error_code",
};

static const struct entry_case *const all_cases[] = {
	control_cases, host_cases, guest_cases, segment_cases, state_cases,
};

static struct {
	char *id, *message;
} messages[MAX_MESSAGES];
static unsigned int nr_messages;

static const char *message_of(const char *id)
{
	unsigned int i;

	for (i = 0; i < nr_messages; i++)
		if (!strcmp(messages[i].id, id))
			return messages[i].message;
	return "";
}

static bool listed(const char *id, const char *const *list, unsigned int entries)
{
	while (entries--)
		if (!strcmp(id, list[entries]))
			return true;
	return false;
}

/* Will Bochs refuse whatever violates the rule? */
static bool reliable(const char *id, bool cet)
{
	return strcmp(message_of(id), "-") && strcmp(message_of(id), "unsupported") &&
	       strncmp(id, "msr_load.", 9) && !listed(id, partial, ARRAY_SIZE(partial)) &&
	       !(cet && listed(id, partial_with_cet, ARRAY_SIZE(partial_with_cet)));
}

FIXTURE(bochs) {
	struct model model;
	struct vmx_entry_violation found[MAX_VIOLATIONS];
};

FIXTURE_VARIANT(bochs) {
	bool cet;
};

FIXTURE_VARIANT_ADD(bochs, without_cet) {
	.cet = false,
};

FIXTURE_VARIANT_ADD(bochs, with_cet) {
	.cet = true,
};

FIXTURE_SETUP(bochs)
{
	FILE *file = fopen("bochs-messages.tsv", "r");
	char *line = NULL, *rest;
	size_t size = 0;

	ASSERT_NE(NULL, file);
	while (nr_messages < MAX_MESSAGES && getline(&line, &size, file) > 0) {
		rest = line;
		line[strcspn(line, "\n")] = 0;
		messages[nr_messages].id = strsep(&rest, "\t");
		messages[nr_messages++].message = strsep(&rest, "\t");
		line = NULL;
	}
	free(line);
	fclose(file);
}

FIXTURE_TEARDOWN(bochs)
{
	while (nr_messages)
		free(messages[--nr_messages].id);
}

/* Bochs has no memory that cannot be read: what the model lacks is 0. */
static int read_zeroes(const struct vmcs_view *view, u64 address, void *data,
		       unsigned int size)
{
	const struct model *m = (const struct model *)view;

	memset(data, 0, size);
	if (address >= MODEL_MEMORY && address <= MODEL_MEMORY + MODEL_MEMORY_SIZE - size)
		memcpy(data, m->memory + address - MODEL_MEMORY, size);
	return 0;
}

static int read_for_oracle(void *context, uint64_t address, void *data, unsigned int size)
{
	return read_zeroes(context, address, data, size);
}

static void forbid(u64 *allowed, u64 *field, u32 controls)
{
	*allowed &= ~((u64)controls << 32);
	*field &= ~(u64)controls;
}

/* Make @m a state of a processor that Bochs emulates. */
static void restrict_to_bochs(struct model *m, bool cet)
{
	u64 *f = m->fields;

	forbid(&m->caps.proc_based, &f[CPU_BASED_VM_EXEC_CONTROL],
	       CPU_BASED_ACTIVATE_TERTIARY_CONTROLS);
	forbid(&m->caps.proc_based2, &f[SECONDARY_VM_EXEC_CONTROL], SECONDARY_EXEC_PT_USE_GPA);
	forbid(&m->caps.exit, &f[VM_EXIT_CONTROLS],
	       VM_EXIT_CLEAR_IA32_RTIT_CTL | VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL);
	forbid(&m->caps.entry, &f[VM_ENTRY_CONTROLS],
	       VM_ENTRY_LOAD_BNDCFGS | VM_ENTRY_LOAD_IA32_RTIT_CTL | ENTRY_LOAD_LBR_CTL |
	       VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL | BIT(23));
	if (cet) {
		m->caps.basic |= BIT_ULL(56);
		m->caps.ept_vpid |= BIT(23);
	} else {
		forbid(&m->caps.exit, &f[VM_EXIT_CONTROLS],
		       EXIT_LOAD_CET_STATE | EXIT_LOAD_PKRS);
		forbid(&m->caps.entry, &f[VM_ENTRY_CONTROLS],
		       ENTRY_LOAD_CET_STATE | ENTRY_LOAD_PKRS | ENTRY_LOAD_UINV);
	}
	m->caps.proc_based3 = 0;
	m->caps.exit2 = 0;
	m->caps.ept_vpid |= VMX_EPTP_UC_BIT;
	m->caps.misc |= VMX_MISC_ZERO_LEN_INS;
	m->caps.debugctl_bits = ~0ull;
	m->caps.phys_bits = ORACLE_PHYS_BITS;
	m->caps.sgx = false;
	m->caps.rtm = false;
	m->view.read_memory = read_zeroes;
	f[TSC_MULTIPLIER] = 1;
}

static int ask_bochs(struct model *m, bool cet, const char **log)
{
	const struct oracle oracle = {
		.fields = m->fields,
		.read_memory = read_for_oracle,
		.context = m,
		.vmcs_address = m->view.vmcs_address,
		.host_ia32e = m->view.host_ia32e,
		.cet = cet,
		.pin_based = m->caps.pin_based >> 32,
		.proc_based = m->caps.proc_based >> 32,
		.proc_based2 = m->caps.proc_based2 >> 32,
		.exit = m->caps.exit >> 32,
		.entry = m->caps.entry >> 32,
		.efer_bits = m->caps.efer_bits,
		.cr4_bits = m->caps.cr4_fixed1,
		.vmfunc = m->caps.vmfunc,
	};

	return oracle_enter(&oracle, log);
}

static int outcome(const struct vmx_entry_violation *v)
{
	return v->rule->section->instruction_error ?: v->rule->section->exit_reason;
}

/*
 * What Bochs and the SDM are known to see differently, beyond single rules:
 * such a state says nothing about the rules.
 */
static bool known_to_differ(const struct model *m)
{
	const u64 *f = m->fields;
	bool shadow = f[CPU_BASED_VM_EXEC_CONTROL] & CPU_BASED_TPR_SHADOW;
	bool null_ss = !(f[GUEST_SS_SELECTOR] & ~3ull);
	bool high_cet = f[VM_ENTRY_CONTROLS] & ENTRY_LOAD_CET_STATE &&
			(f[GUEST_SSP] | f[GUEST_S_CET]) >> 32;

	return (f[PIN_BASED_VM_EXEC_CONTROL] & PIN_BASED_POSTED_INTR && !shadow) ||
	       (null_ss && f[GUEST_CS_AR_BYTES] & VMX_AR_L_MASK) ||
	       f[VM_ENTRY_CONTROLS] & VM_ENTRY_SMM || high_cet ||
	       f[VM_EXIT_MSR_STORE_COUNT] >> 28 || f[VM_EXIT_MSR_LOAD_COUNT] >> 28 ||
	       f[VM_ENTRY_MSR_LOAD_COUNT] || !f[TSC_MULTIPLIER];
}

/* Most of what Bochs's processor supports cannot be changed. */
static bool changes_processor(const struct entry_case *c)
{
	unsigned int i;

	for (i = 0; i < MODEL_MAX_STEPS && c->steps[i].op != NO_STEP; i++)
		if (c->steps[i].where >= CAP64(basic) && c->steps[i].where < VIEW64(caps))
			return true;
	return false;
}

TEST_F(bochs, agrees_about_each_case)
{
	unsigned int area, compared = 0;
	const struct entry_case *c;
	const char *log;
	int count, error;

	for (area = 0; area < ARRAY_SIZE(all_cases); area++) {
		for (c = all_cases[area]; c->steps[0].op != NO_STEP; c++) {
			model_init(&self->model, c->mode);
			restrict_to_bochs(&self->model, variant->cet);
			model_apply(&self->model, c->steps);
			count = vmx_entry_check(&self->model.view, self->found, MAX_VIOLATIONS);
			if (changes_processor(c) || known_to_differ(&self->model) || count > 1 ||
			    (count && !reliable(self->found[0].rule->id, variant->cet)))
				continue;
			error = ask_bochs(&self->model, variant->cet, &log);
			EXPECT_EQ(count ? outcome(self->found) : 0, error) {
				TH_LOG("%s, case %d: %s", count ? self->found[0].rule->id : "valid",
				       (int)(c - all_cases[area]), log);
			}
			if (count)
				EXPECT_NE(NULL, strstr(log, message_of(self->found[0].rule->id))) {
					TH_LOG("%s: %s", self->found[0].rule->id, log);
				}
			compared++;
		}
	}
	TH_LOG("%u cases compared", compared);
	EXPECT_GT(compared, 300);
}

static u64 random_value(u32 field, u64 old)
{
	switch (random64() % 6) {
	case 0:
		return random64();
	case 1:
		return old ^ 1ull << random64() % 64;
	case 2:
		return old ^ 1ull << random64() % 20 ^ 1ull << random64() % 20;
	case 3:
		return random64() % 32;
	case 4:
		return field == VM_ENTRY_INTR_INFO_FIELD ? BIT(31) | random64() % 0x1000 : 0;
	default:
		return random64() & random64() & 0xffffffff;
	}
}

static void change_fields(struct model *m, unsigned int nr_fields)
{
	/* Where most of the rules are */
	static const u32 busy[] = {
		GUEST_RFLAGS, GUEST_INTERRUPTIBILITY_INFO, GUEST_ACTIVITY_STATE,
		VM_ENTRY_INTR_INFO_FIELD, GUEST_CS_AR_BYTES, GUEST_SS_AR_BYTES, GUEST_CR0,
		GUEST_CR4, VM_ENTRY_CONTROLS, SECONDARY_VM_EXEC_CONTROL, GUEST_IA32_EFER,
		GUEST_SS_SELECTOR, CPU_BASED_VM_EXEC_CONTROL, PIN_BASED_VM_EXEC_CONTROL,
	};
	unsigned int changes = random64() % 5;
	u32 field;

	while (changes--) {
		field = vmcs_field_at(random64() % nr_fields)->encoding;
		if (random64() % 3 == 0)
			field = busy[random64() % ARRAY_SIZE(busy)];
		m->fields[field] = random_value(field, m->fields[field]);
		if (vmcs_field_width(field) == VMCS_FIELD_16)
			m->fields[field] &= 0xffff;
		if (vmcs_field_width(field) == VMCS_FIELD_32)
			m->fields[field] &= 0xffffffff;
	}
}

/* NULL if the answers agree, else what is wrong. */
static const char *compare(const struct vmx_entry_violation *found, int count, int error,
			   bool cet)
{
	bool same_outcome = false, refuse = false;
	int i;

	for (i = 0; i < count; i++) {
		refuse |= reliable(found[i].rule->id, cet);
		same_outcome |= outcome(&found[i]) == error;
	}
	if (!error)
		return refuse ? "Bochs enters" : NULL;
	if (!count)
		return "Bochs does not enter";
	return same_outcome ? NULL : "Bochs fails in another way";
}

TEST_F_TIMEOUT(bochs, agrees_about_random_states, 600)
{
	unsigned long rounds = strtoul(getenv("UNIT_ROUNDS") ?: "100000", NULL, 0);
	unsigned long round, compared = 0, entered = 0;
	unsigned int nr_fields = 0;
	const char *log, *problem;
	int count, error;

	TH_LOG("UNIT_SEED=%llu", (unsigned long long)random_seed());
	while (vmcs_field_at(nr_fields))
		nr_fields++;

	for (round = 0; round < rounds; round++) {
		/* Bochs has no processor without secondary controls: not the last mode */
		model_init(&self->model, random64() % FIRST_PROCESSOR);
		restrict_to_bochs(&self->model, variant->cet);
		change_fields(&self->model, nr_fields);
		if (known_to_differ(&self->model))
			continue;
		count = vmx_entry_check(&self->model.view, self->found, MAX_VIOLATIONS);
		error = ask_bochs(&self->model, variant->cet, &log);
		problem = compare(self->found, count, error, variant->cet);
		ASSERT_EQ(NULL, problem) {
			TH_LOG("round %lu: %s; %d violations, the first of %s; log: %s", round,
			       problem, count, count ? self->found[0].rule->id : "none", log);
		}
		compared++;
		entered += !error;
	}
	TH_LOG("%lu states compared, %lu of them entered", compared, entered);
	EXPECT_GT(compared, rounds / 2);
}

TEST_HARNESS_MAIN
