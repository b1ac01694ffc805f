// SPDX-License-Identifier: GPL-2.0
/* vCPUs in threads of their own, and one vCPU that changes its thread. */
#include <pthread.h>

#include "test.h"

#define ROUNDS	1000

static volatile uint64_t counter;

static void guest_counts(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		asm volatile("lock incq %0" : "+m"(counter));
		if (i % 100 == 0)
			guest_sync(i);
	}
	guest_done();
}

/* Gives NULL if the guest came to its end by the exits it was meant to make. */
static void *runs(void *argument)
{
	struct vcpu *vcpu = argument;

	for (int i = 0; i < ROUNDS; i += 100)
		if (vcpu_run(vcpu) != KVM_EXIT_IO ||
		    vcpu->run->io.port != PORT_SYNC)
			return vcpu;
	if (vcpu_run(vcpu) != KVM_EXIT_IO || vcpu->run->io.port != PORT_DONE)
		return vcpu;
	return NULL;
}

TEST(two_at_a_time)
{
	struct machine machine;
	struct kvm_regs regs;
	struct vcpu second;
	pthread_t threads[2];
	void *result;

	machine_start(&machine, guest_counts);
	vcpu_create(&machine.vm, &second, 1);
	vcpu_start(&second, guest_counts);
	/* a stack of its own */
	regs = vcpu_regs(&second);
	regs.rsp -= PAGE_SIZE;
	vcpu_set_regs(&second, &regs);
	ASSERT_EQ(0, pthread_create(&threads[0], NULL, runs, &machine.vcpu));
	ASSERT_EQ(0, pthread_create(&threads[1], NULL, runs, &second));
	for (int i = 0; i < 2; i++) {
		ASSERT_EQ(0, pthread_join(threads[i], &result));
		EXPECT_EQ(NULL, result);
	}
	EXPECT_EQ(2 * ROUNDS, counter);
}

static void *runs_once(void *argument)
{
	return (void *)(intptr_t)vcpu_run(argument);
}

TEST(vcpu_moves_between_threads)
{
	struct machine machine;
	pthread_t thread;
	void *reason;

	machine_start(&machine, guest_counts);
	for (int i = 0; i < ROUNDS; i += 100) {
		if (i % 200) {
			ASSERT_SYNC(&machine.vcpu, (uint32_t)i);
			continue;
		}
		ASSERT_EQ(0, pthread_create(&thread, NULL, runs_once,
					    &machine.vcpu));
		ASSERT_EQ(0, pthread_join(thread, &reason));
		ASSERT_EQ(KVM_EXIT_IO, (intptr_t)reason);
		EXPECT_EQ(i, *(int *)io_data(&machine.vcpu));
	}
	ASSERT_DONE(&machine.vcpu);
	EXPECT_EQ(ROUNDS, counter);
}

TEST_HARNESS_MAIN
