/* SPDX-License-Identifier: GPL-2.0 */
/* Machine checks that the VMM reports to a guest. */
#ifndef MINIVMX_MCE_H
#define MINIVMX_MCE_H

#include "vcpu.h"

/* KVM_X86_GET_MCE_CAP_SUPPORTED: bits of IA32_MCG_CAP; the count of banks is free. */
u64 mce_supported_caps(void);
int mce_vcpu_setup(struct vcpu *vcpu, u64 mcg_cap);
int mce_vcpu_inject(struct vcpu *vcpu, const struct kvm_x86_mce *mce);

#endif /* MINIVMX_MCE_H */
