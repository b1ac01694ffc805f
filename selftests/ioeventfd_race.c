// SPDX-License-Identifier: GPL-2.0
/*
 * Eventfds come and go while two vCPUs write: each write is seen once, by the
 * eventfd or by the VMM, and by no eventfd that is gone.
 */
#include <pthread.h>

#include "ioevent.h"
#include "test.h"

#define PORT	0x90
#define WRITES	200
#define ROUNDS	3

static volatile uint64_t exits, late;
static volatile bool stop;

static void guest_writes(void)
{
	for (int i = 0; i < WRITES; i++) {
		outl(PORT, i);
		*(volatile uint32_t *)GPA_MMIO = i;
	}
	guest_done();
}

/* Counts what the VMM gets; -1: something else than the guest's writes. */
static void *serve(void *argument)
{
	struct vcpu *vcpu = argument;
	struct kvm_run *run = vcpu->run;
	long seen = 0;

	for (;;) {
		int reason = vcpu_run(vcpu);

		if (reason == KVM_EXIT_IO && run->io.port == PORT_DONE)
			return (void *)seen;
		if ((reason != KVM_EXIT_IO || run->io.port != PORT) &&
		    (reason != KVM_EXIT_MMIO || !run->mmio.is_write))
			return (void *)-1l;
		seen++;
		__sync_fetch_and_add(&exits, 1);
	}
}

struct changer {
	struct vm *vm;
	uint64_t signals;
	int failures;
};

/* With none assigned the guest's writes all become exits: wait for some. */
static void let_guest_write(void)
{
	uint64_t before = exits;

	while (exits < before + 3 && !stop)
		usleep(10);
}

static void *changes(void *argument)
{
	struct changer *changer = argument;
	int fd = ioevent_new();

	for (int i = 0; i < ROUNDS && !stop; i++) {
		uint32_t flags = i % 2 ? PIO : MMIO, length = i % 4 < 2 ? 0 : 4;
		uint64_t address = i % 2 ? PORT : GPA_MMIO;

		let_guest_write();
		if (ioevent_assign(changer->vm, fd, flags, address, length, 0))
			changer->failures++;
		usleep(50);
		if (ioevent_deassign(changer->vm, fd, flags, address, length, 0))
			changer->failures++;
		changer->signals += ioevent_take(fd);
		let_guest_write();
		late += ioevent_take(fd);
	}
	return NULL;
}

TEST(each_write_is_seen_once)
{
	struct machine machine;
	struct changer changer = { .vm = &machine.vm };
	struct vcpu second;
	pthread_t threads[2], thread;
	void *seen[2];

	machine_start(&machine, guest_writes);
	vcpu_create(&machine.vm, &second, 1);
	vcpu_start(&second, guest_writes);
	/* On a stack of its own. */
	{
		struct kvm_regs regs = vcpu_regs(&second);

		regs.rsp = GPA_IST_STACK - 8;
		vcpu_set_regs(&second, &regs);
	}
	ASSERT_EQ(0, pthread_create(&threads[0], NULL, serve, &machine.vcpu));
	ASSERT_EQ(0, pthread_create(&threads[1], NULL, serve, &second));
	ASSERT_EQ(0, pthread_create(&thread, NULL, changes, &changer));
	ASSERT_EQ(0, pthread_join(threads[0], &seen[0]));
	ASSERT_EQ(0, pthread_join(threads[1], &seen[1]));
	stop = true;
	ASSERT_EQ(0, pthread_join(thread, NULL));

	ASSERT_NE(-1, (long)seen[0]);
	ASSERT_NE(-1, (long)seen[1]);
	EXPECT_EQ(0, changer.failures);
	EXPECT_EQ(0, late);
	EXPECT_LT(0, changer.signals);
	EXPECT_EQ(4 * WRITES,
		  (long)seen[0] + (long)seen[1] + (long)changer.signals);
}

TEST_HARNESS_MAIN
