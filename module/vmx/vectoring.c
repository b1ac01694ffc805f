// SPDX-License-Identifier: GPL-2.0
/*
 * Events after an exit: those that the entry has delivered, and those in whose
 * delivery the exit came.
 *
 * SDM: "Information for VM Exits That Occur During Event Delivery",
 * "Information for VM Exits Due to Vectored Events".
 */
#include <asm/trapnr.h>

#include "event.h"
#include "guest.h"
#include "vmcs_access.h"

/* Exit qualification of EPT violations and page-modification log full */
#define QUAL_NMI_UNBLOCKING	BIT(12)

/**
 * vmx_events_entered() - the VM entry that had an event to inject took place
 * @v: the vCPU
 *
 * The event is the guest's now. If an exit came in the middle of its delivery,
 * vmx_events_requeue() finds it again.
 */
void vmx_events_entered(struct vmx_vcpu *v)
{
	struct vmx_events *ev = &v->events;

	switch (ev->entry_info & INTR_INFO_INTR_TYPE_MASK) {
	case INTR_TYPE_EXT_INTR:
	case INTR_TYPE_SOFT_INTR:
		ev->nr_interrupts++;
		ev->interrupt.info = 0;
		break;
	case INTR_TYPE_NMI_INTR:
		ev->nr_nmis++;
		break;
	default:
		ev->exception.info = 0;
		break;
	}

	/*
	 * An interrupt or NMI that an exception has overtaken in the middle of
	 * its delivery is lost, as in the CPU. One that was only queued waits.
	 */
	if (ev->interrupt_injected)
		ev->interrupt.info = 0;
	ev->interrupt_injected = false;
	ev->nmi_injected = false;
	ev->exception_injected = false;
	ev->entry_info = 0;
}

/*
 * An IRET that ends the blocking of NMIs and then faults must be executed
 * again with NMIs blocked. SDM: "Information for VM Exits Due to Vectored
 * Events", NMI unblocking due to IRET.
 */
static void restore_nmi_blocking(struct vmx_vcpu *v)
{
	bool unblocked;

	if (vmx_exit_reason(v) == EXIT_REASON_EXCEPTION_NMI) {
		u32 info = vmx_intr_info(v);

		unblocked = (info & INTR_INFO_VALID_MASK) &&
			    (info & INTR_INFO_UNBLOCK_NMI) &&
			    (info & INTR_INFO_VECTOR_MASK) != X86_TRAP_DF;
	} else if (vmx_exit_reason(v) == EXIT_REASON_EPT_VIOLATION ||
		   vmx_exit_reason(v) == EXIT_REASON_PML_FULL) {
		unblocked = vmx_qualification(v) & QUAL_NMI_UNBLOCKING;
	} else {
		unblocked = false;
	}
	if (unlikely(unblocked))
		vmx_set_interruptibility(v, vmx_interruptibility(v) |
					    GUEST_INTR_STATE_NMI);
}

static void requeue_exception(struct vmx_vcpu *v, u32 info)
{
	struct vmx_events *ev = &v->events;

	ev->exception.info = info;
	if (info & VECTORING_INFO_DELIVER_CODE_MASK)
		ev->exception.error_code =
			vmcs_read32(v, IDT_VECTORING_ERROR_CODE);
	if (vmx_event_has_insn_len(info))
		ev->exception.insn_len = vmx_insn_len(v);
	ev->exception_has_payload = false;
	ev->exception_injected = true;
}

static void requeue_interrupt(struct vmx_vcpu *v, u32 info)
{
	struct vmx_events *ev = &v->events;

	ev->interrupt.info = info;
	if (vmx_event_has_insn_len(info))
		ev->interrupt.insn_len = vmx_insn_len(v);
	ev->interrupt_injected = true;
}

/**
 * vmx_events_requeue() - inject again what the exit has interrupted
 * @v: the vCPU
 *
 * To be called before anything else is queued after an exit that can occur
 * during the delivery of an event; enter.c knows which. Calling it again does
 * no harm.
 *
 * Context: the VMCS is current.
 */
void vmx_events_requeue(struct vmx_vcpu *v)
{
	u32 info = vmx_idt_vectoring(v);

	if (likely(!(info & VECTORING_INFO_VALID_MASK))) {
		restore_nmi_blocking(v);
		return;
	}

	/* The other bits are undefined here and reserved for VM entry. */
	info &= VECTORING_INFO_VALID_MASK | VECTORING_INFO_DELIVER_CODE_MASK |
		VECTORING_INFO_TYPE_MASK | VECTORING_INFO_VECTOR_MASK;
	switch (info & VECTORING_INFO_TYPE_MASK) {
	case INTR_TYPE_NMI_INTR:
		v->events.nmi_injected = true;
		/* Its injection blocks NMIs, and needs them not to be yet. */
		vmx_set_interruptibility(v, vmx_interruptibility(v) &
					    ~GUEST_INTR_STATE_NMI);
		break;
	case INTR_TYPE_EXT_INTR:
	case INTR_TYPE_SOFT_INTR:
		requeue_interrupt(v, info);
		break;
	default:
		requeue_exception(v, info);
		break;
	}
}
