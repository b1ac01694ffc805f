/* SPDX-License-Identifier: GPL-2.0 */
/* Bringing a vCPU to any state by MINIVMX_WRITE_VMCS, and back. */
#ifndef SELFTESTS_ENTRY_STATE_H
#define SELFTESTS_ENTRY_STATE_H

#include "explain.h"

/* Fields that the tests name; the rest is data. */
#define VMCS_GUEST_CR0		0x6800
#define VMCS_PIN_BASED		0x4000
#define VMCS_PROC_BASED2	0x401e
#define VMCS_ENTRY_CONTROLS	0x4012
#define VMCS_PREEMPTION_TIMER	0x482e
#define PIN_PREEMPTION_TIMER	(1u << 6)
#define PROC2_UNRESTRICTED	(1u << 7)
#define ENTRY_IA32E		(1u << 9)

/* Every field that can be written, with the value it had at first. */
struct entry_state {
	struct minivmx_vmcs_field fields[MAX_VMCS_FIELDS];
	unsigned int nr;
};

void entry_state_save(struct vcpu *vcpu, struct entry_state *state);
void entry_state_restore(struct vcpu *vcpu, struct entry_state *state);
void entry_state_set_mode(struct vcpu *vcpu, struct entry_state *state, int mode);
struct minivmx_vmcs_field *entry_state_find(struct entry_state *state,
					    uint32_t field);

bool bochs_differs(const char *rule);

#endif
