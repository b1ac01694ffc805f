// SPDX-License-Identifier: GPL-2.0
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <asm/msr.h>

#include "entry_check_cpu.h"
#include "entry_check_internal.h"
#include "entry_vmcs.h"
#include "field_names.h"
#include "vmx_state.h"

#define EPTP_BITS		(VMX_EPTP_PWL_4 | VMX_EPTP_MT_WB)
#define STEP_FIELD		0x00000000
#define STEP_MEMORY		0x10000000
#define STEP_CAP64		0x20000000
#define STEP_CAP8		0x30000000
#define STEP_VIEW64		0x40000000
#define MAX_LOADED		4
#define SHADOW_VMCS		BIT(31)

/* Fields that hold the physical address of a page, or of something in one. */
static const u32 page_fields[] = {
	IO_BITMAP_A, IO_BITMAP_B, MSR_BITMAP, PML_ADDRESS, APIC_ACCESS_ADDR,
	POSTED_INTR_DESC_ADDR, EPTP_LIST_ADDRESS, VMREAD_BITMAP, VMWRITE_BITMAP,
	VE_INFORMATION_ADDRESS, SPP_TABLE_POINTER,
};

/* In instructions of insn.h; nobody here asks how they failed. */
enum vmx_outcome vmread_outcome(unsigned long field)
{
	return VMX_FAIL_VALID;
}

enum vmx_outcome vmwrite_outcome(unsigned long field, unsigned long value)
{
	return VMX_FAIL_VALID;
}

struct entry_vmcs *entry_vmcs_create(u64 vmcs_pa)
{
	/* PDPTEs must be below 4 GiB, and the model's memory in one piece. */
	unsigned int order = get_order(MODEL_MEMORY_SIZE);
	struct entry_vmcs *e = vzalloc(sizeof(*e));

	if (!e)
		return NULL;
	e->vcpu.vmcs_pa = vmcs_pa;
	e->ept = (void *)get_zeroed_page(GFP_KERNEL);
	e->scratch = (void *)get_zeroed_page(GFP_KERNEL);
	e->memory = (void *)__get_free_pages(GFP_KERNEL | GFP_DMA32 | __GFP_ZERO, order);
	if (!e->ept || !e->scratch || !e->memory) {
		entry_vmcs_destroy(e);
		return NULL;
	}
	e->memory_pa = __pa(e->memory);
	vmx_entry_caps_read(&e->caps);
	e->revision = vmx_basic_vmcs_revision_id(e->caps.basic);
	vmcs_view_current(&e->view, &e->vcpu, &e->caps);
	return e;
}

void entry_vmcs_destroy(struct entry_vmcs *e)
{
	if (!e)
		return;
	free_pages((unsigned long)e->memory, get_order(MODEL_MEMORY_SIZE));
	free_page((unsigned long)e->scratch);
	free_page((unsigned long)e->ept);
	vfree(e);
}

/*
 * Learns which fields there are, and what the host's state is. The VMCS is
 * current, and preemption stays disabled until the last entry.
 */
bool entry_vmcs_start(struct entry_vmcs *e)
{
	const struct vmcs_field_name *name;
	unsigned long value;
	unsigned int i;

	/* The entry knows where to come back to; an earlier one has left that. */
	if (!write_host() || write_field(HOST_RIP, 0) != VMX_SUCCEED)
		return false;
	for (i = 0; (name = vmcs_field_at(i)); i++) {
		if (WARN_ON(i == ENTRY_MAX_FIELDS))
			return false;
		e->exists[i] = read_field(name->encoding, &value) == VMX_SUCCEED;
		if (e->exists[i] && vmcs_field_type(name->encoding) == VMCS_FIELD_HOST)
			e->host[i] = value;
	}
	return true;
}

/* ---- from a case to a model that this CPU can have ---- */

static u64 allowed(u64 controls, u64 settings)
{
	return ((u32)controls | (u32)settings) & (settings >> 32);
}

static bool has_field(const struct entry_vmcs *e, u32 field)
{
	const struct vmcs_field_name *name;
	unsigned int i;

	for (i = 0; (name = vmcs_field_at(i)); i++)
		if (name->encoding == field)
			return e->exists[i];
	return false;
}

