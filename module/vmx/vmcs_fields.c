// SPDX-License-Identifier: GPL-2.0
/*
 * Reading and writing any field of a vCPU's VMCS, for study and for tests.
 *
 * Whatever is written, the host stays safe: host-state fields and physical
 * addresses can't be written at all, and the controls on which the host relies
 * only so that the CPU refuses to enter. That the latter is sure, the VM-entry
 * checks say, about fields that nobody else changes.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/processor-flags.h>
#include <asm/trapnr.h>

#include "../compat.h"
#include "caps.h"
#include "entry_check_cpu.h"
#include "field_names.h"
#include "guest.h"
#include "insn.h"
#include "vmcs.h"
#include "vmcs_access.h"
#include "vmcs_fields.h"

/* ---- which fields can be written ---- */

/*
 * Controls that are a physical address, count what is at one, or let the guest
 * have of the CPU what is the host's.
 */
static const u32 fixed_controls[] = {
	IO_BITMAP_A, IO_BITMAP_B, MSR_BITMAP, VM_EXIT_MSR_STORE_ADDR,
	VM_EXIT_MSR_LOAD_ADDR, VM_ENTRY_MSR_LOAD_ADDR, PML_ADDRESS,
	VIRTUAL_APIC_PAGE_ADDR, APIC_ACCESS_ADDR, POSTED_INTR_DESC_ADDR,
	EPT_POINTER, VMREAD_BITMAP, VMWRITE_BITMAP, XSS_EXIT_BITMAP,
	ENCLS_EXITING_BITMAP, VM_EXIT_MSR_STORE_COUNT, VM_EXIT_MSR_LOAD_COUNT,
	VM_ENTRY_MSR_LOAD_COUNT,
	0x0004,		/* EPTP index */
	0x0006,		/* HLAT prefix size */
	0x0008,		/* last PID-pointer index */
	0x000a,		/* virtual timer vector */
	0x200c,		/* executive-VMCS pointer */
	0x2024,		/* EPTP-list address */
	0x202a,		/* virtualization-exception information address */
};

/* From the sub-page-permission-table pointer on, newer controls. */
#define FIRST_NEW_CONTROL	0x2030
#define LAST_NEW_CONTROL	0x2fff

static bool is_known_control(u32 field)
{
	switch (field) {
	case TSC_MULTIPLIER:
	case TERTIARY_VM_EXEC_CONTROL:
		return true;
	default:
		return field < FIRST_NEW_CONTROL || field > LAST_NEW_CONTROL;
	}
}

static bool is_fixed_control(u32 field)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fixed_controls); i++) {
		if (fixed_controls[i] == field)
			return true;
	}
	return !is_known_control(field);
}

static bool fits_width(u32 field, u64 value)
{
	switch (vmcs_field_width(field)) {
	case VMCS_FIELD_16:
		return value <= U16_MAX;
	case VMCS_FIELD_32:
		return value <= U32_MAX;
	default:
		return true;
	}
}

/**
 * vmx_field_writable() - whether vmx_write_fields() takes a field at all
 * @field: encoding
 * @value: what to write
 *
 * Return: 0; -EINVAL for an encoding that the SDM does not define and a value
 * wider than the field; -EPERM for host state, exit information, physical
 * addresses and activity states that interrupts do not end.
 * Context: any.
 */
int vmx_field_writable(u32 field, u64 value)
{
	if (!vmcs_field_by_encoding(field) || !fits_width(field, value))
		return -EINVAL;

	switch (vmcs_field_type(field)) {
	case VMCS_FIELD_GUEST:
		/* In shutdown and wait-for-SIPI, interrupts are lost to the host. */
		if (field == GUEST_ACTIVITY_STATE &&
		    (value == GUEST_ACTIVITY_SHUTDOWN ||
		     value == GUEST_ACTIVITY_WAIT_SIPI))
			return -EPERM;
		return 0;
	case VMCS_FIELD_CONTROL:
		return is_fixed_control(field) ? -EPERM : 0;
	default:
		return -EPERM;
	}
}

/* ---- controls that are written only so that the CPU refuses them ---- */

