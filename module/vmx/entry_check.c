// SPDX-License-Identifier: GPL-2.0
/*
 * The run of all checks, and the table of rules. One row of
 * entry_check_rules_*.h is one rule; the entry_check_*.c files test them, area
 * by area, in the SDM's order.
 */
#ifdef __KERNEL__
#include <linux/kernel.h>
#else
#include <stdarg.h>
#include <stdio.h>
#endif

#include "entry_check_internal.h"
#include "field_names.h"

enum section_id {
	SECTION_EXECUTION_CONTROLS,
	SECTION_EXIT_CONTROLS,
	SECTION_ENTRY_CONTROLS,
	SECTION_HOST_REGISTERS,
	SECTION_HOST_SEGMENTS,
	SECTION_ADDRESS_SPACE,
	SECTION_GUEST_REGISTERS,
	SECTION_GUEST_SEGMENTS,
	SECTION_GUEST_TABLES,
	SECTION_GUEST_RIP,
	SECTION_GUEST_NON_REGISTER,
	SECTION_NMI_BLOCKED,
	SECTION_LINK_POINTER,
	SECTION_GUEST_PDPTES,
	SECTION_LOADING_MSRS,
};

#define CONTROL_SECTION(title) { title, VMXERR_ENTRY_INVALID_CONTROL_FIELD, 0, 0 }
#define HOST_SECTION(title) { title, VMXERR_ENTRY_INVALID_HOST_STATE_FIELD, 0, 0 }
#define GUEST_SECTION(title, qualification) \
	{ title, 0, EXIT_REASON_INVALID_STATE, qualification }

static const struct vmx_entry_section sections[] = {
	[SECTION_EXECUTION_CONTROLS] = CONTROL_SECTION("VM-Execution Control Fields"),
	[SECTION_EXIT_CONTROLS] = CONTROL_SECTION("VM-Exit Control Fields"),
	[SECTION_ENTRY_CONTROLS] = CONTROL_SECTION("VM-Entry Control Fields"),
	[SECTION_HOST_REGISTERS] =
		HOST_SECTION("Checks on Host Control Registers, MSRs, and SSP"),
	[SECTION_HOST_SEGMENTS] =
		HOST_SECTION("Checks on Host Segment and Descriptor-Table Registers"),
	[SECTION_ADDRESS_SPACE] = HOST_SECTION("Checks Related to Address-Space Size"),
	[SECTION_GUEST_REGISTERS] =
		GUEST_SECTION("Checks on Guest Control Registers, Debug Registers, and MSRs",
			      ENTRY_FAIL_DEFAULT),
	[SECTION_GUEST_SEGMENTS] =
		GUEST_SECTION("Checks on Guest Segment Registers", ENTRY_FAIL_DEFAULT),
	[SECTION_GUEST_TABLES] =
		GUEST_SECTION("Checks on Guest Descriptor-Table Registers", ENTRY_FAIL_DEFAULT),
	[SECTION_GUEST_RIP] =
		GUEST_SECTION("Checks on Guest RIP, RFLAGS, and SSP", ENTRY_FAIL_DEFAULT),
	[SECTION_GUEST_NON_REGISTER] =
		GUEST_SECTION("Checks on Guest Non-Register State", ENTRY_FAIL_DEFAULT),
	[SECTION_NMI_BLOCKED] =
		GUEST_SECTION("Checks on Guest Non-Register State", ENTRY_FAIL_NMI),
	[SECTION_LINK_POINTER] =
		GUEST_SECTION("Checks on Guest Non-Register State", ENTRY_FAIL_VMCS_LINK_PTR),
	[SECTION_GUEST_PDPTES] =
		GUEST_SECTION("Checks on Guest Page-Directory-Pointer-Table Entries",
			      ENTRY_FAIL_PDPTE),
	/* The qualification is the number of the entry in the area */
	[SECTION_LOADING_MSRS] = { "Loading MSRs", 0, EXIT_REASON_MSR_LOAD_FAIL, 0 },
};

