// SPDX-License-Identifier: GPL-2.0
/* XSETBV: the values that XCR0 takes, and those that fault. */
#include "test.h"

#define TRAP_OF_XSETBV(register_, value) \
	TRAP_OF("xsetbv", : : "c"(register_), "a"((uint32_t)(value)), \
		"d"((uint32_t)((uint64_t)(value) >> 32)) : "memory")

#define XCR0_X87	1ull
#define XCR0_SSE	2ull
#define XCR0_AVX	4ull
#define XCR0_AVX512	0xe0ull

static uint64_t supported;

static uint64_t read_xcr0(void)
{
	uint32_t low, high;

	asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return low | (uint64_t)high << 32;
}

static void guest_xcr0(void)
{
	GUEST_CHECK(TRAP_OF_XSETBV(0, 1) == UD_VECTOR);
	WRITE_REG(cr4, READ_REG(cr4) | X86_CR4_OSXSAVE);
	GUEST_CHECK(read_xcr0() == XCR0_X87);
	GUEST_CHECK(TRAP_OF_XSETBV(0, XCR0_X87 | XCR0_SSE) == NO_TRAP);
	GUEST_CHECK(read_xcr0() == (XCR0_X87 | XCR0_SSE));
	GUEST_CHECK(TRAP_OF_XSETBV(0, supported) == NO_TRAP);
	guest_sync(1);
	GUEST_CHECK(read_xcr0() == supported);
	guest_done();
}

static void guest_bad_xcr0(void)
{
	WRITE_REG(cr4, READ_REG(cr4) | X86_CR4_OSXSAVE);
	GUEST_CHECK(TRAP_OF_XSETBV(0, 0) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_XSETBV(0, XCR0_SSE) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_XSETBV(0, XCR0_X87 | XCR0_AVX) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_XSETBV(0, XCR0_X87 | 1ull << 63) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_XSETBV(0, XCR0_X87 | 1ull << 40) == GP_VECTOR);
	/* the three parts of AVX-512 only together */
	GUEST_CHECK(TRAP_OF_XSETBV(0, XCR0_X87 | XCR0_SSE | XCR0_AVX |
				   1ull << 5) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_XSETBV(0, XCR0_X87 | XCR0_AVX512) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_XSETBV(1, XCR0_X87) == GP_VECTOR);
	GUEST_CHECK(read_xcr0() == XCR0_X87);
	guest_done();
}

FIXTURE(xcr0) {
	struct machine machine;
};

FIXTURE_SETUP(xcr0)
{
	struct kvm_cpuid2 *cpuid;

	machine_create(&self->machine);
	cpuid = supported_cpuid(self->machine.vm.kvm);
	if (!(find_cpuid(cpuid, 1, 0)->ecx & 1u << 26))
		SKIP(return, "no XSAVE");
	supported = find_cpuid(cpuid, 0xd, 0)->eax;
	free(cpuid);
}

FIXTURE_TEARDOWN(xcr0)
{
	machine_destroy(&self->machine);
}

TEST_F(xcr0, valid_values)
{
	vcpu_start(&self->machine.vcpu, guest_xcr0);
	ASSERT_SYNC(&self->machine.vcpu, 1);
	ASSERT_DONE(&self->machine.vcpu);
}

TEST_F(xcr0, invalid_values)
{
	vcpu_start(&self->machine.vcpu, guest_bad_xcr0);
	ASSERT_DONE(&self->machine.vcpu);
}

static void guest_user_xsetbv(void)
{
	asm volatile("xsetbv" : : "c"(0), "a"(1), "d"(0));
}

static void guest_xsetbv_in_ring_3(void)
{
	WRITE_REG(cr4, READ_REG(cr4) | X86_CR4_OSXSAVE);
	enter_user(guest_user_xsetbv);
}

static void guest_sees_gp(struct guest_frame *frame)
{
	GUEST_CHECK(frame->cs == SEL_USER_CODE64);
	guest_done();
}

TEST_F(xcr0, needs_privilege)
{
	vcpu_start(&self->machine.vcpu, guest_xsetbv_in_ring_3);
	guest_handlers[GP_VECTOR] = guest_sees_gp;
	ASSERT_DONE(&self->machine.vcpu);
}

TEST_HARNESS_MAIN
