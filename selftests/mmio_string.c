// SPDX-License-Identifier: GPL-2.0
/* String instructions on MMIO: STOS, LODS, MOVS, with REP and downwards. */
#include "test.h"

static uint8_t guest_buffer[32];
static uint64_t after_di, after_si, after_count;

static void guest_stos(void)
{
	asm volatile("stosb; stosw; stosl; stosq" : "=D"(after_di)
		     : "0"(GPA_MMIO), "a"(0x1122334455667788) : "memory");
	asm volatile("rep stosl" : "=D"(after_di), "=c"(after_count)
		     : "0"(GPA_MMIO), "1"(3), "a"(0x55667788) : "memory");
	guest_done();
}

TEST(stos)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_stos);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 1, 0x88);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 1, 2, 0x7788);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 3, 4, 0x55667788);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 7, 8, 0x1122334455667788);
	for (int i = 0; i < 3; i++)
		ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 4 * i, 4, 0x55667788);
	ASSERT_DONE(vcpu);
	EXPECT_EQ(GPA_MMIO + 12, after_di);
	EXPECT_EQ(0, after_count);
}

static void guest_lods(void)
{
	uint64_t value;

	asm volatile("lodsb" : "=S"(after_si), "=a"(value)
		     : "0"(GPA_MMIO), "1"(-1ull));
	GUEST_CHECK(value == 0xffffffffffffff12);
	GUEST_CHECK(after_si == GPA_MMIO + 1);
	asm volatile("std; lodsl; cld" : "=S"(after_si), "=a"(value)
		     : "0"(GPA_MMIO + 8), "1"(-1ull));
	GUEST_CHECK(value == 0x55667788);
	guest_done();
}

TEST(lods)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_lods);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 1, 0x12);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + 8, 4, 0x55667788);
	ASSERT_DONE(vcpu);
	EXPECT_EQ(GPA_MMIO + 4, after_si);
}

static void guest_movs(void)
{
	uint64_t source = (uint64_t)guest_buffer;

	/* memory to MMIO, MMIO to memory, MMIO to MMIO */
	asm volatile("rep movsl" : "+D"((uint64_t){ GPA_MMIO }), "+S"(source),
		     "=c"(after_count) : "2"(3) : "memory");
	GUEST_CHECK(source == (uint64_t)guest_buffer + 12);
	asm volatile("rep movsb" : "=D"(after_di), "=S"(after_si),
		     "=c"(after_count)
		     : "0"(guest_buffer), "1"(GPA_MMIO), "2"(2) : "memory");
	GUEST_CHECK(guest_buffer[0] == 0xa1 && guest_buffer[1] == 0xa2);
	GUEST_CHECK(guest_buffer[2] == 2);
	asm volatile("movsw" : "=D"(after_di), "=S"(after_si)
		     : "0"(GPA_MMIO + 0x100), "1"(GPA_MMIO) : "memory");
	guest_done();
}

TEST(movs)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	for (unsigned int i = 0; i < sizeof(guest_buffer); i++)
		guest_buffer[i] = i;
	machine_start(&machine, guest_movs);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0x03020100);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 4, 4, 0x07060504);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 8, 4, 0x0b0a0908);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 1, 0xa1);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + 1, 1, 0xa2);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 2, 0xbeef);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x100, 2, 0xbeef);
	ASSERT_DONE(vcpu);
	EXPECT_EQ(GPA_MMIO + 0x102, after_di);
	EXPECT_EQ(GPA_MMIO + 2, after_si);
}

static void guest_rep_nothing(void)
{
	asm volatile("rep stosb" : "=D"(after_di), "=c"(after_count)
		     : "0"(GPA_MMIO), "1"(0), "a"(1) : "memory");
	GUEST_CHECK(after_di == GPA_MMIO);
	guest_done();
}

TEST(rep_of_no_elements)
{
	struct machine machine;

	machine_start(&machine, guest_rep_nothing);
	ASSERT_DONE(&machine.vcpu);
}

TEST_HARNESS_MAIN
