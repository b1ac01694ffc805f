// SPDX-License-Identifier: GPL-2.0
/* Control registers from inside the guest: reads, writes, and what faults. */
#include "test.h"

static void guest_cr0(void)
{
	uint64_t cr0 = READ_REG(cr0), status;

	GUEST_CHECK(cr0 == (X86_CR0_PE | X86_CR0_MP | X86_CR0_ET | X86_CR0_NE |
			    X86_CR0_WP | X86_CR0_PG));
	WRITE_REG(cr0, cr0 | X86_CR0_TS);
	GUEST_CHECK(READ_REG(cr0) == (cr0 | X86_CR0_TS));
	asm volatile("clts");
	GUEST_CHECK(READ_REG(cr0) == cr0);
	asm volatile("lmsw %w0" : : "r"(X86_CR0_PE | X86_CR0_TS));
	GUEST_CHECK(READ_REG(cr0) == ((cr0 & ~X86_CR0_MP) | X86_CR0_TS));
	/* LMSW cannot leave protected mode */
	asm volatile("lmsw %w0" : : "r"(X86_CR0_MP));
	GUEST_CHECK(READ_REG(cr0) == cr0);
	asm volatile("smsw %0" : "=r"(status));
	GUEST_CHECK((status & 0xffff) == (cr0 & 0xffff));
	WRITE_REG(cr0, cr0 | X86_CR0_CD | X86_CR0_NW);
	GUEST_CHECK(READ_REG(cr0) == (cr0 | X86_CR0_CD | X86_CR0_NW));
	WRITE_REG(cr0, cr0 & ~X86_CR0_WP);
	GUEST_CHECK(READ_REG(cr0) == (cr0 & ~X86_CR0_WP));
	/* NE and ET look as the guest wants them, whatever VMX needs */
	WRITE_REG(cr0, cr0 & ~X86_CR0_NE);
	GUEST_CHECK(READ_REG(cr0) == (cr0 & ~X86_CR0_NE));
	WRITE_REG(cr0, cr0 & ~X86_CR0_ET);
	GUEST_CHECK(READ_REG(cr0) & X86_CR0_ET);
	guest_done();
}

TEST(cr0_bits)
{
	struct machine machine;

	machine_start(&machine, guest_cr0);
	ASSERT_DONE(&machine.vcpu);
	EXPECT_EQ(X86_CR0_PE | X86_CR0_MP | X86_CR0_ET | X86_CR0_NE |
		  X86_CR0_WP | X86_CR0_PG, vcpu_sregs(&machine.vcpu).cr0 | X86_CR0_NE);
}

static void guest_bad_cr0(void)
{
	uint64_t cr0 = READ_REG(cr0);

	GUEST_CHECK(TRAP_OF_WRITE_REG(cr0, cr0 & ~X86_CR0_PE) == GP_VECTOR);
	GUEST_CHECK(guest_trap.error_code == 0);
	GUEST_CHECK(TRAP_OF_WRITE_REG(cr0, cr0 | X86_CR0_NW) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRITE_REG(cr0, cr0 | 1ul << 32) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRITE_REG(cr0, cr0 | 1ul << 63) == GP_VECTOR);
	/* 64-bit code cannot switch paging off */
	GUEST_CHECK(TRAP_OF_WRITE_REG(cr0, cr0 & ~X86_CR0_PG) == GP_VECTOR);
	GUEST_CHECK(READ_REG(cr0) == cr0);
	guest_done();
}

TEST(cr0_refusals)
{
	struct machine machine;

	machine_start(&machine, guest_bad_cr0);
	ASSERT_DONE(&machine.vcpu);
}

static void guest_cr4(void)
{
	uint64_t cr4 = READ_REG(cr4);

	GUEST_CHECK(cr4 == (X86_CR4_PAE | X86_CR4_OSFXSR));
	WRITE_REG(cr4, cr4 | X86_CR4_TSD | X86_CR4_DE | X86_CR4_PGE);
	GUEST_CHECK(READ_REG(cr4) ==
		    (cr4 | X86_CR4_TSD | X86_CR4_DE | X86_CR4_PGE));
	WRITE_REG(cr4, cr4);
	GUEST_CHECK(READ_REG(cr4) == cr4);
	GUEST_CHECK(TRAP_OF_WRITE_REG(cr4, cr4 & ~X86_CR4_PAE) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRITE_REG(cr4, cr4 | X86_CR4_VMXE) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRITE_REG(cr4, cr4 | 1ul << 15) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRITE_REG(cr4, cr4 | 1ul << 31) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRITE_REG(cr4, cr4 | 1ul << 63) == GP_VECTOR);
	GUEST_CHECK(READ_REG(cr4) == cr4);
	guest_done();
}

TEST(cr4_bits_and_refusals)
{
	struct machine machine;

	machine_start(&machine, guest_cr4);
	ASSERT_DONE(&machine.vcpu);
}

static void guest_cr2_cr3(void)
{
	WRITE_REG(cr2, 0xffff8000deadbeef);
	GUEST_CHECK(READ_REG(cr2) == 0xffff8000deadbeef);
	GUEST_CHECK(READ_REG(cr3) == GPA_PML4);
	WRITE_REG(cr3, GPA_PML4 | 0x18);
	GUEST_CHECK(READ_REG(cr3) == (GPA_PML4 | 0x18));
	GUEST_CHECK(TRAP_OF_WRITE_REG(cr3, GPA_PML4 | 1ul << 52) == GP_VECTOR);
	WRITE_REG(cr2, 0x1234567812345678);
	guest_done();
}

TEST(cr2_and_cr3)
{
	struct machine machine;
	struct kvm_sregs sregs;

	machine_start(&machine, guest_cr2_cr3);
	ASSERT_DONE(&machine.vcpu);
	sregs = vcpu_sregs(&machine.vcpu);
	EXPECT_EQ(0x1234567812345678, sregs.cr2);
	EXPECT_EQ(GPA_PML4 | 0x18, sregs.cr3);
}

/* Registers that do not exist. */
static void guest_no_such_cr(void)
{
	GUEST_CHECK(TRAP_OF(".byte 0x0f, 0x20, 0xc8", : : : "rax") == UD_VECTOR);
	GUEST_CHECK(TRAP_OF(".byte 0x0f, 0x22, 0xe8", : : : "rax") == UD_VECTOR);
	guest_done();
}

TEST(cr1_and_cr5)
{
	struct machine machine;

	machine_start(&machine, guest_no_such_cr);
	ASSERT_DONE(&machine.vcpu);
}

static void guest_user_reads_cr0(void)
{
	READ_REG(cr0);
}

static void guest_reads_cr0_in_ring_3(void)
{
	enter_user(guest_user_reads_cr0);
}

static void guest_sees_gp(struct guest_frame *frame)
{
	GUEST_CHECK(frame->cs == SEL_USER_CODE64);
	guest_done();
}

TEST(needs_privilege)
{
	struct machine machine;

	machine_start(&machine, guest_reads_cr0_in_ring_3);
	guest_handlers[GP_VECTOR] = guest_sees_gp;
	ASSERT_DONE(&machine.vcpu);
}

TEST_HARNESS_MAIN
