/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VMCS of the test's own, and how to bring it to the states of the unit
 * tests' cases. Whatever the state, no guest executes an instruction: EPT maps
 * nothing, nor do the PDPTEs where there is no EPT.
 */
#ifndef KERNEL_ENTRY_VMCS_H
#define KERNEL_ENTRY_VMCS_H

#include "cases.h"
#include "entry_check.h"
#include "vmx.h"

#define ENTRY_MAX_FIELDS	256

struct entry_vmcs {
	struct vmx_entry_caps caps;	/* of the CPU */
	struct vmcs_view view;		/* of the VMCS, as the module sees it */
	struct vmx_vcpu vcpu;		/* only .vmcs_pa counts */
	struct model model;		/* what was written last */
	u64 host[ENTRY_MAX_FIELDS];	/* host state, as vmcs_field_at() counts */
	bool exists[ENTRY_MAX_FIELDS];	/* what the CPU has of the fields */
	u32 revision;
	void *ept;			/* a page without entries */
	void *scratch;			/* a page for what controls refer to */
	void *memory;			/* the model's memory */
	u64 memory_pa;
};

struct entry_vmcs *entry_vmcs_create(u64 vmcs_pa);
void entry_vmcs_destroy(struct entry_vmcs *e);
bool entry_vmcs_start(struct entry_vmcs *e);
bool entry_vmcs_write(struct entry_vmcs *e);
bool entry_vmcs_set(struct entry_vmcs *e, const struct entry_case *c);
enum vmx_outcome entry_vmcs_enter(struct entry_vmcs *e);

#endif
