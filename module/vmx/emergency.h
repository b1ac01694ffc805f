/* SPDX-License-Identifier: GPL-2.0 */
/* VMXOFF when the kernel crashes: see emergency.c. */
#ifndef MINIVMX_VMX_EMERGENCY_H
#define MINIVMX_VMX_EMERGENCY_H

int vmx_emergency_init(void);
void vmx_emergency_exit(void);

#endif /* MINIVMX_VMX_EMERGENCY_H */
