// SPDX-License-Identifier: GPL-2.0
/* The loop around KVM_RUN. It makes no other system call for most exits. */
#include "run.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <x86intrin.h>

#include "machine.h"
#include "vcpu.h"
#include "wakeup.h"

/* KVM API: the guest must be able to take it, or be asked to tell when. */
static void offer_interrupt(struct machine *pc, struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	struct kvm_interrupt interrupt;

	if (pc->pic.pending && run->ready_for_interrupt_injection) {
		interrupt.irq = pic_acknowledge(&pc->pic);
		if (ioctl(vcpu->fd, KVM_INTERRUPT, &interrupt))
			power_off(&pc->power, STATUS_RUN_ERROR,
				  "KVM_INTERRUPT failed");
		/* It stays so until KVM_RUN tells anew. */
		run->ready_for_interrupt_injection = 0;
	}
	run->request_interrupt_window = pc->pic.pending;
}

static void handle_io(struct machine *pc, const struct kvm_run *run)
{
	uint8_t *data = (uint8_t *)run + run->io.data_offset;
	uint32_t i;

	for (i = 0; i < run->io.count; i++, data += run->io.size) {
		if (run->io.direction == KVM_EXIT_IO_OUT)
			bus_write(&pc->ports, run->io.port, data, run->io.size);
		else
			bus_read(&pc->ports, run->io.port, data, run->io.size);
	}
}

static void handle_mmio(struct machine *pc, struct kvm_run *run)
{
	if (run->mmio.is_write)
		bus_write(&pc->mmio, run->mmio.phys_addr, run->mmio.data,
			  run->mmio.len);
	else
		bus_read(&pc->mmio, run->mmio.phys_addr, run->mmio.data,
			 run->mmio.len);
}

static void handle_hlt(struct machine *pc, const struct kvm_run *run)
{
	if (!run->if_flag) {
		power_off(&pc->power, STATUS_OK,
			  "the guest halted with interrupts off: the PC is off");
		return;
	}
	while (!pc->pic.pending && !pc->power.off)
		machine_wait(pc);
}

static void handle_system_event(struct machine *pc, const struct kvm_run *run)
{
	switch (run->system_event.type) {
	case KVM_SYSTEM_EVENT_SHUTDOWN:
		power_off(&pc->power, STATUS_OK, "the guest turned the PC off");
		break;
	case KVM_SYSTEM_EVENT_RESET:
		power_off(&pc->power, STATUS_OK, "the guest reset the PC");
		break;
	default:
		power_off(&pc->power, STATUS_UNHANDLED_EXIT,
			  "a system event that this PC does not know");
	}
}

static void handle_exit(struct machine *pc, struct kvm_run *run)
{
	switch (run->exit_reason) {
	case KVM_EXIT_IO:
		handle_io(pc, run);
		break;
	case KVM_EXIT_MMIO:
		handle_mmio(pc, run);
		break;
	case KVM_EXIT_HLT:
		handle_hlt(pc, run);
		break;
	case KVM_EXIT_IRQ_WINDOW_OPEN:
	case KVM_EXIT_INTR:
	case KVM_EXIT_SET_TPR:	/* the 8259 pair knows no priorities by CR8 */
		break;
	case KVM_EXIT_SYSTEM_EVENT:
		handle_system_event(pc, run);
		break;
	case KVM_EXIT_SHUTDOWN:
		power_off(&pc->power, STATUS_TRIPLE_FAULT, "triple fault");
		break;
	case KVM_EXIT_FAIL_ENTRY:
		power_off(&pc->power, STATUS_FAIL_ENTRY, "failed entry");
		break;
	case KVM_EXIT_INTERNAL_ERROR:
		power_off(&pc->power, STATUS_INTERNAL_ERROR, "internal error");
		break;
	default:
		power_off(&pc->power, STATUS_UNHANDLED_EXIT,
			  "an exit that minivmm did not ask for");
	}
}

static void enter_guest(struct machine *pc, struct vcpu *vcpu)
{
	uint64_t start = __rdtsc();
	int ret = ioctl(vcpu->fd, KVM_RUN, 0);
	uint64_t ticks = __rdtsc() - start;

	/* With immediate_exit, exit_reason is still the last one's. */
	if (ret && errno == EINTR) {
		exits_count(&vcpu->stats, KVM_EXIT_INTR, ticks);
		return;
	}
	if (ret) {
		power_off(&pc->power, STATUS_RUN_ERROR, strerror(errno));
		return;
	}
	exits_count(&vcpu->stats, vcpu->run->exit_reason, ticks);
	handle_exit(pc, vcpu->run);
}

void run_guest(struct machine *pc, struct vcpu *vcpu)
{
	wakeup_init(vcpu->run);
	wakeup_soon();		/* something may have been typed already */
	while (!pc->power.off) {
		if (wakeup_taken())
			machine_update(pc);
		machine_arm(pc);
		offer_interrupt(pc, vcpu);
		enter_guest(pc, vcpu);
	}
}
