// SPDX-License-Identifier: GPL-2.0
/* INS and OUTS whose memory is MMIO: both kinds of exits in one instruction. */
#include "test.h"

#define PORT	0x1f0

static uint64_t after_index, after_count;

static void guest_outs(void)
{
	asm volatile("rep outsw" : "=S"(after_index), "=c"(after_count)
		     : "0"(GPA_MMIO), "1"(3), "d"(PORT) : "memory");
	guest_done();
}

TEST(outs)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_outs);
	for (int i = 0; i < 3; i++) {
		ASSERT_MMIO_READ(vcpu, GPA_MMIO + 2 * i, 2, 0x1110 + i);
		ASSERT_EXIT(vcpu, KVM_EXIT_IO);
		ASSERT_EQ(KVM_EXIT_IO_OUT, vcpu->run->io.direction);
		ASSERT_EQ(PORT, vcpu->run->io.port);
		ASSERT_EQ(1, vcpu->run->io.count);
		ASSERT_EQ(0x1110 + i, *(uint16_t *)io_data(vcpu));
	}
	ASSERT_DONE(vcpu);
	EXPECT_EQ(GPA_MMIO + 6, after_index);
	EXPECT_EQ(0, after_count);
}

static void guest_ins(void)
{
	asm volatile("rep insl" : "=D"(after_index), "=c"(after_count)
		     : "0"(GPA_MMIO), "1"(3), "d"(PORT) : "memory");
	guest_done();
}

/* How many elements are read ahead is the kernel's choice. */
TEST(ins)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	unsigned int answered = 0, written = 0;

	machine_start(&machine, guest_ins);
	while (written < 3) {
		if (vcpu_run(vcpu) == KVM_EXIT_IO) {
			ASSERT_EQ(KVM_EXIT_IO_IN, vcpu->run->io.direction);
			ASSERT_LE(answered + vcpu->run->io.count, 3);
			for (unsigned int i = 0; i < vcpu->run->io.count; i++)
				((uint32_t *)io_data(vcpu))[i] = 100 + answered++;
			continue;
		}
		ASSERT_EQ(KVM_EXIT_MMIO, vcpu->run->exit_reason) {
			vcpu_describe(vcpu);
		}
		ASSERT_LT(written, answered);
		ASSERT_EQ(1, vcpu->run->mmio.is_write);
		ASSERT_EQ(4, vcpu->run->mmio.len);
		ASSERT_EQ(GPA_MMIO + 4 * written, vcpu->run->mmio.phys_addr);
		ASSERT_EQ(100 + written, *(uint32_t *)vcpu->run->mmio.data);
		written++;
	}
	ASSERT_DONE(vcpu);
	EXPECT_EQ(GPA_MMIO + 12, after_index);
	EXPECT_EQ(0, after_count);
}

TEST_HARNESS_MAIN
