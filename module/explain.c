// SPDX-License-Identifier: GPL-2.0
/*
 * MINIVMX_EXPLAIN_ENTRY and MINIVMX_CHECK_ENTRY.
 *
 * Nothing here runs unless somebody asks: what an entry leaves behind when it
 * fails is in struct vmx_exit and in the VMCS.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "explain.h"
#include "explain_text.h"
#include "minivmx.h"
#include "vcpu.h"
#include "vmx/enter.h"
#include "vmx/entry_check.h"
#include "vmx/entry_check_cpu.h"
#include "vmx/event.h"
#include "vmx/field_names.h"
#include "vmx/guest.h"

#define MAX_TEXT		SZ_64K

/* The sizes in the first version of the API, which every caller has. */
#define EXPLANATION_SIZE_VER0	768
#define VIOLATION_SIZE_VER0	1232

static_assert(sizeof(struct minivmx_explanation) >= EXPLANATION_SIZE_VER0);
static_assert(sizeof(struct minivmx_violation) >= VIOLATION_SIZE_VER0);

struct vmx_entry_caps explain_entry_caps __ro_after_init;

/**
 * explain_init() - read what the checks need to know of the CPU
 *
 * Context: module load, VMX capabilities are known to suffice.
 */
void __init explain_init(void)
{
	vmx_entry_caps_read(&explain_entry_caps);
}

/**
 * explain_refusal() - remember why an ioctl refuses what it was given
 * @vcpu: the vCPU
 * @request: the ioctl
 * @what: constant string: the member or register that is wrong
 * @value: its value
 * @reason: constant string: one sentence
 *
 * Context: vcpu->mutex held.
 * Return: -EINVAL, what such an ioctl returns.
 */
int explain_refusal(struct vcpu *vcpu, u32 request, const char *what, u64 value,
		    const char *reason)
{
	return explain_refused_bits(vcpu, request, what, value, 0, reason);
}

/**
 * explain_refused_bits() - as explain_refusal(), for certain bits of a value
 * @vcpu: the vCPU
 * @request: the ioctl
 * @what: constant string: the member or register that is wrong
 * @value: its value
 * @bits: those of @value that are wrong
 * @reason: constant string: one sentence
 *
 * Context: vcpu->mutex held.
 * Return: -EINVAL, what such an ioctl returns.
 */
int explain_refused_bits(struct vcpu *vcpu, u32 request, const char *what,
			 u64 value, u64 bits, const char *reason)
{
	lockdep_assert_held(&vcpu->mutex);

	vcpu->refusal = (struct refusal) {
		.request = request,
		.value = value,
		.bits = bits,
		.what = what,
		.reason = reason,
	};
	return -EINVAL;
}

/* ---- structures that grow ---- */

/**
 * explain_copy_sized() - copy a structure that grows from the VMM
 * @to: the structure, whose first member is a u32 with its size
 * @size: its size as the module knows it
 * @first_size: its size in the first version of the API
 * @argp: where it is in the VMM; what the VMM does not know becomes 0
 *
 * Context: may sleep.
 * Return: 0; -EFAULT; -EINVAL for one that is too small; -E2BIG for one that
 * has more than the module knows.
 */
int explain_copy_sized(void *to, size_t size, size_t first_size,
		       const void __user *argp)
{
	u32 user_size;

	if (get_user(user_size, (const u32 __user *)argp))
		return -EFAULT;
	if (user_size < first_size)
		return -EINVAL;
	if (user_size > PAGE_SIZE)
		return -E2BIG;
	return copy_struct_from_user(to, size, argp, user_size);
}

/**
 * explain_return_sized() - give the VMM what it knows of a structure that grows
 * @argp: where it is in the VMM
 * @user_size: its size as the VMM knows it, or that of an element of its array
 * @from: the structure
 * @size: its size as the module knows it
 *
 * Context: may sleep.
 * Return: 0 or -EFAULT.
 */
int explain_return_sized(void __user *argp, u32 user_size, const void *from,
			 size_t size)
{
	size_t known = min_t(size_t, user_size, size);

	return copy_to_user(argp, from, known) ? -EFAULT : 0;
}

/* ---- explanations ---- */

/* What one call works with; too much for the stack. */
struct explanation {
	struct minivmx_explanation arg;
	struct minivmx_violation violation;
	struct vmx_entry_violation found[EXPLAIN_MAX_VIOLATIONS];
	char *text;
	u32 text_room;
	u32 text_length;
};

