// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_GET_VCPU_EVENTS and KVM_SET_VCPU_EVENTS: exceptions, interrupts and NMIs
 * that wait or whose delivery has begun.
 */
#include <linux/kvm.h>
#include <asm/trapnr.h>

#include "events.h"
#include "guest_debug.h"
#include "vmx/event.h"
#include "vmx/guest.h"

/* SDM: "Exception and Interrupt Vectors" */
#define NR_EXCEPTIONS	32

#define SHADOWS	(GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS)

#define KNOWN_FLAGS	(KVM_VCPUEVENT_VALID_NMI_PENDING | \
			 KVM_VCPUEVENT_VALID_SIPI_VECTOR | \
			 KVM_VCPUEVENT_VALID_SHADOW | \
			 KVM_VCPUEVENT_VALID_SMM | \
			 KVM_VCPUEVENT_VALID_PAYLOAD | \
			 KVM_VCPUEVENT_VALID_TRIPLE_FAULT)

/* Software exceptions come again when their instruction is executed again. */
static bool is_soft(u8 vector)
{
	return vector == X86_TRAP_BP || vector == X86_TRAP_OF;
}

static void get_exception(struct vcpu *vcpu, struct kvm_vcpu_events *to)
{
	const struct vmx_events *ev = &vcpu->vmx.events;
	bool payloads = READ_ONCE(vcpu->vm->exception_payload);
	u8 vector;

	/* A debugger's step is not the guest's. */
	if (!guest_debug_single_steps(vcpu))
		vmx_queue_step(&vcpu->vmx);
	/* A VMM that does not know payloads would lose it. */
	if (!payloads)
		vmx_deliver_payload(&vcpu->vmx);
	if (!ev->exception.info)
		return;

	vector = ev->exception.info & INTR_INFO_VECTOR_MASK;
	if (!is_soft(vector)) {
		to->exception.injected = ev->exception_injected || !payloads;
		to->exception.pending = !ev->exception_injected;
	}
	to->exception.nr = vector;
	if (ev->exception.info & INTR_INFO_DELIVER_CODE_MASK) {
		to->exception.has_error_code = 1;
		to->exception.error_code = ev->exception.error_code;
	}
	if (ev->exception_has_payload) {
		to->exception_has_payload = 1;
		to->exception_payload = ev->exception_payload;
	}
}

static void get_interrupt(struct vmx_vcpu *v, struct kvm_vcpu_events *to)
{
	u32 info = v->events.interrupt.info;

	/* A software interrupt comes again with its instruction. */
	if (info && (info & INTR_INFO_INTR_TYPE_MASK) == INTR_TYPE_EXT_INTR)
		to->interrupt.injected = 1;
	to->interrupt.nr = info & INTR_INFO_VECTOR_MASK;
	if (vmx_interruptibility(v) & GUEST_INTR_STATE_STI)
		to->interrupt.shadow |= KVM_X86_SHADOW_INT_STI;
	if (vmx_interruptibility(v) & GUEST_INTR_STATE_MOV_SS)
		to->interrupt.shadow |= KVM_X86_SHADOW_INT_MOV_SS;
}

/**
 * events_get() - KVM_GET_VCPU_EVENTS
 * @vcpu: the vCPU
 * @to: filled
 *
 * Context: vcpu->mutex held, the VMCS current.
 */
void events_get(struct vcpu *vcpu, struct kvm_vcpu_events *to)
{
	struct vmx_vcpu *v = &vcpu->vmx;

	memset(to, 0, sizeof(*to));
	get_exception(vcpu, to);
	get_interrupt(v, to);
	to->nmi.injected = v->events.nmi_injected;
	to->nmi.pending = v->events.nmi_pending != 0;
	to->nmi.masked = !!(vmx_interruptibility(v) & GUEST_INTR_STATE_NMI);

	/* There is no SMM: its part is valid and says so. */
	to->flags = KVM_VCPUEVENT_VALID_NMI_PENDING |
		    KVM_VCPUEVENT_VALID_SHADOW | KVM_VCPUEVENT_VALID_SMM;
	if (READ_ONCE(vcpu->vm->exception_payload))
		to->flags |= KVM_VCPUEVENT_VALID_PAYLOAD;
	if (READ_ONCE(vcpu->vm->triple_fault_event)) {
		to->flags |= KVM_VCPUEVENT_VALID_TRIPLE_FAULT;
		to->triple_fault.pending = v->events.triple_fault;
	}
}

static int refuse_flags(struct vcpu *vcpu, const struct kvm_vcpu_events *from,
			u32 flags, const char *reason)
{
	return explain_refused_bits(vcpu, KVM_SET_VCPU_EVENTS,
				    "kvm_vcpu_events.flags", from->flags,
				    from->flags & flags, reason);
}

static int refuse(struct vcpu *vcpu, const char *what, u64 value,
		  const char *reason)
{
	return explain_refusal(vcpu, KVM_SET_VCPU_EVENTS, what, value, reason);
}

static int check_flags(struct vcpu *vcpu, const struct kvm_vcpu_events *from)
{
	if (from->flags & ~KNOWN_FLAGS)
		return refuse_flags(vcpu, from, ~KNOWN_FLAGS, "there is no such flag");
	if ((from->flags & KVM_VCPUEVENT_VALID_PAYLOAD) &&
	    !READ_ONCE(vcpu->vm->exception_payload))
		return refuse_flags(vcpu, from, KVM_VCPUEVENT_VALID_PAYLOAD,
				    "the VM has not enabled KVM_CAP_EXCEPTION_PAYLOAD");
	if ((from->flags & KVM_VCPUEVENT_VALID_TRIPLE_FAULT) &&
	    !READ_ONCE(vcpu->vm->triple_fault_event))
		return refuse_flags(vcpu, from, KVM_VCPUEVENT_VALID_TRIPLE_FAULT,
				    "the VM has not enabled KVM_CAP_X86_TRIPLE_FAULT_EVENT");
	return 0;
}

