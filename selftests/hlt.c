// SPDX-License-Identifier: GPL-2.0
/* HLT leaves to the VMM, and the next KVM_RUN goes on behind it. */
#include "test.h"

static uint64_t after_hlt;

static void guest_halts(void)
{
	asm volatile("hlt\n1:\n\tlea 1b(%%rip), %0" : "=r"(after_hlt));
	asm volatile("hlt");
	guest_done();
}

TEST(exit_and_resume)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	uint64_t rip;

	machine_start(&machine, guest_halts);
	ASSERT_EXIT(vcpu, KVM_EXIT_HLT);
	rip = vcpu_regs(vcpu).rip;
	ASSERT_EXIT(vcpu, KVM_EXIT_HLT);
	EXPECT_EQ(rip, after_hlt);
	ASSERT_DONE(vcpu);
}

static void guest_user_hlt(void)
{
	asm volatile("hlt");
}

static void guest_hlt_in_ring_3(void)
{
	enter_user(guest_user_hlt);
}

static void guest_sees_gp(struct guest_frame *frame)
{
	GUEST_CHECK(frame->cs == SEL_USER_CODE64);
	guest_done();
}

TEST(needs_privilege)
{
	struct machine machine;

	machine_start(&machine, guest_hlt_in_ring_3);
	guest_handlers[GP_VECTOR] = guest_sees_gp;
	ASSERT_DONE(&machine.vcpu);
}

TEST_HARNESS_MAIN
