// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that stops before an exception, an interrupt or an NMI has reached
 * it takes it in another process's VM.
 */
#include "test.h"
#include "transfer.h"

#define IRQ_VECTOR	0x41
#define DR6_BS		(1ul << 14)

static uint64_t taken;

TRANSFER_FIXTURE;

static void count_event(struct guest_frame *frame)
{
	(void)frame;
	taken++;
}

static void set_events(struct vcpu *vcpu, const struct kvm_vcpu_events *events)
{
	if (dev_ioctl(vcpu->fd, KVM_SET_VCPU_EVENTS, (void *)events))
		die("KVM_SET_VCPU_EVENTS");
}

/* ---- exceptions ---- */

static uint64_t steps[8];
extern const char move_step_0[], move_step_1[], move_step_2[], move_step_3[];

static void takes_step(struct guest_frame *frame)
{
	GUEST_CHECK(READ_REG(dr6) & DR6_BS);
	WRITE_REG(dr6, 0xffff0ff0);
	if (taken < 8)
		steps[taken++] = frame->rip;
	if (frame->rip == (uint64_t)move_step_3)
		frame->rflags &= ~X86_EFLAGS_TF;
}

/* The step over IN waits when the VMM has answered. */
static void guest_steps(void)
{
	asm volatile("movb $0, %%al\n\tpushq %0\n\tpopfq\n"
		     "	nop\n"
		     "move_step_0:	inb $0xd3, %%al\n"
		     "move_step_1:	incb %%al\n"
		     "move_step_2:	nop\n"
		     "move_step_3:	nop\n"
		     "	outb %%al, $0xd1\n"
		     : : "i"(X86_EFLAGS_FIXED | X86_EFLAGS_TF) : "rax", "memory");
	GUEST_CHECK(taken == 4);
	GUEST_CHECK(steps[0] == (uint64_t)move_step_0);
	GUEST_CHECK(steps[1] == (uint64_t)move_step_1);
	GUEST_CHECK(steps[2] == (uint64_t)move_step_2);
	GUEST_CHECK(steps[3] == (uint64_t)move_step_3);
	guest_done();
}

static void prepare_step(struct machine *machine)
{
	struct vcpu *vcpu = &machine->vcpu;
	struct kvm_vcpu_events events;

	guest_handlers[DB_VECTOR] = takes_step;
	vcpu_start(vcpu, guest_steps);
	must_exit(vcpu, KVM_EXIT_IO);
	*(uint8_t *)io_data(vcpu) = 6;
	finish_exit(vcpu);
	events = vcpu_events(vcpu);
	if (taken != 1 || !events.exception.pending ||
	    events.exception.nr != DB_VECTOR)
		die("a step does not wait");
}

TEST_F(to, a_step_that_waits)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	MOVE(prepare_step);
	ASSERT_EXIT(vcpu, KVM_EXIT_IO);
	EXPECT_EQ(7, *(uint8_t *)io_data(vcpu));
	ASSERT_DONE(vcpu);
}

#define FAULT_ADDRESS	0x123456789000

static void takes_page_fault(struct guest_frame *frame)
{
	GUEST_CHECK(frame->error_code == 6);
	GUEST_CHECK(READ_REG(cr2) == FAULT_ADDRESS);
	taken++;
}

static void guest_waits_for_event(void)
{
	guest_sync(1);
	GUEST_CHECK(taken == 1);
	guest_done();
}

/* Its address is not in CR2 before it is delivered. */
static void prepare_page_fault(struct machine *machine)
{
	const struct kvm_vcpu_events events = {
		.flags = KVM_VCPUEVENT_VALID_PAYLOAD,
		.exception = {
			.pending = 1, .nr = PF_VECTOR, .has_error_code = 1,
			.error_code = 6,
		},
		.exception_has_payload = 1,
		.exception_payload = FAULT_ADDRESS,
	};
	struct vcpu *vcpu = &machine->vcpu;

	guest_handlers[PF_VECTOR] = takes_page_fault;
	vcpu_start(vcpu, guest_waits_for_event);
	must_sync(vcpu, 1);
	finish_exit(vcpu);
	set_events(vcpu, &events);
	if (vcpu_sregs(vcpu).cr2 == FAULT_ADDRESS)
		die("CR2 is set too early");
}

TEST_F(to, a_page_fault_that_waits)
{
	MOVE(prepare_page_fault);
	ASSERT_DONE(&self->machine.vcpu);
}

static void prepare_triple_fault(struct machine *machine)
{
	const struct kvm_vcpu_events events = {
		.flags = KVM_VCPUEVENT_VALID_TRIPLE_FAULT,
		.triple_fault = { 1 },
	};

	vcpu_start(&machine->vcpu, guest_done);
	set_events(&machine->vcpu, &events);
}

TEST_F(to, a_triple_fault_that_waits)
{
	MOVE(prepare_triple_fault);
	ASSERT_EXIT(&self->machine.vcpu, KVM_EXIT_SHUTDOWN);
}