#define NO_SMM	"there is no system-management mode: it must be 0, or KVM_VCPUEVENT_VALID_SMM be clear"

static int check_smi(struct vcpu *vcpu, const struct kvm_vcpu_events *from)
{
	if (!(from->flags & KVM_VCPUEVENT_VALID_SMM))
		return 0;
	if (from->smi.smm)
		return refuse(vcpu, "kvm_vcpu_events.smi.smm", from->smi.smm, NO_SMM);
	if (from->smi.pending)
		return refuse(vcpu, "kvm_vcpu_events.smi.pending",
			      from->smi.pending, NO_SMM);
	if (from->smi.smm_inside_nmi)
		return refuse(vcpu, "kvm_vcpu_events.smi.smm_inside_nmi",
			      from->smi.smm_inside_nmi, NO_SMM);
	return 0;
}

static int check_exception(struct vcpu *vcpu, const struct kvm_vcpu_events *from)
{
	bool pending = from->exception.pending &&
		       (from->flags & KVM_VCPUEVENT_VALID_PAYLOAD);

	if (!from->exception.injected && !pending)
		return 0;
	if (from->exception.nr >= NR_EXCEPTIONS)
		return refuse(vcpu, "kvm_vcpu_events.exception.nr", from->exception.nr,
			      "exceptions have the vectors 0 to 31");
	if (from->exception.nr == X86_TRAP_NMI)
		return refuse(vcpu, "kvm_vcpu_events.exception.nr", from->exception.nr,
			      "an NMI is no exception: use kvm_vcpu_events.nmi");
	return 0;
}

static void set_exception(struct vcpu *vcpu,
			  const struct kvm_vcpu_events *from)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	struct vmx_events *ev = &v->events;
	bool pending = from->exception.pending &&
		       (from->flags & KVM_VCPUEVENT_VALID_PAYLOAD);

	ev->exception.info = 0;
	ev->exception_injected = false;
	if (!guest_debug_single_steps(vcpu))
		vmx_drop_step(v);
	if (!pending && !from->exception.injected)
		return;

	vmx_queue_exception(v, from->exception.nr,
			    from->exception.has_error_code,
			    from->exception.error_code);
	ev->exception_injected = !pending;
	if (pending && from->exception_has_payload) {
		ev->exception_has_payload = true;
		ev->exception_payload = from->exception_payload;
	}
}

static void set_interrupt(struct vmx_vcpu *v,
			  const struct kvm_vcpu_events *from)
{
	struct vmx_events *ev = &v->events;
	bool soft = from->interrupt.soft;
	u32 shadows = 0;

	ev->interrupt.info = 0;
	if (from->interrupt.injected)
		ev->interrupt.info = INTR_INFO_VALID_MASK | from->interrupt.nr |
			(soft ? INTR_TYPE_SOFT_INTR : INTR_TYPE_EXT_INTR);
	/* What RFLAGS.IF does not hold up has begun already. */
	ev->interrupt_injected = from->interrupt.injected && soft;

	if (!(from->flags & KVM_VCPUEVENT_VALID_SHADOW))
		return;
	/* VM entry refuses both at once. */
	if (from->interrupt.shadow & KVM_X86_SHADOW_INT_MOV_SS)
		shadows = GUEST_INTR_STATE_MOV_SS;
	else if (from->interrupt.shadow & KVM_X86_SHADOW_INT_STI)
		shadows = GUEST_INTR_STATE_STI;
	vmx_set_interruptibility(v, (vmx_interruptibility(v) & ~SHADOWS) |
				    shadows);
}

static void set_nmi(struct vmx_vcpu *v, const struct kvm_vcpu_events *from)
{
	u32 interruptibility = vmx_interruptibility(v) & ~GUEST_INTR_STATE_NMI;

	v->events.nmi_injected = from->nmi.injected;
	if (from->flags & KVM_VCPUEVENT_VALID_NMI_PENDING)
		v->events.nmi_pending = min_t(u8, from->nmi.pending,
					      VMX_NMI_PENDING_MAX);
	if (from->nmi.masked)
		interruptibility |= GUEST_INTR_STATE_NMI;
	vmx_set_interruptibility(v, interruptibility);
}

/**
 * events_set() - KVM_SET_VCPU_EVENTS
 * @vcpu: the vCPU
 * @from: the events; they replace those that were there
 *
 * Context: vcpu->mutex held, the VMCS current.
 * Return: 0; -EINVAL with nothing changed for an unknown flag, one that the VM
 * has not enabled, a vector that is no exception's, and anything of SMM.
 */
int events_set(struct vcpu *vcpu, const struct kvm_vcpu_events *from)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	int r;

	r = check_flags(vcpu, from);
	if (!r)
		r = check_smi(vcpu, from);
	if (!r)
		r = check_exception(vcpu, from);
	if (r)
		return r;

	set_exception(vcpu, from);
	set_interrupt(v, from);
	set_nmi(v, from);
	if (from->flags & KVM_VCPUEVENT_VALID_TRIPLE_FAULT)
		v->events.triple_fault = from->triple_fault.pending;
	return 0;
}
