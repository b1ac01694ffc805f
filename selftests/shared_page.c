// SPDX-License-Identifier: GPL-2.0
/*
 * The run area belongs to the VMM as well: what it writes there, and when, may
 * confuse its own guest and nothing else.
 */
#include <pthread.h>
#include <sched.h>
#include <stddef.h>

#include "test.h"

#define ROUNDS	300

static uint64_t io_value, mmio_value;
static uint8_t buffer[64];

static void guest_reads_devices(void)
{
	uint32_t value;

	asm volatile("inl %%dx, %%eax" : "=a"(value) : "d"(0x80));
	io_value = value;
	mmio_value = *(volatile uint64_t *)GPA_MMIO;
	guest_done();
}

/* The kernel remembers by itself what it asked for. */
TEST(description_changed_before_completion)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_run *run;
	uint32_t answer = 0x12345678;

	machine_start(&machine, guest_reads_devices);
	run = vcpu->run;
	ASSERT_EXIT(vcpu, KVM_EXIT_IO);
	memcpy(io_data(vcpu), &answer, sizeof(answer));
	run->io.direction = KVM_EXIT_IO_OUT;
	run->io.size = 255;
	run->io.count = 0xffffffff;
	run->io.data_offset = 0xffffffffffff0000;
	run->exit_reason = 0xffffffff;
	ASSERT_EXIT(vcpu, KVM_EXIT_MMIO);
	EXPECT_EQ(answer, io_value);
	memset(run->mmio.data, 0x5a, 8);
	run->mmio.len = 0xffffffff;
	run->mmio.is_write = 1;
	run->mmio.phys_addr = ~0ull;
	ASSERT_DONE(vcpu);
	EXPECT_EQ(0x5a5a5a5a5a5a5a5a, mmio_value);
}

/* I/O of every kind, without end. */
static void guest_uses_devices(void)
{
	asm volatile("sti");
	for (;;) {
		uint64_t count = 7, place = (uint64_t)buffer;

		inb(0x80);
		outl(0x80, 1);
		asm volatile("rep insb" : "+D"(place), "+c"(count)
			     : "d"(0x80) : "memory");
		count = 7;
		place = (uint64_t)buffer;
		asm volatile("rep outsb" : "+S"(place), "+c"(count)
			     : "d"(0x80) : "memory");
		*(volatile uint64_t *)GPA_MMIO;
		*(volatile uint16_t *)(GPA_MMIO + PAGE_SIZE - 1) = 5;
	}
}

static void guest_nothing(void)
{
	guest_done();
}

static volatile bool stop;

/* Everything but the vector that would set registers of the guest. */
static void *hammer(void *argument)
{
	struct vcpu *vcpu = argument;
	uint8_t *bytes = (uint8_t *)vcpu->run;
	unsigned int seed = 1;

	while (!stop) {
		for (unsigned int i = 0; i < 64; i++) {
			size_t limit = offsetof(struct kvm_run, kvm_valid_regs);

			seed = seed * 1103515245 + 12345;
			bytes[(seed >> 8) % limit] = seed >> 16;
			bytes[PAGE_SIZE + (seed >> 8) % PAGE_SIZE] = seed >> 20;
		}
		vcpu->run->cr8 = seed >> 28;
		vcpu->run->immediate_exit = !(seed >> 16 & 3);
		sched_yield();
	}
	return NULL;
}

TEST(scribbled_on_by_another_thread)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	pthread_t thread;
	int entered = 0;

	machine_start(&machine, guest_uses_devices);
	ASSERT_EQ(0, pthread_create(&thread, NULL, hammer, vcpu));
	for (int i = 0; i < ROUNDS; i++) {
		entered += dev_ioctl(vcpu->fd, KVM_RUN, NULL) == 0;
		sched_yield();
	}
	stop = true;
	pthread_join(thread, NULL);
	EXPECT_LT(0, entered);
	memset(vcpu->run, 0, offsetof(struct kvm_run, kvm_valid_regs));
	vcpu->run->immediate_exit = 1;	/* completes what is under way */
	vcpu_run(vcpu);
	vcpu->run->immediate_exit = 0;
	vcpu_start(vcpu, guest_nothing);
	ASSERT_DONE(vcpu);
}

TEST_HARNESS_MAIN
