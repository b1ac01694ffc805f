/* SPDX-License-Identifier: GPL-2.0 */
/* Reading and writing any field of a vCPU's VMCS, for study and for tests. */
#ifndef MINIVMX_VMX_VMCS_FIELDS_H
#define MINIVMX_VMX_VMCS_FIELDS_H

#include "entry_check.h"
#include "vmx.h"

struct vmcs_value {
	u32 field;	/* encoding */
	u64 value;
	u64 old;	/* vmx_write_fields() works with it */
};

int vmx_read_field(struct vmx_vcpu *v, u32 field, u64 *value);
int vmx_field_writable(u32 field, u64 value);
int vmx_write_fields(struct vmx_vcpu *v, const struct vmx_entry_caps *caps,
		     struct vmcs_value *fields, unsigned int nr);

#endif /* MINIVMX_VMX_VMCS_FIELDS_H */
