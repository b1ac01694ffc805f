// SPDX-License-Identifier: GPL-2.0
/*
 * Event injection: exceptions, NMIs and interrupts on their way into the guest.
 *
 * SDM: "Event Injection", "Interrupt-window exiting" and "NMI-window exiting"
 * under "VM-Execution Control Fields". What an exit finds of an event's delivery
 * is in vectoring.c.
 */
#include <linux/bitops.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <asm/debugreg.h>
#include <asm/processor-flags.h>
#include <asm/trapnr.h>

#include "event.h"
#include "guest.h"
#include "vmcs.h"
#include "vmcs_access.h"

#define SHADOWS	(GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS)

/* INT3 and INTO: both are one byte long. */
#define SOFT_EXCEPTION_LEN	1

/* SDM: "Debug Control Register (DR7)" */
#define DR7_GENERAL_DETECT	BIT(13)

#define VX(vector)	BIT_ULL(X86_TRAP_##vector)

/* SDM: "Interrupt and Exception Classes", for double-fault generation */
#define CONTRIBUTORY	(VX(DE) | VX(TS) | VX(NP) | VX(SS) | VX(GP) | VX(CP))
#define PAGE_FAULTS	(VX(PF) | VX(VE))

/* SDM: "Exception Classifications": the faults, whose RFLAGS image has RF set */
#define FAULTS		(VX(DE) | VX(BR) | VX(UD) | VX(NM) | VX(TS) | VX(NP) | \
			 VX(SS) | VX(GP) | VX(PF) | VX(MF) | VX(AC) | VX(XF) | \
			 VX(VE) | VX(CP))

static bool is_one_of(u8 vector, u64 set)
{
	return vector < 64 && (set & BIT_ULL(vector));
}

/* ---- queueing ---- */

enum combination { COMBINE_SERIALLY, COMBINE_TO_DOUBLE_FAULT, COMBINE_TO_SHUTDOWN };

/* SDM: "Conditions for Generating a Double Fault" */
static enum combination combine(u8 first, u8 second)
{
	bool fatal = is_one_of(second, CONTRIBUTORY | PAGE_FAULTS);

	if (first == X86_TRAP_DF)
		return fatal ? COMBINE_TO_SHUTDOWN : COMBINE_SERIALLY;
	if (is_one_of(first, PAGE_FAULTS))
		return fatal ? COMBINE_TO_DOUBLE_FAULT : COMBINE_SERIALLY;
	if (is_one_of(first, CONTRIBUTORY))
		return is_one_of(second, CONTRIBUTORY) ?
			COMBINE_TO_DOUBLE_FAULT : COMBINE_SERIALLY;
	return COMBINE_SERIALLY;
}

static u32 exception_info(u8 vector, bool has_error)
{
	u32 info = INTR_INFO_VALID_MASK | vector;

	if (vector == X86_TRAP_BP || vector == X86_TRAP_OF)
		return info | INTR_TYPE_SOFT_EXCEPTION;
	info |= INTR_TYPE_HARD_EXCEPTION;
	return has_error ? info | INTR_INFO_DELIVER_CODE_MASK : info;
}

static void set_exception(struct vmx_events *ev, u8 vector, bool has_error,
			  u32 error_code)
{
	ev->exception.info = exception_info(vector, has_error);
	ev->exception.error_code = error_code;
	ev->exception.insn_len = SOFT_EXCEPTION_LEN;
	ev->exception_injected = false;
	ev->exception_has_payload = false;
}

/**
 * vmx_queue_exception() - raise an exception in the guest
 * @v: the vCPU
 * @vector: 0..31
 * @has_error: the exception has an error code (which real mode drops)
 * @error_code: the error code
 *
 * If another exception is on its way, the two become #DF or the shutdown of
 * the guest, or the new one replaces it: the first, a fault, comes again when
 * its instruction is executed again.
 *
 * SDM: "Interrupt 8 - Double Fault Exception (#DF)".
 */
