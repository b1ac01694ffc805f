// SPDX-License-Identifier: GPL-2.0
#include <sys/time.h>

#include "bochs_differs.h"
#include "case_list.h"
#include "entry_state.h"

/* Which fields can be written, only an attempt tells. */
void entry_state_save(struct vcpu *vcpu, struct entry_state *state)
{
	static struct minivmx_vmcs_field all[MAX_VMCS_FIELDS];
	unsigned int i, nr = vmcs_read_all(vcpu, all);
	/* Thousands of entries take longer than the usual test. */
	const struct itimerval watchdog = { .it_value.tv_sec = 10000 };

	if (setitimer(ITIMER_REAL, &watchdog, NULL))
		die("setitimer");
	state->nr = 0;
	for (i = 0; i < nr; i++) {
		if (!vmcs_write(vcpu, &all[i], 1))
			state->fields[state->nr++] = all[i];
	}
	if (state->nr < 50)
		die("only %u fields can be written", state->nr);
}

/* Also forgets what an exit has interrupted in its delivery. */
void entry_state_restore(struct vcpu *vcpu, struct entry_state *state)
{
	int ret = vmcs_write(vcpu, state->fields, state->nr);
	struct kvm_vcpu_events events = { 0 };

	if (dev_ioctl(vcpu->fd, KVM_SET_VCPU_EVENTS, &events))
		die("KVM_SET_VCPU_EVENTS");
	if (ret)
		die("the VMCS can't be restored: %d", ret);
}

/* NULL if the vCPU does not have the field or it can't be written. */
struct minivmx_vmcs_field *entry_state_find(struct entry_state *state,
					    uint32_t field)
{
	for (unsigned int i = 0; i < state->nr; i++) {
		if (state->fields[i].encoding == field)
			return &state->fields[i];
	}
	return NULL;
}

static void set_bit(struct entry_state *state, uint32_t field, uint64_t bit,
		    bool value)
{
	struct minivmx_vmcs_field *f = entry_state_find(state, field);

	if (!f)
		die("field %#x can't be written", field);
	f->value = value ? f->value | bit : f->value & ~bit;
}

/*
 * A valid state of the unit tests' @mode.  The preemption timer has expired,
 * so that the CPU enters and leaves before the first instruction.
 */
void entry_state_set_mode(struct vcpu *vcpu, struct entry_state *saved, int mode)
{
	static struct field_value guest[CASE_MAX_FIELDS];
	unsigned int i, nr = case_guest_state(mode, guest);
	struct minivmx_vmcs_field *f;
	struct entry_state state = *saved;

	for (i = 0; i < nr; i++) {
		f = entry_state_find(&state, guest[i].field);
		if (f)
			f->value = guest[i].value;
	}
	set_bit(&state, VMCS_ENTRY_CONTROLS, ENTRY_IA32E, case_has_ia32e(mode));
	set_bit(&state, VMCS_PROC_BASED2, PROC2_UNRESTRICTED,
		case_is_unrestricted(mode));
	set_bit(&state, VMCS_PIN_BASED, PIN_PREEMPTION_TIMER, true);
	entry_state_restore(vcpu, &state);
}

/* Whether docs/entry-checks.md says that Bochs checks the rule otherwise. */
bool bochs_differs(const char *rule)
{
	for (unsigned int i = 0; i < sizeof(differing) / sizeof(*differing); i++) {
		if (!strcmp(rule, differing[i]))
			return true;
	}
	return false;
}
