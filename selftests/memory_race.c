// SPDX-License-Identifier: GPL-2.0
/*
 * Another thread takes guest memory and slots away while the guest runs.  The
 * guest may see old or new contents, or nothing; the host must not suffer.
 */
#include <pthread.h>
#include <time.h>

#include "test.h"

#define GPA_A	0x20000000ull
#define SIZE	(64 * PAGE_SIZE)
#define ROUNDS	40

/* Enough of it for changes to take a while, in less than the watchdog's time. */
#define MOVED_SIZE	(128 * SIZE)
#define MOVES_NS	400000000

static volatile uint64_t stop, sweeps;

/* Writes all pages over and over, until told to stop. */
static void guest_sweeps(void)
{
	asm volatile("sti");
	while (!stop) {
		for (uint64_t at = GPA_A; at < GPA_A + SIZE; at += PAGE_SIZE)
			*(volatile uint64_t *)at = at;
		sweeps++;
	}
	guest_done();
}

/*
 * However slow the machine is, the guest gets round at least once: the pauses
 * grow until it can write more than a page in one.
 */
static bool goes_on(int i, int rounds)
{
	if (i < rounds)
		return true;
	if (!sweeps)
		usleep(100 * (i - rounds));
	return !sweeps;
}

struct disturber {
	struct vm *vm;
	uint8_t *host;
	int failures;
};

static void *drops_pages(void *argument)
{
	struct disturber *disturber = argument;

	for (int i = 0; goes_on(i, ROUNDS); i++) {
		if (madvise(disturber->host, SIZE, MADV_DONTNEED))
			disturber->failures++;
		usleep(100);
	}
	stop = 1;
	return NULL;
}

static void *replaces_pages(void *argument)
{
	struct disturber *disturber = argument;

	for (int i = 0; goes_on(i, ROUNDS); i++) {
		if (mmap(disturber->host, SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
		    MAP_FAILED)
			disturber->failures++;
		usleep(100);
	}
	stop = 1;
	return NULL;
}

static void *forks(void *argument)
{
	struct disturber *disturber = argument;

	for (int i = 0; goes_on(i, ROUNDS / 8); i++) {
		pid_t child = fork();

		if (!child)
			_exit(0);
		if (child < 0 || waitpid(child, NULL, 0) != child)
			disturber->failures++;
	}
	stop = 1;
	return NULL;
}

static void *removes_slot(void *argument)
{
	struct disturber *disturber = argument;

	for (int i = 0; goes_on(i, ROUNDS / 2); i++) {
		if (vm_set_slot(disturber->vm, SLOT_FREE, 0, GPA_A, 0,
				disturber->host))
			disturber->failures++;
		usleep(100);
		if (vm_set_slot(disturber->vm, SLOT_FREE, 0, GPA_A, SIZE,
				disturber->host))
			disturber->failures++;
		usleep(100);
	}
	stop = 1;
	return NULL;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

/*
 * Without a pause, so that the slot comes and goes between two looks of the
 * host at it, if there is a second CPU. The guest need not get far meanwhile.
 */
static void *moves_slot(void *argument)
{
	struct disturber *disturber = argument;
	uint64_t end = now_ns() + MOVES_NS;

	watchdog_start();
	while (now_ns() < end) {
		if (vm_set_slot(disturber->vm, SLOT_FREE, 0, GPA_A + MOVED_SIZE,
				MOVED_SIZE, disturber->host) ||
		    vm_set_slot(disturber->vm, SLOT_FREE, 0, GPA_A, MOVED_SIZE,
				disturber->host))
			disturber->failures++;
	}
	watchdog_start();
	stop = 1;
	return NULL;
}

FIXTURE(race) {
	struct machine machine;
	struct disturber disturber;
};

FIXTURE_VARIANT(race) {
	void *(*disturb)(void *argument);
	uint64_t size;
	bool mmio;
};

FIXTURE_VARIANT_ADD(race, madvise) { drops_pages, SIZE, false };
FIXTURE_VARIANT_ADD(race, mmap) { replaces_pages, SIZE, false };
FIXTURE_VARIANT_ADD(race, fork) { forks, SIZE, false };
FIXTURE_VARIANT_ADD(race, slots) { removes_slot, SIZE, true };
FIXTURE_VARIANT_ADD(race, moves) { moves_slot, MOVED_SIZE, true };

FIXTURE_SETUP(race)
{
	machine_start(&self->machine, guest_sweeps);
	self->disturber.vm = &self->machine.vm;
	self->disturber.host = anonymous_memory(variant->size);
	if (vm_set_slot(&self->machine.vm, SLOT_FREE, 0, GPA_A, variant->size,
			self->disturber.host))
		die("memory slot");
}

FIXTURE_TEARDOWN(race)
{
	machine_destroy(&self->machine);
}

TEST_F(race, against_a_running_guest)
{
	struct vcpu *vcpu = &self->machine.vcpu;
	struct kvm_run *run = vcpu->run;
	pthread_t thread;
	int reason;

	ASSERT_EQ(0, pthread_create(&thread, NULL, variant->disturb,
				    &self->disturber));
	do {
		reason = vcpu_run(vcpu);
		/* a write to a slot that is gone is an MMIO write */
		if (reason == KVM_EXIT_MMIO) {
			ASSERT_TRUE(variant->mmio);
			ASSERT_EQ(1, run->mmio.is_write);
			ASSERT_EQ(0, memcmp(&run->mmio.phys_addr,
					    run->mmio.data, 8));
		}
	} while (reason == KVM_EXIT_MMIO);
	pthread_join(thread, NULL);
	ASSERT_EQ(KVM_EXIT_IO, reason) {
		vcpu_describe(vcpu);
	}
	EXPECT_EQ(PORT_DONE, run->io.port);
	EXPECT_EQ(0, self->disturber.failures);
	EXPECT_LT(0, sweeps);
}

TEST_HARNESS_MAIN
