/* SPDX-License-Identifier: GPL-2.0 */
/* What vmenter.S and enter.c agree on. */
#ifndef MINIVMX_VMX_VMENTER_H
#define MINIVMX_VMX_VMENTER_H

/* Offsets into struct vmx_vcpu, checked in enter.c. */
#define VMX_VCPU_GPR		0
#define VMX_VCPU_SPEC_CTRL	128
#define VMX_VCPU_HOST_RSP	136
#define VMX_VCPU_LAUNCHED	144

/* Return values of vmx_switch_to_guest(). */
#define VMX_SWITCH_EXITED	0
#define VMX_SWITCH_FAIL_INVALID	1
#define VMX_SWITCH_FAIL_VALID	2
#define VMX_SWITCH_FAULT	3

#ifndef __ASSEMBLY__
struct vmx_vcpu;

unsigned int vmx_switch_to_guest(struct vmx_vcpu *v);
extern const char vmx_exit_point[];
#endif

#endif /* MINIVMX_VMX_VMENTER_H */
