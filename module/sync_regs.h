/* SPDX-License-Identifier: GPL-2.0 */
/* Registers in kvm_run: KVM_CAP_SYNC_REGS. */
#ifndef MINIVMX_SYNC_REGS_H
#define MINIVMX_SYNC_REGS_H

#include "vcpu.h"

int sync_regs_accept(struct vcpu *vcpu);
void sync_regs_report(struct vcpu *vcpu);

#endif /* MINIVMX_SYNC_REGS_H */
