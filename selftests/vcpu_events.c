// SPDX-License-Identifier: GPL-2.0
/* KVM_GET_VCPU_EVENTS and KVM_SET_VCPU_EVENTS. */
#include "test.h"

#define CR2_PAYLOAD	0x123456000ull
#define DR6_BS		(1ul << 14)

static int enable_cap(struct vm *vm, uint32_t cap)
{
	struct kvm_enable_cap enable = { .cap = cap, .args = { 1 } };

	return dev_ioctl(vm->fd, KVM_ENABLE_CAP, &enable);
}

static struct kvm_vcpu_events get_events(struct vcpu *vcpu)
{
	struct kvm_vcpu_events events;

	if (dev_ioctl(vcpu->fd, KVM_GET_VCPU_EVENTS, &events))
		die("KVM_GET_VCPU_EVENTS");
	return events;
}

static int set_events(struct vcpu *vcpu, struct kvm_vcpu_events *events)
{
	return dev_ioctl(vcpu->fd, KVM_SET_VCPU_EVENTS, events);
}

TEST(a_new_vcpu_has_none)
{
	struct kvm_vcpu_events none = {
		.flags = KVM_VCPUEVENT_VALID_NMI_PENDING |
			 KVM_VCPUEVENT_VALID_SHADOW | KVM_VCPUEVENT_VALID_SMM,
	};
	struct kvm_vcpu_events events;
	struct machine machine;

	machine_create(&machine);
	events = get_events(&machine.vcpu);
	EXPECT_EQ(0, memcmp(&none, &events, sizeof(none)));
	EXPECT_EQ(0, set_events(&machine.vcpu, &events));
	EXPECT_EQ(-EFAULT, set_events(&machine.vcpu, NULL));
	EXPECT_EQ(-EFAULT, dev_ioctl(machine.vcpu.fd, KVM_GET_VCPU_EVENTS, NULL));
}

TEST(refusals)
{
	struct kvm_vcpu_events events, bad;
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_create(&machine);
	events = get_events(vcpu);
	for (int bit = 6; bit < 32; bit++) {
		bad = events;
		bad.flags |= 1u << bit;
		EXPECT_EQ(-EINVAL, set_events(vcpu, &bad));
	}
	bad = events;
	bad.flags |= KVM_VCPUEVENT_VALID_PAYLOAD;
	EXPECT_EQ(-EINVAL, set_events(vcpu, &bad));
	bad = events;
	bad.flags |= KVM_VCPUEVENT_VALID_TRIPLE_FAULT;
	EXPECT_EQ(-EINVAL, set_events(vcpu, &bad));
	bad = events;
	bad.exception.injected = 1;
	bad.exception.nr = 32;
	EXPECT_EQ(-EINVAL, set_events(vcpu, &bad));
	bad.exception.nr = NMI_VECTOR;
	EXPECT_EQ(-EINVAL, set_events(vcpu, &bad));
	/* without its flag "pending" means nothing */
	bad.exception.injected = 0;
	bad.exception.pending = 1;
	EXPECT_EQ(0, set_events(vcpu, &bad));
}

static struct guest_frame seen;

static void guest_sees_exception(struct guest_frame *frame)
{
	seen = *frame;
	guest_done();
}

static void guest_waits(void)
{
	for (;;)
		asm volatile("pause");
}

TEST(an_injected_exception_is_delivered)
{
	struct kvm_vcpu_events events;
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	guest_handlers[GP_VECTOR] = guest_sees_exception;
	machine_start(&machine, guest_waits);
	events = get_events(vcpu);
	events.exception.injected = 1;
	events.exception.nr = GP_VECTOR;
	events.exception.has_error_code = 1;
	events.exception.error_code = 0x18;
	ASSERT_EQ(0, set_events(vcpu, &events));

	events = get_events(vcpu);
	EXPECT_EQ(1, events.exception.injected);
	EXPECT_EQ(GP_VECTOR, events.exception.nr);
	EXPECT_EQ(1, events.exception.has_error_code);
	EXPECT_EQ(0x18, events.exception.error_code);

	ASSERT_DONE(vcpu);
	EXPECT_EQ(0x18, seen.error_code);
	EXPECT_EQ((uint64_t)guest_waits, seen.rip);
	EXPECT_EQ(0, get_events(vcpu).exception.injected);
}

TEST(an_interrupt_is_carried_over)
{
	struct kvm_interrupt irq = { .irq = 0x55 };
	struct kvm_vcpu_events events;
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_regs regs;

	guest_handlers[0x55] = guest_sees_exception;
	machine_start(&machine, guest_waits);
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_INTERRUPT, &irq));
	events = get_events(vcpu);
	EXPECT_EQ(1, events.interrupt.injected);
	EXPECT_EQ(0x55, events.interrupt.nr);
	EXPECT_EQ(0, events.interrupt.soft);

	/* taken away, then put back */
	events.interrupt.injected = 0;
	ASSERT_EQ(0, set_events(vcpu, &events));
	EXPECT_EQ(0, get_events(vcpu).interrupt.injected);
	events.interrupt.injected = 1;
	ASSERT_EQ(0, set_events(vcpu, &events));
	regs = vcpu_regs(vcpu);
	regs.rflags |= X86_EFLAGS_IF;
	vcpu_set_regs(vcpu, &regs);
	ASSERT_DONE(vcpu);
	EXPECT_EQ(0x55, seen.vector);
}