/* Is what the step would make of the processor what it is anyway? */
static bool fits_processor(const struct entry_vmcs *e, const struct step *step,
			   bool wide)
{
	const u8 *caps = (const u8 *)&e->caps + (step->where & 0x0fffffff);
	u64 value = wide ? *(const u64 *)caps : *caps;

	switch (step->op) {
	case OR:
		return (value & step->value) == step->value;
	case CLEAR:
		return !(value & step->value);
	default:
		return value == step->value;
	}
}

static bool is_possible(const struct entry_vmcs *e, const struct step *step)
{
	switch (step->where & 0xf0000000) {
	case STEP_FIELD:
		return has_field(e, step->where);
	case STEP_MEMORY:
		return true;
	case STEP_CAP64:
		return fits_processor(e, step, true);
	case STEP_CAP8:
		return fits_processor(e, step, false);
	case STEP_VIEW64:
		/* The VMCS is where it is, but it can be linked to itself. */
		return step->value == MODEL_LINKED_VMCS;
	default:
		return false;
	}
}

/* The controls as far as the CPU has them, and those that must be 1. */
static void fit_controls(struct entry_vmcs *e, bool refused)
{
	const struct vmx_entry_caps *caps = &e->caps;
	u64 *f = e->model.fields;

	f[PIN_BASED_VM_EXEC_CONTROL] |= PIN_BASED_VMX_PREEMPTION_TIMER;
	f[VM_EXIT_CONTROLS] |= VM_EXIT_LOAD_IA32_PAT | VM_EXIT_LOAD_IA32_EFER;
	/* An entry that succeeds must not take an interrupt from the host. */
	if (!refused) {
		f[PIN_BASED_VM_EXEC_CONTROL] &= ~(u64)PIN_BASED_POSTED_INTR;
		f[VM_EXIT_CONTROLS] &= ~(u64)VM_EXIT_ACK_INTR_ON_EXIT;
	}
	f[PIN_BASED_VM_EXEC_CONTROL] = allowed(f[PIN_BASED_VM_EXEC_CONTROL], caps->pin_based);
	f[CPU_BASED_VM_EXEC_CONTROL] = allowed(f[CPU_BASED_VM_EXEC_CONTROL],
					       caps->proc_based);
	f[SECONDARY_VM_EXEC_CONTROL] = allowed(f[SECONDARY_VM_EXEC_CONTROL],
					       caps->proc_based2);
	f[TERTIARY_VM_EXEC_CONTROL] &= caps->proc_based3;
	f[VM_EXIT_CONTROLS] = allowed(f[VM_EXIT_CONTROLS], caps->exit);
	f[VM_ENTRY_CONTROLS] = allowed(f[VM_ENTRY_CONTROLS], caps->entry);
	if (!(f[SECONDARY_VM_EXEC_CONTROL] & SECONDARY_EXEC_SHADOW_VMCS))
		f[VMCS_LINK_POINTER] = ~0ull;
	f[VM_FUNCTION_CONTROL] &= caps->vmfunc;
	f[EXCEPTION_BITMAP] = ~0u;
	f[TSC_MULTIPLIER] = BIT_ULL(48);
}

static void fit_addresses(struct entry_vmcs *e)
{
	u64 *f = e->model.fields;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(page_fields); i++)
		f[page_fields[i]] = __pa(e->scratch);
	f[EPT_POINTER] = __pa(e->ept) | EPTP_BITS;
	if (e->caps.ept_vpid & VMX_EPT_AD_BIT)
		f[EPT_POINTER] |= VMX_EPTP_AD_ENABLE_BIT;
}

static void fit_host(struct entry_vmcs *e)
{
	const struct vmcs_field_name *name;
	unsigned int i;

	for (i = 0; (name = vmcs_field_at(i)); i++)
		if (vmcs_field_type(name->encoding) == VMCS_FIELD_HOST)
			e->model.fields[name->encoding] = e->host[i];
}

/* The model's VMCS has the model's revision, ours the CPU's. */
static void fit_linked_vmcs(struct entry_vmcs *e)
{
	u32 *header = (u32 *)(e->model.memory + MODEL_LINKED_VMCS - MODEL_MEMORY);

	if ((*header & ~SHADOW_VMCS) == MODEL_REVISION)
		*header = (*header & SHADOW_VMCS) | e->revision;
}

/* ---- from the model to the VMCS ---- */

