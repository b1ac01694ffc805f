// SPDX-License-Identifier: GPL-2.0
/*
 * Random states: the CPU enters exactly if no check is violated.
 *
 * MINIVMX_FUZZ_ROUNDS is the number of states, MINIVMX_FUZZ_SEED the seed.
 */
#include <stdio.h>

#include "entry_state.h"
#include "case_list.h"
#include "test.h"

#define ROUNDS		2000
#define MAX_CHANGES	5
#define NR_MODES	13

FIXTURE(fuzz) {
	struct machine machine;
	struct vcpu *vcpu;
	struct entry_state saved;
	struct explained explained;
	uint64_t random;
	unsigned int entered, refused, unwritable, known;
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

static bool is_known_difference(const struct explained *e)
{
	unsigned int i;

	for (i = 0; i < e->arg.nr_violations && i < MAX_VIOLATIONS; i++) {
		if (!bochs_differs(e->violations[i].id))
			return false;
	}
	return i > 0;
}

static void compare(struct __test_metadata *_metadata, struct fuzz_data *self,
		    unsigned int round)
{
	struct explained *e = &self->explained;
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
	if (entered == !e->arg.nr_violations)
		return;
	if (is_known_difference(e)) {
		self->known++;
		return;
	}
	ASSERT_EQ(0, explain(self->vcpu, MINIVMX_EXPLAIN_ENTRY, e));
	EXPECT_EQ(entered, !e->arg.nr_violations) {
		TH_LOG("round %u, exit %d: %s", round, reason, e->text);
	}
}

TEST_F_TIMEOUT(fuzz, entered_exactly_if_nothing_is_violated, 10000)
{
	uint64_t rounds = number_from("MINIVMX_FUZZ_ROUNDS", ROUNDS);
	uint64_t seed = number_from("MINIVMX_FUZZ_SEED", 1);
	unsigned int round;

	self->random = seed ?: 1;
	if (!can_write_vmcs(self->vcpu))
		SKIP(return, "no MINIVMX_WRITE_VMCS");
	entry_state_save(self->vcpu, &self->saved);
	for (round = 0; round < rounds; round++) {
		entry_state_set_mode(self->vcpu, &self->saved, random_mode(&self->random));
		mutate(self);
		compare(_metadata, self, round);
		entry_state_restore(self->vcpu, &self->saved);
	}
	TH_LOG("seed %llu: %u states, %u entered, %u refused, %u known differences, %u fields not to be written",
	       (unsigned long long)seed, round, self->entered, self->refused,
	       self->known, self->unwritable);
	EXPECT_GT(self->entered, rounds / 10);
	EXPECT_GT(self->refused, rounds / 10);
	vcpu_start(self->vcpu, guest_nothing);
	ASSERT_DONE(self->vcpu);
}

TEST_HARNESS_MAIN
