// SPDX-License-Identifier: GPL-2.0
/* Emulated arithmetic against the CPU that runs this test. */
#include <linux/kernel.h>
#include <kselftest_harness.h>

#include "../../module/alu.c"

/*
 * Results and flags of @text with the destination in RAX and the source in RCX.
 * Logic leaves AF undefined: the emulator clears it, as all CPUs seen so far.
 */
#define NATIVE(name, text)						\
static u64 name(u64 dst, u64 src, unsigned long *rflags)		\
{									\
	asm volatile("leaq -128(%%rsp), %%rsp\n\t"	/* the red zone */ \
		     "pushq %1\n\tpopfq\n\t" text "\n\tpushfq\n\tpopq %1\n\t" \
		     "leaq 128(%%rsp), %%rsp"				\
		     : "+a"(dst), "+r"(*rflags) : "c"(src) : "cc");	\
	return dst;							\
}

#define TWO_OPERANDS(op)						\
	NATIVE(op##_1, #op "b %%cl, %%al")				\
	NATIVE(op##_2, #op "w %%cx, %%ax")				\
	NATIVE(op##_4, #op "l %%ecx, %%eax")				\
	NATIVE(op##_8, #op "q %%rcx, %%rax")

#define ONE_OPERAND(op)							\
	NATIVE(op##_1, #op "b %%al")					\
	NATIVE(op##_2, #op "w %%ax")					\
	NATIVE(op##_4, #op "l %%eax")					\
	NATIVE(op##_8, #op "q %%rax")

#define BIT_OPERATION(op)						\
	NATIVE(op##_2, #op "w %%cx, %%ax")				\
	NATIVE(op##_4, #op "l %%ecx, %%eax")				\
	NATIVE(op##_8, #op "q %%rcx, %%rax")

TWO_OPERANDS(add) TWO_OPERANDS(or) TWO_OPERANDS(adc) TWO_OPERANDS(sbb)
TWO_OPERANDS(and) TWO_OPERANDS(sub) TWO_OPERANDS(xor) TWO_OPERANDS(cmp)
TWO_OPERANDS(test) TWO_OPERANDS(xadd)
ONE_OPERAND(not) ONE_OPERAND(neg) ONE_OPERAND(inc) ONE_OPERAND(dec)
BIT_OPERATION(bt) BIT_OPERATION(bts) BIT_OPERATION(btr) BIT_OPERATION(btc)

/* Numbers around which carries, signs and overflows change. */
static const u64 numbers[] = {
	0, 1, 2, 7, 8, 0xf, 0x10, 0x11, 0x7e, 0x7f, 0x80, 0x81, 0xfe, 0xff,
	0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000,
	0xffffffff, 0x100000000, 0x123456789abcdef0, 0x7fffffffffffffff,
	0x8000000000000000, 0xaaaaaaaaaaaaaaaa, 0xfffffffffffffffe,
	0xffffffffffffffff,
};

/* Which flags to compare: those that the instruction defines. */
#define ALL	ALU_STATUS_FLAGS
#define CARRY	((unsigned long)X86_EFLAGS_CF)

static void compare(struct __test_metadata *_metadata, enum insn_op op,
		    unsigned int size,
		    u64 (*native)(u64 dst, u64 src, unsigned long *rflags),
		    u64 dst, u64 src, unsigned long before, unsigned long mask)
{
	unsigned long flags = before, expected_flags = before;
	u64 expected = native(dst, src, &expected_flags);
	u64 result = alu_execute(op, size, dst, src, &flags);

	if (op != INSN_CMP && op != INSN_TEST)
		EXPECT_EQ(alu_truncate(expected, size), result) {
			TH_LOG("op %d size %u: 0x%llx, 0x%llx", op, size,
			       (unsigned long long)dst,
			       (unsigned long long)src);
		}
	EXPECT_EQ(expected_flags & mask, flags & mask) {
		TH_LOG("op %d size %u: 0x%llx, 0x%llx", op, size,
		       (unsigned long long)dst, (unsigned long long)src);
	}
	EXPECT_EQ(before & ~ALU_STATUS_FLAGS, flags & ~ALU_STATUS_FLAGS);
}

static void compare_all(struct __test_metadata *_metadata, enum insn_op op,
			unsigned int size,
			u64 (*native)(u64, u64, unsigned long *),
			unsigned long mask)
{
	static const unsigned long before[] = {
		X86_EFLAGS_FIXED, X86_EFLAGS_FIXED | ALU_STATUS_FLAGS,
	};

	for (size_t d = 0; d < ARRAY_SIZE(numbers); d++)
		for (size_t s = 0; s < ARRAY_SIZE(numbers); s++)
			for (size_t f = 0; f < ARRAY_SIZE(before); f++)
				compare(_metadata, op, size, native,
					alu_truncate(numbers[d], size),
					alu_truncate(numbers[s], size),
					before[f], mask);
}

#define TEST_WIDE(name, op, mask)					\
	compare_all(_metadata, op, 2, name##_2, mask);			\
	compare_all(_metadata, op, 4, name##_4, mask);			\
	compare_all(_metadata, op, 8, name##_8, mask)

#define TEST_ALL(name, op)						\
TEST(name##_insn)								\
{									\
	compare_all(_metadata, op, 1, name##_1, ALL);			\
	TEST_WIDE(name, op, ALL);					\
}

#define TEST_BITS(name, op)						\
TEST(name##_insn)								\
{									\
	TEST_WIDE(name, op, CARRY);					\
}

TEST_ALL(add, INSN_ADD)
TEST_ALL(or, INSN_OR)
TEST_ALL(adc, INSN_ADC)
TEST_ALL(sbb, INSN_SBB)
TEST_ALL(and, INSN_AND)
TEST_ALL(sub, INSN_SUB)
TEST_ALL(xor, INSN_XOR)
TEST_ALL(cmp, INSN_CMP)
TEST_ALL(test, INSN_TEST)
TEST_ALL(xadd, INSN_XADD)
TEST_ALL(not, INSN_NOT)
TEST_ALL(neg, INSN_NEG)
TEST_ALL(inc, INSN_INC)
TEST_ALL(dec, INSN_DEC)
TEST_BITS(bt, INSN_BT)
TEST_BITS(bts, INSN_BTS)
TEST_BITS(btr, INSN_BTR)
TEST_BITS(btc, INSN_BTC)

TEST_HARNESS_MAIN
