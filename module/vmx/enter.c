// SPDX-License-Identifier: GPL-2.0
/*
 * The interrupts-off window around VM entry and VM exit.
 *
 * What a VM exit costs is decided here: host fields are written on change only,
 * what the CPU loses at every exit is put back at once only if the kernel needs
 * it (host_state.c has the rest), and what can change only by an interrupt is
 * looked at only after one.
 */
#include <linux/context_tracking.h>
#include <linux/ftrace.h>
#include <linux/hardirq.h>
#include <linux/instrumentation.h>
#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/vtime.h>
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/fpu/xcr.h>
#include <asm/mce.h>
#include <asm/msr.h>
#include <asm/pkru.h>
#include <asm/special_insns.h>
#include <asm/tlbflush.h>
#include <asm/trapnr.h>

#include "../compat.h"
#include "caps.h"
#include "enter.h"
#include "event.h"
#include "guest.h"
#include "insn.h"
#include "l1d.h"
#include "oracle.h"
#include "vmcs.h"
#include "vmcs_access.h"
#include "vmenter.h"

static_assert(offsetof(struct vmx_vcpu, gpr) == VMX_VCPU_GPR);
static_assert(offsetof(struct vmx_vcpu, spec_ctrl) == VMX_VCPU_SPEC_CTRL);
static_assert(offsetof(struct vmx_vcpu, host_rsp) == VMX_VCPU_HOST_RSP);

#define XCR0_PKRU		BIT_ULL(9)
#define DR7_ENABLES		0xff

/* The kernel sets these once, before any module is loaded. */
static u64 host_xcr0 __ro_after_init;
static u64 host_xss __ro_after_init;

/* ---- before the entry ---- */

/*
 * Counts the interrupts by which the kernel makes a CPU change what host state
 * depends on: performance events (DEBUGCTL) and RCU's wishes arrive by function
 * calls, timers, irq_work and NMIs, and by nothing else while a task stays on
 * its CPU.
 */
static unsigned int host_interrupts(void)
{
	return __this_cpu_read(irq_stat.irq_call_count) +
	       __this_cpu_read(irq_stat.apic_timer_irqs) +
	       __this_cpu_read(irq_stat.apic_irq_work_irqs) +
	       __this_cpu_read(irq_stat.apic_perf_irqs) +
	       __this_cpu_read(irq_stat.__nmi_count);
}

/* Also at the first entry after a load, for another task may have run. */
static void refresh_after_interrupt(struct vmx_vcpu *v, unsigned int interrupts)
{
	/* The guest is as good as user mode: no RCU reader is here. */
	if (interrupts != v->host_interrupts)
		rcu_note_context_switch(false);
	v->host_interrupts = interrupts;
	v->host_debugctl = get_debugctlmsr();
	vmx_switch_perf_msrs(v);
}

/* SDM: "Host-State Area": what can have changed since the last entry. */
static void refresh_host_state(struct vmx_vcpu *v)
{
	unsigned long cr3 = __native_read_cr3();
	unsigned long cr4 = cr4_read_shadow();
	unsigned int interrupts = host_interrupts();

	if (unlikely(cr3 != v->host_cr3)) {
		vmcs_write_natural(v, HOST_CR3, cr3);
		v->host_cr3 = cr3;
	}
	if (unlikely(cr4 != v->host_cr4)) {
		vmcs_write_natural(v, HOST_CR4, cr4);
		v->host_cr4 = cr4;
	}
	if (unlikely(interrupts != v->host_interrupts || !v->host_saved))
		refresh_after_interrupt(v, interrupts);
	if (unlikely(!v->host_saved))
		vmx_save_host(v);
}

static void flush_ept(struct vmx_vcpu *v, int gen)
{
	bool context = vmx_caps.ept_vpid & VMX_EPT_EXTENT_CONTEXT_BIT;
	enum vmx_outcome outcome;

	outcome = invept(context ? VMX_EPT_EXTENT_CONTEXT :
				   VMX_EPT_EXTENT_GLOBAL, v->vm->ept.eptp);
	if (outcome != VMX_SUCCEED)
		vmx_insn_failed(v, "INVEPT", v->vm->ept.eptp, outcome);
	v->ept_flush_gen = gen;
}

