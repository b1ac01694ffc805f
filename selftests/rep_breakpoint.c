// SPDX-License-Identifier: GPL-2.0
/*
 * A breakpoint on a repeated string instruction that is emulated hits once, not
 * before each iteration: RF, set by the handler, lasts to the instruction's end.
 */
#include "test.h"

#define COUNT		3

#define X86_EFLAGS_RF	(1ul << 16)
#define DR7_FIXED	(1ul << 10)
#define DR7_L0		(1ul << 0)

static uint64_t db_count, last_rip;

static void guest_takes_db(struct guest_frame *frame)
{
	db_count++;
	last_rip = frame->rip;
	frame->rflags |= X86_EFLAGS_RF;
}

/* Stores to MMIO: an exit for each element. */
static void guest_stos(void)
{
	uint64_t target;

	guest_handlers[DB_VECTOR] = guest_takes_db;
	asm volatile("lea 1f(%%rip), %0\n\tmov %0, %%dr0\n\tmov %1, %%dr7\n"
		     "1:\trep stosw"
		     : "=&r"(target)
		     : "r"(DR7_FIXED | DR7_L0), "D"(GPA_MMIO), "c"(COUNT), "a"(0)
		     : "memory");
	GUEST_CHECK(db_count == 1);
	GUEST_CHECK(last_rip == target);
	guest_done();
}

TEST(stores_to_mmio)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_stos);
	for (int i = 0; i < COUNT; i++) {
		ASSERT_EXIT(vcpu, KVM_EXIT_MMIO);
		ASSERT_EQ(GPA_MMIO + 2 * i, vcpu->run->mmio.phys_addr);
	}
	ASSERT_DONE(vcpu);
}

/* After the instruction RF is gone: a breakpoint on the next one hits. */
static void guest_next_insn(void)
{
	uint64_t target, next;

	guest_handlers[DB_VECTOR] = guest_takes_db;
	asm volatile("lea 1f(%%rip), %0\n\tlea 2f(%%rip), %1\n\t"
		     "mov %0, %%dr0\n\tmov %1, %%dr1\n\tmov %2, %%dr7\n"
		     "1:\trep stosw\n2:\tnop"
		     : "=&r"(target), "=&r"(next)
		     : "r"(DR7_FIXED | DR7_L0 | DR7_L0 << 2), "D"(GPA_MMIO),
		       "c"(COUNT), "a"(0)
		     : "memory");
	GUEST_CHECK(db_count == 2);
	GUEST_CHECK(last_rip == next);
	guest_done();
}

TEST(the_next_instruction_has_its_own)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_next_insn);
	for (int i = 0; i < COUNT; i++)
		ASSERT_EXIT(vcpu, KVM_EXIT_MMIO);
	ASSERT_DONE(vcpu);
}

TEST_HARNESS_MAIN
