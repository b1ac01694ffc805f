// SPDX-License-Identifier: GPL-2.0
/*
 * An explanation as text, from plain data: what MINIVMX_EXPLAIN_ENTRY says is,
 * word for word, what minivmm says of a saved state.
 */
#ifdef __KERNEL__
#include <linux/kernel.h>
#include <linux/string.h>
#else
#include <stdarg.h>
#include <stdio.h>
#endif
#include <asm/vmx.h>

#include "explain_text.h"
#include "minivmx.h"
#include "vmx/entry_check.h"
#include "vmx/error.h"

/* length counts what did not fit, too. */
struct text {
	char *start;
	size_t size;
	size_t length;
};

static char *rest(const struct text *text, size_t *size)
{
	size_t used = text->length < text->size ? text->length : text->size;

	*size = text->size - used;
	return *size ? text->start + used : NULL;
}

static __printf(2, 3)
void append(struct text *text, const char *format, ...)
{
	va_list arguments;
	size_t size;
	char *end = rest(text, &size);

	va_start(arguments, format);
	text->length += vsnprintf(end, size, format, arguments);
	va_end(arguments);
}

static void append_violation(struct text *text,
			     const struct vmx_entry_violation *violation)
{
	size_t size;
	char *end = rest(text, &size);

	text->length += vmx_entry_violation_print(violation, end, size);
}

static void append_refused_entry(struct text *text,
				 const struct minivmx_explanation *e)
{
	append(text, "VM-entry failure: exit reason 0x%x, %s: %s; exit qualification 0x%llx\n",
	       e->exit_reason, e->number_name, e->number_meaning,
	       e->exit_qualification);
	switch (e->exit_reason & 0xffff) {
	case EXIT_REASON_MSR_LOAD_FAIL:
		append(text, "Entry %u of the VM-entry MSR-load area could not be loaded: MSR 0x%x = 0x%llx\n",
		       e->msr_load_entry, e->msr_load_msr, e->msr_load_value);
		break;
	case EXIT_REASON_MCE_DURING_VMENTRY:
		append(text, "The hardware reported an error, to be found in the host's log: the vCPU's state is not to blame\n");
		break;
	}
}

static void append_outcome(struct text *text, const struct minivmx_explanation *e)
{
	switch (e->outcome) {
	case MINIVMX_ENTRY_SUCCEEDED:
		append(text, "The last entry succeeded; exit reason %u, %s: %s\n",
		       e->exit_reason & 0xffff, e->number_name, e->number_meaning);
		break;
	case MINIVMX_ENTRY_REFUSED:
		append_refused_entry(text, e);
		break;
	case MINIVMX_ENTRY_FAIL_VALID:
		append(text, "VMfailValid: VM-instruction error %u, %s: %s\n",
		       e->instruction_error, e->number_name, e->number_meaning);
		break;
	case MINIVMX_ENTRY_FAIL_INVALID:
		append(text, "VMfailInvalid: no VMCS was current\n");
		break;
	case MINIVMX_ENTRY_FAULT:
		append(text, "VMLAUNCH or VMRESUME faulted: VMX is off\n");
		break;
	}
}

/* Those that leave a refusal. */
static const char *ioctl_name(__u32 request)
{
	switch (request) {
	case KVM_SET_SREGS:
		return "KVM_SET_SREGS";
	case KVM_SET_SREGS2:
		return "KVM_SET_SREGS2";
	case KVM_SET_XCRS:
		return "KVM_SET_XCRS";
	case KVM_SET_DEBUGREGS:
		return "KVM_SET_DEBUGREGS";
	case KVM_SET_VCPU_EVENTS:
		return "KVM_SET_VCPU_EVENTS";
	case KVM_SET_MSRS:
		return "KVM_SET_MSRS";
	case KVM_SET_TSC_KHZ:
		return "KVM_SET_TSC_KHZ";
	default:
		return "an ioctl";
	}
}

static void append_refusal(struct text *text, const struct minivmx_refusal *r)
{
	if (!r->request)
		return;
	append(text, "The last refusal: %s (0x%x), %s", ioctl_name(r->request),
	       r->request, r->what);
	if (r->request == KVM_SET_MSRS)
		append(text, " (MSR 0x%x)", r->index);
	append(text, " = 0x%llx: %s", r->value, r->reason);
	if (r->bits)
		append(text, "; its wrong bits are 0x%llx", r->bits);
	append(text, "\n");
}

static void copy_string(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

/**
 * explain_name_number() - name what the CPU gave as the outcome of an entry
 * @e: the explanation; number_name and number_meaning are set from its
 *     instruction_error or exit_reason
 *
 * Context: any.
 */
void explain_name_number(struct minivmx_explanation *e)
{
	const struct vmx_meaning *meaning = NULL;

	switch (e->outcome) {
	case MINIVMX_ENTRY_SUCCEEDED:
	case MINIVMX_ENTRY_REFUSED:
		meaning = vmx_exit_reason_meaning(e->exit_reason);
		break;
	case MINIVMX_ENTRY_FAIL_VALID:
		meaning = vmx_instruction_error_meaning(e->instruction_error);
		break;
	}
	copy_string(e->number_name, sizeof(e->number_name),
		    meaning ? meaning->name : "");
	copy_string(e->number_meaning, sizeof(e->number_meaning),
		    meaning ? meaning->meaning : "");
}

/**
 * explain_print() - an explanation as text
 * @e: the explanation; nr_violations is the number found
 * @found: the violations, at most EXPLAIN_MAX_VIOLATIONS of which are printed
 * @text: where to put the text, which ends with 0
 * @size: size of @text in bytes; 0 allows @text to be NULL
 *
 * Return: the length of the whole text without the final 0, as snprintf() does.
 * Context: any.
 */
size_t explain_print(const struct minivmx_explanation *e,
		     const struct vmx_entry_violation *found,
		     char *text, size_t size)
{
	struct text t = { text, size, 0 };
	__u32 i;

	append_outcome(&t, e);
	if (e->nr_violations == 1)
		append(&t, "1 check of VM entry is violated\n");
	else
		append(&t, "%u checks of VM entry are violated\n", e->nr_violations);
	for (i = 0; i < e->nr_violations && i < EXPLAIN_MAX_VIOLATIONS; i++)
		append_violation(&t, &found[i]);
	append_refusal(&t, &e->refusal);
	return t.length;
}