static void announce_entry(struct vmx_vcpu *v)
{
	int gen;

	/*
	 * Either whoever bumps flush_gen sees that this vCPU is in the guest and
	 * kicks it, or the vCPU sees the new value. Pairs with vmx_kick_all().
	 */
	smp_store_mb(v->mode, VMX_IN_GUEST);
	gen = atomic_read(&v->vm->ept.flush_gen);
	if (unlikely(gen != v->ept_flush_gen))
		flush_ept(v, gen);
}

/* ---- state that VM entry and exit leave to software ---- */

static __always_inline bool uses_pkru(const struct vmx_vcpu *v)
{
	return cpu_feature_enabled(X86_FEATURE_OSPKE) &&
	       ((v->cr4_shadow & X86_CR4_PKE) ||
		((v->cr4_shadow & X86_CR4_OSXSAVE) && (v->xcr0 & XCR0_PKRU)));
}

/* CR4.OSXSAVE and PKE are never the guest's own, so the shadows are right. */
static void load_guest_xstate(struct vmx_vcpu *v)
{
	if (v->cr4_shadow & X86_CR4_OSXSAVE) {
		if (v->xcr0 != host_xcr0)
			xsetbv(XCR_XFEATURE_ENABLED_MASK, v->xcr0);
		if (v->xss != host_xss)
			wrmsrl(MSR_IA32_XSS, v->xss);
	}
	if (uses_pkru(v) && v->pkru != v->host_pkru)
		wrpkru(v->pkru);
}

static void load_host_xstate(struct vmx_vcpu *v)
{
	if (uses_pkru(v)) {
		v->pkru = rdpkru();
		if (v->pkru != v->host_pkru)
			wrpkru(v->host_pkru);
	}
	if (v->cr4_shadow & X86_CR4_OSXSAVE) {
		if (v->xcr0 != host_xcr0)
			xsetbv(XCR_XFEATURE_ENABLED_MASK, host_xcr0);
		if (v->xss != host_xss)
			wrmsrl(MSR_IA32_XSS, host_xss);
	}
}

/*
 * VM entry loads DR7 only. DR6 need not be the guest's: #DB exits before it
 * changes, and so does every access.
 */
static void load_guest_breakpoints(const struct vmx_vcpu *v)
{
	const unsigned long *dr = v->debugger_has_dr ? v->debugger_dr : v->dr;

	/* The host's breakpoints must not hit while they change. */
	set_debugreg(0, 7);
	set_debugreg(dr[0], 0);
	set_debugreg(dr[1], 1);
	set_debugreg(dr[2], 2);
	set_debugreg(dr[3], 3);
}

static void load_guest_state(struct vmx_vcpu *v)
{
	load_guest_xstate(v);
	if (unlikely(vmx_hw_dr7(v) & DR7_ENABLES))
		load_guest_breakpoints(v);
}

/* VM exit clears DR7 and IA32_DEBUGCTL. */
static void load_host_state(struct vmx_vcpu *v)
{
	if (unlikely(hw_breakpoint_active()))
		hw_breakpoint_restore();
	if (unlikely(v->host_debugctl))
		wrmsrl(MSR_IA32_DEBUGCTLMSR, v->host_debugctl);
	load_host_xstate(v);
}

/* ---- the entry ---- */

static __always_inline bool is_nmi(u32 intr_info)
{
	const u32 mask = INTR_INFO_VALID_MASK | INTR_INFO_INTR_TYPE_MASK;

	return (intr_info & mask) == (INTR_INFO_VALID_MASK | INTR_TYPE_NMI_INTR);
}

/*
 * An NMI that has caused the exit has not been delivered, and NMIs stay blocked
 * until an IRET: the handler must run before anything can fault.
 */
static __always_inline void deliver_nmi(void)
{
	if (!compat_deliver_nmi_by_fred())
		asm volatile("int %0" : : "i" (X86_TRAP_NMI) : "memory");
}