static u64 host_value(const struct entry_vmcs *e, u32 field, u64 value)
{
	switch (field) {
	case VMCS_LINK_POINTER:
		if (value == e->model.view.vmcs_address)
			return e->vcpu.vmcs_pa;
		fallthrough;
	case VIRTUAL_APIC_PAGE_ADDR:
	case VM_ENTRY_MSR_LOAD_ADDR:
	case GUEST_CR3:
		if (value >= MODEL_MEMORY && value < MODEL_MEMORY + MODEL_MEMORY_SIZE)
			return e->memory_pa + value - MODEL_MEMORY;
		return value;
	default:
		return value;
	}
}

/* After changes of the model. */
bool entry_vmcs_write(struct entry_vmcs *e)
{
	const struct vmcs_field_name *name;
	unsigned int i;
	u32 field;

	for (i = 0; (name = vmcs_field_at(i)); i++) {
		field = name->encoding;
		if (!e->exists[i] || vmcs_field_type(field) == VMCS_FIELD_READ_ONLY)
			continue;
		if (write_field(field, host_value(e, field, e->model.fields[field])) !=
		    VMX_SUCCEED) {
			pr_err("VMWRITE of %s failed\n", name->name);
			return false;
		}
	}
	memcpy(e->memory, e->model.memory, MODEL_MEMORY_SIZE);
	return true;
}

/*
 * Bring the VMCS to the state of a case. Return: whether this CPU can be
 * brought there.
 */
bool entry_vmcs_set(struct entry_vmcs *e, const struct entry_case *c)
{
	unsigned int i;

	for (i = 0; i < MODEL_MAX_STEPS && c->steps[i].op != NO_STEP; i++)
		if (!is_possible(e, &c->steps[i]))
			return false;
	model_init(&e->model, c->mode);
	fit_controls(e, c->rule);
	fit_addresses(e);
	fit_host(e);
	model_apply(&e->model, c->steps);
	/* "Save VMX-preemption timer value" is wrong only without the timer. */
	if (c->rule && !strcmp(c->rule, "control.exit.save_preemption_timer"))
		e->model.fields[PIN_BASED_VM_EXEC_CONTROL] &=
			~(u64)PIN_BASED_VMX_PREEMPTION_TIMER;
	fit_linked_vmcs(e);
	return entry_vmcs_write(e);
}

/* ---- the entry ---- */

/* The MSRs of the area, which VM exit leaves as the entry has loaded them. */
struct loaded_msrs {
	u32 nr;
	u32 index[MAX_LOADED];
	u64 value[MAX_LOADED];
};

static void save_msrs(const struct entry_vmcs *e, struct loaded_msrs *msrs)
{
	const struct vmx_msr_entry *area = e->memory + MODEL_MSR_AREA - MODEL_MEMORY;
	u32 i, count = e->model.fields[VM_ENTRY_MSR_LOAD_COUNT];

	msrs->nr = 0;
	if (e->model.fields[VM_ENTRY_MSR_LOAD_ADDR] != MODEL_MSR_AREA)
		return;
	for (i = 0; i < min_t(u32, count, MAX_LOADED); i++) {
		if (rdmsrl_safe(area[i].index, &msrs->value[msrs->nr]))
			continue;
		msrs->index[msrs->nr++] = area[i].index;
	}
}

static void restore_msrs(const struct loaded_msrs *msrs)
{
	u32 i;

	for (i = 0; i < msrs->nr; i++)
		wrmsrl_safe(msrs->index[i], msrs->value[i]);
}

/* VMX_SUCCEED: VM_EXIT_REASON says what has come of it. Interrupts are off. */
enum vmx_outcome entry_vmcs_enter(struct entry_vmcs *e)
{
	struct loaded_msrs msrs;
	enum vmx_outcome outcome;

	/* VMLAUNCH wants it clear. */
	if (vmclear(e->vcpu.vmcs_pa) != VMX_SUCCEED ||
	    vmptrld(e->vcpu.vmcs_pa) != VMX_SUCCEED)
		return VMX_FAULT;
	save_msrs(e, &msrs);
	outcome = enter_guest(e->model.fields[HOST_RIP] ? ENTER_AS_IS : ENTER_LAUNCH);
	restore_msrs(&msrs);
	return outcome;
}
