/* SPDX-License-Identifier: GPL-2.0 */
/* MiniVMX's own ioctls, which a test of them must find. */
#ifndef SELFTESTS_EXPLAIN_H
#define SELFTESTS_EXPLAIN_H

#include <minivmx.h>
#include "vm.h"

#define MAX_VIOLATIONS	16
#define MAX_VMCS_FIELDS	256
#define MAX_ENTRY_INPUTS	256

struct explained {
	struct minivmx_explanation arg;
	struct minivmx_violation violations[MAX_VIOLATIONS];
	char text[8192];
};

bool can_explain(struct vcpu *vcpu);
bool can_write_vmcs(struct vcpu *vcpu);
int explain(struct vcpu *vcpu, unsigned long request, struct explained *e);
uint64_t vmcs_read(struct vcpu *vcpu, uint32_t field);
unsigned int vmcs_read_all(struct vcpu *vcpu, struct minivmx_vmcs_field *fields);
int vmcs_write(struct vcpu *vcpu, struct minivmx_vmcs_field *fields,
	       unsigned int nr);
unsigned int entry_inputs_read(struct vcpu *vcpu, struct minivmx_entry_input *inputs);
int vmcs_write_one(struct vcpu *vcpu, uint32_t field, uint64_t value);

#endif
