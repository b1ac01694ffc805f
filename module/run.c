// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_RUN: enter the guest, dispatch its exits, leave to the VMM.
 *
 * The vCPU runs with preemption disabled from vmx_vcpu_load() to
 * vmx_vcpu_put(): a batch of entries and exits. Before each entry one look at
 * the task's flags decides whether to leave the batch for a signal or the
 * scheduler, so that latency is that of one exit. Against preempt notifiers
 * this saves their registration on every KVM_RUN and the question, at each
 * VMREAD, of whether the VMCS is still this vCPU's; the price is that a
 * handler which sleeps must put and load the vCPU around it.
 */
#include <linux/kvm.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "exit_handlers/handlers.h"
#include "guest_debug.h"
#include "host_work.h"
#include "regs.h"
#include "run.h"
#include "sync_regs.h"
#include "trace.h"
#include "vcpu.h"
#include "vmx/enter.h"
#include "vmx/error.h"
#include "vmx/event.h"

/* KVM_EXIT_FAIL_ENTRY, in KVM's encoding of the hardware reason. */
static int report_failed_entry(struct vcpu *vcpu)
{
	enum vmx_entry_outcome outcome = vmx_entry_outcome(&vcpu->vmx);
	const struct vmx_exit *exit = &vcpu->vmx.exit;
	const struct vmx_meaning *meaning = NULL;
	u64 reason = 0;

	if (outcome == VMX_ENTRY_REFUSED) {
		reason = exit->reason;
		meaning = vmx_exit_reason_meaning(reason);
	} else if (outcome == VMX_ENTRY_FAIL_VALID) {
		reason = exit->insn_error;
		meaning = vmx_instruction_error_meaning(reason);
	}

	vcpu->run->fail_entry.hardware_entry_failure_reason = reason;
	vcpu->run->fail_entry.cpu = smp_processor_id();
	trace_minivmx_entry_failed(vcpu, meaning ? meaning->name : "without a number");
	return vcpu_exit_to_user(vcpu, KVM_EXIT_FAIL_ENTRY);
}

static int dispatch(struct vcpu *vcpu)
{
	u16 reason = vmx_exit_reason(&vcpu->vmx);
	exit_handler_t handler = NULL;

	if (reason < NR_EXIT_HANDLERS) {
		reason = array_index_nospec(reason, NR_EXIT_HANDLERS);
		handler = exit_handlers[reason];
	}
	return handler ? handler(vcpu) : handle_unknown(vcpu);
}

/* The host wants something of this task first. */
static int leave_for_host_work(struct vcpu *vcpu)
{
	int r;

	vmx_vcpu_put(&vcpu->vmx);
	r = host_work();
	vmx_vcpu_load(&vcpu->vmx);
	if (r) {
		vcpu->stats.signal_exits++;
		vcpu_exit_to_user(vcpu, KVM_EXIT_INTR);
		return r;
	}
	return EXIT_RESUME;
}

/*
 * With interrupts disabled, the host can't want anything before the guest goes
 * on: what it wants comes by interrupt, and that ends the next entry at once.
 *
 * Returns EXIT_NEXT_INSN if the last exit is still to be handled.
 */
static int handle_quick_exits(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	int action;

	while (exit_is_quick(v)) {
		trace_minivmx_exit(vcpu);
		action = exit_handlers[v->exit.reason & QUICK_EXIT_MASK](vcpu);
		if (unlikely(action != EXIT_NEXT_INSN))
			return action;
		if (unlikely(__vmx_skip_insn(v)))
			return guest_debug_step(vcpu);
		/* The loop tells the VMM if the window is open now. */
		if (unlikely(v->events.irq_window_wanted))
			return EXIT_RESUME;
		trace_minivmx_entry(vcpu);
		vmx_reenter(v);
		vcpu->stats.exits++;
	}
	return EXIT_NEXT_INSN;
}

/* One entry, and one exit that is not handled at once. */
static int enter_once(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	int action;

	if (unlikely(vcpu->guest_debug))
		guest_debug_before_enter(vcpu);
	if (unlikely(v->events.triple_fault))
		return handle_triple_fault(vcpu);
	vmx_events_deliver(v);

	local_irq_disable();
	if (unlikely(host_work_pending())) {
		local_irq_enable();
		return leave_for_host_work(vcpu);
	}
	if (!v->guest_msrs_loaded)
		vmx_load_guest_msrs(v);
	fpu_before_enter(vcpu);
	trace_minivmx_entry(vcpu);
	vmx_enter(v);
	vcpu->stats.exits++;
	action = handle_quick_exits(vcpu);
	vmx_leave(v);
	local_irq_enable();
	if (action != EXIT_NEXT_INSN)
		return action;

	if (unlikely(READ_ONCE(v->vm->dead)))
		return -EIO;
	trace_minivmx_exit(vcpu);
	if (unlikely(vmx_entry_failed(v)))
		return report_failed_entry(vcpu);
	return dispatch(vcpu);
}

