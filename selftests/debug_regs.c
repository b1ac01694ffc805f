// SPDX-License-Identifier: GPL-2.0
/* Debug registers of the guest: values, refusals, breakpoints. */
#include "test.h"

#define DR6_FIXED	0xffff0ff0ul
#define DR6_BD		(1ul << 13)
#define DR7_FIXED	(1ul << 10)
#define DR7_GD		(1ul << 13)
#define DR7_L0		(1ul << 0)
#define DR7_WRITE_4_BYTES(n) (0xdul << (16 + 4 * (n)))

static uint64_t db_rip, db_dr6, db_count;

static void guest_takes_db(struct guest_frame *frame)
{
	db_rip = frame->rip;
	db_dr6 = READ_REG(dr6);
	db_count++;
	WRITE_REG(dr6, DR6_FIXED);
	frame->rflags |= 1ul << 16;	/* RF: not again at once */
}

static void guest_round_trip(void)
{
	GUEST_CHECK(READ_REG(dr7) == DR7_FIXED);
	GUEST_CHECK((READ_REG(dr6) & ~(1ul << 16)) == (DR6_FIXED & ~(1ul << 16)));
	WRITE_REG(dr0, 0x1000000000000001);
	WRITE_REG(dr1, 0x2000000000000002);
	WRITE_REG(dr2, 0x3000000000000003);
	WRITE_REG(dr3, 0x4000000000000004);
	guest_sync(1);
	GUEST_CHECK(READ_REG(dr0) == 0x1000000000000001);
	GUEST_CHECK(READ_REG(dr1) == 0x2000000000000002);
	GUEST_CHECK(READ_REG(dr2) == 0x3000000000000003);
	GUEST_CHECK(READ_REG(dr3) == 0x4000000000000004);
	/* without CR4.DE the names 4 and 5 mean 6 and 7 */
	GUEST_CHECK(TRAP_OF(".byte 0x0f, 0x21, 0xe8", : : : "rax") == NO_TRAP);
	WRITE_REG(cr4, READ_REG(cr4) | X86_CR4_DE);
	GUEST_CHECK(TRAP_OF(".byte 0x0f, 0x21, 0xe8", : : : "rax") == UD_VECTOR);
	guest_done();
}

TEST(values_survive_an_exit)
{
	struct machine machine;

	machine_start(&machine, guest_round_trip);
	ASSERT_SYNC(&machine.vcpu, 1);
	ASSERT_DONE(&machine.vcpu);
}

static void guest_reserved_bits(void)
{
	GUEST_CHECK(TRAP_OF_WRITE_REG(dr6, DR6_FIXED | 1ul << 32) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRITE_REG(dr7, DR7_FIXED | 1ul << 63) == GP_VECTOR);
	WRITE_REG(dr7, 0);
	GUEST_CHECK(READ_REG(dr7) == DR7_FIXED);
	guest_done();
}

TEST(reserved_bits)
{
	struct machine machine;

	machine_start(&machine, guest_reserved_bits);
	ASSERT_DONE(&machine.vcpu);
}

/* With DR7.GD every access to a debug register is an exception before it. */
static void guest_general_detect(void)
{
	uint64_t access;

	guest_handlers[DB_VECTOR] = guest_takes_db;
	WRITE_REG(dr7, DR7_FIXED | DR7_GD);
	asm volatile("lea 1f(%%rip), %0\n1:\n\tmov %%dr0, %%rax"
		     : "=r"(access) : : "rax");
	GUEST_CHECK(db_count == 1);
	GUEST_CHECK(db_rip == access);
	GUEST_CHECK(db_dr6 & DR6_BD);
	GUEST_CHECK(!(READ_REG(dr7) & DR7_GD));
	guest_done();
}

TEST(general_detect)
{
	struct machine machine;

	machine_start(&machine, guest_general_detect);
	ASSERT_DONE(&machine.vcpu);
}

static volatile uint32_t watched;

static void guest_breakpoints(void)
{
	uint64_t target;

	guest_handlers[DB_VECTOR] = guest_takes_db;
	asm volatile("lea 1f(%%rip), %0\n\tmov %0, %%dr0\n\tmov %1, %%dr7\n"
		     "1:\tnop" : "=&r"(target) : "r"(DR7_FIXED | DR7_L0));
	GUEST_CHECK(db_count == 1);
	GUEST_CHECK(db_rip == target);
	GUEST_CHECK((db_dr6 & 0xf) == 1);

	WRITE_REG(dr0, &watched);
	WRITE_REG(dr7, DR7_FIXED | DR7_L0 | DR7_WRITE_4_BYTES(0));
	guest_sync(1);
	watched = 1;
	asm volatile("nop");
	GUEST_CHECK(db_count == 2);
	GUEST_CHECK((db_dr6 & 0xf) == 1);
	WRITE_REG(dr7, DR7_FIXED);
	watched = 2;
	GUEST_CHECK(db_count == 2);
	guest_done();
}

TEST(guest_breakpoints_of_code_and_data)
{
	struct machine machine;

	machine_start(&machine, guest_breakpoints);
	ASSERT_SYNC(&machine.vcpu, 1);
	ASSERT_DONE(&machine.vcpu);
}

/* The host's own breakpoints are none of the guest's, and come back. */
static void guest_quiet(void)
{
	GUEST_CHECK(READ_REG(dr7) == DR7_FIXED);
	WRITE_REG(dr0, 0x5555);
	WRITE_REG(dr7, DR7_FIXED | DR7_L0);
	guest_done();
}

TEST(two_vcpus_have_their_own)
{
	struct machine machine;
	struct vcpu second;

	machine_start(&machine, guest_quiet);
	vcpu_create(&machine.vm, &second, 1);
	vcpu_start(&second, guest_quiet);
	ASSERT_DONE(&machine.vcpu);
	ASSERT_DONE(&second);
}

TEST_HARNESS_MAIN
