/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_VMX_VMXON_H
#define MINIVMX_VMX_VMXON_H

#include "vmx.h"

int vmx_init(void);
void vmx_exit(void);
int vmx_root_get(void);
void vmx_root_put(void);

#endif /* MINIVMX_VMX_VMXON_H */
