// SPDX-License-Identifier: GPL-2.0
/* Page faults are the guest's: error codes, CR2, and its own page tables. */
#include "test.h"

#define ADDRESS		0x3f000000ull
#define PF_PRESENT	1
#define PF_WRITE	2
#define PF_USER		4
#define PF_RESERVED	8
#define PF_FETCH	16

static uint64_t expected_error;

static void guest_not_present(void)
{
	GUEST_CHECK(TRAP_OF("movb 0x123(%0), %%al", : : "r"(ADDRESS) : "rax") ==
		    PF_VECTOR);
	GUEST_CHECK(guest_trap.cr2 == ADDRESS + 0x123);
	GUEST_CHECK(guest_trap.error_code == 0);
	GUEST_CHECK(TRAP_OF("movb %%al, (%0)", : : "r"(ADDRESS)) == PF_VECTOR);
	GUEST_CHECK(guest_trap.error_code == PF_WRITE);
	GUEST_CHECK(TRAP_OF("jmp *%0", : : "r"(ADDRESS)) == PF_VECTOR);
	GUEST_CHECK(guest_trap.rip == ADDRESS);
	GUEST_CHECK(guest_trap.error_code == PF_FETCH);
	guest_sync(1);
	GUEST_CHECK(READ_REG(cr2) == ADDRESS);
	guest_done();
}

TEST(not_present)
{
	struct machine machine;

	machine_start(&machine, guest_not_present);
	vm_map(&machine.vm, ADDRESS, 0, 0);
	ASSERT_SYNC(&machine.vcpu, 1);
	EXPECT_EQ(ADDRESS, vcpu_sregs(&machine.vcpu).cr2);
	ASSERT_DONE(&machine.vcpu);
}

static void guest_protection(void)
{
	GUEST_CHECK(TRAP_OF("movb %%al, (%0)", : : "r"(ADDRESS)) == PF_VECTOR);
	GUEST_CHECK(guest_trap.error_code == (PF_PRESENT | PF_WRITE));
	GUEST_CHECK(TRAP_OF("jmp *%0", : : "r"(ADDRESS)) == PF_VECTOR);
	GUEST_CHECK(guest_trap.error_code == (PF_PRESENT | PF_FETCH));
	/* without CR0.WP the system writes everywhere */
	WRITE_REG(cr0, READ_REG(cr0) & ~X86_CR0_WP);
	GUEST_CHECK(TRAP_OF("movb %%al, (%0)", : : "r"(ADDRESS)) == NO_TRAP);
	guest_done();
}

TEST(protection)
{
	struct machine machine;

	machine_start(&machine, guest_protection);
	vm_map(&machine.vm, ADDRESS, GPA_DATA, PTE_PRESENT | PTE_NX);
	ASSERT_DONE(&machine.vcpu);
}

static void guest_reserved(void)
{
	GUEST_CHECK(TRAP_OF("movb (%0), %%al", : : "r"(ADDRESS) : "rax") ==
		    PF_VECTOR);
	GUEST_CHECK(guest_trap.error_code == (PF_PRESENT | PF_RESERVED));
	guest_done();
}

TEST(reserved_bit)
{
	struct machine machine;

	machine_start(&machine, guest_reserved);
	vm_map(&machine.vm, ADDRESS, GPA_DATA | 1ull << 51, PTE_PRESENT);
	ASSERT_DONE(&machine.vcpu);
}

static void guest_user_reads(void)
{
	asm volatile("movb (%0), %%al" : : "r"(ADDRESS) : "rax");
}

static void guest_goes_to_ring_3(void)
{
	enter_user(guest_user_reads);
}

static void guest_sees_user_fault(struct guest_frame *frame)
{
	GUEST_CHECK(frame->cs == SEL_USER_CODE64);
	GUEST_CHECK(frame->error_code == expected_error);
	GUEST_CHECK(READ_REG(cr2) == ADDRESS);
	guest_done();
}

TEST(user_access_to_a_system_page)
{
	struct machine machine;

	machine_start(&machine, guest_goes_to_ring_3);
	vm_map(&machine.vm, ADDRESS, GPA_DATA, PTE_PRESENT | PTE_WRITE);
	expected_error = PF_PRESENT | PF_USER;
	guest_handlers[PF_VECTOR] = guest_sees_user_fault;
	ASSERT_DONE(&machine.vcpu);
}

/* Of an MMIO page the guest's own protection comes first. */
static void guest_mmio_protection(void)
{
	GUEST_CHECK(TRAP_OF("movb %%al, (%0)", : : "r"(ADDRESS)) == PF_VECTOR);
	GUEST_CHECK(guest_trap.error_code == (PF_PRESENT | PF_WRITE));
	GUEST_CHECK(*(volatile uint8_t *)ADDRESS == 0x77);
	guest_done();
}

TEST(protection_of_mmio)
{
	struct machine machine;

	machine_start(&machine, guest_mmio_protection);
	vm_map(&machine.vm, ADDRESS, GPA_MMIO, PTE_PRESENT);
	ASSERT_MMIO_READ(&machine.vcpu, GPA_MMIO, 1, 0x77);
	ASSERT_DONE(&machine.vcpu);
}

/* Accessed and dirty bits of the guest's tables are the CPU's to set. */
static void guest_touches(void)
{
	volatile uint64_t *entry =
		(void *)(GPA_TABLES + (ADDRESS >> 12 & 511) * 8);

	GUEST_CHECK(!(*entry & 0x60));
	*(volatile uint8_t *)ADDRESS;
	GUEST_CHECK((*entry & 0x60) == 0x20);
	*(volatile uint8_t *)ADDRESS = 1;
	GUEST_CHECK((*entry & 0x60) == 0x60);
	guest_done();
}

TEST(accessed_and_dirty)
{
	struct machine machine;

	machine_start(&machine, guest_touches);
	vm_map(&machine.vm, ADDRESS, GPA_DATA, PTE_PRESENT | PTE_WRITE);
	ASSERT_DONE(&machine.vcpu);
}

TEST_HARNESS_MAIN
