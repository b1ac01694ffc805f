// SPDX-License-Identifier: GPL-2.0
/* KVM_NMI: needs no IF, is blocked until IRET, and one can wait. */
#include "test.h"

static uint64_t nmi_count, nmi_depth, nmi_rip;

static void guest_takes_nmi(struct guest_frame *frame)
{
	GUEST_CHECK(nmi_depth == 0);
	nmi_depth++;
	nmi_count++;
	nmi_rip = frame->rip;
	if (nmi_count == 1)
		guest_sync(100);
	nmi_depth--;
}

static void guest_takes_nmis(void)
{
	guest_sync(1);
	asm volatile("nop");
	GUEST_CHECK(nmi_count == 2);
	guest_sync(2);
	GUEST_CHECK(nmi_count == 2);
	guest_done();
}

FIXTURE(nmi) {
	struct machine machine;
	struct vcpu *vcpu;
};

FIXTURE_SETUP(nmi)
{
	machine_create(&self->machine);
	self->vcpu = &self->machine.vcpu;
	if (!device_has(self->machine.vm.kvm, KVM_CAP_USER_NMI))
		SKIP(return, "no KVM_CAP_USER_NMI");
	guest_handlers[NMI_VECTOR] = guest_takes_nmi;
}

FIXTURE_TEARDOWN(nmi)
{
	machine_destroy(&self->machine);
}

/* Three during one: the second is kept, the others fall together with it. */
TEST_F(nmi, second_waits_for_iret)
{
	vcpu_start(self->vcpu, guest_takes_nmis);
	ASSERT_SYNC(self->vcpu, 1);
	ASSERT_EQ(0, dev_ioctl(self->vcpu->fd, KVM_NMI, NULL));
	ASSERT_SYNC(self->vcpu, 100);
	ASSERT_EQ(0, dev_ioctl(self->vcpu->fd, KVM_NMI, NULL));
	ASSERT_EQ(0, dev_ioctl(self->vcpu->fd, KVM_NMI, NULL));
	ASSERT_SYNC(self->vcpu, 2);
	ASSERT_DONE(self->vcpu);
}

static void guest_halts(void)
{
	asm volatile("cli; hlt");
	GUEST_CHECK(nmi_count == 1);
	guest_done();
}

TEST_F(nmi, wakes_a_halted_guest)
{
	uint64_t rip;

	vcpu_start(self->vcpu, guest_halts);
	ASSERT_EXIT(self->vcpu, KVM_EXIT_HLT);
	rip = vcpu_regs(self->vcpu).rip;
	ASSERT_EQ(0, dev_ioctl(self->vcpu->fd, KVM_NMI, NULL));
	ASSERT_SYNC(self->vcpu, 100);
	ASSERT_DONE(self->vcpu);
	EXPECT_EQ(rip, nmi_rip);
}

/* A fault inside of the handler ends blocking no sooner than its own IRET. */
static void guest_faulting_handler(struct guest_frame *frame)
{
	(void)frame;
	nmi_count++;
	if (nmi_count == 1) {
		guest_sync(100);
		GUEST_CHECK(nmi_count == 1);
		GUEST_CHECK(TRAP_OF("ud2", : :) == UD_VECTOR);
	}
}

TEST_F(nmi, blocking_ends_with_the_first_iret)
{
	guest_handlers[NMI_VECTOR] = guest_faulting_handler;
	vcpu_start(self->vcpu, guest_takes_nmis);
	ASSERT_SYNC(self->vcpu, 1);
	ASSERT_EQ(0, dev_ioctl(self->vcpu->fd, KVM_NMI, NULL));
	ASSERT_SYNC(self->vcpu, 100);
	ASSERT_EQ(0, dev_ioctl(self->vcpu->fd, KVM_NMI, NULL));
	ASSERT_SYNC(self->vcpu, 2);
}

/* Together with an interrupt the NMI comes first. */
#define VECTOR	0x41

static uint64_t nmis_before_irq;

static void guest_takes_irq(struct guest_frame *frame)
{
	(void)frame;
	nmis_before_irq = nmi_count;
}

static void guest_with_both(void)
{
	asm volatile("sti; nop");
	guest_sync(1);
	asm volatile("nop");
	guest_done();
}

TEST_F(nmi, together_with_an_interrupt)
{
	struct kvm_interrupt irq = { .irq = VECTOR };

	guest_handlers[VECTOR] = guest_takes_irq;
	vcpu_start(self->vcpu, guest_with_both);
	ASSERT_SYNC(self->vcpu, 1);
	ASSERT_EQ(0, dev_ioctl(self->vcpu->fd, KVM_INTERRUPT, &irq));
	ASSERT_EQ(0, dev_ioctl(self->vcpu->fd, KVM_NMI, NULL));
	ASSERT_SYNC(self->vcpu, 100);
	ASSERT_DONE(self->vcpu);
	EXPECT_EQ(1, nmi_count);
}

TEST_HARNESS_MAIN
