// SPDX-License-Identifier: GPL-2.0
/*
 * Random states, with and without an event to inject: the CPU enters exactly if
 * no check is violated, and gives the number that belongs to the violation.
 *
 * MINIVMX_FUZZ_ROUNDS is the number of states, MINIVMX_FUZZ_SEED the seed. A line
 * "known difference" is a state about which Bochs and the SDM differ.
 */
#include <stdio.h>

#include "entry_state.h"
#include "case_list.h"
#include "test.h"

#define ROUNDS		2000
#define MAX_CHANGES	5
#define NR_MODES	13
#define MAX_RULES	300

#define IDTR_LIMIT		0x4812
#define TSC_MULTIPLIER		0x2032
#define PROC2_TSC_SCALING	(1u << 25)
#define INVALID_CONTROLS	7
#define INVALID_HOST_STATE	8
#define INVALID_GUEST_STATE	(0x80000000u | 33)

FIXTURE(fuzz) {
	struct machine machine;
	struct vcpu *vcpu;
	struct entry_state saved;
	struct explained explained;
	uint64_t random;
	unsigned int entered, refused, unwritable, known, events, alone;
	const char *rules[MAX_RULES];
	unsigned int nr_rules;
};

static void guest_nothing(void)
{
	guest_done();
}

/* The fixture, for functions: checkpatch takes FIXTURE_DATA(x) *y for a product. */
#define fuzz_data _test_data_fuzz

FIXTURE_SETUP(fuzz)
{
	machine_start(&self->machine, guest_nothing);
	self->vcpu = &self->machine.vcpu;
}

