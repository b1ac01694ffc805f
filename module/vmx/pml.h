/* SPDX-License-Identifier: GPL-2.0 */
/* The page-modification log. See pml.c. */
#ifndef MINIVMX_VMX_PML_H
#define MINIVMX_VMX_PML_H

#include "vmx.h"

bool vmx_has_pml(void);
int vmx_pml_create(struct vmx_vcpu *v);
void vmx_pml_destroy(struct vmx_vcpu *v);
void vmx_pml_restart(struct vmx_vcpu *v);
void vmx_pml_set(struct vmx_vm *vm, bool on);
void vmx_pml_follow(struct vmx_vcpu *v);
void vmx_pml_collect(struct vmx_vcpu *v, void (*mark)(void *data, u64 gpa),
		     void *data);
void vmx_pml_collect_all(struct vmx_vm *vm, void (*mark)(void *data, u64 gpa),
			 void *data);

#endif /* MINIVMX_VMX_PML_H */