#define PIN_FREE	(PIN_BASED_VIRTUAL_NMIS | PIN_BASED_VMX_PREEMPTION_TIMER)
#define PROC_FREE	(CPU_BASED_INTR_WINDOW_EXITING |		\
			 CPU_BASED_NMI_WINDOW_EXITING |			\
			 CPU_BASED_HLT_EXITING | CPU_BASED_INVLPG_EXITING | \
			 CPU_BASED_RDTSC_EXITING | CPU_BASED_CR3_LOAD_EXITING | \
			 CPU_BASED_CR3_STORE_EXITING |			\
			 CPU_BASED_MONITOR_TRAP_FLAG | CPU_BASED_PAUSE_EXITING)
/* Those that follow the guest's CPUID are free, too. */
#define PROC2_FREE	(SECONDARY_EXEC_DESC | SECONDARY_EXEC_ENABLE_RDTSCP | \
			 SECONDARY_EXEC_UNRESTRICTED_GUEST |		\
			 SECONDARY_EXEC_RDRAND_EXITING |		\
			 SECONDARY_EXEC_RDSEED_EXITING |		\
			 SECONDARY_EXEC_ENABLE_INVPCID | SECONDARY_EXEC_XSAVES | \
			 SECONDARY_EXEC_TSC_SCALING)
#define EXIT_FREE	(VM_EXIT_SAVE_IA32_PAT | VM_EXIT_SAVE_IA32_EFER | \
			 VM_EXIT_SAVE_VMX_PREEMPTION_TIMER)
#define ENTRY_FREE	VM_ENTRY_IA32E_MODE
/* These the guest may have while the host does without or looks after them. */
#define CR4_SWITCHED	(X86_CR4_OSXSAVE | X86_CR4_PKE)
#define EXCEPTIONS	(BIT(X86_TRAP_DB) | BIT(X86_TRAP_AC) | BIT(X86_TRAP_MC))
#define NO_VMCS		(~0ULL)

static u64 field_or_zero(u32 field)
{
	unsigned long value;

	return vmread(field, &value) == VMX_SUCCEED ? value : 0;
}

static bool differ(u32 field, u32 expected, u32 free)
{
	return (field_or_zero(field) ^ expected) & ~free;
}

/* Would the guest have what is the host's if the CPU entered now? */
static bool host_at_risk(struct vmx_vcpu *v)
{
	u32 proc_free = PROC_FREE | READ_ONCE(v->vm->proc_controls_forgone);
	u32 proc2 = vmx_caps.proc2_controls;
	u64 cr4 = field_or_zero(GUEST_CR4);

	if (READ_ONCE(v->vm->pml))
		proc2 |= SECONDARY_EXEC_ENABLE_PML;
	if (!v->vpid)
		proc2 &= ~SECONDARY_EXEC_ENABLE_VPID;
	if (differ(PIN_BASED_VM_EXEC_CONTROL, vmx_caps.pin_controls, PIN_FREE) ||
	    differ(CPU_BASED_VM_EXEC_CONTROL, vmx_caps.proc_controls, proc_free) ||
	    differ(SECONDARY_VM_EXEC_CONTROL, proc2, PROC2_FREE) ||
	    differ(VM_EXIT_CONTROLS, vmx_caps.exit_controls, EXIT_FREE) ||
	    differ(VM_ENTRY_CONTROLS, vmx_caps.entry_controls, ENTRY_FREE))
		return true;
	return (v->vpid && field_or_zero(VIRTUAL_PROCESSOR_ID) != v->vpid) ||
	       field_or_zero(VMCS_LINK_POINTER) != NO_VMCS ||
	       (~field_or_zero(EXCEPTION_BITMAP) & EXCEPTIONS) ||
	       (~field_or_zero(CR0_GUEST_HOST_MASK) & ~X86_CR0_TS) ||
	       (~field_or_zero(CR4_GUEST_HOST_MASK) & ~v->cr4_guest_owned) ||
	       ((cr4 ^ field_or_zero(CR4_READ_SHADOW)) & CR4_SWITCHED);
}

/*
 * A violation that stays until its fields are written again: of the controls
 * but for those which events and memory decide about, and of the link pointer.
 */
