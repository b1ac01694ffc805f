// SPDX-License-Identifier: GPL-2.0
/* KVM_INTERRUPT: delivery, the window, and the shadow of STI and MOV SS. */
#include "test.h"

#define VECTOR	0x41

static uint64_t irq_count, irq_rip;

static void guest_takes_irq(struct guest_frame *frame)
{
	irq_count++;
	irq_rip = frame->rip;
	GUEST_CHECK(!(read_flags() & X86_EFLAGS_IF));
}

static int interrupt(struct vcpu *vcpu, uint32_t vector)
{
	struct kvm_interrupt irq = { .irq = vector };

	return dev_ioctl(vcpu->fd, KVM_INTERRUPT, &irq);
}

FIXTURE(irq) {
	struct machine machine;
	struct vcpu *vcpu;
};

FIXTURE_SETUP(irq)
{
	machine_create(&self->machine);
	self->vcpu = &self->machine.vcpu;
	guest_handlers[VECTOR] = guest_takes_irq;
	guest_handlers[VECTOR + 1] = guest_takes_irq;
}

FIXTURE_TEARDOWN(irq)
{
	machine_destroy(&self->machine);
}

static void guest_with_interrupts(void)
{
	asm volatile("sti; nop");
	guest_sync(1);
	GUEST_CHECK(irq_count == 1);
	guest_sync(2);
	GUEST_CHECK(irq_count == 1);
	guest_done();
}

TEST_F(irq, is_delivered_once)
{
	vcpu_start(self->vcpu, guest_with_interrupts);
	ASSERT_SYNC(self->vcpu, 1);
	EXPECT_EQ(1, self->vcpu->run->ready_for_interrupt_injection);
	EXPECT_EQ(1, self->vcpu->run->if_flag);
	ASSERT_EQ(0, interrupt(self->vcpu, VECTOR));
	ASSERT_SYNC(self->vcpu, 2);
	EXPECT_EQ(vcpu_regs(self->vcpu).rip > irq_rip, 1);
	ASSERT_DONE(self->vcpu);
}

TEST_F(irq, bad_requests)
{
	vcpu_start(self->vcpu, guest_with_interrupts);
	EXPECT_EQ(-EINVAL, interrupt(self->vcpu, 256));
	EXPECT_EQ(-EINVAL, interrupt(self->vcpu, 0xffffffff));
	EXPECT_EQ(-EFAULT, dev_ioctl(self->vcpu->fd, KVM_INTERRUPT, NULL));
	ASSERT_SYNC(self->vcpu, 1);
}

/* One can be queued until it is delivered: it shows in the sregs. */
TEST_F(irq, shows_in_the_sregs_until_delivery)
{
	vcpu_start(self->vcpu, guest_with_interrupts);
	ASSERT_SYNC(self->vcpu, 1);
	ASSERT_EQ(0, interrupt(self->vcpu, VECTOR));
	EXPECT_EQ(1ull << VECTOR % 64,
		  vcpu_sregs(self->vcpu).interrupt_bitmap[VECTOR / 64]);
	ASSERT_SYNC(self->vcpu, 2);
	EXPECT_EQ(0, vcpu_sregs(self->vcpu).interrupt_bitmap[VECTOR / 64]);
}

static void guest_opens_window(void)
{
	guest_sync(1);
	asm volatile("sti\n\tnop\n\tnop");
	asm volatile("cli");
	GUEST_CHECK(irq_count == 1);
	guest_done();
}

TEST_F(irq, window)
{
	struct kvm_run *run = self->vcpu->run;

	vcpu_start(self->vcpu, guest_opens_window);
	ASSERT_SYNC(self->vcpu, 1);
	EXPECT_EQ(0, run->ready_for_interrupt_injection);
	EXPECT_EQ(0, run->if_flag);
	run->request_interrupt_window = 1;
	ASSERT_EXIT(self->vcpu, KVM_EXIT_IRQ_WINDOW_OPEN);
	EXPECT_EQ(1, run->ready_for_interrupt_injection);
	EXPECT_EQ(1, run->if_flag);
	run->request_interrupt_window = 0;
	ASSERT_EQ(0, interrupt(self->vcpu, VECTOR));
	ASSERT_DONE(self->vcpu);
}

/* With the window open already the run ends before the guest does a thing. */
TEST_F(irq, window_that_is_open)
{
	struct kvm_run *run = self->vcpu->run;
	uint64_t rip;

	vcpu_start(self->vcpu, guest_with_interrupts);
	ASSERT_SYNC(self->vcpu, 1);
	run->immediate_exit = 1;	/* completes OUT, and no more */
	ASSERT_EQ(-EINTR, vcpu_run(self->vcpu));
	run->immediate_exit = 0;
	rip = vcpu_regs(self->vcpu).rip;
	run->request_interrupt_window = 1;
	ASSERT_EXIT(self->vcpu, KVM_EXIT_IRQ_WINDOW_OPEN);
	EXPECT_EQ(rip, vcpu_regs(self->vcpu).rip);
	run->request_interrupt_window = 0;
	ASSERT_EQ(0, interrupt(self->vcpu, VECTOR));
	ASSERT_SYNC(self->vcpu, 2);
}

