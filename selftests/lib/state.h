/* SPDX-License-Identifier: GPL-2.0 */
/* All of a vCPU's state that the API has, read out and written back. */
#ifndef SELFTESTS_STATE_H
#define SELFTESTS_STATE_H

#include "vm.h"

/* As many as KVM_GET_MSRS and KVM_SET_CPUID2 take at once. */
#define STATE_MAX_MSRS	255
#define STATE_MAX_CPUID	256

struct vcpu_state {
	struct kvm_regs regs;
	struct kvm_sregs2 sregs;
	struct kvm_debugregs debugregs;
	struct kvm_xcrs xcrs;
	struct kvm_xsave xsave;
	struct kvm_vcpu_events events;
	struct kvm_mp_state mp_state;
	uint64_t tsc_khz;
	struct {
		struct kvm_msrs header;
		struct kvm_msr_entry entries[STATE_MAX_MSRS];
	} msrs;
	struct {
		struct kvm_cpuid2 header;
		struct kvm_cpuid_entry2 entries[STATE_MAX_CPUID];
	} cpuid;
};

void vcpu_state_read(struct vcpu *vcpu, struct vcpu_state *state);
int vcpu_state_write(struct vcpu *vcpu, const struct vcpu_state *state);
const char *vcpu_state_difference(const struct vcpu_state *a,
				  const struct vcpu_state *b);

#endif
