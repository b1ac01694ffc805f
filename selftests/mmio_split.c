// SPDX-License-Identifier: GPL-2.0
/* MMIO accesses that cross a page: one exit for each part. */
#include "test.h"

#define VALUE	0x1122334455667788ull
#define EDGE	(GPA_MMIO + 0x1000)
#define RAM_THEN_MMIO	0x3f000000ull

static void guest_crosses(void)
{
	uint64_t value;

	asm volatile("movq %0, (%1)" : : "r"(VALUE), "r"(EDGE - 4ull));
	asm volatile("movl %k0, (%1)" : : "r"(VALUE), "r"(EDGE - 1ull));
	asm volatile("movq (%1), %0" : "=r"(value) : "r"(EDGE - 3ull));
	GUEST_CHECK(value == VALUE);
	/* misaligned inside a page is one access */
	asm volatile("movq %0, (%1)" : : "r"(VALUE), "r"(EDGE + 3ull));
	guest_done();
}

TEST(between_two_pages_of_mmio)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_crosses);
	ASSERT_MMIO_WRITE(vcpu, EDGE - 4, 4, 0x55667788);
	ASSERT_MMIO_WRITE(vcpu, EDGE, 4, 0x11223344);
	ASSERT_MMIO_WRITE(vcpu, EDGE - 1, 1, 0x88);
	ASSERT_MMIO_WRITE(vcpu, EDGE, 3, 0x556677);
	ASSERT_MMIO_READ(vcpu, EDGE - 3, 3, 0x667788);
	ASSERT_MMIO_READ(vcpu, EDGE, 5, 0x1122334455);
	ASSERT_MMIO_WRITE(vcpu, EDGE + 3, 8, VALUE);
	ASSERT_DONE(vcpu);
}

static void guest_crosses_from_ram(void)
{
	uint64_t value;

	asm volatile("movq %0, (%1)"
		     : : "r"(VALUE), "r"(RAM_THEN_MMIO + PAGE_SIZE - 4));
	asm volatile("movq (%1), %0"
		     : "=r"(value) : "r"(RAM_THEN_MMIO + PAGE_SIZE - 4));
	GUEST_CHECK(value == 0xcafe000055667788);
	guest_done();
}

TEST(between_ram_and_mmio)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_crosses_from_ram);
	vm_map(&machine.vm, RAM_THEN_MMIO, GPA_DATA, PTE_PRESENT | PTE_WRITE);
	vm_map(&machine.vm, RAM_THEN_MMIO + PAGE_SIZE, GPA_MMIO,
	       PTE_PRESENT | PTE_WRITE);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0x11223344);
	EXPECT_EQ(0x55667788, *(uint32_t *)vm_host(&machine.vm,
						   GPA_DATA + 4092));
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0xcafe0000);
	ASSERT_DONE(vcpu);
}

/* If the second page is not mapped, the guest faults and nothing is written. */
static void guest_crosses_into_fault(void)
{
	GUEST_CHECK(TRAP_OF("movq %0, (%1)", : : "r"(VALUE),
			    "r"(RAM_THEN_MMIO + PAGE_SIZE - 4) : "memory") ==
		    PF_VECTOR);
	GUEST_CHECK(guest_trap.cr2 == RAM_THEN_MMIO + PAGE_SIZE);
	GUEST_CHECK(guest_trap.error_code == 2);
	guest_done();
}

TEST(into_an_unmapped_page)
{
	struct machine machine;

	machine_start(&machine, guest_crosses_into_fault);
	vm_map(&machine.vm, RAM_THEN_MMIO, GPA_MMIO, PTE_PRESENT | PTE_WRITE);
	vm_map(&machine.vm, RAM_THEN_MMIO + PAGE_SIZE, 0, 0);
	ASSERT_DONE(&machine.vcpu);
}

TEST_HARNESS_MAIN