void vmx_queue_exception(struct vmx_vcpu *v, u8 vector, bool has_error,
			 u32 error_code)
{
	struct vmx_events *ev = &v->events;
	u8 first = ev->exception.info & INTR_INFO_VECTOR_MASK;

	if (!ev->exception.info) {
		set_exception(ev, vector, has_error, error_code);
		return;
	}

	switch (combine(first, vector)) {
	case COMBINE_SERIALLY:
		set_exception(ev, vector, has_error, error_code);
		break;
	case COMBINE_TO_DOUBLE_FAULT:
		set_exception(ev, X86_TRAP_DF, true, 0);
		break;
	case COMBINE_TO_SHUTDOWN:
		ev->exception.info = 0;
		ev->triple_fault = true;
		break;
	}
}

static bool is_queued(const struct vmx_events *ev, u8 vector)
{
	return ev->exception.info &&
	       (ev->exception.info & INTR_INFO_VECTOR_MASK) == vector;
}

/**
 * vmx_queue_page_fault() - raise #PF in the guest
 * @v: the vCPU
 * @address: linear address for CR2
 * @error_code: the error code
 *
 * CR2 changes at once, as on KVM.
 */
void vmx_queue_page_fault(struct vmx_vcpu *v, unsigned long address,
			  u32 error_code)
{
	vmx_queue_exception(v, X86_TRAP_PF, true, error_code);
	v->cr2 = address;
}

/* Conditions come on top of BD, BS and BT; some bits of DR6 are active low. */
static void deliver_dr6(struct vmx_vcpu *v, unsigned long conditions)
{
	v->dr6 &= ~DR_TRAP_BITS;
	v->dr6 |= DR6_RESERVED | conditions;
	v->dr6 ^= conditions & DR6_RESERVED;
}

/**
 * vmx_queue_debug_exception() - raise #DB in the guest
 * @v: the vCPU
 * @dr6: the conditions found, in the format of the exit qualification
 *
 * DR6 changes at once, as on KVM: only a VMM can let an exception wait whose
 * payload has not arrived.
 *
 * Context: the VMCS is current.
 */
void vmx_queue_debug_exception(struct vmx_vcpu *v, unsigned long dr6)
{
	vmx_queue_exception(v, X86_TRAP_DB, false, 0);
	if (is_queued(&v->events, X86_TRAP_DB))
		deliver_dr6(v, dr6);

	/*
	 * VM entry wants single-stepping in a shadow to be pending, also when
	 * this is its trap: "Checks on Guest Non-Register State".
	 */
	if ((vmx_interruptibility(v) & SHADOWS) &&
	    (vmx_rflags(v) & X86_EFLAGS_TF))
		vmcs_write_natural(v, GUEST_PENDING_DBG_EXCEPTIONS,
				   vmcs_read_natural(v, GUEST_PENDING_DBG_EXCEPTIONS) |
				   DR_STEP);
}

/* A trap of single-stepping that waits in the VMCS: is there one to take away? */
static bool take_step(struct vmx_vcpu *v)
{
	unsigned long pending;

	/* There VM entry wants it: "Checks on Guest Non-Register State". */
	if (vmx_interruptibility(v) & SHADOWS)
		return false;
	pending = vmcs_read_natural(v, GUEST_PENDING_DBG_EXCEPTIONS);
	if (!(pending & DR_STEP))
		return false;
	vmcs_write_natural(v, GUEST_PENDING_DBG_EXCEPTIONS, pending & ~DR_STEP);
	return true;
}

/**
 * vmx_queue_step() - let a single-step trap wait among the events
 * @v: the vCPU
 *
 * vmx_skip_insn() leaves it in the pending debug exceptions of the VMCS, where
 * nobody sees it who moves the vCPU's state elsewhere.
 *
 * Context: the VMCS is current.
 */
void vmx_queue_step(struct vmx_vcpu *v)
{
	if (!v->events.exception.info && take_step(v))
		vmx_queue_debug_exception(v, DR_STEP);
}

/**
 * vmx_drop_step() - forget a single-step trap that waits in the VMCS
 * @v: the vCPU
 *
 * Context: the VMCS is current.
 */
void vmx_drop_step(struct vmx_vcpu *v)
{
	take_step(v);
}

