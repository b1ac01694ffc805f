// SPDX-License-Identifier: GPL-2.0
/*
 * The interrupts-off window around VM entry and VM exit.
 *
 * What a VM exit costs is decided here: host fields are written on change only;
 * what can change only by an interrupt is looked at only after one; and what the
 * guest borrows of the CPU besides what VM entry loads it keeps from vmx_enter()
 * to vmx_leave(), over any number of exits handled without interrupts and
 * vmx_reenter(). What even the kernel doesn't need in between stays away for
 * longer: host_state.c has it.
 */
#include <linux/context_tracking.h>
#include <linux/ftrace.h>
#include <linux/instrumentation.h>
#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/vtime.h>
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/fpu/xcr.h>
#include <asm/mce.h>
#include <asm/msr.h>
#include <asm/pkru.h>
#include <asm/special_insns.h>
#include <asm/trapnr.h>

#include "../compat.h"
#include "caps.h"
#include "enter.h"
#include "event.h"
#include "guest.h"
#include "insn.h"
#include "l1d.h"
#include "oracle.h"
#include "pml.h"
#include "vmcs.h"
#include "vmcs_access.h"
#include "vmenter.h"

static_assert(offsetof(struct vmx_vcpu, gpr) == VMX_VCPU_GPR);
static_assert(offsetof(struct vmx_vcpu, spec_ctrl) == VMX_VCPU_SPEC_CTRL);
static_assert(offsetof(struct vmx_vcpu, host_rsp) == VMX_VCPU_HOST_RSP);
static_assert(offsetof(struct vmx_vcpu, launched) == VMX_VCPU_LAUNCHED);

#define XCR0_PKRU		BIT_ULL(9)
#define DR7_ENABLES		0xff

/* The kernel sets these once, before any module is loaded. */
static u64 host_xcr0 __ro_after_init;
static u64 host_xss __ro_after_init;

/* ---- before the entry ---- */

