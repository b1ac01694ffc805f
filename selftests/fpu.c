// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_GET_FPU and KVM_SET_FPU: round trip, reset values, what a guest sees.
 * KVM leaves MXCSR out of both, so no test looks at it there.
 */
#include "test.h"

static uint8_t xmm_seen[16], xmm_made[16];
static uint16_t control_seen;
static uint32_t mxcsr_seen;

TEST(reset_values)
{
	struct machine machine;
	struct kvm_fpu fpu;

	machine_create(&machine);
	ASSERT_EQ(0, dev_ioctl(machine.vcpu.fd, KVM_GET_FPU, &fpu));
	EXPECT_EQ(0x37f, fpu.fcw);
	EXPECT_EQ(0, fpu.fsw);
}

TEST(round_trip)
{
	struct machine machine;
	struct kvm_fpu fpu, got;

	machine_create(&machine);
	ASSERT_EQ(0, dev_ioctl(machine.vcpu.fd, KVM_GET_FPU, &fpu));
	for (int i = 0; i < 8; i++)
		memset(fpu.fpr[i], 0x10 + i, 10);
	for (int i = 0; i < 16; i++)
		memset(fpu.xmm[i], 0x80 + i, 16);
	fpu.fcw = 0x27f;
	fpu.fsw = 0x3800;
	fpu.ftwx = 0xff;
	fpu.last_opcode = 0x123;
	fpu.last_ip = 0x12345678;
	fpu.last_dp = 0x87654321;
	ASSERT_EQ(0, dev_ioctl(machine.vcpu.fd, KVM_SET_FPU, &fpu));
	ASSERT_EQ(0, dev_ioctl(machine.vcpu.fd, KVM_GET_FPU, &got));
	EXPECT_EQ(0, memcmp(fpu.fpr, got.fpr, sizeof(fpu.fpr)));
	EXPECT_EQ(0, memcmp(fpu.xmm, got.xmm, sizeof(fpu.xmm)));
	EXPECT_EQ(fpu.fcw, got.fcw);
	EXPECT_EQ(fpu.fsw, got.fsw);
	EXPECT_EQ(fpu.ftwx, got.ftwx);
	EXPECT_EQ(fpu.last_opcode, got.last_opcode);
	EXPECT_EQ(fpu.last_ip, got.last_ip);
	EXPECT_EQ(fpu.last_dp, got.last_dp);
}

/*
 * Parts that are in their initial state need not be held in memory, where the
 * ioctls work: the guest makes them differ first.
 */
static void guest_uses_fpu(void)
{
	static const uint16_t control = 0x33f;

	asm volatile("fldcw %0\n\tfldz" : : "m"(control));
	asm volatile("pcmpeqd %xmm3, %xmm3");
	guest_sync(1);
	asm volatile("movups %%xmm3, %0" : "=m"(xmm_seen));
	asm volatile("fnstcw %0" : "=m"(control_seen));
	asm volatile("stmxcsr %0" : "=m"(mxcsr_seen));
	asm volatile("movups %0, %%xmm15" : : "m"(xmm_made));
	guest_done();
}

TEST(guest_sees_and_changes_it)
{
	struct machine machine;
	struct kvm_fpu fpu;

	machine_start(&machine, guest_uses_fpu);
	ASSERT_SYNC(&machine.vcpu, 1);
	ASSERT_EQ(0, dev_ioctl(machine.vcpu.fd, KVM_GET_FPU, &fpu));
	memset(fpu.xmm[3], 0x5a, 16);
	memset(xmm_made, 0xc3, 16);
	fpu.fcw = 0x27f;
	ASSERT_EQ(0, dev_ioctl(machine.vcpu.fd, KVM_SET_FPU, &fpu));
	ASSERT_DONE(&machine.vcpu);
	EXPECT_EQ(0, memcmp(xmm_seen, fpu.xmm[3], 16));
	EXPECT_EQ(0x27f, control_seen);
	ASSERT_EQ(0, dev_ioctl(machine.vcpu.fd, KVM_GET_FPU, &fpu));
	EXPECT_EQ(0, memcmp(xmm_made, fpu.xmm[15], 16));
}

/*
 * A reserved bit of MXCSR would fault when the host loads it: it must not get
 * that far, and the guest must run on.
 */
TEST(reserved_mxcsr_bits_do_no_harm)
{
	struct machine machine;
	struct kvm_fpu fpu;

	machine_start(&machine, guest_uses_fpu);
	ASSERT_SYNC(&machine.vcpu, 1);
	ASSERT_EQ(0, dev_ioctl(machine.vcpu.fd, KVM_GET_FPU, &fpu));
	fpu.mxcsr = 0xffff1f80;
	dev_ioctl(machine.vcpu.fd, KVM_SET_FPU, &fpu);
	ASSERT_DONE(&machine.vcpu);
	EXPECT_EQ(0, mxcsr_seen & 0xffff0000);
}

TEST_HARNESS_MAIN
