// SPDX-License-Identifier: GPL-2.0
/* KVM_GET_REGS and KVM_SET_REGS: round trip, and what the guest sees of it. */
#include "test.h"

static struct kvm_regs distinct_regs(void)
{
	return (struct kvm_regs) {
		.rax = 0x1000000000000001, .rbx = 0x2000000000000002,
		.rcx = 0x3000000000000003, .rdx = 0x4000000000000004,
		.rsi = 0x5000000000000005, .rdi = 0x6000000000000006,
		.rsp = 0x7000000000000007, .rbp = 0x8000000000000008,
		.r8 = 0x9000000000000009, .r9 = 0xa00000000000000a,
		.r10 = 0xb00000000000000b, .r11 = 0xc00000000000000c,
		.r12 = 0xd00000000000000d, .r13 = 0xe00000000000000e,
		.r14 = 0xf00000000000000f, .r15 = 0x1100000000000011,
		.rip = 0x1200000000000012,
		.rflags = X86_EFLAGS_FIXED | X86_EFLAGS_CF | X86_EFLAGS_DF,
	};
}

TEST(round_trip)
{
	struct machine machine;
	struct kvm_regs regs = distinct_regs(), got;

	machine_create(&machine);
	vcpu_set_regs(&machine.vcpu, &regs);
	got = vcpu_regs(&machine.vcpu);
	EXPECT_EQ(0, memcmp(&regs, &got, sizeof(regs)));
}

/* The bit of RFLAGS that is always one reads as one. */
TEST(fixed_flag)
{
	struct machine machine;
	struct kvm_regs regs = { .rflags = 0 };

	machine_create(&machine);
	vcpu_set_regs(&machine.vcpu, &regs);
	EXPECT_EQ(X86_EFLAGS_FIXED, vcpu_regs(&machine.vcpu).rflags);
}

TEST(structure_out_of_reach)
{
	struct machine machine;

	machine_create(&machine);
	EXPECT_EQ(-EFAULT, dev_ioctl(machine.vcpu.fd, KVM_GET_REGS, NULL));
	EXPECT_EQ(-EFAULT, dev_ioctl(machine.vcpu.fd, KVM_SET_REGS, NULL));
	EXPECT_EQ(-EFAULT, dev_ioctl(machine.vcpu.fd, KVM_GET_SREGS, NULL));
	EXPECT_EQ(-EFAULT, dev_ioctl(machine.vcpu.fd, KVM_SET_SREGS, NULL));
	EXPECT_EQ(-EFAULT, dev_ioctl(machine.vcpu.fd, KVM_GET_FPU, NULL));
	EXPECT_EQ(-EFAULT, dev_ioctl(machine.vcpu.fd, KVM_SET_FPU, NULL));
}

/* Adds one to every register but RSP, then exits. */
GUEST_ASM(increments, 64,
	"	incq	%rax\n"
	"	incq	%rbx\n"
	"	incq	%rcx\n"
	"	incq	%rdx\n"
	"	incq	%rsi\n"
	"	incq	%rdi\n"
	"	incq	%rbp\n"
	"	incq	%r8\n"
	"	incq	%r9\n"
	"	incq	%r10\n"
	"	incq	%r11\n"
	"	incq	%r12\n"
	"	incq	%r13\n"
	"	incq	%r14\n"
	"	incq	%r15\n"
	"	stc\n"
	"	hlt\n");

TEST(guest_sees_and_changes_them)
{
	struct machine machine;
	struct kvm_regs regs = distinct_regs(), got;

	LOAD_ASM(&machine, MODE_LONG, increments);
	regs.rip = GPA_CODE;
	regs.rflags = X86_EFLAGS_FIXED;
	vcpu_set_regs(&machine.vcpu, &regs);
	ASSERT_EXIT(&machine.vcpu, KVM_EXIT_HLT);
	got = vcpu_regs(&machine.vcpu);
	EXPECT_EQ(regs.rax + 1, got.rax);
	EXPECT_EQ(regs.rbx + 1, got.rbx);
	EXPECT_EQ(regs.rcx + 1, got.rcx);
	EXPECT_EQ(regs.rdx + 1, got.rdx);
	EXPECT_EQ(regs.rsi + 1, got.rsi);
	EXPECT_EQ(regs.rdi + 1, got.rdi);
	EXPECT_EQ(regs.rbp + 1, got.rbp);
	EXPECT_EQ(regs.r8 + 1, got.r8);
	EXPECT_EQ(regs.r9 + 1, got.r9);
	EXPECT_EQ(regs.r10 + 1, got.r10);
	EXPECT_EQ(regs.r11 + 1, got.r11);
	EXPECT_EQ(regs.r12 + 1, got.r12);
	EXPECT_EQ(regs.r13 + 1, got.r13);
	EXPECT_EQ(regs.r14 + 1, got.r14);
	EXPECT_EQ(regs.r15 + 1, got.r15);
	EXPECT_EQ(regs.rsp, got.rsp);
	EXPECT_EQ(GPA_CODE + increments_end - increments, got.rip);
	EXPECT_EQ(X86_EFLAGS_CF, got.rflags & X86_EFLAGS_CF);
}

TEST_HARNESS_MAIN
