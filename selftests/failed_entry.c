// SPDX-License-Identifier: GPL-2.0
/*
 * States that the ioctls let through and the CPU refuses at VM entry: the exit
 * says so with the hardware's reason, and the repaired vCPU runs.
 */
#include "test.h"

#define INVALID_GUEST_STATE	(0x80000000u | 33)

static void guest_nothing(void)
{
	guest_done();
}

FIXTURE(entry) {
	struct machine machine;
	struct vcpu *vcpu;
	struct kvm_regs regs;
	struct kvm_sregs sregs;
};

FIXTURE_SETUP(entry)
{
	machine_start(&self->machine, guest_nothing);
	self->vcpu = &self->machine.vcpu;
	self->regs = vcpu_regs(self->vcpu);
	self->sregs = vcpu_sregs(self->vcpu);
}

FIXTURE_TEARDOWN(entry)
{
	machine_destroy(&self->machine);
}

#define ASSERT_ENTRY_FAILS(vcpu) do {					\
	ASSERT_EXIT(vcpu, KVM_EXIT_FAIL_ENTRY);				\
	EXPECT_EQ(INVALID_GUEST_STATE,					\
		  (vcpu)->run->fail_entry.hardware_entry_failure_reason); \
} while (0)

TEST_F(entry, reserved_rflags)
{
	self->regs.rflags |= 1ull << 63;
	vcpu_set_regs(self->vcpu, &self->regs);
	ASSERT_ENTRY_FAILS(self->vcpu);
	/* again the same, until it is repaired */
	ASSERT_ENTRY_FAILS(self->vcpu);
	EXPECT_EQ(self->regs.rflags, vcpu_regs(self->vcpu).rflags);
	vcpu_start(self->vcpu, guest_nothing);
	ASSERT_DONE(self->vcpu);
}

TEST_F(entry, task_register_of_a_wrong_type)
{
	struct kvm_sregs bad = self->sregs;

	bad.tr.type = 3;	/* a 16-bit TSS, in 64-bit mode */
	vcpu_set_sregs(self->vcpu, &bad);
	ASSERT_ENTRY_FAILS(self->vcpu);
	vcpu_set_sregs(self->vcpu, &self->sregs);
	ASSERT_DONE(self->vcpu);
}

TEST_F(entry, code_segment_of_a_wrong_type)
{
	struct kvm_sregs bad = self->sregs;

	bad.cs.type = 1;	/* a data segment */
	vcpu_set_sregs(self->vcpu, &bad);
	ASSERT_ENTRY_FAILS(self->vcpu);
	vcpu_set_sregs(self->vcpu, &self->sregs);
	ASSERT_DONE(self->vcpu);
}

TEST_F(entry, segment_base_not_canonical)
{
	struct kvm_sregs bad = self->sregs;

	bad.fs.base = 1ull << 63;
	vcpu_set_sregs(self->vcpu, &bad);
	ASSERT_ENTRY_FAILS(self->vcpu);
	vcpu_set_sregs(self->vcpu, &self->sregs);
	ASSERT_DONE(self->vcpu);
}

/* An interrupt for a guest that does not take one. */
#define VECTOR	0x41

static uint64_t irq_count;

static void guest_takes_irq(struct guest_frame *frame)
{
	(void)frame;
	irq_count++;
}

TEST_F(entry, interrupt_with_interrupts_off)
{
	struct kvm_interrupt irq = { .irq = VECTOR };

	guest_handlers[VECTOR] = guest_takes_irq;
	ASSERT_EQ(0, dev_ioctl(self->vcpu->fd, KVM_INTERRUPT, &irq));
	ASSERT_ENTRY_FAILS(self->vcpu);
	/* it is not lost */
	self->regs.rflags |= X86_EFLAGS_IF;
	vcpu_set_regs(self->vcpu, &self->regs);
	ASSERT_DONE(self->vcpu);
	EXPECT_EQ(1, irq_count);
}

/* The failure of one vCPU is none of another's business. */
TEST_F(entry, other_vcpu_is_not_affected)
{
	struct vcpu second;

	vcpu_create(&self->machine.vm, &second, 1);
	vcpu_start(&second, guest_nothing);
	self->regs.rflags |= 1ull << 63;
	vcpu_set_regs(self->vcpu, &self->regs);
	ASSERT_ENTRY_FAILS(self->vcpu);
	ASSERT_DONE(&second);
}

TEST_HARNESS_MAIN
