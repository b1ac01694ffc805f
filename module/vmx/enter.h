/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_VMX_ENTER_H
#define MINIVMX_VMX_ENTER_H

#include "vmx.h"

/* The interrupts-off window: see enter.c. */
int vmx_enter_init(void);
void vmx_enter_exit(void);
void vmx_enter_init_vcpu(struct vmx_vcpu *v);
void vmx_enter(struct vmx_vcpu *v);
void vmx_reenter(struct vmx_vcpu *v);
void vmx_leave(struct vmx_vcpu *v);
void vmx_write_entry_state(struct vmx_vcpu *v);

/* kick.c */
void vmx_kick_all(struct vmx_vm *vm);

/* host_state.c: the VMCS's idea of the host, and what VM exit does not give back. */
void vmx_refresh_host(struct vmx_vcpu *v);
void vmx_restore_host(struct vmx_vcpu *v);

/* perf.c: performance counters that must not run in the guest. */
void vmx_switch_perf_msrs(struct vmx_vcpu *v);

/* switch.c: MSRs that matter only outside the kernel; once per stay in the kernel. */
void vmx_read_host_msrs(void);
void vmx_load_guest_msrs(struct vmx_vcpu *v);
void vmx_load_syscall_msrs(struct vmx_vcpu *v);
void vmx_load_host_msrs(struct vmx_vcpu *v);
u64 vmx_get_switched_msr(struct vmx_vcpu *v, enum vmx_switched_msr msr);
void vmx_set_switched_msr(struct vmx_vcpu *v, enum vmx_switched_msr msr,
			  u64 value);

#endif /* MINIVMX_VMX_ENTER_H */
