// SPDX-License-Identifier: GPL-2.0
/* Arithmetic and logic on MMIO: a read, then a write unless it only compares. */
#include "test.h"

#define ARITHMETIC_FLAGS 0x8d5ull	/* CF PF AF ZF SF OF */

static uint64_t flags_after;

/*
 * Runs @insn on MMIO, and on ordinary memory for the flags it should leave.
 * The comparison is against the CPU itself, not against a table of ours.
 */
#define ALU(insn, operand, initial) do {				\
	uint64_t memory__ = (initial), expected__, got__;		\
									\
	asm volatile("stc\n\t" insn "\n\tpushfq\n\tpopq %0"		\
		     : "=r"(expected__)					\
		     : "a"(operand), "r"(&memory__) : "memory", "cc");	\
	asm volatile("stc\n\t" insn "\n\tpushfq\n\tpopq %0"		\
		     : "=r"(got__)					\
		     : "a"(operand), "r"((uint64_t)GPA_MMIO)		\
		     : "memory", "cc");					\
	flags_after = got__;						\
	GUEST_CHECK(((expected__ ^ got__) & ARITHMETIC_FLAGS) == 0);	\
} while (0)

static void guest_logic(void)
{
	ALU("andl %%eax, (%2)", 0x0f0f0f0f, 0x12345678);
	ALU("orb %%al, (%2)", 0x80, 0x01);
	ALU("xorw %%ax, (%2)", 0xffff, 0x00ff);
	ALU("andq $0x7f, (%2)", 0, 0xffffffffffffffff);
	ALU("orl $0x12345678, (%2)", 0, 0x80000000);
	ALU("andl (%2), %%eax", 0xff, 0x1234);
	guest_done();
}

TEST(and_or_xor)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_logic);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0x12345678);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0x02040608);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 1, 0x01);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 1, 0x81);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 2, 0x00ff);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 2, 0xff00);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 8, 0xffffffffffffffff);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 8, 0x7f);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0x80000000);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0x92345678);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0x1234);
	ASSERT_DONE(vcpu);
}

static void guest_arithmetic(void)
{
	ALU("addl %%eax, (%2)", 1, 0xffffffff);
	ALU("adcl %%eax, (%2)", 1, 0x7ffffffe);
	ALU("subw %%ax, (%2)", 2, 1);
	ALU("sbbb %%al, (%2)", 0, 0x80);
	ALU("cmpl %%eax, (%2)", 5, 5);
	ALU("cmpl $7, (%2)", 0, 5);
	ALU("cmpl (%2), %%eax", 4, 5);
	ALU("testb $0x80, (%2)", 0, 0x80);
	ALU("testl %%eax, (%2)", 1, 2);
	guest_done();
}

TEST(add_sub_cmp_test)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_arithmetic);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0xffffffff);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0x7ffffffe);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0x80000000);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 2, 1);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 2, 0xffff);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 1, 0x80);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 1, 0x7f);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 5);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 5);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 5);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 1, 0x80);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 2);
	ASSERT_DONE(vcpu);
}

static void guest_unary(void)
{
	ALU("incl (%2)", 0, 0xffffffff);
	ALU("decb (%2)", 0, 0);
	ALU("negl (%2)", 0, 1);
	ALU("notq (%2)", 0, 0x00ff);
	guest_done();
}

TEST(inc_dec_neg_not)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_unary);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0xffffffff);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 1, 0);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 1, 0xff);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 1);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0xffffffff);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 8, 0x00ff);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 8, 0xffffffffffffff00);
	ASSERT_DONE(vcpu);
}

static void guest_bits(void)
{
	ALU("btsl $4, (%2)", 0, 0);
	GUEST_CHECK(!(flags_after & X86_EFLAGS_CF));
	ALU("btrl $4, (%2)", 0, 0x10);
	GUEST_CHECK(flags_after & X86_EFLAGS_CF);
	ALU("btl $3, (%2)", 0, 0x8);
	GUEST_CHECK(flags_after & X86_EFLAGS_CF);
	ALU("lock btsl $0, (%2)", 0, 0);
	guest_done();
}

TEST(bit_test)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_bits);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0x10);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0x10);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0x8);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 1);
	ASSERT_DONE(vcpu);
}

static void guest_xchg(void)
{
	uint64_t value = 0x1234;

	asm volatile("xchgl %k0, (%1)" : "+r"(value) : "r"(GPA_MMIO));
	GUEST_CHECK(value == 0x9abc);
	asm volatile("xchgq %0, (%1)" : "+r"(value) : "r"(GPA_MMIO));
	GUEST_CHECK(value == 0x1122334455667788);
	guest_done();
}

TEST(xchg)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_xchg);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0x9abc);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0x1234);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 8, 0x1122334455667788);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 8, 0x9abc);
	ASSERT_DONE(vcpu);
}

TEST_HARNESS_MAIN
