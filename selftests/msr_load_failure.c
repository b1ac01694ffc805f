// SPDX-License-Identifier: GPL-2.0
/*
 * An MSR that VM entry cannot load: kernel/bad_msrs.c puts one into the area,
 * behind one that it can. Without that module the test is skipped.
 */
#include <fcntl.h>

#include "explain.h"
#include "test.h"

#define PARAMETER	"/sys/module/bad_msrs/parameters/bad"
#define MSR_LOAD_FAIL	(0x80000000u | 34)
#define MSR_PAT		0x277
#define ATTEMPTS	50
#define BETWEEN_US	10000	/* some ticks of the host's timer */

static void guest_nothing(void)
{
	guest_done();
}

static bool make_msrs_bad(bool are_bad)
{
	int fd = open(PARAMETER, O_WRONLY);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, are_bad ? "Y" : "N", 1) == 1;
	close(fd);
	return done;
}

/* A hypervisor looks at what perf wants only now and then. */
static int run_until(struct vcpu *vcpu, uint32_t reason)
{
	int last = -1;

	for (int i = 0; i < ATTEMPTS && last != (int)reason; i++) {
		usleep(BETWEEN_US);
		vcpu_start(vcpu, guest_nothing);
		last = vcpu_run(vcpu);
	}
	return last;
}

FIXTURE(msr_load) {
	struct machine machine;
	struct vcpu *vcpu;
	struct explained e;
};

FIXTURE_SETUP(msr_load)
{
	machine_start(&self->machine, guest_nothing);
	self->vcpu = &self->machine.vcpu;
}

FIXTURE_TEARDOWN(msr_load)
{
	make_msrs_bad(false);
	machine_destroy(&self->machine);
}

TEST_F(msr_load, the_entry_is_named_and_the_repaired_vcpu_runs)
{
	const struct minivmx_explanation *e = &self->e.arg;

	ASSERT_DONE(self->vcpu);
	if (!make_msrs_bad(true))
		SKIP(return, "no module bad_msrs");
	ASSERT_EQ(KVM_EXIT_FAIL_ENTRY, run_until(self->vcpu, KVM_EXIT_FAIL_ENTRY));
	EXPECT_EQ(MSR_LOAD_FAIL,
		  self->vcpu->run->fail_entry.hardware_entry_failure_reason);
	if (can_explain(self->vcpu)) {
		ASSERT_EQ(0, explain(self->vcpu, MINIVMX_EXPLAIN_ENTRY, &self->e));
		TH_LOG("%s", self->e.text);
		EXPECT_EQ(MINIVMX_ENTRY_REFUSED, e->outcome);
		EXPECT_EQ(MSR_LOAD_FAIL, e->exit_reason);
		EXPECT_STREQ("MSR_LOAD_FAIL", e->number_name);
		EXPECT_EQ(2, e->exit_qualification);
		EXPECT_EQ(2, e->msr_load_entry);
		EXPECT_EQ(MSR_PAT, e->msr_load_msr);
		EXPECT_EQ(2, e->msr_load_value & 0xff);
		ASSERT_EQ(1, e->nr_violations);
		EXPECT_STREQ("msr_load.value", self->e.violations[0].id);
		EXPECT_EQ(2, self->e.violations[0].item_number);
		EXPECT_NE(NULL, strstr(self->e.text, "Entry 2 of the VM-entry MSR-load area"));
	}
	/* again the same, until it is repaired */
	ASSERT_EXIT(self->vcpu, KVM_EXIT_FAIL_ENTRY);
	ASSERT_TRUE(make_msrs_bad(false));
	ASSERT_EQ(KVM_EXIT_IO, run_until(self->vcpu, KVM_EXIT_IO));
	EXPECT_EQ(PORT_DONE, self->vcpu->run->io.port);
}

TEST_HARNESS_MAIN