static __always_inline void read_exit(struct vmx_vcpu *v)
{
	unsigned long reason, intr_info;

	vmread(VM_EXIT_REASON, &reason);
	v->exit.reason = reason;
	v->cached = 0;
	if (likely((u16)reason != EXIT_REASON_EXCEPTION_NMI))
		return;

	vmread(VM_EXIT_INTR_INFO, &intr_info);
	v->intr_info = intr_info;
	v->cached = BIT(VMX_CACHED_INTR_INFO);
	if (is_nmi(intr_info))
		deliver_nmi();
}

/* Tell tracing, lockdep and RCU that the CPU is about to be the guest's. */
static __always_inline void enter_guest_context(void)
{
	instrumentation_begin();
	trace_hardirqs_on_prepare();
	lockdep_hardirqs_on_prepare();
	instrumentation_end();
	context_tracking_guest_enter();
	lockdep_hardirqs_on(CALLER_ADDR0);
}

static __always_inline void exit_guest_context(void)
{
	lockdep_hardirqs_off(CALLER_ADDR0);
	context_tracking_guest_exit();
	instrumentation_begin();
	trace_hardirqs_off_finish();
	instrumentation_end();
}

/*
 * From here the CPU may be without RCU, and CR2 is the guest's: nothing may be
 * traced, instrumented or fault. Returns VMX_SWITCH_*.
 */
static noinstr unsigned int run_guest(struct vmx_vcpu *v)
{
	unsigned int result;

	enter_guest_context();
	if (static_branch_unlikely(&vmx_l1d_flush_needed))
		vmx_l1d_flush(v);
	if (v->cr2 != native_read_cr2())
		native_write_cr2(v->cr2);

	result = vmx_switch_to_guest(v, v->launched);

	v->cr2 = native_read_cr2();
	if (likely(result == VMX_SWITCH_EXITED))
		read_exit(v);
	exit_guest_context();
	return result;
}

/* ---- after the exit ---- */

static bool is_machine_check(const struct vmx_vcpu *v)
{
	const u32 mask = INTR_INFO_VALID_MASK | INTR_INFO_VECTOR_MASK;

	switch (vmx_exit_reason(v)) {
	case EXIT_REASON_EXCEPTION_NMI:
		return (v->intr_info & mask) ==
		       (INTR_INFO_VALID_MASK | X86_TRAP_MC);
	case EXIT_REASON_MCE_DURING_VMENTRY:
		return true;
	default:
		return false;
	}
}

/* As if it had hit user mode: the guest can be killed, the host goes on. */
static void deliver_machine_check(void)
{
#ifdef CONFIG_X86_MCE
	struct pt_regs regs = {
		.cs = 3,
		.flags = X86_EFLAGS_IF,
	};

	do_machine_check(&regs);
#endif
}

/* SDM: "Information for VM Exits That Occur During Event Delivery" */
static bool can_interrupt_delivery(u16 reason)
{
	const u64 reasons = BIT_ULL(EXIT_REASON_EXCEPTION_NMI) |
			    BIT_ULL(EXIT_REASON_TASK_SWITCH) |
			    BIT_ULL(EXIT_REASON_APIC_ACCESS) |
			    BIT_ULL(EXIT_REASON_EPT_VIOLATION) |
			    BIT_ULL(EXIT_REASON_EPT_MISCONFIG) |
			    BIT_ULL(EXIT_REASON_APIC_WRITE) |
			    BIT_ULL(EXIT_REASON_PML_FULL);

	return reason < 64 && (reasons & BIT_ULL(reason));
}

/*
 * The interrupt is still pending in the CPU. Taken here, a tick counts the time
 * since the last one as the guest's.
 */
static void take_interrupt(void)
{
	local_irq_enable();
	/* Interrupts are recognized one instruction after STI. */
	asm volatile("nop");
	local_irq_disable();
}

static void handle_exit(struct vmx_vcpu *v)
{
	u16 reason = vmx_exit_reason(v);

	if (unlikely(v->exit.reason & VMX_EXIT_REASONS_FAILED_VMENTRY)) {
		v->exit.outcome = VMX_ENTRY_REFUSED;
		if (is_machine_check(v))
			deliver_machine_check();
		return;
	}

	v->exit.outcome = VMX_ENTRY_EXITED;
	v->launched = true;
	if (unlikely(v->events.entry_info))
		vmx_events_entered(v);
	if (reason == EXIT_REASON_EXTERNAL_INTERRUPT) {
		take_interrupt();
	} else if (can_interrupt_delivery(reason)) {
		if (unlikely(is_machine_check(v)))
			deliver_machine_check();
		vmx_events_requeue(v);
	}
}

