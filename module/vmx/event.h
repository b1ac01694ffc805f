/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_VMX_EVENT_H
#define MINIVMX_VMX_EVENT_H

#include "vmx.h"

void vmx_queue_exception(struct vmx_vcpu *v, u8 vector, bool has_error,
			 u32 error_code);
void vmx_queue_page_fault(struct vmx_vcpu *v, unsigned long address,
			  u32 error_code);
void vmx_queue_debug_exception(struct vmx_vcpu *v, unsigned long dr6_payload);
void vmx_drop_queued_exception(struct vmx_vcpu *v);	/* one whose delivery has not begun */
int vmx_queue_interrupt(struct vmx_vcpu *v, u8 vector);
void vmx_queue_nmi(struct vmx_vcpu *v);
bool vmx_interrupt_allowed(struct vmx_vcpu *v);
bool vmx_nmi_allowed(struct vmx_vcpu *v);
void vmx_events_deliver(struct vmx_vcpu *v);
void vmx_events_requeue(struct vmx_vcpu *v);

#endif /* MINIVMX_VMX_EVENT_H */