/* Sent too early, it stays queued, and asks for the window by itself. */
TEST_F(irq, waits_until_it_is_taken)
{
	vcpu_start(self->vcpu, guest_opens_window);
	ASSERT_SYNC(self->vcpu, 1);
	ASSERT_EQ(0, interrupt(self->vcpu, VECTOR));
	ASSERT_DONE(self->vcpu);
	EXPECT_EQ(1, irq_count);
}

extern const char after_out[], after_shadow[];

/* OUT leaves inside of the shadow that STI casts on it. */
static void guest_in_sti_shadow(void)
{
	asm volatile("movl $1, %%eax\n\tsti\n\toutl %%eax, $0xd1\n"
		     "after_out:\n\tnop\n\tcli" : : : "rax");
	GUEST_CHECK(irq_count == 1);
	guest_done();
}

TEST_F(irq, skipping_an_instruction_ends_the_sti_shadow)
{
	vcpu_start(self->vcpu, guest_in_sti_shadow);
	ASSERT_SYNC(self->vcpu, 1);
	EXPECT_EQ(1, self->vcpu->run->if_flag);
	self->vcpu->run->request_interrupt_window = 1;
	ASSERT_EXIT(self->vcpu, KVM_EXIT_IRQ_WINDOW_OPEN);
	EXPECT_EQ((uint64_t)after_out, vcpu_regs(self->vcpu).rip);
	self->vcpu->run->request_interrupt_window = 0;
	ASSERT_EQ(0, interrupt(self->vcpu, VECTOR));
	ASSERT_DONE(self->vcpu);
	EXPECT_EQ((uint64_t)after_out, irq_rip);
}

/* The window opens behind the instruction after STI, not before it. */
static void guest_sti_then_label(void)
{
	guest_sync(1);
	asm volatile("sti\n\tnop\n"
		     "after_shadow:\n\tnop\n\tcli");
	guest_done();
}

TEST_F(irq, window_waits_for_the_sti_shadow)
{
	vcpu_start(self->vcpu, guest_sti_then_label);
	ASSERT_SYNC(self->vcpu, 1);
	self->vcpu->run->request_interrupt_window = 1;
	ASSERT_EXIT(self->vcpu, KVM_EXIT_IRQ_WINDOW_OPEN);
	EXPECT_EQ((uint64_t)after_shadow, vcpu_regs(self->vcpu).rip);
}

extern const char after_mov_ss[];

static void guest_mov_ss_then_label(void)
{
	guest_sync(1);
	asm volatile("movw %%ss, %%ax\n\tsti\n\tmovw %%ax, %%ss\n\tnop\n"
		     "after_mov_ss:\n\tnop\n\tcli" : : : "rax");
	guest_done();
}

TEST_F(irq, window_waits_for_the_mov_ss_shadow)
{
	vcpu_start(self->vcpu, guest_mov_ss_then_label);
	ASSERT_SYNC(self->vcpu, 1);
	self->vcpu->run->request_interrupt_window = 1;
	ASSERT_EXIT(self->vcpu, KVM_EXIT_IRQ_WINDOW_OPEN);
	EXPECT_EQ((uint64_t)after_mov_ss, vcpu_regs(self->vcpu).rip);
}

static void guest_halts(void)
{
	asm volatile("sti; hlt; cli");
	GUEST_CHECK(irq_count == 1);
	guest_done();
}

TEST_F(irq, wakes_a_halted_guest)
{
	uint64_t rip;

	vcpu_start(self->vcpu, guest_halts);
	ASSERT_EXIT(self->vcpu, KVM_EXIT_HLT);
	EXPECT_EQ(1, self->vcpu->run->ready_for_interrupt_injection);
	EXPECT_EQ(1, self->vcpu->run->if_flag);
	rip = vcpu_regs(self->vcpu).rip;
	ASSERT_EQ(0, interrupt(self->vcpu, VECTOR));
	ASSERT_DONE(self->vcpu);
	EXPECT_EQ(rip, irq_rip);
}

/* In real mode the vector table is that at address zero. */
GUEST_ASM(real_mode_irq, 16,
	"	sti\n"
	"	nop\n"
	"	hlt\n"
	"	hlt\n"
	"	.balign	32\n"
	"	movw	$0x1234, %bx\n"
	"	iretw\n");

TEST_F(irq, real_mode)
{
	vm_load(&self->machine.vm, GPA_CODE, real_mode_irq, real_mode_irq_end);
	vcpu_set_mode(self->vcpu, MODE_REAL, GPA_CODE);
	*(uint32_t *)vm_host(&self->machine.vm, 4 * VECTOR) = GPA_CODE + 0x20;
	ASSERT_EXIT(self->vcpu, KVM_EXIT_HLT);
	ASSERT_EQ(0, interrupt(self->vcpu, VECTOR));
	ASSERT_EXIT(self->vcpu, KVM_EXIT_HLT);
	EXPECT_EQ(0x1234, vcpu_regs(self->vcpu).rbx);
	EXPECT_EQ(GPA_STACK16, vcpu_regs(self->vcpu).rsp);
}

TEST_HARNESS_MAIN
