/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_VMX_ENTER_H
#define MINIVMX_VMX_ENTER_H

#include "vmx.h"

/* The interrupts-off window: see enter.c. */
void vmx_enter(struct vmx_vcpu *v);
void vmx_kick(struct vmx_vcpu *v);
void vmx_kick_all(struct vmx_vm *vm);

/* switch.c: MSRs that matter only outside the kernel; once per stay in the kernel. */
void vmx_load_guest_msrs(struct vmx_vcpu *v);
void vmx_load_host_msrs(struct vmx_vcpu *v);

#endif /* MINIVMX_VMX_ENTER_H */
