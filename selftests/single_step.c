// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that single-steps itself with RFLAGS.TF gets its #DB after each
 * instruction, also after those that the hypervisor carries out for it.
 */
#include "test.h"

#define DR6_BS	(1ul << 14)
#define MAX_STEPS 16

static uint64_t steps[MAX_STEPS], step_count;
extern const char step_0[], step_1[], step_2[], step_3[];

static void guest_takes_step(struct guest_frame *frame)
{
	GUEST_CHECK(READ_REG(dr6) & DR6_BS);
	WRITE_REG(dr6, 0xffff0ff0);
	if (step_count < MAX_STEPS)
		steps[step_count++] = frame->rip;
	if (frame->rip == (uint64_t)step_3)
		frame->rflags &= ~X86_EFLAGS_TF;
}

/* POPF sets TF; the first step is after the instruction that follows it. */
static void guest_steps(void)
{
	guest_handlers[DB_VECTOR] = guest_takes_step;
	asm volatile("xorl %%eax, %%eax\n\txorl %%ecx, %%ecx\n\t"
		     "pushq %0\n\tpopfq\n"
		     "	nop\n"
		     "step_0:	cpuid\n"
		     "step_1:	outb %%al, $0xd1\n"
		     "step_2:	movq %%cr0, %%rax\n"
		     "step_3:	nop\n"
		     : : "i"(X86_EFLAGS_FIXED | X86_EFLAGS_TF)
		     : "rax", "rbx", "rcx", "rdx", "memory");
	guest_done();
}

TEST(every_instruction_is_one_step)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_steps);
	ASSERT_EXIT(vcpu, KVM_EXIT_IO);
	ASSERT_EQ(PORT_SYNC, vcpu->run->io.port);
	ASSERT_DONE(vcpu);
	ASSERT_EQ(4, step_count) {
		for (uint64_t i = 0; i < step_count; i++)
			TH_LOG("step at %#lx, the first label is %#lx",
			       steps[i], (uint64_t)step_0);
	}
	EXPECT_EQ((uint64_t)step_0, steps[0]);
	EXPECT_EQ((uint64_t)step_1, steps[1]);
	EXPECT_EQ((uint64_t)step_2, steps[2]);
	EXPECT_EQ((uint64_t)step_3, steps[3]);
}

TEST_HARNESS_MAIN