static void read_msr_load_entry(const struct vmcs_view *view,
				struct minivmx_explanation *arg)
{
	struct vmx_msr_entry entry;

	if ((u16)arg->exit_reason != EXIT_REASON_MSR_LOAD_FAIL)
		return;
	arg->msr_load_entry = arg->exit_qualification;
	if (vmx_entry_msr_load_entry(view, arg->msr_load_entry, &entry))
		return;
	arg->msr_load_msr = entry.index;
	arg->msr_load_value = entry.value;
}

/* The checks read the VMCS, which must be as VMLAUNCH would find it. */
static void find_violations(struct vcpu *vcpu, struct explanation *e)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	struct vmcs_view view;

	vmx_vcpu_load(v);
	vmx_events_deliver(v);
	vmx_write_entry_state(v);
	vmcs_view_current(&view, v, &explain_entry_caps);
	e->arg.nr_violations = vmx_entry_check(&view, e->found,
					       EXPLAIN_MAX_VIOLATIONS);
	if (e->arg.outcome == MINIVMX_ENTRY_REFUSED) {
		e->arg.exit_qualification = vmx_qualification(v);
		read_msr_load_entry(&view, &e->arg);
	}
	vmx_vcpu_put(v);
}

static u32 outcome_for_user(enum vmx_entry_outcome outcome)
{
	switch (outcome) {
	case VMX_ENTRY_EXITED:
		return MINIVMX_ENTRY_SUCCEEDED;
	case VMX_ENTRY_REFUSED:
		return MINIVMX_ENTRY_REFUSED;
	case VMX_ENTRY_FAIL_VALID:
		return MINIVMX_ENTRY_FAIL_VALID;
	case VMX_ENTRY_FAIL_INVALID:
		return MINIVMX_ENTRY_FAIL_INVALID;
	case VMX_ENTRY_FAULT:
		return MINIVMX_ENTRY_FAULT;
	default:
		return MINIVMX_ENTRY_NONE;
	}
}

static void fill_outcome(const struct vmx_vcpu *v,
			 struct minivmx_explanation *arg)
{
	enum vmx_entry_outcome outcome = vmx_entry_outcome(v);
	const struct vmx_exit *exit = &v->exit;

	arg->outcome = outcome_for_user(outcome);
	switch (outcome) {
	case VMX_ENTRY_EXITED:
	case VMX_ENTRY_REFUSED:
		arg->exit_reason = exit->reason;
		break;
	case VMX_ENTRY_FAIL_VALID:
		arg->instruction_error = exit->insn_error;
		break;
	default:
		break;
	}
	explain_name_number(arg);
}

static void fill_refusal(const struct refusal *refusal,
			 struct minivmx_refusal *arg)
{
	if (!refusal->request)
		return;
	arg->request = refusal->request;
	arg->index = refusal->index;
	arg->value = refusal->value;
	arg->bits = refusal->bits;
	strscpy(arg->what, refusal->what, MINIVMX_NAME_SIZE);
	strscpy(arg->reason, refusal->reason, MINIVMX_TEXT_SIZE);
}

/**
 * explain_fill_field() - name a field
 * @to: what the VMM gets, zeroed
 * @encoding: the field's encoding
 * @value: the field's value
 *
 * Context: any.
 */
void explain_fill_field(struct minivmx_vmcs_field *to, u32 encoding, u64 value)
{
	const struct vmcs_field_name *name = vmcs_field_by_encoding(encoding);

	to->encoding = encoding;
	to->value = value;
	if (name)
		strscpy(to->name, name->name, sizeof(to->name));
}

static void violation_to_user(const struct vmx_entry_violation *from,
			      struct minivmx_violation *to)
{
	const struct vmx_entry_rule *rule = from->rule;
	u32 i;

	BUILD_BUG_ON(MINIVMX_RULE_FIELDS != VMX_ENTRY_RULE_FIELDS);
	memset(to, 0, sizeof(*to));
	strscpy(to->id, rule->id, sizeof(to->id));
	strscpy(to->section, rule->section->name, sizeof(to->section));
	strscpy(to->rule, rule->rule, sizeof(to->rule));
	strscpy(to->remedy, rule->remedy, sizeof(to->remedy));
	to->nr_fields = rule->nr_fields;
	for (i = 0; i < rule->nr_fields; i++)
		explain_fill_field(&to->fields[i], rule->fields[i], from->values[i]);
	if (from->item)
		strscpy(to->item, from->item, sizeof(to->item));
	to->item_number = from->item_number;
	to->item_value = from->item_value;
}

