// SPDX-License-Identifier: GPL-2.0
/*
 * Random states of a VMCS of our own: what no vCPU can be brought to, host state,
 * every control and address, events, MSR areas and PDPTEs. The CPU enters exactly
 * if no check is violated, and otherwise gives the number of a violation.
 *
 * A state that might be entered must leave the host as it was, so that what the
 * CPU would lend or give back wrongly is only tried where it must say VMfail.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/msr.h>

#include "bochs_differs.h"
#include "entry_check_internal.h"
#include "entry_vmcs.h"
#include "field_names.h"
#include "root_test.h"
#include "vmx_state.h"

#define MAX_FOUND	16
#define MAX_CHANGES	4
#define AREA_ENTRIES	2
#define COUNT_THAT_WRAPS	BIT(28)	/* times 16, in Bochs */

static struct root_test *t;
static struct entry_vmcs *e;
static struct vmx_entry_violation found[MAX_FOUND];
static unsigned int nr_found;
static u64 random_state;
static u32 changed[MAX_CHANGES + 2];
static unsigned int nr_changed, nr_fields;
static u64 pin, exit_controls;		/* as the host needs them */
static DECLARE_BITMAP(violated, NR_ENTRY_RULES);
static struct {
	unsigned int entered, refused, alone, known, events, areas, not_tried;
} counts;

/* xorshift64* */
static u64 random64(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545f4914f6cdd1dull;
}

static u64 random_value(u64 old)
{
	switch (random64() % 6) {
	case 0:
		return random64();
	case 1:
	case 2:
		return old ^ BIT_ULL(random64() % 64);
	case 3:
	case 4:
		return old ^ BIT_ULL(random64() % 32);
	default:
		return random64() % 2 ? 0 : ~0ull;
	}
}

static u64 fit_width(u32 field, u64 value)
{
	switch (vmcs_field_width(field)) {
	case VMCS_FIELD_16:
		return (u16)value;
	case VMCS_FIELD_32:
		return (u32)value;
	default:
		return value;
	}
}

/* ---- a state ---- */

static void set_field(u32 field, u64 value)
{
	e->model.fields[field] = fit_width(field, value);
	changed[nr_changed++] = field;
}

static void change_fields(void)
{
	unsigned int i, changes = random64() % (MAX_CHANGES + 1);
	u32 field;

	while (changes--) {
		i = random64() % nr_fields;
		field = vmcs_field_at(i)->encoding;
		if (e->exists[i] && vmcs_field_type(field) != VMCS_FIELD_READ_ONLY)
			set_field(field, random_value(e->model.fields[field]));
	}
}

static void choose_event(void)
{
	u64 random = random64();

	/* A vector, a type, mostly valid, rarely with something in between. */
	set_field(VM_ENTRY_INTR_INFO_FIELD,
		  (random & 0x1f) | (random >> 8 & 7) << 8 | (random >> 11 & 1) << 11 |
		  (random >> 12 & 15 ? 0 : random & 0x7ffff000) | INTR_INFO_VALID_MASK);
	set_field(VM_ENTRY_EXCEPTION_ERROR_CODE, random >> 40 & 3 ? 0 : random >> 42);
	e->model.fields[VM_ENTRY_INSTRUCTION_LEN] = random >> 32 & 15;
	counts.events++;
}

/* MSRs whose loading does no harm, or that cannot be loaded. */
static void choose_msrs(void)
{
	static const u32 msrs[] = {
		MSR_LSTAR, MSR_CSTAR, MSR_IA32_CR_PAT, MSR_KERNEL_GS_BASE, MSR_FS_BASE,
		0x808, MSR_IA32_SMM_MONITOR_CTL, MSR_IA32_UCODE_WRITE,
	};
	struct vmx_msr_entry *area = (void *)&e->model.memory[MODEL_MSR_AREA - MODEL_MEMORY];
	unsigned int i;
	u64 value;

	for (i = 0; i < AREA_ENTRIES; i++) {
		area[i].index = msrs[random64() % ARRAY_SIZE(msrs)];
		area[i].reserved = random64() % 16 ? 0 : 1;
		if (rdmsrl_safe(area[i].index, &value))
			value = 1;
		area[i].value = random64() % 3 ? value | 1 : value ^ BIT_ULL(random64() % 64);
		if (area[i].index == MSR_IA32_CR_PAT)
			area[i].value = random64() % 2 ? value : value ^ 2;
	}
	set_field(VM_ENTRY_MSR_LOAD_COUNT, AREA_ENTRIES);
	set_field(VM_ENTRY_MSR_LOAD_ADDR, MODEL_MSR_AREA);
	counts.areas++;
}

