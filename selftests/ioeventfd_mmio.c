// SPDX-License-Identifier: GPL-2.0
/* KVM_IOEVENTFD in guest-physical memory, where stores are of many kinds. */
#include "ioevent.h"
#include "test.h"

#define ROUNDS	5

/* How wide, at GPA_MMIO, and what is next to it. */
static void guest_stores(void)
{
	*(volatile uint8_t *)GPA_MMIO = 0x11;
	*(volatile uint16_t *)GPA_MMIO = 0x2222;
	*(volatile uint32_t *)GPA_MMIO = 0x33333333;
	*(volatile uint64_t *)GPA_MMIO = 0x4444444444444444;
	guest_sync(1);
	*(volatile uint32_t *)(GPA_MMIO + 4) = 0x33333333;
	guest_done();
}

TEST(address_and_width_must_be_its_own)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	int fd = ioevent_new();

	machine_start(&machine, guest_stores);
	ASSERT_EQ(0, ioevent_assign(&machine.vm, fd, MMIO, GPA_MMIO, 4, 0));
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 1, 0x11);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 2, 0x2222);
	EXPECT_EQ(0, ioevent_take(fd));
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 8, 0x4444444444444444);
	EXPECT_EQ(1, ioevent_take(fd));
	ASSERT_SYNC(vcpu, 1);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 4, 4, 0x33333333);
	ASSERT_DONE(vcpu);
	EXPECT_EQ(0, ioevent_take(fd));
}

TEST(data_must_match)
{
	int narrow = ioevent_new(), wide = ioevent_new(), never = ioevent_new();
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_stores);
	ASSERT_EQ(0, ioevent_assign(&machine.vm, narrow, MMIO_MATCH, GPA_MMIO,
				    2, 0x2222));
	ASSERT_EQ(0, ioevent_assign(&machine.vm, wide, MMIO_MATCH, GPA_MMIO, 8,
				    0x4444444444444444));
	ASSERT_EQ(0, ioevent_assign(&machine.vm, never, MMIO_MATCH, GPA_MMIO, 4,
				    0x4444444433333333));
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 1, 0x11);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0x33333333);
	EXPECT_EQ(1, ioevent_take(narrow));
	ASSERT_SYNC(vcpu, 1);
	EXPECT_EQ(1, ioevent_take(wide));
	EXPECT_EQ(0, ioevent_take(never));
}

/* More than once each: KVM remembers where MMIO was. */
static void guest_rings(void)
{
	for (uint64_t i = 0; i < ROUNDS; i++) {
		uint64_t before = i * 0x0101010101010101, after = before;

		asm volatile("movb %b0, (%1)\n\tmovw %w0, (%1)\n\t"
			     "movl %k0, (%1)\n\tmovq %0, (%1)\n\t"
			     "movl $0x12345678, (%1)\n\t"
			     "movl %k0, 0x12345(%1,%2,2)"
			     : "+r"(after) : "r"((uint64_t)GPA_MMIO), "r"(-0x12345l / 2)
			     : "memory");
		GUEST_CHECK(after == before);
		guest_sync(i);
	}
	guest_done();
}

TEST(any_width)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	int fd = ioevent_new();

	machine_start(&machine, guest_rings);
	ASSERT_EQ(0, ioevent_assign(&machine.vm, fd, MMIO, GPA_MMIO, 0, 0));
	for (int i = 0; i < ROUNDS; i++) {
		/* -0x12345 / 2 is odd: the last store is one byte further. */
		ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 1, 4, i * 0x01010101);
		EXPECT_EQ(5, ioevent_take(fd));
		ASSERT_SYNC(vcpu, i);
	}
	ASSERT_DONE(vcpu);
	ASSERT_EQ(0, ioevent_deassign(&machine.vm, fd, MMIO, GPA_MMIO, 0, 0));
}

TEST(any_width_is_over_after_deassign)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	int fd = ioevent_new();

	machine_start(&machine, guest_stores);
	ASSERT_EQ(0, ioevent_assign(&machine.vm, fd, MMIO, GPA_MMIO, 0, 0));
	ASSERT_SYNC(vcpu, 1);
	EXPECT_EQ(4, ioevent_take(fd));
	ASSERT_EQ(0, ioevent_deassign(&machine.vm, fd, MMIO, GPA_MMIO, 0, 0));
	vcpu_start(vcpu, guest_stores);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 1, 0x11);
	EXPECT_EQ(0, ioevent_take(fd));
}

static void guest_loads(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t value = *(volatile uint32_t *)GPA_MMIO;

		GUEST_CHECK(value == 0x600d0000u + i);
	}
	guest_done();
}

