// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_REGISTER_COALESCED_MMIO: writes to a zone wait in a ring that the VMM has
 * mapped, in their order, until it has time for them.
 */
#include "ioevent.h"
#include "test.h"

#define ZONE		(GPA_MMIO + 0x100)
#define ZONE_SIZE	0x100
#define PORT		0x300
#define PORTS		8
#define MANY		400
#define MAX_ZONES	1000

static int zone_ioctl(struct vm *vm, unsigned long request, uint64_t address,
		      uint32_t size, uint32_t pio)
{
	struct kvm_coalesced_mmio_zone zone = {
		.addr = address, .size = size, .pio = pio,
	};

	return dev_ioctl(vm->fd, request, &zone);
}

static int add_zone(struct vm *vm, uint64_t address, uint32_t size, uint32_t pio)
{
	return zone_ioctl(vm, KVM_REGISTER_COALESCED_MMIO, address, size, pio);
}

static int remove_zone(struct vm *vm, uint64_t address, uint32_t size,
		       uint32_t pio)
{
	return zone_ioctl(vm, KVM_UNREGISTER_COALESCED_MMIO, address, size, pio);
}

static volatile struct kvm_coalesced_mmio_ring *ring_of(struct vcpu *vcpu)
{
	int page = dev_ioctl_value(vcpu->vm->kvm, KVM_CHECK_EXTENSION,
				   KVM_CAP_COALESCED_MMIO);

	if (page <= 0)
		die("KVM_CAP_COALESCED_MMIO");
	return (void *)((uint8_t *)vcpu->run + page * PAGE_SIZE);
}

static bool ring_is_empty(struct vcpu *vcpu)
{
	return ring_of(vcpu)->first == ring_of(vcpu)->last;
}

/* The first entry that waits. */
static struct kvm_coalesced_mmio ring_get(struct vcpu *vcpu)
{
	volatile struct kvm_coalesced_mmio_ring *ring = ring_of(vcpu);
	struct kvm_coalesced_mmio entry = { .len = 0 };

	if (!ring_is_empty(vcpu)) {
		memcpy(&entry, (void *)&ring->coalesced_mmio[ring->first],
		       sizeof(entry));
		ring->first = (ring->first + 1) % KVM_COALESCED_MMIO_MAX;
	}
	return entry;
}

#define EXPECT_ENTRY(vcpu, address, bytes, value, is_pio) do {		\
	struct kvm_coalesced_mmio entry__ = ring_get(vcpu);		\
	uint64_t data__ = 0;						\
									\
	EXPECT_EQ((address), entry__.phys_addr);			\
	EXPECT_EQ((bytes), entry__.len);				\
	EXPECT_EQ((is_pio), entry__.pio);				\
	memcpy(&data__, entry__.data, (bytes));				\
	EXPECT_EQ((uint64_t)(value), data__);				\
} while (0)

TEST(capabilities)
{
	int kvm = device_open();
	int page = dev_ioctl_value(kvm, KVM_CHECK_EXTENSION,
				   KVM_CAP_COALESCED_MMIO);

	EXPECT_EQ(KVM_COALESCED_MMIO_PAGE_OFFSET, page);
	EXPECT_EQ(1, dev_ioctl_value(kvm, KVM_CHECK_EXTENSION,
				     KVM_CAP_COALESCED_PIO));
	EXPECT_LE((page + 1) * (int)PAGE_SIZE,
		  dev_ioctl_value(kvm, KVM_GET_VCPU_MMAP_SIZE, 0));
}

static void guest_stores(void)
{
	*(volatile uint8_t *)ZONE = 0x11;
	*(volatile uint16_t *)(ZONE + 1) = 0x2222;
	*(volatile uint32_t *)(ZONE + 4) = 0x33333333;
	*(volatile uint64_t *)(ZONE + ZONE_SIZE - 8) = 0x4444444444444444;
	guest_sync(1);
	*(volatile uint64_t *)(ZONE + ZONE_SIZE - 7) = 5;
	*(volatile uint32_t *)(ZONE - 1) = 6;
	guest_sync(2);
	GUEST_CHECK(*(volatile uint32_t *)ZONE == 0x600df00d);
	guest_done();
}

TEST(stores_wait_in_order)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_stores);
	ASSERT_EQ(0, add_zone(&machine.vm, ZONE, ZONE_SIZE, 0));
	ASSERT_SYNC(vcpu, 1);
	EXPECT_ENTRY(vcpu, ZONE, 1, 0x11, 0);
	EXPECT_ENTRY(vcpu, ZONE + 1, 2, 0x2222, 0);
	EXPECT_ENTRY(vcpu, ZONE + 4, 4, 0x33333333, 0);
	EXPECT_ENTRY(vcpu, ZONE + ZONE_SIZE - 8, 8, 0x4444444444444444, 0);
	EXPECT_TRUE(ring_is_empty(vcpu));
	/* Those that reach out of the zone do not. */
	ASSERT_MMIO_WRITE(vcpu, ZONE + ZONE_SIZE - 7, 8, 5);
	ASSERT_MMIO_WRITE(vcpu, ZONE - 1, 4, 6);
	ASSERT_SYNC(vcpu, 2);
	ASSERT_MMIO_READ(vcpu, ZONE, 4, 0x600df00d);
	ASSERT_DONE(vcpu);
	EXPECT_TRUE(ring_is_empty(vcpu));
}