/* Of the modes, all that an IA-32e mode host with secondary controls can have. */
static bool make_state(void)
{
	struct entry_case valid = { .mode = random64() % MODEL_MODES };
	u64 *pdpte;

	if (valid.mode == HOST32 || valid.mode == FIRST_PROCESSOR ||
	    !entry_vmcs_set(e, &valid))
		return false;
	pin = e->model.fields[PIN_BASED_VM_EXEC_CONTROL];
	exit_controls = e->model.fields[VM_EXIT_CONTROLS];
	nr_changed = 0;
	change_fields();
	switch (random64() % 6) {
	case 0:
		choose_event();
		break;
	case 1:
		choose_msrs();
		break;
	case 2:
		pdpte = (u64 *)&e->model.memory[MODEL_PDPT - MODEL_MEMORY];
		pdpte[random64() % 4] = random_value(0);
		break;
	}
	/* The emulator ends with NW and no CD. */
	if (e->model.fields[GUEST_CR0] & X86_CR0_NW)
		e->model.fields[GUEST_CR0] |= X86_CR0_CD;
	return entry_vmcs_write(e);
}

/* ---- may it be entered? ---- */

/* How many of the violations found[] has. */
static unsigned int listed(void)
{
	return min_t(unsigned int, nr_found, MAX_FOUND);
}

static bool is_disputed(const struct vmx_entry_rule *rule)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(differing); i++)
		if (!strcmp(differing[i], rule->id))
			return true;
	return false;
}

static bool must_be_vmfail(void)
{
	unsigned int i;

	for (i = 0; i < listed(); i++)
		if (found[i].rule->section->instruction_error &&
		    !is_disputed(found[i].rule))
			return true;
	return false;
}

/* Addresses of what the CPU would use in the guest, and the host's own state. */
static bool is_delicate(u32 field)
{
	switch (vmcs_field_type(field)) {
	case VMCS_FIELD_HOST:
		return true;
	case VMCS_FIELD_CONTROL:
		return vmcs_field_width(field) == VMCS_FIELD_64 &&
		       field != TSC_OFFSET && field != VM_ENTRY_MSR_LOAD_ADDR;
	default:
		return false;
	}
}

/* Outside of VMfail, host state and the MSRs of VM exit are loaded in any case. */
static bool may_try(void)
{
	const u64 *f = e->model.fields;
	unsigned int i;

	if (must_be_vmfail())
		return true;
	if (f[PIN_BASED_VM_EXEC_CONTROL] != pin || f[VM_EXIT_CONTROLS] != exit_controls ||
	    f[VM_EXIT_MSR_STORE_COUNT] || f[VM_EXIT_MSR_LOAD_COUNT] ||
	    f[VMX_PREEMPTION_TIMER_VALUE] || f[GUEST_ACTIVITY_STATE] > GUEST_ACTIVITY_HLT)
		return false;
	if (f[VM_ENTRY_MSR_LOAD_COUNT] &&
	    (f[VM_ENTRY_MSR_LOAD_COUNT] > AREA_ENTRIES ||
	     f[VM_ENTRY_MSR_LOAD_ADDR] != MODEL_MSR_AREA))
		return false;
	/* Without EPT the delivery of an event finds the host's memory. */
	if ((f[VM_ENTRY_INTR_INFO_FIELD] & INTR_INFO_VALID_MASK) &&
	    !(f[SECONDARY_VM_EXEC_CONTROL] & SECONDARY_EXEC_ENABLE_EPT))
		return false;
	for (i = 0; i < nr_changed; i++)
		if (is_delicate(changed[i]))
			return false;
	return true;
}

/* ---- what the CPU says ---- */

static u64 read_number(u32 field)
{
	unsigned long value = 0;

	read_field(field, &value);
	return value;
}

static bool is_numbered(const struct vmx_entry_violation *v, enum vmx_outcome outcome,
			u64 number)
{
	const struct vmx_entry_section *section = v->rule->section;

	if (is_disputed(v->rule))
		return true;
	if (outcome == VMX_FAIL_VALID)
		return number == section->instruction_error;
	return !must_be_vmfail() &&
	       number == (section->exit_reason | VMX_EXIT_REASONS_FAILED_VMENTRY);
}

/* The checks take what they cannot read for valid: a linked VMCS, PDPTEs. */
static bool refers_to_nothing(void)
{
	const u64 *f = e->model.fields;
	u64 link = f[VMCS_LINK_POINTER];
	u64 memory_end = MODEL_MEMORY + MODEL_MEMORY_SIZE;

	if (link != ~0ull && (link < MODEL_MEMORY || link >= memory_end))
		return true;
	return !(f[SECONDARY_VM_EXEC_CONTROL] & SECONDARY_EXEC_ENABLE_EPT) &&
	       !(f[VM_ENTRY_CONTROLS] & VM_ENTRY_IA32E_MODE) &&
	       (f[GUEST_CR3] < MODEL_MEMORY || f[GUEST_CR3] >= memory_end);
}

