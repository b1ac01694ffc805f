// SPDX-License-Identifier: GPL-2.0
/* IN and OUT of one value: all widths, immediate and register ports. */
#include "test.h"

#define PORT	0x3f8

static uint64_t in_result[3];

static void guest_out(void)
{
	asm volatile("outb %%al, $0x80" : : "a"(0x11223344));
	asm volatile("outw %%ax, $0x80" : : "a"(0x11223344));
	asm volatile("outl %%eax, $0x80" : : "a"(0x11223344));
	asm volatile("outb %%al, %%dx" : : "a"(0x55667788), "d"(0xffff03f8));
	asm volatile("outw %%ax, %%dx" : : "a"(0x55667788), "d"(0xffff03f8));
	asm volatile("outl %%eax, %%dx" : : "a"(0x55667788), "d"(0xffff03f8));
	guest_done();
}

#define ASSERT_OUT(vcpu, at, bytes, value) do {				\
	uint32_t out__ = 0;						\
									\
	ASSERT_EXIT(vcpu, KVM_EXIT_IO);					\
	ASSERT_EQ(KVM_EXIT_IO_OUT, (vcpu)->run->io.direction);		\
	ASSERT_EQ((at), (vcpu)->run->io.port);				\
	ASSERT_EQ((bytes), (vcpu)->run->io.size);			\
	ASSERT_EQ(1, (vcpu)->run->io.count);				\
	memcpy(&out__, io_data(vcpu), (bytes));				\
	ASSERT_EQ((value), out__);					\
} while (0)

#define ASSERT_IN(vcpu, at, bytes, value) do {				\
	uint32_t in__ = (value);					\
									\
	ASSERT_EXIT(vcpu, KVM_EXIT_IO);					\
	ASSERT_EQ(KVM_EXIT_IO_IN, (vcpu)->run->io.direction);		\
	ASSERT_EQ((at), (vcpu)->run->io.port);				\
	ASSERT_EQ((bytes), (vcpu)->run->io.size);			\
	ASSERT_EQ(1, (vcpu)->run->io.count);				\
	memcpy(io_data(vcpu), &in__, (bytes));				\
} while (0)

TEST(out_of_all_widths)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_out);
	ASSERT_OUT(vcpu, 0x80, 1, 0x44);
	ASSERT_OUT(vcpu, 0x80, 2, 0x3344);
	ASSERT_OUT(vcpu, 0x80, 4, 0x11223344);
	ASSERT_OUT(vcpu, PORT, 1, 0x88);
	ASSERT_OUT(vcpu, PORT, 2, 0x7788);
	ASSERT_OUT(vcpu, PORT, 4, 0x55667788);
	ASSERT_DONE(vcpu);
}

static void guest_in(void)
{
	const uint64_t old = 0xaaaaaaaaaaaaaaaa;

	asm volatile("inb $0x80, %%al" : "=a"(in_result[0]) : "0"(old));
	asm volatile("inw %%dx, %%ax" : "=a"(in_result[1]) : "0"(old), "d"(PORT));
	asm volatile("inl %%dx, %%eax" : "=a"(in_result[2]) : "0"(old), "d"(PORT));
	guest_done();
}

TEST(in_of_all_widths)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_in);
	ASSERT_IN(vcpu, 0x80, 1, 0x11223344);
	ASSERT_IN(vcpu, PORT, 2, 0x11223344);
	ASSERT_IN(vcpu, PORT, 4, 0x11223344);
	ASSERT_DONE(vcpu);
	EXPECT_EQ(0xaaaaaaaaaaaaaa44, in_result[0]);
	EXPECT_EQ(0xaaaaaaaaaaaa3344, in_result[1]);
	EXPECT_EQ(0x11223344, in_result[2]);
}

/* The data lies in the mapped run area, outside of struct kvm_run. */
TEST(data_is_inside_the_run_area)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_out);
	ASSERT_EXIT(vcpu, KVM_EXIT_IO);
	EXPECT_GE(vcpu->run->io.data_offset, sizeof(struct kvm_run));
	EXPECT_LE(vcpu->run->io.data_offset + 4, vcpu->run_size);
}

/* The next KVM_RUN completes IN, even if it does not enter the guest. */
TEST(in_completes_without_entry)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_regs regs;

	machine_start(&machine, guest_in);
	ASSERT_IN(vcpu, 0x80, 1, 0x44);
	vcpu->run->immediate_exit = 1;
	ASSERT_EQ(-EINTR, vcpu_run(vcpu));
	vcpu->run->immediate_exit = 0;
	regs = vcpu_regs(vcpu);
	EXPECT_EQ(0xaaaaaaaaaaaaaa44, regs.rax);
	ASSERT_IN(vcpu, PORT, 2, 0);
}

/* The I/O permission bitmap of the guest's TSS is the guest's own affair. */
static void guest_user_out(void)
{
	asm volatile("outb %%al, $0x80" : : "a"(0));
}

static void guest_enters_user_mode(void)
{
	enter_user(guest_user_out);
}

static void guest_sees_gp(struct guest_frame *frame)
{
	GUEST_CHECK(frame->error_code == 0);
	GUEST_CHECK(frame->rip >= (uint64_t)guest_user_out);
	guest_done();
}

TEST(out_without_privilege_is_a_guest_fault)
{
	struct machine machine;

	machine_start(&machine, guest_enters_user_mode);
	guest_handlers[GP_VECTOR] = guest_sees_gp;
	ASSERT_DONE(&machine.vcpu);
}

TEST_HARNESS_MAIN