static void loads_are_for_the_vmm(struct __test_metadata *_metadata,
				  uint32_t length)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	int fd = ioevent_new();

	machine_start(&machine, guest_loads);
	ASSERT_EQ(0, ioevent_assign(&machine.vm, fd, MMIO, GPA_MMIO, length, 0));
	for (int i = 0; i < ROUNDS; i++)
		ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0x600d0000 + i);
	ASSERT_DONE(vcpu);
	EXPECT_EQ(0, ioevent_take(fd));
}

TEST(a_load_is_for_the_vmm)
{
	loads_are_for_the_vmm(_metadata, 4);
}

TEST(a_load_where_any_width_signals)
{
	loads_are_for_the_vmm(_metadata, 0);
}

static void guest_adds(void)
{
	asm volatile("addl $2, (%0)" : : "r"((uint64_t)GPA_MMIO) : "memory", "cc");
	guest_done();
}

/* What is written may come from the VMM. */
TEST(an_instruction_that_reads_and_writes)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	int fd = ioevent_new();

	machine_start(&machine, guest_adds);
	ASSERT_EQ(0, ioevent_assign(&machine.vm, fd, MMIO_MATCH, GPA_MMIO, 4,
				    42));
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 40);
	ASSERT_DONE(vcpu);
	EXPECT_EQ(1, ioevent_take(fd));

	vcpu_start(vcpu, guest_adds);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 41);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 43);
	ASSERT_DONE(vcpu);
	EXPECT_EQ(0, ioevent_take(fd));
}

static void guest_repeats(void)
{
	uint64_t count = 4;
	uint8_t *to = (uint8_t *)GPA_MMIO;

	asm volatile("cld\n\trep stosl" : "+c"(count), "+D"(to) : "a"(0x77)
		     : "memory");
	GUEST_CHECK(!count && to == (uint8_t *)GPA_MMIO + 16);
	guest_done();
}

TEST(iterations_of_a_string_instruction)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	int fd = ioevent_new();

	machine_start(&machine, guest_repeats);
	ASSERT_EQ(0, ioevent_assign(&machine.vm, fd, MMIO, GPA_MMIO + 4, 4, 0));
	ASSERT_EQ(0, ioevent_assign(&machine.vm, fd, MMIO, GPA_MMIO + 8, 4, 0));
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0x77);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 12, 4, 0x77);
	EXPECT_EQ(2, ioevent_take(fd));
	ASSERT_DONE(vcpu);
}

#define GPA_SPLIT	(GPA_MMIO + PAGE_SIZE - 4)

static void guest_crosses(void)
{
	*(volatile uint64_t *)GPA_SPLIT = 0x1111111122222222;
	guest_done();
}

/* A store over two pages is two writes. */
TEST(a_store_over_two_pages)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	int fd = ioevent_new();

	machine_start(&machine, guest_crosses);
	ASSERT_EQ(0, ioevent_assign(&machine.vm, fd, MMIO_MATCH,
				    GPA_MMIO + PAGE_SIZE, 4, 0x11111111));
	ASSERT_MMIO_WRITE(vcpu, GPA_SPLIT, 4, 0x22222222);
	ASSERT_DONE(vcpu);
	EXPECT_EQ(1, ioevent_take(fd));
}

static void guest_writes_memory(void)
{
	*(volatile uint32_t *)GPA_DATA = 0x1234;
	guest_done();
}

/* A slot's memory is nobody's device. */
TEST(memory_comes_first)
{
	struct machine machine;
	struct vm *vm = &machine.vm;
	int fd = ioevent_new();

	machine_start(&machine, guest_writes_memory);
	ASSERT_EQ(0, ioevent_assign(vm, fd, MMIO, GPA_DATA, 0, 0));
	ASSERT_DONE(&machine.vcpu);
	EXPECT_EQ(0, ioevent_take(fd));
	EXPECT_EQ(0x1234, *(uint32_t *)vm_host(vm, GPA_DATA));
}

TEST(a_read_only_slot_does_not)
{
	struct machine machine;
	void *rom = anonymous_memory(PAGE_SIZE);
	int fd = ioevent_new();

	machine_start(&machine, guest_stores);
	ASSERT_EQ(0, vm_set_slot(&machine.vm, SLOT_FREE, KVM_MEM_READONLY,
				 GPA_MMIO, PAGE_SIZE, rom));
	ASSERT_EQ(0, ioevent_assign(&machine.vm, fd, MMIO, GPA_MMIO, 0, 0));
	ASSERT_SYNC(&machine.vcpu, 1);
	EXPECT_EQ(4, ioevent_take(fd));
	EXPECT_EQ(0, *(uint64_t *)rom);
}

TEST_HARNESS_MAIN