static int copy_violations(struct explanation *e, u32 room, u32 step)
{
	void __user *array = u64_to_user_ptr(e->arg.violations);
	u32 nr = min3(e->arg.nr_violations, room, (u32)EXPLAIN_MAX_VIOLATIONS);
	u32 i;

	if (!array)
		return 0;
	for (i = 0; i < nr; i++) {
		violation_to_user(&e->found[i], &e->violation);
		if (explain_return_sized(array + (u64)i * step, step,
					 &e->violation, sizeof(e->violation)))
			return -EFAULT;
	}
	return 0;
}

/* A text that did not fit is cut, and text_size says how much it needs. */
static int copy_text(struct explanation *e)
{
	void __user *text = u64_to_user_ptr(e->arg.text);
	u32 kept;

	e->arg.text_size = explain_print(&e->arg, e->found, e->text,
					 e->text_room) + 1;
	kept = min(e->arg.text_size, e->text_room);
	if (text && kept && copy_to_user(text, e->text, kept))
		return -EFAULT;
	return 0;
}

static int are_valid_arguments(const struct minivmx_explanation *arg)
{
	if (arg->reserved2 || memchr_inv(arg->reserved, 0, sizeof(arg->reserved)))
		return -EINVAL;
	if (arg->violations && (arg->violation_size < VIOLATION_SIZE_VER0 ||
				arg->violation_size > PAGE_SIZE))
		return -EINVAL;
	return 0;
}

static int explain_to_user(struct vcpu *vcpu, bool last_entry,
			   struct explanation *e, void __user *argp)
{
	u32 room = e->arg.nr_violations;
	u32 user_size = e->arg.size;
	int r;

	/* What is output only must not come back as the caller left it. */
	memset_after(&e->arg, 0, text);
	if (last_entry)
		fill_outcome(&vcpu->vmx, &e->arg);
	find_violations(vcpu, e);
	fill_refusal(&vcpu->refusal, &e->arg.refusal);
	r = copy_violations(e, room, e->arg.violation_size);
	if (!r)
		r = copy_text(e);
	if (r)
		return r;
	e->arg.size = sizeof(e->arg);
	return explain_return_sized(argp, user_size, &e->arg, sizeof(e->arg));
}

static long explain(struct vcpu *vcpu, bool last_entry, void __user *argp)
{
	struct explanation *e;
	long r;

	e = kvzalloc(sizeof(*e), GFP_KERNEL_ACCOUNT);
	if (!e)
		return -ENOMEM;
	r = explain_copy_sized(&e->arg, sizeof(e->arg), EXPLANATION_SIZE_VER0, argp);
	if (!r)
		r = are_valid_arguments(&e->arg);
	if (r)
		goto out;

	if (e->arg.text)
		e->text_room = min_t(u32, e->arg.text_size, MAX_TEXT);
	r = -ENOMEM;
	e->text = kvmalloc(max(e->text_room, 1u), GFP_KERNEL_ACCOUNT);
	if (e->text)
		r = explain_to_user(vcpu, last_entry, e, argp);
out:
	kvfree(e->text);
	kvfree(e);
	return r;
}

/**
 * explain_ioctl() - MiniVMX's own ioctls of a vCPU file
 * @vcpu: the vCPU
 * @cmd: MINIVMX_*
 * @argp: its argument, in the VMM
 *
 * Context: vcpu->mutex held; may sleep.
 * Return: what uapi/minivmx.h says of @cmd; -ENOTTY for one that is not known.
 */
long explain_ioctl(struct vcpu *vcpu, unsigned int cmd, void __user *argp)
{
	switch (cmd) {
	case MINIVMX_EXPLAIN_ENTRY:
		return explain(vcpu, true, argp);
	case MINIVMX_CHECK_ENTRY:
		return explain(vcpu, false, argp);
	case MINIVMX_READ_VMCS:
		return vmcs_ioctl_read(vcpu, argp);
	case MINIVMX_WRITE_VMCS:
		return vmcs_ioctl_write(vcpu, argp);
	case MINIVMX_READ_ENTRY_INPUTS:
		return entry_inputs_ioctl_read(vcpu, argp);
	default:
		return -ENOTTY;
	}
}