TEST(shadows)
{
	struct kvm_vcpu_events events;
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_waits);
	events = get_events(vcpu);
	events.interrupt.shadow = KVM_X86_SHADOW_INT_STI;
	ASSERT_EQ(0, set_events(vcpu, &events));
	EXPECT_EQ(KVM_X86_SHADOW_INT_STI, get_events(vcpu).interrupt.shadow);
	events.interrupt.shadow = KVM_X86_SHADOW_INT_STI |
				  KVM_X86_SHADOW_INT_MOV_SS;
	ASSERT_EQ(0, set_events(vcpu, &events));
	EXPECT_EQ(KVM_X86_SHADOW_INT_MOV_SS, get_events(vcpu).interrupt.shadow);
	events.interrupt.shadow = 0;
	events.flags &= ~KVM_VCPUEVENT_VALID_SHADOW;
	ASSERT_EQ(0, set_events(vcpu, &events));
	EXPECT_EQ(KVM_X86_SHADOW_INT_MOV_SS, get_events(vcpu).interrupt.shadow);
}

TEST(a_masked_nmi_waits_for_iret)
{
	struct kvm_vcpu_events events;
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	guest_handlers[NMI_VECTOR] = guest_sees_exception;
	machine_start(&machine, guest_done);
	events = get_events(vcpu);
	events.nmi.masked = 1;
	events.nmi.pending = 1;
	ASSERT_EQ(0, set_events(vcpu, &events));
	events = get_events(vcpu);
	EXPECT_EQ(1, events.nmi.masked);
	EXPECT_EQ(1, events.nmi.pending);
	ASSERT_DONE(vcpu);
	EXPECT_EQ(0, seen.vector);

	/* the same without the mask */
	vcpu_start(vcpu, guest_waits);
	events.nmi.masked = 0;
	ASSERT_EQ(0, set_events(vcpu, &events));
	ASSERT_DONE(vcpu);
	EXPECT_EQ(NMI_VECTOR, seen.vector);
	events = get_events(vcpu);
	EXPECT_EQ(0, events.nmi.pending);
	EXPECT_EQ(1, events.nmi.masked);
}

static uint64_t seen_cr2;

static void guest_sees_page_fault(struct guest_frame *frame)
{
	seen = *frame;
	seen_cr2 = READ_REG(cr2);
	guest_done();
}

TEST(a_payload_waits_for_the_delivery)
{
	struct kvm_vcpu_events events;
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	guest_handlers[PF_VECTOR] = guest_sees_page_fault;
	machine_start(&machine, guest_waits);
	ASSERT_EQ(0, enable_cap(&machine.vm, KVM_CAP_EXCEPTION_PAYLOAD));
	events = get_events(vcpu);
	EXPECT_NE(0, events.flags & KVM_VCPUEVENT_VALID_PAYLOAD);
	events.exception.pending = 1;
	events.exception.nr = PF_VECTOR;
	events.exception.has_error_code = 1;
	events.exception_has_payload = 1;
	events.exception_payload = CR2_PAYLOAD;
	ASSERT_EQ(0, set_events(vcpu, &events));

	events = get_events(vcpu);
	EXPECT_EQ(1, events.exception.pending);
	EXPECT_EQ(0, events.exception.injected);
	EXPECT_EQ(1, events.exception_has_payload);
	EXPECT_EQ(CR2_PAYLOAD, events.exception_payload);
	EXPECT_EQ(0, vcpu_sregs(vcpu).cr2);

	ASSERT_DONE(vcpu);
	EXPECT_EQ(CR2_PAYLOAD, seen_cr2);
	EXPECT_EQ(CR2_PAYLOAD, vcpu_sregs(vcpu).cr2);
}

static void guest_steps_over_hlt(void)
{
	asm volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\thlt" : : : "memory");
	GUEST_CHECK(false);
}

static void guest_sees_step(struct guest_frame *frame)
{
	frame->rflags &= ~X86_EFLAGS_TF;
	guest_done();
}

/* Only a VMM lets an exception wait whose payload has not arrived yet. */
TEST(the_guests_own_has_its_payload)
{
	struct kvm_debugregs debug;
	struct kvm_vcpu_events events;
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	guest_handlers[DB_VECTOR] = guest_sees_step;
	machine_start(&machine, guest_steps_over_hlt);
	ASSERT_EQ(0, enable_cap(&machine.vm, KVM_CAP_EXCEPTION_PAYLOAD));
	ASSERT_EXIT(vcpu, KVM_EXIT_HLT);
	events = get_events(vcpu);
	EXPECT_EQ(1, events.exception.pending);
	EXPECT_EQ(DB_VECTOR, events.exception.nr);
	EXPECT_EQ(0, events.exception_has_payload);
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_GET_DEBUGREGS, &debug));
	EXPECT_EQ(DR6_BS, debug.dr6 & DR6_BS);
	ASSERT_DONE(vcpu);
}

TEST(a_triple_fault_can_wait)
{
	struct kvm_vcpu_events events;
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_done);
	ASSERT_EQ(0, enable_cap(&machine.vm, KVM_CAP_X86_TRIPLE_FAULT_EVENT));
	events = get_events(vcpu);
	EXPECT_NE(0, events.flags & KVM_VCPUEVENT_VALID_TRIPLE_FAULT);
	EXPECT_EQ(0, events.triple_fault.pending);
	events.triple_fault.pending = 1;
	ASSERT_EQ(0, set_events(vcpu, &events));
	EXPECT_EQ(1, get_events(vcpu).triple_fault.pending);
	ASSERT_EXIT(vcpu, KVM_EXIT_SHUTDOWN);
	EXPECT_EQ(0, get_events(vcpu).triple_fault.pending);
	ASSERT_DONE(vcpu);
}

TEST_HARNESS_MAIN