static uint16_t words[] = { 7, 8, 9 };

static void guest_writes_ports(void)
{
	uint64_t count = ARRAY_SIZE(words);
	uint16_t *source = words;

	asm volatile("outb %%al, %%dx" : : "a"(0x11223344), "d"(PORT));
	asm volatile("outl %%eax, %%dx" : : "a"(0x11223344), "d"(PORT + 4));
	asm volatile("cld\n\trep outsw" : "+c"(count), "+S"(source)
		     : "d"(PORT + 2) : "memory");
	guest_sync(1);
	asm volatile("outl %%eax, %%dx" : : "a"(5), "d"(PORT + PORTS - 3));
	guest_done();
}

TEST(ports)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_writes_ports);
	ASSERT_EQ(0, add_zone(&machine.vm, PORT, PORTS, 1));
	ASSERT_SYNC(vcpu, 1);
	EXPECT_ENTRY(vcpu, PORT, 1, 0x44, 1);
	EXPECT_ENTRY(vcpu, PORT + 4, 4, 0x11223344, 1);
	EXPECT_ENTRY(vcpu, PORT + 2, 2, 7, 1);
	EXPECT_ENTRY(vcpu, PORT + 2, 2, 8, 1);
	EXPECT_ENTRY(vcpu, PORT + 2, 2, 9, 1);
	EXPECT_TRUE(ring_is_empty(vcpu));
	ASSERT_EXIT(vcpu, KVM_EXIT_IO);
	EXPECT_EQ(PORT + PORTS - 3, vcpu->run->io.port);
	ASSERT_DONE(vcpu);
}

static void guest_stores_many(void)
{
	for (int i = 0; i < MANY; i++)
		*(volatile uint32_t *)ZONE = i;
	guest_done();
}

/* How many there is room for is the kernel's affair; their order is not. */
TEST(a_full_ring_is_for_the_vmm)
{
	unsigned int next = 0, stops = 0;
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	int reason;

	machine_start(&machine, guest_stores_many);
	ASSERT_EQ(0, add_zone(&machine.vm, ZONE, ZONE_SIZE, 0));
	while ((reason = vcpu_run(vcpu)) == KVM_EXIT_MMIO) {
		EXPECT_FALSE(ring_is_empty(vcpu));
		while (!ring_is_empty(vcpu))
			EXPECT_ENTRY(vcpu, ZONE, 4, next++, 0);
		EXPECT_EQ(next++, *(uint32_t *)vcpu->run->mmio.data);
		stops++;
	}
	ASSERT_EQ(KVM_EXIT_IO, reason);
	ASSERT_EQ(PORT_DONE, vcpu->run->io.port);
	while (!ring_is_empty(vcpu))
		EXPECT_ENTRY(vcpu, ZONE, 4, next++, 0);
	EXPECT_EQ(MANY, next);
	EXPECT_LE(MANY / KVM_COALESCED_MMIO_MAX, stops);
}

TEST(one_ring_for_all_vcpus)
{
	struct machine machine;
	struct vcpu second;

	machine_start(&machine, guest_stores);
	vcpu_create(&machine.vm, &second, 1);
	vcpu_start(&second, guest_stores);
	ASSERT_EQ(0, add_zone(&machine.vm, ZONE, ZONE_SIZE, 0));
	ASSERT_SYNC(&second, 1);
	EXPECT_ENTRY(&machine.vcpu, ZONE, 1, 0x11, 0);
	EXPECT_ENTRY(&second, ZONE + 1, 2, 0x2222, 0);
}

/* The ring may be mapped before there is a zone, and outlives it. */
TEST(unregistered)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_stores);
	EXPECT_TRUE(ring_is_empty(vcpu));
	ASSERT_EQ(0, add_zone(&machine.vm, ZONE, ZONE_SIZE, 0));
	ASSERT_SYNC(vcpu, 1);
	ASSERT_EQ(0, remove_zone(&machine.vm, ZONE, ZONE_SIZE, 0));
	EXPECT_ENTRY(vcpu, ZONE, 1, 0x11, 0);
	vcpu_start(vcpu, guest_stores);
	ASSERT_MMIO_WRITE(vcpu, ZONE, 1, 0x11);
}