/* ---- interrupts ---- */

static void guest_with_interrupts(void)
{
	asm volatile("sti; nop");
	guest_sync(1);
	GUEST_CHECK(taken == 1);
	guest_done();
}

static void prepare_interrupt(struct machine *machine)
{
	struct kvm_interrupt irq = { .irq = IRQ_VECTOR };
	struct vcpu *vcpu = &machine->vcpu;

	guest_handlers[IRQ_VECTOR] = count_event;
	vcpu_start(vcpu, guest_with_interrupts);
	must_sync(vcpu, 1);
	finish_exit(vcpu);
	if (dev_ioctl(vcpu->fd, KVM_INTERRUPT, &irq))
		die("KVM_INTERRUPT");
}

TEST_F(to, an_interrupt_that_waits)
{
	MOVE(prepare_interrupt);
	ASSERT_DONE(&self->machine.vcpu);
}

extern const char after_sti[], behind_the_shadow[];

static void guest_with_shadow(void)
{
	guest_sync(1);
	asm volatile("sti\n"
		     "after_sti:	nop\n"
		     "behind_the_shadow:	nop\n\tcli");
	GUEST_CHECK(taken == 1);
	guest_done();
}

static void step_to(struct vcpu *vcpu, const char *label)
{
	struct kvm_guest_debug debug = {
		.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP,
	};

	while (vcpu_regs(vcpu).rip != (uint64_t)label) {
		if (dev_ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, &debug))
			die("KVM_SET_GUEST_DEBUG");
		must_exit(vcpu, KVM_EXIT_DEBUG);
	}
	debug.control = 0;
	if (dev_ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, &debug))
		die("KVM_SET_GUEST_DEBUG");
}

static void prepare_shadow(struct machine *machine)
{
	struct vcpu *vcpu = &machine->vcpu;

	guest_handlers[IRQ_VECTOR] = count_event;
	vcpu_start(vcpu, guest_with_shadow);
	must_sync(vcpu, 1);
	finish_exit(vcpu);
	step_to(vcpu, after_sti);
	if (vcpu_events(vcpu).interrupt.shadow != KVM_X86_SHADOW_INT_STI)
		die("STI casts no shadow");
}

TEST_F(to, the_shadow_of_sti)
{
	struct kvm_interrupt irq = { .irq = IRQ_VECTOR };
	struct vcpu *vcpu = &self->machine.vcpu;

	MOVE(prepare_shadow);
	vcpu->run->request_interrupt_window = 1;
	ASSERT_EXIT(vcpu, KVM_EXIT_IRQ_WINDOW_OPEN);
	EXPECT_EQ((uint64_t)behind_the_shadow, vcpu_regs(vcpu).rip);
	vcpu->run->request_interrupt_window = 0;
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_INTERRUPT, &irq));
	ASSERT_DONE(vcpu);
}

/* ---- NMIs ---- */

static void takes_nmi(struct guest_frame *frame)
{
	(void)frame;
	guest_sync(++taken);
}

static void guest_waits_for_nmis(void)
{
	guest_sync(100);
	GUEST_CHECK(taken == 2);
	guest_done();
}

static void must_nmi(struct vcpu *vcpu)
{
	if (dev_ioctl(vcpu->fd, KVM_NMI, NULL))
		die("KVM_NMI");
}

static void prepare_nmi(struct machine *machine)
{
	guest_handlers[NMI_VECTOR] = takes_nmi;
	vcpu_start(&machine->vcpu, guest_waits_for_nmis);
	must_sync(&machine->vcpu, 100);
	finish_exit(&machine->vcpu);
	must_nmi(&machine->vcpu);
}

TEST_F(to, an_nmi_that_waits)
{
	MOVE(prepare_nmi);
	ASSERT_SYNC(&self->machine.vcpu, 1);
	ASSERT_EQ(0, dev_ioctl(self->machine.vcpu.fd, KVM_NMI, NULL));
	ASSERT_SYNC(&self->machine.vcpu, 2);
	ASSERT_DONE(&self->machine.vcpu);
}

/* In the handler of the first one, which holds the second one back. */
static void prepare_second_nmi(struct machine *machine)
{
	struct vcpu *vcpu = &machine->vcpu;
	struct kvm_vcpu_events events;

	prepare_nmi(machine);
	must_sync(vcpu, 1);
	finish_exit(vcpu);
	must_nmi(vcpu);
	events = vcpu_events(vcpu);
	if (!events.nmi.masked || !events.nmi.pending)
		die("the second NMI does not wait");
}

TEST_F(to, an_nmi_behind_another)
{
	MOVE(prepare_second_nmi);
	ASSERT_SYNC(&self->machine.vcpu, 2);
	/* not before the IRET of the first: that was its count */
	EXPECT_EQ(2, *GUESTS(&self->machine.vm, taken));
	ASSERT_DONE(&self->machine.vcpu);
}

TEST_HARNESS_MAIN
