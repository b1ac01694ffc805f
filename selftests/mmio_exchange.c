// SPDX-License-Identifier: GPL-2.0
/*
 * MMIO instructions with a second result or an address of their own kind:
 * exchange and compare, bit strings, the stack, comparisons of strings.
 */
#include "test.h"

static uint8_t guest_buffer[16];

static void guest_xadd(void)
{
	uint64_t value = 5;

	asm volatile("lock xaddl %k0, (%1)" : "+r"(value) : "r"(GPA_MMIO) : "cc");
	GUEST_CHECK(value == 0xfffffffe);
	guest_done();
}

TEST(xadd)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_xadd);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0xfffffffe);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 3);
	ASSERT_DONE(vcpu);
}

static void guest_cmpxchg(void)
{
	uint64_t accumulator = 0xaaaaaaaa00001234, flags;

	asm volatile("lock cmpxchgw %w2, (%3)\n\tpushfq\n\tpopq %1"
		     : "+a"(accumulator), "=r"(flags)
		     : "r"(0x5678), "r"(GPA_MMIO) : "cc");
	GUEST_CHECK(flags & X86_EFLAGS_ZF);
	GUEST_CHECK(accumulator == 0xaaaaaaaa00001234);
	asm volatile("lock cmpxchgl %k2, (%3)\n\tpushfq\n\tpopq %1"
		     : "+a"(accumulator), "=r"(flags)
		     : "r"(0x5678), "r"(GPA_MMIO) : "cc");
	GUEST_CHECK(!(flags & X86_EFLAGS_ZF));
	GUEST_CHECK(accumulator == 0x9abc);
	guest_done();
}

/* What is not equal is written back, as the SDM says of the bus cycle. */
TEST(cmpxchg)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_cmpxchg);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 2, 0x1234);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 2, 0x5678);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0x9abc);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0x9abc);
	ASSERT_DONE(vcpu);
}

static void guest_bit_strings(void)
{
	const uint64_t at = GPA_MMIO + 0x800;

	asm volatile("btsl %k0, (%1)" : : "r"(33ul), "r"(at) : "cc");
	asm volatile("btsl %k0, (%1)" : : "r"(-1ul), "r"(at) : "cc");
	asm volatile("btrq %0, (%1)" : : "r"(64 * 256ul + 3), "r"(at) : "cc");
	asm volatile("btcw %w0, (%1)" : : "r"(-17ul), "r"(at) : "cc");
	/* an immediate stays within the operand */
	asm volatile("btsl $33, (%0)" : : "r"(at) : "cc");
	guest_done();
}

TEST(bit_offset_in_a_register)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_bit_strings);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + 0x804, 4, 0);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x804, 4, 2);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + 0x7fc, 4, 0);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x7fc, 4, 0x80000000);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + 0x1000, 8, 0xff);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x1000, 8, 0xf7);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + 0x7fc, 2, 0);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x7fc, 2, 0x8000);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + 0x800, 4, 0);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x800, 4, 2);
	ASSERT_DONE(vcpu);
}

/* To and from the stack; RSP as base is that before PUSH and that after POP. */
static void guest_stack(void)
{
	uint64_t value, rsp = 0;

	asm volatile("pushq (%1)\n\tpopq %0" : "=r"(value) : "r"(GPA_MMIO));
	GUEST_CHECK(value == 0x1122334455667788);
	asm volatile("pushq %0\n\tpopq (%1)"
		     : : "r"(0x55ul), "r"(GPA_MMIO + 8ul) : "memory");
	asm volatile("movq %%rsp, %%rbx\n\t"
		     "leaq 16(%1), %%rsp\n\tpushq (%%rsp)\n\t"
		     "movq %%rsp, %0\n\tmovq %%rbx, %%rsp"
		     : "=&r"(rsp) : "r"(GPA_MMIO) : "rbx", "memory");
	GUEST_CHECK(rsp == GPA_MMIO + 8);
	asm volatile("movq %%rsp, %%rbx\n\t"
		     "leaq 16(%1), %%rsp\n\tpopq (%%rsp)\n\t"
		     "movq %%rsp, %0\n\tmovq %%rbx, %%rsp"
		     : "=&r"(rsp) : "r"(GPA_MMIO) : "rbx", "memory");
	GUEST_CHECK(rsp == GPA_MMIO + 24);
	guest_done();
}

TEST(stack)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_stack);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 8, 0x1122334455667788);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 8, 8, 0x55);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + 16, 8, 0x66);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 8, 8, 0x66);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + 16, 8, 0x77);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 24, 8, 0x77);
	ASSERT_DONE(vcpu);
}

static void guest_compares(void)
{
	uint64_t di = GPA_MMIO, si = (uint64_t)guest_buffer, count = 4;

	/* equal, equal, not: three of four */
	asm volatile("repe cmpsb" : "+D"(di), "+S"(si), "+c"(count) : : "cc", "memory");
	GUEST_CHECK(count == 1 && di == GPA_MMIO + 3);
	GUEST_CHECK(si == (uint64_t)guest_buffer + 3);

	di = GPA_MMIO;
	count = 8;
	asm volatile("repne scasw" : "+D"(di), "+c"(count) : "a"(0xbeef)
		     : "cc", "memory");
	GUEST_CHECK(count == 6 && di == GPA_MMIO + 4);
	guest_done();
}

TEST(string_comparison_ends_early)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	memcpy(guest_buffer, "abcd", 4);
	machine_start(&machine, guest_compares);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 1, 'a');
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + 1, 1, 'b');
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + 2, 1, 'x');
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 2, 0xdead);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + 2, 2, 0xbeef);
	ASSERT_DONE(vcpu);
}

/* Two operands, the first in MMIO already read when the second faults. */
#define UNMAPPED	0x3f000000ull

static void guest_movs_to_nowhere(void)
{
	GUEST_CHECK(TRAP_OF("movsl", : : "S"(GPA_MMIO), "D"(UNMAPPED) : "memory")
		    == PF_VECTOR);
	GUEST_CHECK(guest_trap.cr2 == UNMAPPED);
	GUEST_CHECK(guest_trap.error_code == 2);
	/* a read-modify-write faults as a write */
	GUEST_CHECK(TRAP_OF("orl $1, (%0)", : : "r"(UNMAPPED + PAGE_SIZE)
			    : "memory") == PF_VECTOR);
	GUEST_CHECK(guest_trap.error_code == 3);
	guest_done();
}

TEST(faults_of_operands)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_movs_to_nowhere);
	vm_map(&machine.vm, UNMAPPED, 0, 0);
	vm_map(&machine.vm, UNMAPPED + PAGE_SIZE, GPA_MMIO, PTE_PRESENT);
	while (vcpu_run(vcpu) == KVM_EXIT_MMIO)
		ASSERT_EQ(0, vcpu->run->mmio.is_write);
	ASSERT_EQ(KVM_EXIT_IO, vcpu->run->exit_reason) {
		vcpu_describe(vcpu);
	}
	ASSERT_EQ(PORT_DONE, vcpu->run->io.port);
}

TEST_HARNESS_MAIN
