/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_VMX_EVENT_H
#define MINIVMX_VMX_EVENT_H

#include "guest.h"
#include "vmx.h"

/* An NMI in service or blocked leaves room for one more, none leaves two. */
#define VMX_NMI_PENDING_MAX	2

/* Queue; a later vmx_events_deliver() decides when. */
void vmx_queue_exception(struct vmx_vcpu *v, u8 vector, bool has_error,
			 u32 error_code);
void vmx_queue_page_fault(struct vmx_vcpu *v, unsigned long address,
			  u32 error_code);
void vmx_queue_debug_exception(struct vmx_vcpu *v, unsigned long dr6);
void vmx_deliver_payload(struct vmx_vcpu *v);
bool vmx_fault_waits(const struct vmx_vcpu *v);
void vmx_queue_step(struct vmx_vcpu *v);
void vmx_drop_step(struct vmx_vcpu *v);
void vmx_drop_queued_exception(struct vmx_vcpu *v);
int vmx_queue_interrupt(struct vmx_vcpu *v, u8 vector);
void vmx_queue_nmi(struct vmx_vcpu *v);

bool vmx_interrupt_allowed(struct vmx_vcpu *v);
bool vmx_nmi_allowed(struct vmx_vcpu *v);

/* vectoring.c, for enter.c: the entry has taken place; an exit came in a delivery. */
void vmx_events_entered(struct vmx_vcpu *v);
void vmx_events_requeue(struct vmx_vcpu *v);

/* Of these the CPU needs to know how long the instruction is. */
static inline bool vmx_event_has_insn_len(u32 info)
{
	switch (info & INTR_INFO_INTR_TYPE_MASK) {
	case INTR_TYPE_SOFT_INTR:
	case INTR_TYPE_PRIV_SW_EXCEPTION:
	case INTR_TYPE_SOFT_EXCEPTION:
		return true;
	default:
		return false;
	}
}

void vmx_events_deliver_any(struct vmx_vcpu *v);

/**
 * vmx_events_deliver() - put the next event, if any, into the VMCS
 * @v: the vCPU
 *
 * To be called before each entry; again, if the entry does not take place.
 *
 * Context: the VMCS is current.
 */
static inline void vmx_events_deliver(struct vmx_vcpu *v)
{
	const struct vmx_events *ev = &v->events;
	const u32 windows = CPU_BASED_INTR_WINDOW_EXITING |
			    CPU_BASED_NMI_WINDOW_EXITING;

	if (unlikely(ev->exception.info | ev->interrupt.info | ev->nmi_pending |
		     ev->nmi_injected | ev->irq_window_wanted |
		     ev->entry_info | (v->proc_controls & windows)))
		vmx_events_deliver_any(v);
}

#endif /* MINIVMX_VMX_EVENT_H */
