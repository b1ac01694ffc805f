// SPDX-License-Identifier: GPL-2.0
/* Instructions that move between MMIO and a register: every form and width. */
#include "test.h"

#define VALUE	0x1122334455667788ull
#define OLD	0xaaaaaaaaaaaaaaaaull

static void guest_stores(void)
{
	const uint64_t at = GPA_MMIO;

	asm volatile("movb %%al, (%1)" : : "a"(VALUE), "r"(at));
	asm volatile("movb %%ah, 1(%1)" : : "a"(VALUE), "Q"(at));
	asm volatile("movw %%ax, 2(%1)" : : "a"(VALUE), "r"(at));
	asm volatile("movl %%eax, 4(%1)" : : "a"(VALUE), "r"(at));
	asm volatile("movq %%rax, 8(%1)" : : "a"(VALUE), "r"(at));
	asm volatile("movq %0, %%r15; movb %%r15b, 16(%1)"
		     : : "r"(VALUE), "r"(at) : "r15");
	asm volatile("movq %0, %%rdi; movb %%dil, 17(%1)"
		     : : "r"(VALUE), "r"(at) : "rdi");
	asm volatile("movb $0x99, 18(%0)" : : "r"(at));
	asm volatile("movw $0x99aa, 20(%0)" : : "r"(at));
	asm volatile("movl $0x99aabbcc, 24(%0)" : : "r"(at));
	asm volatile("movq $-2, 32(%0)" : : "r"(at));
	asm volatile("movnti %0, 40(%1)" : : "r"(VALUE), "r"(at));
	guest_done();
}

TEST(stores)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_stores);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 1, 0x88);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 1, 1, 0x77);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 2, 2, 0x7788);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 4, 4, 0x55667788);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 8, 8, VALUE);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 16, 1, 0x88);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 17, 1, 0x88);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 18, 1, 0x99);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 20, 2, 0x99aa);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 24, 4, 0x99aabbcc);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 32, 8, -2ull);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 40, 8, VALUE);
	ASSERT_DONE(vcpu);
}

/* Narrow loads keep the rest of the register, 32-bit ones clear it. */
static void guest_loads(void)
{
	const uint64_t at = GPA_MMIO;
	uint64_t value;

	asm volatile("movb (%1), %%al" : "=a"(value) : "r"(at), "0"(OLD));
	GUEST_CHECK(value == 0xaaaaaaaaaaaaaa88);
	asm volatile("movb 1(%1), %%ah" : "=a"(value) : "Q"(at), "0"(OLD));
	GUEST_CHECK(value == 0xaaaaaaaaaaaa77aa);
	asm volatile("movw 2(%1), %%ax" : "=a"(value) : "r"(at), "0"(OLD));
	GUEST_CHECK(value == 0xaaaaaaaaaaaa7788);
	asm volatile("movl 4(%1), %%eax" : "=a"(value) : "r"(at), "0"(OLD));
	GUEST_CHECK(value == 0x55667788);
	asm volatile("movq 8(%1), %0" : "=r"(value) : "r"(at));
	GUEST_CHECK(value == VALUE);
	asm volatile("movq 16(%1), %%r12; movq %%r12, %0"
		     : "=r"(value) : "r"(at) : "r12");
	GUEST_CHECK(value == VALUE);
	guest_done();
}

TEST(loads)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_loads);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 1, 0x88);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + 1, 1, 0x77);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + 2, 2, 0x7788);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + 4, 4, 0x55667788);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + 8, 8, VALUE);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + 16, 8, VALUE);
	ASSERT_DONE(vcpu);
}

static void guest_extends(void)
{
	const uint64_t at = GPA_MMIO;
	uint64_t value;

	asm volatile("movzbw (%1), %%ax" : "=a"(value) : "r"(at), "0"(OLD));
	GUEST_CHECK(value == 0xaaaaaaaaaaaa0088);
	asm volatile("movzbl (%1), %%eax" : "=a"(value) : "r"(at), "0"(OLD));
	GUEST_CHECK(value == 0x88);
	asm volatile("movzbq (%1), %%rax" : "=a"(value) : "r"(at), "0"(OLD));
	GUEST_CHECK(value == 0x88);
	asm volatile("movzwl (%1), %%eax" : "=a"(value) : "r"(at), "0"(OLD));
	GUEST_CHECK(value == 0x8877);
	asm volatile("movsbw (%1), %%ax" : "=a"(value) : "r"(at), "0"(OLD));
	GUEST_CHECK(value == 0xaaaaaaaaaaaaff88);
	asm volatile("movsbl (%1), %%eax" : "=a"(value) : "r"(at), "0"(OLD));
	GUEST_CHECK(value == 0xffffff88);
	asm volatile("movsbq (%1), %%rax" : "=a"(value) : "r"(at), "0"(OLD));
	GUEST_CHECK(value == 0xffffffffffffff88);
	asm volatile("movswq (%1), %%rax" : "=a"(value) : "r"(at), "0"(OLD));
	GUEST_CHECK(value == 0xffffffffffff8877);
	asm volatile("movslq (%1), %%rax" : "=a"(value) : "r"(at), "0"(OLD));
	GUEST_CHECK(value == 0xffffffff99887766);
	guest_done();
}

TEST(zero_and_sign_extension)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_extends);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 1, 0x88);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 1, 0x88);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 1, 0x88);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 2, 0x8877);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 1, 0x88);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 1, 0x88);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 1, 0x88);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 2, 0x8877);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0x99887766);
	ASSERT_DONE(vcpu);
}

/* The forms of MOV with an absolute address and the accumulator. */
static void guest_moffs(void)
{
	uint64_t value = VALUE;

	asm volatile("movabsb %%al, %c1" : : "a"(value), "i"(GPA_MMIO));
	asm volatile("movabsw %%ax, %c1" : : "a"(value), "i"(GPA_MMIO));
	asm volatile("movabsl %%eax, %c1" : : "a"(value), "i"(GPA_MMIO));
	asm volatile("movabsq %%rax, %c1" : : "a"(value), "i"(GPA_MMIO));
	asm volatile("movabsb %c1, %%al" : "=a"(value) : "i"(GPA_MMIO), "0"(OLD));
	GUEST_CHECK(value == 0xaaaaaaaaaaaaaa88);
	asm volatile("movabsq %c1, %%rax" : "=a"(value) : "i"(GPA_MMIO));
	GUEST_CHECK(value == VALUE);
	guest_done();
}

TEST(absolute_address)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_moffs);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 1, 0x88);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 2, 0x7788);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0x55667788);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 8, VALUE);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 1, 0x88);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 8, VALUE);
	ASSERT_DONE(vcpu);
}

/* A load completes on the next KVM_RUN, even if that one does not enter. */
static void guest_one_load(void)
{
	asm volatile("movq (%0), %%rax" : : "r"(GPA_MMIO) : "rax");
	guest_done();
}

TEST(load_completes_without_entry)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_one_load);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 8, VALUE);
	vcpu->run->immediate_exit = 1;
	ASSERT_EQ(-EINTR, vcpu_run(vcpu));
	vcpu->run->immediate_exit = 0;
	EXPECT_EQ(VALUE, vcpu_regs(vcpu).rax);
	ASSERT_DONE(vcpu);
}

TEST_HARNESS_MAIN
