/* SPDX-License-Identifier: GPL-2.0 */
/* The VM-entry checks on this CPU's current VMCS. Kernel only. */
#ifndef MINIVMX_VMX_ENTRY_CHECK_CPU_H
#define MINIVMX_VMX_ENTRY_CHECK_CPU_H

#include "entry_check.h"
#include "vmx.h"

void vmx_entry_caps_read(struct vmx_entry_caps *caps);
void vmcs_view_current(struct vmcs_view *view, const struct vmx_vcpu *v,
		       const struct vmx_entry_caps *caps);

#endif /* MINIVMX_VMX_ENTRY_CHECK_CPU_H */