/**
 * vmx_fault_waits() - is the next event a fault whose delivery has not begun?
 * @v: the vCPU
 */
bool vmx_fault_waits(const struct vmx_vcpu *v)
{
	const struct vmx_events *ev = &v->events;

	return ev->exception.info && !ev->exception_injected &&
	       is_one_of(ev->exception.info & INTR_INFO_VECTOR_MASK, FAULTS);
}

/**
 * vmx_drop_queued_exception() - forget an exception whose delivery has not begun
 * @v: the vCPU
 */
void vmx_drop_queued_exception(struct vmx_vcpu *v)
{
	if (!v->events.exception_injected)
		v->events.exception.info = 0;
}

/**
 * vmx_queue_interrupt() - an external interrupt for the guest
 * @v: the vCPU
 * @vector: 0..255
 *
 * It waits until the guest can take it, and replaces one that still waits.
 *
 * Return: 0, or -EEXIST if one is there whose delivery has begun.
 */
int vmx_queue_interrupt(struct vmx_vcpu *v, u8 vector)
{
	struct vmx_events *ev = &v->events;

	if (ev->interrupt_injected)
		return -EEXIST;
	ev->interrupt.info = INTR_INFO_VALID_MASK | INTR_TYPE_EXT_INTR | vector;
	return 0;
}

/**
 * vmx_queue_nmi() - a non-maskable interrupt for the guest
 * @v: the vCPU
 *
 * More than the CPU could hold are merged.
 */
void vmx_queue_nmi(struct vmx_vcpu *v)
{
	v->events.nmi_pending = min(v->events.nmi_pending + 1, VMX_NMI_PENDING_MAX);
}

/* ---- delivery ---- */

/**
 * vmx_interrupt_allowed() - would the guest take an external interrupt now?
 * @v: the vCPU
 *
 * SDM: "Guest Non-Register State", interruptibility state.
 *
 * Return: true if RFLAGS.IF is set and no shadow of STI or MOV SS is there.
 */
bool vmx_interrupt_allowed(struct vmx_vcpu *v)
{
	return (vmx_rflags(v) & X86_EFLAGS_IF) &&
	       !(vmx_interruptibility(v) & SHADOWS);
}

/**
 * vmx_nmi_allowed() - would the guest take an NMI now?
 * @v: the vCPU
 *
 * Return: true if no NMI is in service and no shadow is there.
 */
bool vmx_nmi_allowed(struct vmx_vcpu *v)
{
	return !(vmx_interruptibility(v) & (SHADOWS | GUEST_INTR_STATE_NMI));
}

/**
 * vmx_deliver_payload() - let CR2 or DR6 change for the exception that waits
 * @v: the vCPU
 *
 * Happens by itself when the exception is delivered, and only once.
 */
void vmx_deliver_payload(struct vmx_vcpu *v)
{
	struct vmx_events *ev = &v->events;

	if (!ev->exception_has_payload)
		return;
	if (is_queued(ev, X86_TRAP_PF))
		v->cr2 = ev->exception_payload;
	else if (is_queued(ev, X86_TRAP_DB))
		deliver_dr6(v, ev->exception_payload);
	ev->exception_has_payload = false;
}

/* What the CPU does before it looks into the IDT; once per exception. */
static void begin_exception(struct vmx_vcpu *v)
{
	struct vmx_events *ev = &v->events;
	u8 vector = ev->exception.info & INTR_INFO_VECTOR_MASK;

	if (is_one_of(vector, FAULTS))
		vmx_set_rflags(v, vmx_rflags(v) | X86_EFLAGS_RF);
	vmx_deliver_payload(v);
	if (vector == X86_TRAP_DB && (v->dr7 & DR7_GENERAL_DETECT))
		vmx_set_guest_dr7(v, v->dr7 & ~DR7_GENERAL_DETECT);
	ev->exception_injected = true;
}