static bool lasts(const struct vmx_entry_rule *rule)
{
	static const char * const changing[] = {
		"control.event.", "control.nmi_window", "control.tpr_threshold.vtpr",
	};
	unsigned int i;

	if (!strcmp(rule->id, "guest.link_pointer.address"))
		return true;
	if (rule->section->instruction_error != VMXERR_ENTRY_INVALID_CONTROL_FIELD)
		return false;
	for (i = 0; i < ARRAY_SIZE(changing); i++) {
		if (!strncmp(rule->id, changing[i], strlen(changing[i])))
			return false;
	}
	return true;
}

#define ENOUGH_VIOLATIONS	8	/* the lasting ones come first */

static bool sure_to_be_refused(struct vmx_vcpu *v,
			       const struct vmx_entry_caps *caps)
{
	struct vmx_entry_violation found[ENOUGH_VIOLATIONS];
	struct vmcs_view view;
	int i, nr;

	vmcs_view_current(&view, v, caps);
	nr = vmx_entry_check(&view, found, ENOUGH_VIOLATIONS);
	for (i = 0; i < min(nr, ENOUGH_VIOLATIONS); i++) {
		if (lasts(found[i].rule))
			return true;
	}
	return false;
}

/* ---- access ---- */

/**
 * vmx_read_field() - read any field
 * @v: the vCPU
 * @field: encoding
 * @value: its value
 *
 * Return: 0, or -ENOENT if the CPU does not have the field.
 * Context: vCPU loaded, what it caches written back.
 */
int vmx_read_field(struct vmx_vcpu *v, u32 field, u64 *value)
{
	unsigned long read;

	vmcs_assert_current(v);
	if (vmread(field, &read) != VMX_SUCCEED)
		return -ENOENT;
	*value = read;
	return 0;
}

/* The vCPU's copies of fields, other than those that .cached says are good. */
static void read_copies(struct vmx_vcpu *v)
{
	v->cached &= BIT(VMX_CACHED_QUALIFICATION) | BIT(VMX_CACHED_INSN_LEN) |
		     BIT(VMX_CACHED_INTR_INFO);
	v->pin_controls = field_or_zero(PIN_BASED_VM_EXEC_CONTROL);
	v->proc_controls = field_or_zero(CPU_BASED_VM_EXEC_CONTROL);
	v->proc2_controls = field_or_zero(SECONDARY_VM_EXEC_CONTROL);
	v->entry_controls = field_or_zero(VM_ENTRY_CONTROLS);
	v->exception_bitmap = field_or_zero(EXCEPTION_BITMAP);
	v->cr0_shadow = field_or_zero(CR0_READ_SHADOW);
	v->cr4_shadow = field_or_zero(CR4_READ_SHADOW);
	v->tsc_offset = field_or_zero(TSC_OFFSET);
	v->tsc_multiplier = v->proc2_controls & SECONDARY_EXEC_TSC_SCALING ?
			    field_or_zero(TSC_MULTIPLIER) : VMX_TSC_UNSCALED;
	v->efer = field_or_zero(GUEST_IA32_EFER);
	v->dr7 = field_or_zero(GUEST_DR7);
}

static void restore(struct vmx_vcpu *v, const struct vmcs_value *fields,
		    unsigned int nr)
{
	while (nr--)
		vmcs_write_any(v, fields[nr].field, fields[nr].old);
}

/**
 * vmx_write_fields() - write fields, all of them or none
 * @v: the vCPU
 * @caps: what the CPU supports
 * @fields: what to write, in order
 * @nr: how many
 *
 * SDM: "Field Encoding in VMCS", "Checks on VMX Controls".
 *
 * Return: 0; what vmx_field_writable() says; -ENOENT for a field that the CPU
 * does not have; -EPERM if the host would not be safe after an entry and the
 * CPU would not refuse it.
 * Context: vCPU loaded, what it caches written back.
 */
int vmx_write_fields(struct vmx_vcpu *v, const struct vmx_entry_caps *caps,
		     struct vmcs_value *fields, unsigned int nr)
{
	unsigned int i;
	int r = 0;

	for (i = 0; i < nr; i++) {
		r = vmx_field_writable(fields[i].field, fields[i].value);
		if (!r)
			r = vmx_read_field(v, fields[i].field, &fields[i].old);
		if (r)
			break;
		vmcs_write_any(v, fields[i].field, fields[i].value);
	}
	if (!r && host_at_risk(v) && !sure_to_be_refused(v, caps))
		r = -EPERM;
	if (r)
		restore(v, fields, i);
	read_copies(v);
	return r;
}