static void flush_ept(struct vmx_vcpu *v, int gen)
{
	bool context = vmx_caps.ept_vpid & VMX_EPT_EXTENT_CONTEXT_BIT;
	enum vmx_outcome outcome;

	outcome = invept(context ? VMX_EPT_EXTENT_CONTEXT :
				   VMX_EPT_EXTENT_GLOBAL, v->vm->ept.eptp);
	if (outcome != VMX_SUCCEED)
		vmx_insn_failed(v, "INVEPT", v->vm->ept.eptp, outcome);
	vmx_pml_follow(v);
	v->ept_flush_gen = gen;
	v->nr_ept_flushes++;
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

static __always_inline void load_xcr0_and_xss(struct vmx_vcpu *v, u64 xcr0,
					      u64 xss)
{
	if (unlikely(xcr0 != v->cpu_xcr0)) {
		xsetbv(XCR_XFEATURE_ENABLED_MASK, xcr0);
		v->cpu_xcr0 = xcr0;
	}
	if (unlikely(xss != v->cpu_xss)) {
		wrmsrl(MSR_IA32_XSS, xss);
		v->cpu_xss = xss;
	}
}

/* CR4.OSXSAVE and PKE are never the guest's own, so the shadows are right. */
static __always_inline void lend_xstate(struct vmx_vcpu *v)
{
	if (v->cr4_shadow & X86_CR4_OSXSAVE)
		load_xcr0_and_xss(v, v->xcr0, v->xss);
	if (uses_pkru(v)) {
		if (v->pkru != v->host_pkru)
			wrpkru(v->pkru);
		v->lent_pkru = true;
	}
}

static __always_inline void take_back_pkru(struct vmx_vcpu *v)
{
	if (likely(!v->lent_pkru))
		return;
	v->lent_pkru = false;
	v->pkru = rdpkru();
	if (v->pkru != v->host_pkru)
		wrpkru(v->host_pkru);
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

static __always_inline void lend_state(struct vmx_vcpu *v)
{
	lend_xstate(v);
	if (unlikely(vmx_hw_dr7(v) & DR7_ENABLES))
		load_guest_breakpoints(v);
}

/* VM exit clears DR7 and IA32_DEBUGCTL. */
static __always_inline void take_back_state(struct vmx_vcpu *v)
{
	if (unlikely(hw_breakpoint_active()))
		hw_breakpoint_restore();
	if (unlikely(v->host_debugctl))
		wrmsrl(MSR_IA32_DEBUGCTLMSR, v->host_debugctl);
	take_back_pkru(v);
	load_xcr0_and_xss(v, host_xcr0, host_xss);
}

/*
 * Writes back what has changed since the last exit. Out of line, for between
 * two quick exits mostly nothing has. Returns whether the guest may be entered.
 */
static noinline bool prepare_entry(struct vmx_vcpu *v)
{
	u32 dirty = v->dirty;

	vmx_write_back(v);
	if (dirty & VMX_DIRTY_XSTATE) {
		take_back_pkru(v);
		lend_xstate(v);
	}
	if (unlikely(v->failed_access))
		vmx_access_failed(v);
	if (likely(!READ_ONCE(v->vm->dead)))
		return true;
	v->exit.reason = VMX_NO_EXIT_REASON;
	v->exit.without = VMX_ENTRY_FAULT;
	return false;
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

	vmread_succeeds(VM_EXIT_REASON, &reason);
	v->exit.reason = reason;
	v->cached = 0;
	if (likely((u16)reason != EXIT_REASON_EXCEPTION_NMI))
		return;

	vmread_succeeds(VM_EXIT_INTR_INFO, &intr_info);
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

/* VM entry did not even begin; guest state is as it was. */
static void note_failure(struct vmx_vcpu *v, unsigned int result)
{
	v->exit.reason = VMX_NO_EXIT_REASON;
	switch (result) {
	case VMX_SWITCH_FAIL_VALID:
		v->exit.without = VMX_ENTRY_FAIL_VALID;
		v->exit.insn_error = vmcs_read32(v, VM_INSTRUCTION_ERROR);
		break;
	case VMX_SWITCH_FAIL_INVALID:
		v->exit.without = VMX_ENTRY_FAIL_INVALID;
		break;
	default:
		v->exit.without = VMX_ENTRY_FAULT;
		vmx_insn_failed(v, v->launched ? "VMRESUME" : "VMLAUNCH",
				v->vmcs_pa, VMX_FAULT);
		break;
	}
}

/**
 * vmx_reenter() - enter the guest once more, until its next VM exit
 * @v: the vCPU
 *
 * Writes back what has changed, enters, and reads the exit reason into
 * v->exit.reason. What only an interrupt can change of the host's state is not
 * looked at: one that is pending by now ends this turn of the guest at once.
 *
 * From where it says so the CPU may be without RCU, and CR2 is the guest's:
 * nothing may be traced, instrumented or fault.
 *
 * SDM: "VM Entries", "VM Exits".
 *
 * Context: between vmx_enter() and vmx_leave(), interrupts disabled ever since.
 */
noinstr void vmx_reenter(struct vmx_vcpu *v)
{
	unsigned int result;

	if (unlikely(v->dirty)) {
		bool may_enter;

		instrumentation_begin();
		may_enter = prepare_entry(v);
		instrumentation_end();
		if (!may_enter)
			return;
	}

	enter_guest_context();
	if (static_branch_unlikely(&vmx_l1d_flush_needed))
		vmx_l1d_flush(v);
	if (v->cr2 != native_read_cr2())
		native_write_cr2(v->cr2);

	result = vmx_switch_to_guest(v);

	v->cr2 = native_read_cr2();
	if (likely(result == VMX_SWITCH_EXITED)) {
		read_exit(v);
		exit_guest_context();
	} else {
		exit_guest_context();
		instrumentation_begin();
		note_failure(v, result);
		instrumentation_end();
	}
}

/**
 * vmx_enter() - enter the guest, until its next VM exit
 * @v: the vCPU
 *
 * As vmx_reenter(), and lends the guest what it then keeps until vmx_leave().
 * If the VM is dead nothing is entered.
 *
 * Context: interrupts disabled, and until vmx_leave(); vCPU loaded, guest's
 * MSRs and FPU state too; no RCU reader.
 */
void vmx_enter(struct vmx_vcpu *v)
{
	lockdep_assert_irqs_disabled();
	vmcs_assert_current(v);

	vmx_refresh_host(v);
	announce_entry(v);
	if (unlikely(READ_ONCE(v->vm->dead)))
		v->dirty |= VMX_DIRTY_VM;
	vmx_oracle_before_entry();
	lend_state(v);
	vtime_account_guest_enter();
	vmx_reenter(v);

	if (unlikely(v->exit.reason & VMX_EXIT_REASONS_FAILED_VMENTRY))
		return;
	v->launched = true;
	if (unlikely(v->events.entry_info))
		vmx_events_entered(v);
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
		if (is_machine_check(v))
			deliver_machine_check();
		return;
	}

	if (reason == EXIT_REASON_EXTERNAL_INTERRUPT) {
		take_interrupt();
	} else if (can_interrupt_delivery(reason)) {
		if (unlikely(is_machine_check(v)))
			deliver_machine_check();
		vmx_events_requeue(v);
	}
}

/**
 * vmx_leave() - have the CPU back from the guest
 * @v: the vCPU
 *
 * NMIs and machine checks that have ended the guest's turn have been handled on
 * return, and so has a host interrupt; vmx_entry_outcome() tells how the last entry
 * ended or why there was none. Time until here counts as the guest's, so that
 * of the quick exits does too.
 *
 * Context: interrupts disabled since vmx_enter(), and still on return.
 */
void vmx_leave(struct vmx_vcpu *v)
{
	WRITE_ONCE(v->mode, VMX_OUTSIDE_GUEST);
	take_back_state(v);
	vmx_oracle_after_exit();
	if (likely(v->exit.reason != VMX_NO_EXIT_REASON))
		handle_exit(v);
	vtime_account_guest_exit();
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
	vmx_refresh_host(v);
	local_irq_enable();
}

/**
 * vmx_enter_init_vcpu() - a vCPU to which nothing is lent
 * @v: zeroed
 */
void vmx_enter_init_vcpu(struct vmx_vcpu *v)
{
	v->cpu_xcr0 = host_xcr0;
	v->cpu_xss = host_xss;
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