/* SDM: "VM-Entry Controls for Event Injection" */
static void inject(struct vmx_vcpu *v, const struct vmx_event *event)
{
	u32 info = event->info;

	/* No error codes in real mode. CR0.PE is never the guest's own. */
	if (!(v->cr0_shadow & X86_CR0_PE))
		info &= ~INTR_INFO_DELIVER_CODE_MASK;
	if (info & INTR_INFO_DELIVER_CODE_MASK)
		vmcs_write32(v, VM_ENTRY_EXCEPTION_ERROR_CODE,
			     event->error_code);
	if (vmx_event_has_insn_len(info))
		vmcs_write32(v, VM_ENTRY_INSTRUCTION_LEN, event->insn_len);
	/* A guest that executes HLT without an exit may sleep. */
	if (!(v->proc_controls & CPU_BASED_HLT_EXITING))
		vmcs_write32(v, GUEST_ACTIVITY_STATE, GUEST_ACTIVITY_ACTIVE);
	vmcs_write32(v, VM_ENTRY_INTR_INFO_FIELD, info);
	v->events.entry_info = info;
}

static void inject_nmi(struct vmx_vcpu *v)
{
	const struct vmx_event nmi = {
		.info = INTR_INFO_VALID_MASK | INTR_TYPE_NMI_INTR |
			X86_TRAP_NMI,
	};

	inject(v, &nmi);
}

/* Nothing more comes than one NMI after the one in service. */
static void merge_nmis(struct vmx_vcpu *v)
{
	struct vmx_events *ev = &v->events;

	if (ev->nmi_pending > 1 &&
	    (ev->nmi_injected || (vmx_interruptibility(v) & GUEST_INTR_STATE_NMI)))
		ev->nmi_pending = 1;
}

/*
 * The event of this entry, by priority; but the VMM's interrupt, which it has
 * found to be next, comes before an NMI, as on KVM.
 */
static void inject_first(struct vmx_vcpu *v)
{
	struct vmx_events *ev = &v->events;

	if (ev->exception.info) {
		if (!ev->exception_injected)
			begin_exception(v);
		inject(v, &ev->exception);
	} else if (ev->nmi_injected) {
		inject_nmi(v);
	} else if (ev->interrupt_injected) {
		inject(v, &ev->interrupt);
	} else if (ev->interrupt.info && vmx_interrupt_allowed(v)) {
		inject(v, &ev->interrupt);
	} else if (ev->nmi_pending && !ev->nmi_held && vmx_nmi_allowed(v)) {
		ev->nmi_pending--;
		ev->nmi_injected = true;
		inject_nmi(v);
	} else if (ev->entry_info) {
		vmcs_write32(v, VM_ENTRY_INTR_INFO_FIELD, 0);
		ev->entry_info = 0;
	}
}

/* Exits at the moment when what has to wait can be taken. */
static void open_windows(struct vmx_vcpu *v)
{
	struct vmx_events *ev = &v->events;
	u32 type = ev->entry_info & INTR_INFO_INTR_TYPE_MASK;
	bool takes_interrupt = ev->entry_info && (type == INTR_TYPE_EXT_INTR ||
						  type == INTR_TYPE_SOFT_INTR);
	bool interrupt = ev->irq_window_wanted ||
			 (ev->interrupt.info && !takes_interrupt);
	bool nmi = ev->nmi_pending && !ev->nmi_held;
	u32 windows = 0;

	/*
	 * After STI an NMI window may open at once, in the shadow, in which VM
	 * entry does not inject an NMI. The interrupt window opens behind it.
	 */
	if (nmi && (vmx_interruptibility(v) & GUEST_INTR_STATE_STI))
		interrupt = true;
	else if (nmi)
		windows |= CPU_BASED_NMI_WINDOW_EXITING;
	if (interrupt)
		windows |= CPU_BASED_INTR_WINDOW_EXITING;

	vmx_set_proc_controls(v, windows, (CPU_BASED_NMI_WINDOW_EXITING |
					   CPU_BASED_INTR_WINDOW_EXITING));
}

/**
 * vmx_events_deliver_any() - the part of vmx_events_deliver() with work to do
 * @v: the vCPU
 */
void vmx_events_deliver_any(struct vmx_vcpu *v)
{
	merge_nmis(v);
	inject_first(v);
	open_windows(v);
}
