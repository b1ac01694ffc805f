/* SPDX-License-Identifier: GPL-2.0 */
/* A debugger in the VMM: KVM_SET_GUEST_DEBUG and KVM_EXIT_DEBUG. */
#ifndef MINIVMX_GUEST_DEBUG_H
#define MINIVMX_GUEST_DEBUG_H

#include "vcpu.h"

/* KVM_CAP_SET_GUEST_DEBUG2: what kvm_guest_debug.control can ask for. */
#define GUEST_DEBUG_CONTROLS	(KVM_GUESTDBG_ENABLE | \
				 KVM_GUESTDBG_SINGLESTEP | \
				 KVM_GUESTDBG_USE_HW_BP | \
				 KVM_GUESTDBG_USE_SW_BP | \
				 KVM_GUESTDBG_INJECT_BP | \
				 KVM_GUESTDBG_INJECT_DB | \
				 KVM_GUESTDBG_BLOCKIRQ)

int guest_debug_set(struct vcpu *vcpu, const struct kvm_guest_debug *dbg);
unsigned long guest_debug_rflags(struct vcpu *vcpu);
void guest_debug_set_rflags(struct vcpu *vcpu, unsigned long rflags);
int guest_debug_exit(struct vcpu *vcpu, u8 vector, unsigned long dr6);
int guest_debug_step(struct vcpu *vcpu);
void guest_debug_step_later(struct vcpu *vcpu);
int guest_debug_owed_step(struct vcpu *vcpu);
void guest_debug_before_enter(struct vcpu *vcpu);

static inline bool guest_debug_single_steps(const struct vcpu *vcpu)
{
	return vcpu->guest_debug & KVM_GUESTDBG_SINGLESTEP;
}

static inline bool guest_debug_uses_dr(const struct vcpu *vcpu)
{
	return vcpu->guest_debug & KVM_GUESTDBG_USE_HW_BP;
}

#endif /* MINIVMX_GUEST_DEBUG_H */
