// SPDX-License-Identifier: GPL-2.0
/* Rows of interrupts that the VMM's own interrupt controller sends. */
#include "bench.h"

#define VECTOR	0x41

static volatile uint64_t arrival;

static void guest_takes_irq(struct guest_frame *frame)
{
	(void)frame;
	arrival = rdtsc();
}

static void interrupt(struct vcpu *vcpu)
{
	struct kvm_interrupt irq = { .irq = VECTOR };

	if (dev_ioctl(vcpu->fd, KVM_INTERRUPT, &irq))
		die("KVM_INTERRUPT");
}

/* OUT makes the VMM send an interrupt; the time ends in its handler. */
static void guest_asks_for_irq(void)
{
	asm volatile("sti");
	for (int i = 0; i < MAX_SAMPLES; i++) {
		uint64_t start = rdtsc();

		guest_sync(0);
		samples[i] = arrival - start;
	}
	asm volatile("cli");
	guest_done();
}

static int measure_injection(const struct row *row)
{
	struct machine machine;

	machine_start(&machine, row->guest);
	guest_handlers[VECTOR] = guest_takes_irq;
	for (int i = 0; i < MAX_SAMPLES; i++) {
		expect_exit(&machine.vcpu, KVM_EXIT_IO);
		interrupt(&machine.vcpu);
	}
	expect_exit(&machine.vcpu, KVM_EXIT_IO);
	machine_destroy(&machine);
	return MAX_SAMPLES;
}

/* The VMM waits until STI has opened the window. */
static void guest_opens_window(void)
{
	for (int i = 0; i < MAX_SAMPLES; i++) {
		uint64_t start;

		guest_sync(0);
		start = rdtsc();
		asm volatile("sti\n\tnop\n\tnop\n\tcli" : : : "memory");
		samples[i] = arrival - start;
	}
	guest_done();
}

static int measure_window(const struct row *row)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, row->guest);
	guest_handlers[VECTOR] = guest_takes_irq;
	for (int i = 0; i < MAX_SAMPLES; i++) {
		expect_exit(vcpu, KVM_EXIT_IO);
		vcpu->run->request_interrupt_window = 1;
		expect_exit(vcpu, KVM_EXIT_IRQ_WINDOW_OPEN);
		vcpu->run->request_interrupt_window = 0;
		interrupt(vcpu);
	}
	expect_exit(vcpu, KVM_EXIT_IO);
	machine_destroy(&machine);
	return MAX_SAMPLES;
}

const struct row interrupt_rows[] = {
	{ .name = "OUT answered by an interrupt", .unit = "ticks",
	  .measure = measure_injection, .guest = guest_asks_for_irq },
	{ .name = "interrupt after its window", .unit = "ticks",
	  .measure = measure_window, .guest = guest_opens_window },
	{ .name = NULL },
};