/* What names a part of a zone takes away all of it, and what is not there is gone. */
TEST(unregister_names_a_part)
{
	struct machine machine;
	struct vm *vm = &machine.vm;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_stores);
	ASSERT_EQ(0, add_zone(vm, ZONE, ZONE_SIZE, 0));
	EXPECT_EQ(0, remove_zone(vm, ZONE, ZONE_SIZE + 1, 0));
	EXPECT_EQ(0, remove_zone(vm, ZONE - 1, 4, 0));
	EXPECT_EQ(0, remove_zone(vm, ZONE, ZONE_SIZE, 1));
	EXPECT_EQ(0, remove_zone(vm, ZONE, -1u, 0));
	ASSERT_SYNC(vcpu, 1);
	EXPECT_EQ(0, remove_zone(vm, ZONE + 0x80, 1, 0));
	vcpu_start(vcpu, guest_stores);
	ASSERT_MMIO_WRITE(vcpu, ZONE, 1, 0x11);
}

TEST(arguments)
{
	struct machine machine;
	struct vm *vm = &machine.vm;

	machine_start(&machine, guest_stores);
	EXPECT_EQ(-EINVAL, add_zone(vm, ZONE, ZONE_SIZE, 2));
	EXPECT_EQ(-EINVAL, remove_zone(vm, ZONE, ZONE_SIZE, 2));
	EXPECT_EQ(-EFAULT, dev_ioctl_value(vm->fd, KVM_REGISTER_COALESCED_MMIO, 1));
	EXPECT_EQ(-EFAULT, dev_ioctl_value(vm->fd, KVM_UNREGISTER_COALESCED_MMIO,
					   1));
	/* Zones without any address, and without an end. */
	EXPECT_EQ(0, add_zone(vm, ZONE, 0, 0));
	EXPECT_EQ(0, add_zone(vm, ZONE - PAGE_SIZE, -1u, 1));
	EXPECT_EQ(0, add_zone(vm, -PAGE_SIZE, 2 * PAGE_SIZE, 0));
	ASSERT_MMIO_WRITE(&machine.vcpu, ZONE, 1, 0x11);
}

TEST(zones_may_overlap)
{
	struct machine machine;
	struct vm *vm = &machine.vm;

	machine_start(&machine, guest_stores);
	EXPECT_EQ(0, add_zone(vm, ZONE, ZONE_SIZE, 0));
	EXPECT_EQ(0, add_zone(vm, ZONE, ZONE_SIZE, 0));
	EXPECT_EQ(0, add_zone(vm, ZONE, 4, 0));
	ASSERT_SYNC(&machine.vcpu, 1);
	EXPECT_ENTRY(&machine.vcpu, ZONE, 1, 0x11, 0);
	EXPECT_ENTRY(&machine.vcpu, ZONE + 1, 2, 0x2222, 0);
	/* Both of the same kind go together. */
	EXPECT_EQ(0, remove_zone(vm, ZONE, ZONE_SIZE, 0));
	vcpu_start(&machine.vcpu, guest_stores);
	ASSERT_MMIO_WRITE(&machine.vcpu, ZONE + 4, 4, 0x33333333);
}

/* Who gets a write that both want: the one that begins first, or else ends first. */
TEST(an_eventfd_inside_a_zone)
{
	int at_start = ioevent_new(), behind = ioevent_new();
	struct machine machine;
	struct vm *vm = &machine.vm;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_stores);
	ASSERT_EQ(0, add_zone(vm, ZONE, ZONE_SIZE, 0));
	ASSERT_EQ(0, ioevent_assign(vm, at_start, MMIO, ZONE, 1, 0));
	ASSERT_EQ(0, ioevent_assign(vm, behind, MMIO, ZONE + 4, 4, 0));
	ASSERT_SYNC(vcpu, 1);
	EXPECT_EQ(1, ioevent_take(at_start));
	EXPECT_EQ(0, ioevent_take(behind));
	EXPECT_ENTRY(vcpu, ZONE + 1, 2, 0x2222, 0);
	EXPECT_ENTRY(vcpu, ZONE + 4, 4, 0x33333333, 0);
}

/* One limit for each kind of address, which also stops eventfds. */
TEST(too_many)
{
	struct vm vm;
	int fd;

	vm_create(&vm);
	fd = ioevent_new();
	EXPECT_EQ(0, ioevent_assign(&vm, fd, MMIO, GPA_MMIO, 4, 0));
	for (int i = 0; i < MAX_ZONES; i++) {
		/* KVM waits for a grace period each time */
		if (i % 100 == 0)
			watchdog_start();
		ASSERT_EQ(0, add_zone(&vm, ZONE + i, 4, 0));
	}
	EXPECT_EQ(-ENOSPC, add_zone(&vm, ZONE, 4, 0));
	EXPECT_EQ(-ENOSPC, ioevent_assign(&vm, fd, MMIO, ZONE, 4, 0));
	EXPECT_EQ(0, add_zone(&vm, PORT, 4, 1));
	EXPECT_EQ(0, ioevent_assign(&vm, fd, PIO, PORT, 4, 0));
	EXPECT_EQ(0, remove_zone(&vm, ZONE + MAX_ZONES / 2, 4, 0));
	EXPECT_EQ(0, add_zone(&vm, ZONE, 4, 0));
	EXPECT_EQ(-ENOSPC, add_zone(&vm, ZONE, 4, 0));
}

TEST_HARNESS_MAIN
