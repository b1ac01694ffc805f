/* SPDX-License-Identifier: GPL-2.0 */
/* Events on their way into the guest, between the KVM ABI and vmx/event.c. */
#ifndef MINIVMX_EVENTS_H
#define MINIVMX_EVENTS_H

#include "vcpu.h"

void events_get(struct vcpu *vcpu, struct kvm_vcpu_events *to);
int events_set(struct vcpu *vcpu, const struct kvm_vcpu_events *from);

#endif /* MINIVMX_EVENTS_H */
