// SPDX-License-Identifier: GPL-2.0
/* What the VMM does before a KVM_RUN and after it. */
#include <errno.h>
#include <string.h>

#include "random.h"
#include "session.h"

#define BP_VECTOR	3
#define WINDOW_VECTOR	0x31	/* of the interrupt for which a window was wanted */

/* ---- before ---- */

static int interrupt(struct session *s, uint32_t vector)
{
	struct kvm_interrupt irq = { .irq = vector };

	/* A VMM that does not wait breaks the API's rules. */
	if (!s->machine->run->ready_for_interrupt_injection ||
	    !s->machine->run->if_flag)
		return 0;
	return call(s->machine->vcpu, KVM_INTERRUPT, &irq);
}

static void change_exception(struct kvm_vcpu_events *events,
			     const struct item *item)
{
	uint64_t how = item->arg[1];

	events->exception.nr = item->arg[0];
	events->exception.has_error_code = !!(how & DELIVER_ERROR_CODE);
	events->exception.error_code = how & DELIVER_ERROR_CODE ? item->arg[2] : 0;
	how &= ~DELIVER_ERROR_CODE;
	events->exception.injected = how == DELIVER_INJECTED;
	if (how == DELIVER_INJECTED)
		return;
	events->flags |= KVM_VCPUEVENT_VALID_PAYLOAD;
	events->exception.pending = 1;
	events->exception_has_payload = how == DELIVER_PAYLOAD;
	events->exception_payload = how == DELIVER_PAYLOAD ? item->arg[3] : 0;
}

static int change_events(struct session *s, const struct item *item)
{
	struct kvm_vcpu_events events;
	int r = call(s->machine->vcpu, KVM_GET_VCPU_EVENTS, &events);

	if (r)
		return r;
	switch (item->kind) {
	case ITEM_EXCEPTION:
		change_exception(&events, item);
		break;
	case ITEM_INJECTED:
		events.interrupt.injected = 1;
		events.interrupt.nr = item->arg[0];
		events.interrupt.soft = item->arg[1];
		break;
	case ITEM_NMI_STATE:
		events.nmi.injected = item->arg[0];
		events.nmi.pending = item->arg[1];
		events.nmi.masked = item->arg[2];
		break;
	case ITEM_SHADOW:
		events.interrupt.shadow = item->arg[0];
		break;
	case ITEM_SHUTDOWN:
		events.flags |= KVM_VCPUEVENT_VALID_TRIPLE_FAULT;
		events.triple_fault.pending = item->arg[0];
		break;
	}
	return call(s->machine->vcpu, KVM_SET_VCPU_EVENTS, &events);
}

static int set_debug(struct session *s, uint32_t control, uint64_t dr0,
		     uint64_t dr7)
{
	struct kvm_guest_debug debug = { .control = control };

	debug.arch.debugreg[0] = dr0;
	debug.arch.debugreg[7] = dr7;
	return call(s->machine->vcpu, KVM_SET_GUEST_DEBUG, &debug);
}

/* Without its capability an event is refused, by KVM not without traces. */
static bool can_shut_down(const struct test_case *c)
{
	for (unsigned int i = 0; i < c->nr; i++)
		if (c->items[i].kind == ITEM_CAP &&
		    c->items[i].arg[0] == KVM_CAP_X86_TRIPLE_FAULT_EVENT)
			return true;
	return false;
}

static int act(struct session *s, const struct item *item)
{
	struct kvm_run *run = s->machine->run;

	switch (item->kind) {
	case ITEM_INTERRUPT:
		return interrupt(s, item->arg[0]);
	case ITEM_NMI:
		return call(s->machine->vcpu, KVM_NMI, NULL);
	case ITEM_WINDOW:
		run->request_interrupt_window = item->arg[0];
		return 0;
	case ITEM_TPR:
		run->cr8 = item->arg[0];
		return 0;
	case ITEM_DEBUG:
		return set_debug(s, item->arg[0], item->arg[1], item->arg[2]);
	case ITEM_SYNC_REG:
		/* not while a device's answer is on its way to a register */
		if (!s->nr || run->exit_reason == KVM_EXIT_MMIO ||
		    run->exit_reason == KVM_EXIT_IO)
			return 0;
		((uint64_t *)&run->s.regs.regs)[item->arg[0]] = item->arg[1];
		run->kvm_dirty_regs = KVM_SYNC_X86_REGS;
		return 0;
	case ITEM_IMMEDIATE:
		return 0;
	case ITEM_SHUTDOWN:
		return can_shut_down(s->c) ? change_events(s, item) : 0;
	default:
		return change_events(s, item);
	}
}

bool session_act(struct session *s, struct step *step)
{
	bool immediate = s->nr == 0;
	unsigned int nr = 0;

	for (unsigned int i = 0; i < s->c->nr; i++) {
		const struct item *item = &s->c->items[i];

		if (!item_is_hosts(item) || item->run != s->nr)
			continue;
		if (item->kind == ITEM_IMMEDIATE)
			immediate = true;
		if (nr < MAX_ACTIONS)
			step->action[nr++] = act(s, item);
	}
	return immediate;
}

/* ---- after: a program that has stopped in a handler ---- */