static const struct vmx_entry_rule rules[NR_ENTRY_RULES] = {
#define ENTRY_RULE(symbol, name, area, text, cure, ...)			\
	[RULE_##symbol] = {						\
		.id = name,						\
		.section = &sections[SECTION_##area],			\
		.rule = text,						\
		.remedy = cure,						\
		.nr_fields = sizeof((u32[]){ __VA_ARGS__ }) / sizeof(u32), \
		.fields = { __VA_ARGS__ },				\
	},
#include "entry_check_rules.h"
#undef ENTRY_RULE
};

/**
 * vmx_entry_rule_at() - walk over all rules
 * @index: 0 for the first rule, in the SDM's order
 *
 * Return: the rule, or NULL behind the last one.
 * Context: any.
 */
const struct vmx_entry_rule *vmx_entry_rule_at(unsigned int index)
{
	return index < NR_ENTRY_RULES ? &rules[index] : NULL;
}

/* Report @rule if it was not @kept; @item names what no VMCS field shows. */
void entry_require_item(struct entry_check *c, bool kept,
			enum entry_rule_id rule, const char *item, u32 number,
			u64 value)
{
	struct vmx_entry_violation *v;
	unsigned int i;

	if (kept)
		return;
	if (c->found++ >= c->max)
		return;

	v = &c->out[c->found - 1];
	v->rule = &rules[rule];
	for (i = 0; i < VMX_ENTRY_RULE_FIELDS; i++)
		v->values[i] = i < v->rule->nr_fields ?
			       entry_field(c, v->rule->fields[i]) : 0;
	v->item = item;
	v->item_number = number;
	v->item_value = value;
}

void entry_require(struct entry_check *c, bool kept, enum entry_rule_id rule)
{
	entry_require_item(c, kept, rule, NULL, 0, 0);
}

/* Every bit of @size bytes at @address is within the physical-address width. */
bool entry_address_fits(const struct entry_check *c, u64 address, u64 size)
{
	unsigned int bits = c->caps->phys_bits;
	u64 last = address + size - 1;

	if (c->caps->basic & BIT_ULL(48))
		bits = 32;
	return last >= address && !(address >> bits) && !(last >> bits);
}

/* @alignment is a power of 2. */
bool entry_address_valid(const struct entry_check *c, u64 address, u64 alignment)
{
	return !(address & (alignment - 1)) && entry_address_fits(c, address, 1);
}

bool entry_cr3_valid(const struct entry_check *c, u64 cr3)
{
	if (c->caps->lam)
		cr3 &= ~(BIT_ULL(61) | BIT_ULL(62));
	return !(cr3 >> c->caps->phys_bits);
}

/* Bits 63 to @bits - 1 of @address are equal. */
bool entry_canonical(u64 address, unsigned int bits)
{
	unsigned int shift = 64 - bits;

	return (u64)((s64)(address << shift) >> shift) == address;
}

/* Memory types of IA32_PAT: UC, WC, WT, WP, WB, UC-. */
bool entry_pat_valid(u64 pat)
{
	unsigned int i;

	for (i = 0; i < 8; i++, pat >>= 8) {
		u8 type = pat & 0xff;

		if (type > 7 || type == 2 || type == 3)
			return false;
	}
	return true;
}

/* SUPPRESS and TRACKER exclude each other, bits 9:6 are reserved. */
bool entry_s_cet_valid(u64 s_cet)
{
	return !(s_cet & GENMASK_ULL(9, 6)) &&
	       (s_cet & GENMASK_ULL(11, 10)) != GENMASK_ULL(11, 10);
}

static u32 supported_controls(u32 controls, u64 allowed)
{
	return controls & (u32)(allowed >> 32);
}

static void read_controls(struct entry_check *c)
{
	const struct vmx_entry_caps *caps = c->caps;
	u32 event = entry_field(c, VM_ENTRY_INTR_INFO_FIELD);

	c->pin = supported_controls(entry_field(c, PIN_BASED_VM_EXEC_CONTROL),
				    caps->pin_based);
	c->proc = supported_controls(entry_field(c, CPU_BASED_VM_EXEC_CONTROL),
				     caps->proc_based);
	if (c->proc & CPU_BASED_ACTIVATE_SECONDARY_CONTROLS)
		c->proc2 = supported_controls(entry_field(c, SECONDARY_VM_EXEC_CONTROL),
					      caps->proc_based2);
	if (c->proc & CPU_BASED_ACTIVATE_TERTIARY_CONTROLS)
		c->proc3 = entry_field(c, TERTIARY_VM_EXEC_CONTROL) & caps->proc_based3;
	c->exit = supported_controls(entry_field(c, VM_EXIT_CONTROLS), caps->exit);
	c->entry = supported_controls(entry_field(c, VM_ENTRY_CONTROLS), caps->entry);

	c->ia32e = c->entry & VM_ENTRY_IA32E_MODE;
	c->unrestricted = c->proc2 & SECONDARY_EXEC_UNRESTRICTED_GUEST;
	c->vm86 = entry_field(c, GUEST_RFLAGS) & X86_EFLAGS_VM;
	c->event = event & INTR_INFO_VALID_MASK ? event : 0;
}

/**
 * vmx_entry_check() - find every check of VM entry that a VMCS violates
 * @view: the VMCS and what the processor supports
 * @out: where to put the violations, in the SDM's order
 * @max: how many @out has room for; 0 allows @out to be NULL
 *
 * All areas are checked, although a processor stops at the first violation,
 * and may check controls and host state in any order. What SMM, enclaves, FRED,
 * HLAT and the PASID translation add is not checked: MiniVMX uses none of it.
 *
 * SDM: the sections "Checks on VMX Controls and Host-State Area", "Checking and
 * Loading Guest State" and "Loading MSRs" of the chapter "VM Entries".
 *
 * Return: the number of violations, which may exceed @max; 0 if VM entry will
 * succeed as far as the SDM determines that.
 * Context: that of @view's callbacks; VMREAD needs the VMCS to be current.
 */
int vmx_entry_check(const struct vmcs_view *view,
		    struct vmx_entry_violation *out, unsigned int max)
{
	struct entry_check c = {
		.view = view,
		.caps = view->caps,
		.out = out,
		.max = max,
	};

	read_controls(&c);
	entry_check_execution_controls(&c);
	entry_check_exit_controls(&c);
	entry_check_entry_controls(&c);
	entry_check_host_state(&c);
	entry_check_guest_registers(&c);
	entry_check_guest_segments(&c);
	entry_check_guest_tables(&c);
	entry_check_guest_rip(&c);
	entry_check_guest_non_register(&c);
	entry_check_guest_pdptes(&c);
	entry_check_msr_load(&c);
	return c.found;
}

/* A text that grows; length counts what did not fit, too. */
struct text {
	char *start;
	size_t size;
	size_t length;
};

static __printf(2, 3)
void append(struct text *text, const char *format, ...)
{
	size_t used = text->length < text->size ? text->length : text->size;
	va_list arguments;

	va_start(arguments, format);
	text->length += vsnprintf(text->size ? text->start + used : NULL,
				  text->size - used, format, arguments);
	va_end(arguments);
}

/**
 * vmx_entry_violation_print() - explain a violation in a few lines of text
 * @violation: as vmx_entry_check() found it
 * @text: where to put the text, terminated by 0
 * @size: size of @text in bytes; 0 allows @text to be NULL
 *
 * Return: the length of the whole text without the final 0, as snprintf() does.
 * Context: any.
 */
int vmx_entry_violation_print(const struct vmx_entry_violation *violation,
			      char *text, size_t size)
{
	const struct vmx_entry_rule *rule = violation->rule;
	struct text t = { text, size, 0 };
	unsigned int i;

	append(&t, "%s: %s\n  SDM: %s\n", rule->id, rule->rule, rule->section->name);
	for (i = 0; i < rule->nr_fields; i++)
		append(&t, "  %s = 0x%llx\n", vmcs_field_by_encoding(rule->fields[i])->name,
		       (unsigned long long)violation->values[i]);
	if (violation->item && violation->item_number)
		append(&t, "  %s %u = 0x%llx\n", violation->item, violation->item_number,
		       (unsigned long long)violation->item_value);
	else if (violation->item)
		append(&t, "  %s = 0x%llx\n", violation->item,
		       (unsigned long long)violation->item_value);
	append(&t, "  %s\n", rule->remedy);
	return t.length;
}
