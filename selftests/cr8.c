// SPDX-License-Identifier: GPL-2.0
/* CR8, which the VMM's interrupt controller looks at, and apic_base. */
#include "test.h"

static void guest_cr8(void)
{
	GUEST_CHECK(READ_REG(cr8) == 3);
	WRITE_REG(cr8, 9);
	GUEST_CHECK(READ_REG(cr8) == 9);
	guest_sync(1);
	GUEST_CHECK(READ_REG(cr8) == 7);
	WRITE_REG(cr8, 5);
	guest_sync(2);
	GUEST_CHECK(TRAP_OF_WRITE_REG(cr8, 16) == GP_VECTOR);
	GUEST_CHECK(READ_REG(cr8) == 5);
	guest_done();
}

/* Raising it needs no exit; lowering may let an interrupt through. */
TEST(value_travels_in_the_run_area)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_cr8);
	vcpu->run->cr8 = 3;
	ASSERT_SYNC(vcpu, 1);
	EXPECT_EQ(9, vcpu->run->cr8);
	EXPECT_EQ(9, vcpu_sregs(vcpu).cr8);
	vcpu->run->cr8 = 7;
	ASSERT_EXIT(vcpu, KVM_EXIT_SET_TPR);
	EXPECT_EQ(5, vcpu->run->cr8);
	ASSERT_SYNC(vcpu, 2);
	ASSERT_DONE(vcpu);
}

TEST(run_refuses_a_bad_value)
{
	struct machine machine;

	machine_start(&machine, guest_cr8);
	machine.vcpu.run->cr8 = 16;
	EXPECT_EQ(-EINVAL, vcpu_run(&machine.vcpu));
	machine.vcpu.run->cr8 = 3;
	ASSERT_SYNC(&machine.vcpu, 1);
}

static void guest_nothing(void)
{
	guest_done();
}

TEST(apic_base_is_reported)
{
	struct machine machine;

	machine_start(&machine, guest_nothing);
	ASSERT_DONE(&machine.vcpu);
	EXPECT_EQ(0xfee00900, machine.vcpu.run->apic_base);
}

TEST_HARNESS_MAIN