/* Where the program was, from the frame that the CPU has pushed. */
static bool interrupted_at(const struct session *s, const struct step *step,
			   unsigned int handler, uint64_t *rip)
{
	bool has_error = handler == 8 || (handler >= 10 && handler <= 14) ||
			 handler == 17 || handler == 21;
	unsigned int size = 4;
	uint64_t sp = step->regs.rsp;

	if (handler == HANDLER_SYSCALL) {
		*rip = step->regs.rcx;
		return true;
	}
	if (handler >= 32)
		return false;
	if (s->c->mode == MODE_REAL) {
		has_error = false;
		size = 2;
	} else if (mode_is_long(s->c->mode)) {
		size = 8;
	}
	if (!step->sregs.ss.db && size != 8)
		sp &= 0xffff;
	if (size != 8)
		sp = (uint32_t)(sp + step->sregs.ss.base);
	if (has_error)
		sp += size;
	if (sp > RAM_SIZE - size)
		return false;
	*rip = 0;
	memcpy(rip, s->machine->ram + sp, size);
	return true;
}

static const struct item *first_item_behind(const struct session *s,
					    uint64_t rip, uint16_t *start)
{
	for (unsigned int i = 0; i < s->c->nr; i++) {
		const struct item *item = &s->c->items[i];

		if (item->kind != ITEM_CODE || s->layout.start[i] <= rip)
			continue;
		*start = s->layout.start[i];
		return item;
	}
	return NULL;
}

/* The program goes on behind the item that has failed, as it had begun. */
static bool recover(struct session *s, const struct step *step,
		    unsigned int handler)
{
	const uint64_t mode_cr0 = X86_CR0_PE | X86_CR0_PG;
	struct kvm_sregs first, sregs = step->sregs;
	struct kvm_regs regs = step->regs;
	struct kvm_regs first_regs;
	uint16_t start;
	uint64_t rip;

	if (!interrupted_at(s, step, handler, &rip))
		return false;
	/* SYSCALL leaves the address of the next instruction. */
	if (handler == HANDLER_SYSCALL)
		rip--;
	world_sregs(s->c, &first);
	world_regs(s->c, &s->layout, &first_regs);
	if (((first.cr0 ^ sregs.cr0) & mode_cr0) || first.efer != sregs.efer ||
	    ((first.cr4 ^ sregs.cr4) & X86_CR4_PAE))
		return false;
	if (!first_item_behind(s, rip, &start))
		return false;

	/* KVM has old interrupts there: an intended difference, "sync-bitmap" */
	memset(sregs.interrupt_bitmap, 0, sizeof(sregs.interrupt_bitmap));
	sregs.cs = first.cs;
	sregs.ss = first.ss;
	sregs.ds = first.ds;
	sregs.es = first.es;
	sregs.fs = first.fs;
	sregs.gs = first.gs;
	regs.rip = start;
	regs.rsp = first_regs.rsp;
	regs.rflags = first_regs.rflags;
	return !call(s->machine->vcpu, KVM_SET_SREGS, &sregs) &&
	       !call(s->machine->vcpu, KVM_SET_REGS, &regs);
}

static bool answer_hlt(struct session *s, const struct step *step)
{
	uint64_t rip = step->regs.rip;

	if (rip >= GPA_HANDLERS && rip < GPA_CODE)
		return recover(s, step, (rip - GPA_HANDLERS) / HANDLER_SIZE);
	return rip >= GPA_CODE && rip < s->layout.end;
}

/* ---- after: devices ---- */

static void make_answer(const struct session *s, void *to, size_t size)
{
	struct random random = { s->c->seed ^ s->nr };
	uint8_t *data = to;

	for (size_t i = 0; i < size; i++)
		data[i] = random_next(&random);
}

static bool answer_io(struct session *s, const struct step *step)
{
	struct kvm_run *run = s->machine->run;

	if (run->io.direction == KVM_EXIT_IO_IN)
		make_answer(s, (uint8_t *)run + run->io.data_offset,
			    (size_t)run->io.size * run->io.count);
	else if (run->io.port == PORT_END && step->regs.rip >= s->layout.end &&
		 step->regs.rip < s->layout.end + 3u)
		return false;
	return true;
}

static bool answer_debug(struct session *s, const struct step *step)
{
	struct kvm_regs regs = step->regs;

	/* An INT3 of the VMM's would be replaced; this one is passed by. */
	if (step->detail[0] == BP_VECTOR) {
		regs.rip++;
		return !call(s->machine->vcpu, KVM_SET_REGS, &regs);
	}
	/* A breakpoint would be met again and again. */
	if (step->detail[2] & 0xf)
		return !set_debug(s, 0, 0, 0);
	return true;
}

static bool answer_msr(struct session *s)
{
	struct kvm_run *run = s->machine->run;
	uint8_t error;

	make_answer(s, &error, sizeof(error));
	run->msr.error = error & 1;
	if (run->exit_reason == KVM_EXIT_X86_RDMSR)
		make_answer(s, &run->msr.data, sizeof(run->msr.data));
	return true;
}

bool session_answer(struct session *s, const struct step *step)
{
	struct kvm_run *run = s->machine->run;

	if (step->ret)
		return step->ret == -EINTR;
	switch (step->exit_reason) {
	case KVM_EXIT_IO:
		return answer_io(s, step);
	case KVM_EXIT_MMIO:
		if (!run->mmio.is_write)
			make_answer(s, run->mmio.data, run->mmio.len);
		return true;
	case KVM_EXIT_HLT:
		return answer_hlt(s, step);
	case KVM_EXIT_DEBUG:
		return answer_debug(s, step);
	case KVM_EXIT_X86_RDMSR:
	case KVM_EXIT_X86_WRMSR:
		return answer_msr(s);
	case KVM_EXIT_IRQ_WINDOW_OPEN:
		run->request_interrupt_window = 0;
		interrupt(s, WINDOW_VECTOR);
		return true;
	case KVM_EXIT_SET_TPR:
		return true;
	case KVM_EXIT_INTERNAL_ERROR:
		return step->detail[0] == KVM_INTERNAL_ERROR_EMULATION;
	default:
		return false;
	}
}