/* Nothing that waits for its delivery may be overtaken. */
static bool ready_for_interrupt(struct vmx_vcpu *v)
{
	const struct vmx_events *ev = &v->events;

	return !ev->interrupt.info && !ev->exception.info &&
	       !ev->nmi_injected && !ev->triple_fault &&
	       vmx_interrupt_allowed(v);
}

/* RIP moves past an instruction here, after quick exits, and nowhere else. */
static int move_rip(struct vcpu *vcpu, int action)
{
	switch (action) {
	case EXIT_NEXT_INSN:
		return vmx_skip_insn(&vcpu->vmx) ? guest_debug_step(vcpu) :
						   EXIT_RESUME;
	case EXIT_TO_USER_NEXT_INSN:
		if (vmx_skip_insn(&vcpu->vmx))
			guest_debug_step_later(vcpu);
		return EXIT_TO_USER;
	default:
		return action;
	}
}

/* Until an exit for the VMM (EXIT_TO_USER) or an error. */
static int run_loop(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	int action;

	for (;;) {
		action = move_rip(vcpu, enter_once(vcpu));
		if (action != EXIT_RESUME)
			return action;

		if (unlikely(v->events.irq_window_wanted) &&
		    ready_for_interrupt(v)) {
			vcpu->stats.request_irq_exits++;
			return vcpu_exit_to_user(vcpu,
						 KVM_EXIT_IRQ_WINDOW_OPEN);
		}
	}
}

/* What the VMM wrote to kvm_run, and the exit that it has answered. */
static int accept_from_user(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	int (*complete)(struct vcpu *vcpu) = vcpu->complete;
	int r;

	r = sync_regs_accept(vcpu);
	if (r)
		return r;
	if (regs_write_cr8(vcpu, READ_ONCE(run->cr8)))
		return -EINVAL;

	if (!complete)
		return EXIT_RESUME;
	vcpu->complete = NULL;
	return complete(vcpu);
}

/* What the VMM reads from kvm_run after every KVM_RUN. */
static void report_to_user(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	struct kvm_run *run = vcpu->run;

	run->if_flag = !!(vmx_rflags(v) & X86_EFLAGS_IF);
	run->cr8 = vcpu->cr8;
	run->apic_base = vcpu->apic_base;
	run->ready_for_interrupt_injection = ready_for_interrupt(v);
	sync_regs_report(vcpu);
}

static int run_loaded(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	int r;

	v->events.irq_window_wanted =
		READ_ONCE(vcpu->run->request_interrupt_window);

	vmx_vcpu_load(v);
	r = move_rip(vcpu, accept_from_user(vcpu));
	if (unlikely(vcpu->guest_debug) && r == EXIT_RESUME)
		r = guest_debug_owed_step(vcpu);
	if (r == EXIT_RESUME)
		r = compat_immediate_exit(vcpu->run) ? -EINTR :
						      run_loop(vcpu);
	if (r == EXIT_TO_USER)
		r = 0;

	/* The contract of handlers: 0 if and only if there is a reason. */
	WARN_ON_ONCE(r == 0 && !vcpu->exit_to_user);
	report_to_user(vcpu);
	vmx_vcpu_put(v);
	return r;
}

/*
 * The signals that the VMM wants to interrupt KVM_RUN, blocked otherwise. The
 * task's own mask waits in real_blocked, as sigsuspend-like system calls do it.
 */
static void sigmask_activate(struct vcpu *vcpu)
{
	if (vcpu->sigmask_set)
		sigprocmask(SIG_SETMASK, &vcpu->sigmask,
			    &current->real_blocked);
}

static void sigmask_deactivate(struct vcpu *vcpu)
{
	if (!vcpu->sigmask_set)
		return;
	sigprocmask(SIG_SETMASK, &current->real_blocked, NULL);
	sigemptyset(&current->real_blocked);
}

/**
 * vcpu_run() - KVM_RUN
 * @vcpu: the vCPU
 *
 * Context: vcpu->mutex held; may sleep.
 * Return: 0 with kvm_run->exit_reason set; -EINTR for a signal or
 * immediate_exit; -EINVAL for a kvm_run that the VMM filled wrongly; -EFAULT
 * for guest memory without host memory behind it; -EIO for a VM of which a VMX
 * instruction failed.
 */
int vcpu_run(struct vcpu *vcpu)
{
	int r;

	lockdep_assert_held(&vcpu->mutex);

	vcpu->exit_to_user = false;
	vcpu->run->flags = 0;
	sigmask_activate(vcpu);
	fpu_load_guest(vcpu);
	r = run_loaded(vcpu);
	fpu_load_host(vcpu);
	sigmask_deactivate(vcpu);
	trace_minivmx_userspace_exit(vcpu, r);
	return r;
}