static bool is_known(bool entered)
{
	const u64 *f = e->model.fields;
	unsigned int i;

	if (!nr_found && refers_to_nothing())
		return true;
	/* What Bochs refuses and the SDM does not: see docs/entry-checks.md. */
	if (!entered)
		return ((f[SECONDARY_VM_EXEC_CONTROL] & SECONDARY_EXEC_TSC_SCALING) &&
			!f[TSC_MULTIPLIER]) ||
		       (f[VM_ENTRY_CONTROLS] & ENTRY_LOAD_CET_STATE) ||
		       f[VM_ENTRY_MSR_LOAD_COUNT] >= COUNT_THAT_WRAPS ||
		       f[VM_EXIT_MSR_LOAD_COUNT] >= COUNT_THAT_WRAPS ||
		       f[VM_EXIT_MSR_STORE_COUNT] >= COUNT_THAT_WRAPS;
	for (i = 0; i < listed(); i++)
		if (!is_disputed(found[i].rule))
			return false;
	return nr_found;
}

static void report(u64 number, enum vmx_outcome outcome)
{
	unsigned int i;

	t->failed++;
	pr_err("not ok outcome %d, number %#llx, %u violations, mode of 64 bits %d\n",
	       outcome, number, nr_found,
	       !!(e->model.fields[VM_ENTRY_CONTROLS] & VM_ENTRY_IA32E_MODE));
	for (i = 0; i < min(nr_found, 4u); i++)
		pr_err("# violates %s\n", found[i].rule->id);
	for (i = 0; i < nr_changed; i++)
		pr_err("# %#x = %#llx\n", changed[i], e->model.fields[changed[i]]);
}

static void enter_and_compare(void)
{
	enum vmx_outcome outcome = entry_vmcs_enter(e);
	bool entered, agrees = false;
	unsigned int i;
	u64 number;

	number = read_number(outcome == VMX_SUCCEED ? VM_EXIT_REASON : VM_INSTRUCTION_ERROR);
	entered = outcome == VMX_SUCCEED && !(number & VMX_EXIT_REASONS_FAILED_VMENTRY);
	counts.entered += entered;
	counts.refused += !entered;
	if (entered)
		agrees = !nr_found;
	for (i = 0; !entered && i < listed(); i++)
		agrees |= is_numbered(&found[i], outcome, number);
	if (agrees)
		t->passed++;
	else if (is_known(entered))
		counts.known++;
	else
		report(number, outcome);
}

static void try_state(void)
{
	unsigned long flags;
	unsigned int i;

	local_irq_save(flags);
	if (make_state()) {
		memset(found, 0, sizeof(found));
		nr_found = vmx_entry_check(&e->view, found, MAX_FOUND);
		for (i = 0; i < listed(); i++)
			__set_bit(found[i].rule - vmx_entry_rule_at(0), violated);
		if (may_try()) {
			counts.alone += nr_found == 1;
			enter_and_compare();
		} else {
			counts.not_tried++;
		}
	}
	local_irq_restore(flags);
}

/**
 * test_entry_fuzz() - random states of a VMCS
 * @test: where to count
 * @rounds: number of states
 * @random: the state of the random numbers, not 0
 *
 * Context: VMX root operation, without a current VMCS; preemption disabled.
 */
void test_entry_fuzz(struct root_test *test, unsigned int rounds, u64 *random)
{
	t = test;
	e = t->entry;
	random_state = *random;
	for (nr_fields = 0; vmcs_field_at(nr_fields);)
		nr_fields++;
	if (vmclear(__pa(t->vmcs)) != VMX_SUCCEED ||
	    vmptrld(__pa(t->vmcs)) != VMX_SUCCEED || !entry_vmcs_start(e)) {
		pr_err("not ok there is no VMCS\n");
		t->failed++;
		return;
	}
	while (rounds--)
		try_state();
	*random = random_state;
	if (vmclear(__pa(t->vmcs)) != VMX_SUCCEED)
		t->failed++;
}

/**
 * report_entry_fuzz() - what the random states were like
 *
 * Context: any.
 */
void report_entry_fuzz(void)
{
	pr_info("%u entered, %u refused, %u of them for one reason, %u known differences; %u with events, %u with MSRs; %u rules violated; %u states not tried\n",
		counts.entered, counts.refused, counts.alone, counts.known,
		counts.events, counts.areas, bitmap_weight(violated, NR_ENTRY_RULES),
		counts.not_tried);
}
