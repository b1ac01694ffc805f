// SPDX-License-Identifier: GPL-2.0
/*
 * The ring of coalesced writes belongs to the VMM as well: wrong indices cost it
 * entries of its ring, and nobody else anything.
 */
#include <pthread.h>

#include "test.h"

#define PORT		0x300
#define WRITES		600

static void guest_writes(void)
{
	for (uint64_t i = 0; i < WRITES; i++)
		*(volatile uint64_t *)GPA_MMIO = i;
	guest_done();
}

static void guest_writes_once(void)
{
	outl(PORT, 0x12345678);
	guest_done();
}

static volatile struct kvm_coalesced_mmio_ring *ring_of(struct vcpu *vcpu)
{
	return (void *)((uint8_t *)vcpu->run +
			KVM_COALESCED_MMIO_PAGE_OFFSET * PAGE_SIZE);
}

static void start(struct machine *machine, void (*guest)(void), uint64_t address,
		  uint32_t pio)
{
	struct kvm_coalesced_mmio_zone zone = {
		.addr = address, .size = PAGE_SIZE, .pio = pio,
	};

	machine_start(machine, guest);
	if (dev_ioctl(machine->vm.fd, KVM_REGISTER_COALESCED_MMIO, &zone))
		die("KVM_REGISTER_COALESCED_MMIO");
}

/* Behind the last entry there is no place: the write is the VMM's. */
TEST(last_is_out_of_range)
{
	static const uint32_t lasts[] = {
		KVM_COALESCED_MMIO_MAX, KVM_COALESCED_MMIO_MAX + 1, 0x1000,
		0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
	};
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	start(&machine, guest_writes_once, PORT, 1);
	for (size_t i = 0; i < ARRAY_SIZE(lasts); i++) {
		ring_of(vcpu)->first = 0;
		ring_of(vcpu)->last = lasts[i];
		vcpu_start(vcpu, guest_writes_once);
		ASSERT_EXIT(vcpu, KVM_EXIT_IO);
		EXPECT_EQ(PORT, vcpu->run->io.port);
		EXPECT_EQ(0x12345678, *(uint32_t *)io_data(vcpu));
		EXPECT_EQ(lasts[i], ring_of(vcpu)->last);
		ASSERT_DONE(vcpu);
	}
}

/* There may be room or not; the entry is the next one if it is anywhere. */
TEST(first_is_out_of_range)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	volatile struct kvm_coalesced_mmio_ring *ring;

	start(&machine, guest_writes_once, PORT, 1);
	ring = ring_of(vcpu);
	ring->first = 0xfffffff0;
	ring->last = 3;
	ASSERT_EXIT(vcpu, KVM_EXIT_IO);
	if (vcpu->run->io.port == PORT)
		return;
	ASSERT_EQ(PORT_DONE, vcpu->run->io.port);
	EXPECT_EQ(4, ring->last);
	EXPECT_EQ(PORT, ring->coalesced_mmio[3].phys_addr);
}

static volatile bool stop;

static void *scribbles(void *argument)
{
	volatile struct kvm_coalesced_mmio_ring *ring = argument;
	uint32_t value = 1;

	while (!stop) {
		value = value * 1664525 + 1013904223;
		ring->first = value >> 24;
		ring->last = value & 0x10000 ? value : value % 256;
	}
	return NULL;
}

/* The page behind the ring's is not to be touched, whatever is read when. */
TEST(both_change_all_the_time)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	pthread_t thread;
	int reason;

	start(&machine, guest_writes, GPA_MMIO, 0);
	ASSERT_EQ(0, pthread_create(&thread, NULL, scribbles,
				    (void *)ring_of(vcpu)));
	do
		reason = vcpu_run(vcpu);
	while (reason == KVM_EXIT_MMIO);
	stop = true;
	ASSERT_EQ(0, pthread_join(thread, NULL));
	ASSERT_EQ(KVM_EXIT_IO, reason);
	EXPECT_EQ(PORT_DONE, vcpu->run->io.port);
}

/* An index that the VMM sets is where the next entry goes. */
TEST(the_vmm_may_start_over)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	volatile struct kvm_coalesced_mmio_ring *ring;

	start(&machine, guest_writes_once, PORT, 1);
	ring = ring_of(vcpu);
	ring->first = KVM_COALESCED_MMIO_MAX - 1;
	ring->last = KVM_COALESCED_MMIO_MAX - 1;
	ASSERT_DONE(vcpu);
	EXPECT_EQ(0, ring->last);
	EXPECT_EQ(PORT,
		  ring->coalesced_mmio[KVM_COALESCED_MMIO_MAX - 1].phys_addr);
}

TEST_HARNESS_MAIN