/* VM entry did not even begin; guest state is as it was. */
static void handle_failure(struct vmx_vcpu *v, unsigned int result)
{
	switch (result) {
	case VMX_SWITCH_FAIL_VALID:
		v->exit.outcome = VMX_ENTRY_FAIL_VALID;
		v->exit.insn_error = vmcs_read32(v, VM_INSTRUCTION_ERROR);
		break;
	case VMX_SWITCH_FAIL_INVALID:
		v->exit.outcome = VMX_ENTRY_FAIL_INVALID;
		break;
	default:
		v->exit.outcome = VMX_ENTRY_FAULT;
		vmx_insn_failed(v, v->launched ? "VMRESUME" : "VMLAUNCH",
				v->vmcs_pa, VMX_FAULT);
		break;
	}
}

static void enter_and_exit(struct vmx_vcpu *v)
{
	unsigned int result;

	announce_entry(v);
	if (v->dirty)
		vmx_write_back(v);
	if (unlikely(READ_ONCE(v->vm->dead))) {
		WRITE_ONCE(v->mode, VMX_OUTSIDE_GUEST);
		v->exit.outcome = VMX_ENTRY_FAULT;
		return;
	}

	vmx_oracle_before_entry();
	load_guest_state(v);
	vtime_account_guest_enter();
	result = run_guest(v);
	WRITE_ONCE(v->mode, VMX_OUTSIDE_GUEST);
	load_host_state(v);
	vmx_oracle_after_exit();

	if (likely(result == VMX_SWITCH_EXITED))
		handle_exit(v);
	else
		handle_failure(v, result);
	vtime_account_guest_exit();
}

/**
 * vmx_enter() - enter the guest, until its next VM exit
 * @v: the vCPU
 *
 * Writes back what has changed, enters, and reads the exit reason into v->exit,
 * whose outcome also tells how an entry has failed. NMIs and machine checks
 * that have ended the guest's turn have been handled on return, and so has a
 * host interrupt. If the VM is dead nothing happens.
 *
 * SDM: "VM Entries", "VM Exits".
 *
 * Context: interrupts disabled, before and after; vCPU loaded, guest's MSRs and
 * FPU state too; no RCU reader.
 */
void vmx_enter(struct vmx_vcpu *v)
{
	lockdep_assert_irqs_disabled();
	vmcs_assert_current(v);

	refresh_host_state(v);
	enter_and_exit(v);
}

/**
 * vmx_reenter() - vmx_enter() once more
 * @v: the vCPU
 *
 * What only an interrupt can change of the host's state is not looked at again.
 * One that is pending by now ends this turn of the guest at once.
 *
 * Context: as for vmx_enter(), and interrupts have been disabled ever since.
 */
void vmx_reenter(struct vmx_vcpu *v)
{
	lockdep_assert_irqs_disabled();
	vmcs_assert_current(v);

	enter_and_exit(v);
}

/**
 * vmx_write_entry_state() - make the VMCS what the next entry would find
 * @v: the vCPU
 *
 * For whoever looks into the VMCS between two entries.
 *
 * Context: vCPU loaded, interrupts enabled.
 */
void vmx_write_entry_state(struct vmx_vcpu *v)
{
	vmcs_assert_current(v);

	vmx_write_back(v);
	local_irq_disable();
	refresh_host_state(v);
	local_irq_enable();
}

/**
 * vmx_enter_init() - read what of the host's state never changes
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int vmx_enter_init(void)
{
	if (boot_cpu_has(X86_FEATURE_OSXSAVE))
		host_xcr0 = xgetbv(XCR_XFEATURE_ENABLED_MASK);
	if (boot_cpu_has(X86_FEATURE_XSAVES))
		rdmsrl(MSR_IA32_XSS, host_xss);
	return vmx_l1d_init();
}

/**
 * vmx_enter_exit() - undo vmx_enter_init()
 *
 * Context: module unload.
 */
void vmx_enter_exit(void)
{
	vmx_l1d_exit();
}