FIXTURE_TEARDOWN(fuzz)
{
	machine_destroy(&self->machine);
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

/* xorshift64* */
static uint64_t random64(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dull;
}

static uint64_t random_value(uint64_t *state, uint64_t old)
{
	switch (random64(state) % 7) {
	case 0:
		return random64(state);
	case 1:
	case 2:
		return old ^ 1ull << random64(state) % 64;
	case 3:
	case 4:
		return old ^ 1ull << random64(state) % 32;
	case 5:
		return old ^ (random64(state) & random64(state) & 0xffff);
	default:
		return random64(state) % 2 ? 0 : ~0ull;
	}
}

static uint64_t width_mask(uint32_t field)
{
	switch (field >> 13 & 3) {
	case 0:
		return 0xffff;
	case 2:
		return 0xffffffff;
	default:
		return ~0ull;
	}
}

/* The timer ends the guest's turn at once; the emulator ends with NW and no CD. */
static void keep_harmless(struct minivmx_vmcs_field *f)
{
	if (f->encoding == VMCS_PIN_BASED)
		f->value |= PIN_PREEMPTION_TIMER;
	if (f->encoding == VMCS_PREEMPTION_TIMER)
		f->value = 0;
	if (f->encoding == VMCS_GUEST_CR0 && (f->value & X86_CR0_NW))
		f->value |= X86_CR0_CD;
}

/* One field a time, so that what can't be written leaves the others. */
static void mutate(struct fuzz_data *self)
{
	unsigned int i, changes = random64(&self->random) % MAX_CHANGES;

	for (i = 0; i < changes; i++) {
		struct minivmx_vmcs_field f =
			self->saved.fields[random64(&self->random) % self->saved.nr];

		f.value = random_value(&self->random, vmcs_read(self->vcpu, f.encoding)) &
			  width_mask(f.encoding);
		keep_harmless(&f);
		if (vmcs_write(self->vcpu, &f, 1))
			self->unwritable++;
	}
}

/*
 * Whatever is delivered goes nowhere: without a descriptor table the guest shuts
 * down, and its memory, some of which is the test's, stays as it is.
 */
static void inject(struct fuzz_data *self)
{
	struct minivmx_vmcs_field limit = { .encoding = IDTR_LIMIT };
	uint64_t random = random64(&self->random);
	struct kvm_vcpu_events events = { 0 };

	if (random % 4 || vmcs_write(self->vcpu, &limit, 1))
		return;
	random >>= 2;
	switch (random % 3) {
	case 0:
		events.exception.injected = 1;
		events.exception.nr = random >> 8 & 31;
		events.exception.has_error_code = random >> 16 & 1;
		events.exception.error_code = random >> 17 & 1 ? 0 : random >> 32;
		break;
	case 1:
		events.interrupt.injected = 1;
		events.interrupt.nr = random >> 8;
		events.interrupt.soft = random >> 16 & 1;
		break;
	default:
		events.nmi.injected = 1;
		break;
	}
	if (dev_ioctl(self->vcpu->fd, KVM_SET_VCPU_EVENTS, &events))
		self->unwritable++;
	else
		self->events++;
}

/* A mode of the unit tests that a vCPU can be brought to. */
static int random_mode(uint64_t *state)
{
	static int modes[NR_MODES], nr;
	static bool complete;
	struct listed_case c;
	int i;

	for (unsigned int index = 0; !complete; index++) {
		complete = !case_at(index, &c);
		if (complete)
			break;
		for (i = 0; i < nr && modes[i] != c.mode; i++)
			;
		if (i == nr)
			modes[nr++] = c.mode;
	}
	return modes[random64(state) % nr];
}

/* NULL if it isn't one, else its name: see docs/entry-checks.md. */
static const char *known_difference(struct fuzz_data *self)
{
	const struct explained *e = &self->explained;
	const struct kvm_run *run = self->vcpu->run;
	unsigned int i;

	/* Bochs looks at it among the controls, before all guest state. */
	if (run->exit_reason == KVM_EXIT_FAIL_ENTRY)
		return run->fail_entry.hardware_entry_failure_reason == INVALID_CONTROLS &&
		       (vmcs_read(self->vcpu, VMCS_PROC_BASED2) & PROC2_TSC_SCALING) &&
		       !vmcs_read(self->vcpu, TSC_MULTIPLIER) ?
		       "(valid) TSC_MULTIPLIER" : NULL;

	for (i = 0; i < e->arg.nr_violations && i < MAX_VIOLATIONS; i++) {
		if (!bochs_differs(e->violations[i].id))
			return NULL;
	}
	return i ? e->violations[0].id : NULL;
}

static bool is_about(const struct minivmx_violation *v, const char *what)
{
	return !strncmp(v->id, what, strlen(what));
}

/*
 * The number with which the CPU refuses: guest state comes last. Bochs refuses
 * what it checks otherwise with either.
 */
static bool is_foreseen(struct fuzz_data *self)
{
	const struct explained *e = &self->explained;
	uint64_t reason = self->vcpu->run->fail_entry.hardware_entry_failure_reason;
	bool controls = false, host = false, guest = false, disputed = false;
	unsigned int i;

	for (i = 0; i < e->arg.nr_violations && i < MAX_VIOLATIONS; i++) {
		const struct minivmx_violation *v = &e->violations[i];

		if (bochs_differs(v->id))
			disputed = true;
		else if (is_about(v, "control."))
			controls = true;
		else if (is_about(v, "host."))
			host = true;
		else
			guest = true;
	}
	switch (reason) {
	case INVALID_CONTROLS:
		return controls || disputed;
	case INVALID_HOST_STATE:
		return host;
	case INVALID_GUEST_STATE:
		return !controls && !host && (guest || disputed);
	default:
		return false;
	}
}

/* How much of the rules the states touch. */
static void count_rules(struct fuzz_data *self, const struct explained *e)
{
	unsigned int i, known;

	self->alone += e->arg.nr_violations == 1;
	for (i = 0; i < e->arg.nr_violations && i < MAX_VIOLATIONS; i++) {
		for (known = 0; known < self->nr_rules; known++)
			if (!strcmp(self->rules[known], e->violations[i].id))
				break;
		if (known == self->nr_rules && known < MAX_RULES)
			self->rules[self->nr_rules++] = strdup(e->violations[i].id);
	}
}

static void compare(struct __test_metadata *_metadata, struct fuzz_data *self,
		    unsigned int round)
{
	struct explained *e = &self->explained;
	const char *known;
	bool entered;
	int reason;

	ASSERT_EQ(0, explain(self->vcpu, MINIVMX_CHECK_ENTRY, e));
	reason = vcpu_run(self->vcpu);
	ASSERT_LE(0, reason) {
		TH_LOG("round %u: KVM_RUN says %d", round, reason);
	}
	entered = reason != KVM_EXIT_FAIL_ENTRY;
	self->entered += entered;
	self->refused += !entered;
	count_rules(self, e);
	if (entered ? !e->arg.nr_violations : is_foreseen(self))
		return;
	known = known_difference(self);
	if (known) {
		printf("# known difference: %s\n", known);
		self->known++;
		return;
	}
	ASSERT_EQ(0, explain(self->vcpu, MINIVMX_EXPLAIN_ENTRY, e));
	EXPECT_NE(NULL, known) {
		TH_LOG("round %u, exit %d: %s", round, reason, e->text);
	}
}

TEST_F_TIMEOUT(fuzz, entered_exactly_if_nothing_is_violated, 10000)
{
	uint64_t rounds = number_from("MINIVMX_FUZZ_ROUNDS", ROUNDS);
	uint64_t seed = number_from("MINIVMX_FUZZ_SEED", 1);
	unsigned int round;

	setvbuf(stdout, NULL, _IONBF, 0);
	self->random = seed ?: 1;
	if (!can_write_vmcs(self->vcpu))
		SKIP(return, "no MINIVMX_WRITE_VMCS");
	entry_state_save(self->vcpu, &self->saved);
	for (round = 0; round < rounds; round++) {
		entry_state_set_mode(self->vcpu, &self->saved, random_mode(&self->random));
		mutate(self);
		inject(self);
		compare(_metadata, self, round);
	}
	entry_state_restore(self->vcpu, &self->saved);
	TH_LOG("seed %llu: %u states, %u with events; %u entered, %u refused, %u of them for one reason; %u rules violated; %u known differences; %u changes refused",
	       (unsigned long long)seed, round, self->events, self->entered,
	       self->refused, self->alone, self->nr_rules, self->known,
	       self->unwritable);
	EXPECT_GT(self->entered, rounds / 10);
	EXPECT_GT(self->refused, rounds / 10);
	EXPECT_GT(self->events, rounds / 10);
	EXPECT_GT(self->nr_rules, 50);
	vcpu_start(self->vcpu, guest_nothing);
	ASSERT_DONE(self->vcpu);
}

TEST_HARNESS_MAIN
