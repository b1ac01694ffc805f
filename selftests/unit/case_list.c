// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>
#include <entry_check_internal.h>
#include <field_names.h>
#include "case_list.h"
#include "cases.h"

#define LOW_BITS	0xf0000000

static const struct entry_case * const arrays[] = {
	control_cases, guest_cases, segment_cases, state_cases,
};

/*
 * What only other controls than a vCPU's would test, here with the controls
 * that each needs: bits that lead to a violation anyhow.
 */
#define TPR_SHADOW	{ CPU_BASED_VM_EXEC_CONTROL, OR, CPU_BASED_TPR_SHADOW }
#define DELIVERY	{ SECONDARY_VM_EXEC_CONTROL, OR, SECONDARY_EXEC_VIRTUAL_INTR_DELIVERY }
#define POSTED		{ PIN_BASED_VM_EXEC_CONTROL, OR, PIN_BASED_POSTED_INTR }
#define ACKNOWLEDGE	{ VM_EXIT_CONTROLS, OR, VM_EXIT_ACK_INTR_ON_EXIT }
#define NO_EPT		{ SECONDARY_VM_EXEC_CONTROL, CLEAR, \
			  SECONDARY_EXEC_ENABLE_EPT | SECONDARY_EXEC_UNRESTRICTED_GUEST }
#define NO_EPT_BUT(bit)	{ NO_EPT, { SECONDARY_VM_EXEC_CONTROL, OR, bit } }

static const struct entry_case more_cases[] = {
	{ "control.tpr_threshold.reserved", LONG64,
	  { TPR_SHADOW, { TPR_THRESHOLD, SET, 0x10 } } },
	{ "control.virtual_x2apic", LONG64,
	  { TPR_SHADOW, { SECONDARY_VM_EXEC_CONTROL, OR,
			  SECONDARY_EXEC_VIRTUALIZE_X2APIC_MODE |
			  SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES } } },
	{ "control.virtual_interrupt_delivery", LONG64,
	  { TPR_SHADOW, DELIVERY,
	    { PIN_BASED_VM_EXEC_CONTROL, CLEAR, PIN_BASED_EXT_INTR_MASK } } },
	{ "control.posted_interrupts.delivery", LONG64, { TPR_SHADOW, POSTED, ACKNOWLEDGE } },
	{ "control.posted_interrupts.acknowledge", LONG64, { TPR_SHADOW, POSTED, DELIVERY } },
	{ "control.posted_interrupts.vector", LONG64,
	  { TPR_SHADOW, POSTED, DELIVERY, ACKNOWLEDGE, { POSTED_INTR_NV, SET, 0x100 } } },
	{ "control.unrestricted_guest.ept", LONG64,
	  { { SECONDARY_VM_EXEC_CONTROL, CLEAR, SECONDARY_EXEC_ENABLE_EPT } } },
	{ "control.pml.ept", LONG64, NO_EPT_BUT(SECONDARY_EXEC_ENABLE_PML) },
	{ "control.mode_based_execute.ept", LONG64,
	  NO_EPT_BUT(SECONDARY_EXEC_MODE_BASED_EPT_EXEC) },
	{ "control.sub_page_write.ept", LONG64, NO_EPT_BUT(PROC2_SUB_PAGE_WRITE) },
	{ "control.vm_functions.reserved", LONG64,
	  { { SECONDARY_VM_EXEC_CONTROL, OR, SECONDARY_EXEC_ENABLE_VMFUNC },
	    { VM_FUNCTION_CONTROL, SET, BIT64(63) } } },
	{ "control.eptp_switching.ept", LONG64,
	  { NO_EPT, { SECONDARY_VM_EXEC_CONTROL, OR, SECONDARY_EXEC_ENABLE_VMFUNC },
	    { VM_FUNCTION_CONTROL, SET, VMX_VMFUNC_EPTP_SWITCHING } } },
	{ 0 }
};

/* The modes that a vCPU's own controls, or other harmless ones, allow. */
static bool is_possible(enum model_mode mode)
{
	switch (mode) {
	case FULL64:
	case TPR64:
	case RESTRICTED32:
	case HOST32:
	case FIRST_PROCESSOR:
		return false;
	default:
		return true;
	}
}

static bool is_field(const struct step *step)
{
	return !(step->where & LOW_BITS);
}

/* Before each entry the module decides about the NMI window. */
static bool is_overwritten(const struct step *step)
{
	return step->where == CPU_BASED_VM_EXEC_CONTROL &&
	       step->value == CPU_BASED_NMI_WINDOW_EXITING;
}

static bool convert(const struct entry_case *from, struct listed_case *to)
{
	unsigned int i;

	*to = (struct listed_case) { .rule = from->rule, .mode = from->mode };
	if (!is_possible(from->mode))
		return false;
	for (i = 0; i < CASE_MAX_STEPS && from->steps[i].op != NO_STEP; i++) {
		const struct step *step = &from->steps[i];

		if (!is_field(step) || is_overwritten(step))
			return false;
		to->steps[to->nr_steps++] = (struct case_step) {
			.field = step->where,
			.clear = step->op == SET ? ~0ull :
				 step->op == CLEAR ? step->value : 0,
			.set = step->op == CLEAR ? 0 : step->value,
		};
	}
	return true;
}

/* The case of a number from 0, of those that a vCPU can be brought to. */
bool case_at(unsigned int index, struct listed_case *c)
{
	const struct entry_case *array;
	unsigned int i;

	for (i = 0; i <= ARRAY_SIZE(arrays); i++) {
		array = i < ARRAY_SIZE(arrays) ? arrays[i] : more_cases;
		for (; array->steps[0].op != NO_STEP; array++) {
			if (convert(array, c) && !index--)
				return true;
		}
	}
	return false;
}

static struct model *model_of(int mode)
{
	static struct model model;
	static int last = -1;

	if (mode != last)
		model_init(&model, mode);
	last = mode;
	return &model;
}

/* The guest-state fields of a valid state of @mode; returns how many. */
unsigned int case_guest_state(int mode, struct field_value *fields)
{
	const struct model *m = model_of(mode);
	const struct vmcs_field_name *name;
	unsigned int i, nr = 0;

	for (i = 0; (name = vmcs_field_at(i)); i++) {
		if (vmcs_field_type(name->encoding) != VMCS_FIELD_GUEST ||
		    name->encoding == VMCS_LINK_POINTER ||
		    nr == CASE_MAX_FIELDS)
			continue;
		fields[nr].field = name->encoding;
		fields[nr++].value = m->fields[name->encoding];
	}
	return nr;
}

bool case_has_ia32e(int mode)
{
	return model_of(mode)->fields[VM_ENTRY_CONTROLS] & VM_ENTRY_IA32E_MODE;
}

bool case_is_unrestricted(int mode)
{
	return model_of(mode)->fields[SECONDARY_VM_EXEC_CONTROL] &
	       SECONDARY_EXEC_UNRESTRICTED_GUEST;
}

const char *field_name(uint32_t field)
{
	const struct vmcs_field_name *name = vmcs_field_by_encoding(field);

	return name ? name->name : "?";
}

/* The encoding of the field of a number from 0, or 0xffffffff behind the last. */
uint32_t field_at(unsigned int index)
{
	const struct vmcs_field_name *name = vmcs_field_at(index);

	return name ? name->encoding : 0xffffffff;
}
