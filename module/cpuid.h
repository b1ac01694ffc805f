/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_CPUID_H
#define MINIVMX_CPUID_H

#include <linux/kvm.h>

struct vcpu;

/* What CPUID returns to one guest: KVM_SET_CPUID2's entries, and what follows from them. */
struct cpuid_table {
	unsigned int nr;
	struct kvm_cpuid_entry2 *entry;
	u64 cr4_reserved;	/* CR4 bits that this guest may not set */
	u64 xcr0_supported;	/* XCR0 bits that this guest may set */
	u8 maxphyaddr;		/* physical-address width in bits */
};

struct cpuid_regs {
	u32 eax, ebx, ecx, edx;
};

int cpuid_init(void);
long cpuid_get_supported(struct kvm_cpuid2 __user *arg);
long cpuid_set(struct vcpu *vcpu, struct kvm_cpuid2 __user *arg);
long cpuid_get(struct vcpu *vcpu, struct kvm_cpuid2 __user *arg);
void cpuid_reset(struct vcpu *vcpu);
void cpuid_destroy(struct vcpu *vcpu);
void cpuid_execute(struct vcpu *vcpu, struct cpuid_regs *regs);
bool cpuid_has(const struct vcpu *vcpu, unsigned int x86_feature);

#endif /* MINIVMX_CPUID_H */
