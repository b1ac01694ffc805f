// SPDX-License-Identifier: GPL-2.0
/*
 * The CPUID instruction of a guest: finding a leaf in the VMM's table, and what
 * of it changes as the guest runs.
 */
#include <linux/kvm.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include <asm/apicdef.h>
#include <asm/cpufeature.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "cpuid.h"
#include "cpuid_features.h"
#include "vcpu.h"

#define HYPERVISOR_FIRST	0x40000000
#define HYPERVISOR_LAST		0x4fffffff
#define CENTAUR_FIRST		0xc0000000

/* Leaves that change as the guest runs. */
static bool is_dynamic(u32 function)
{
	return function == 1 || function == 7 || function == CPUID_XSAVE;
}

/* ---- finding an entry ---- */

/* Where to look for a leaf: at its first entry, or table->nr if it has none. */
static unsigned int first_entry(const struct cpuid_table *table, u32 function)
{
	u16 slot;

	if (function <= CPUID_MAX_BASIC)
		slot = table->basic[function];
	else if (function - CPUID_EXTENDED < ARRAY_SIZE(table->extended))
		slot = table->extended[function - CPUID_EXTENDED];
	else
		return 0;
	return slot ? (slot & ~CPUID_CONSTANT) - 1 : table->nr;
}

/**
 * cpuid_find() - the entry of a leaf or subleaf
 * @table: indexed by cpuid_index()
 * @function: EAX
 * @index: ECX
 *
 * Return: the entry, or NULL.
 */
struct kvm_cpuid_entry2 *cpuid_find(const struct cpuid_table *table,
				    u32 function, u32 index)
{
	struct kvm_cpuid_entry2 *entry = table->entry;
	unsigned int i;

	BUILD_BUG_ON(CPUID_MAX_ENTRIES >= CPUID_CONSTANT);
	BUILD_BUG_ON(CPUID_MAX_BASIC & (CPUID_MAX_BASIC + 1));

	for (i = first_entry(table, function); i < table->nr; i++) {
		if (entry[i].function != function)
			continue;
		if (!(entry[i].flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX) ||
		    entry[i].index == index)
			return &entry[i];
	}
	return NULL;
}

/**
 * cpuid_index() - prepare a table for cpuid_find()
 * @table: nr and entry are set
 */
void cpuid_index(struct cpuid_table *table)
{
	unsigned int i;

	memset(table->basic, 0, sizeof(table->basic));
	memset(table->extended, 0, sizeof(table->extended));
	/* Backwards, so that a leaf's first entry stays. */
	for (i = table->nr; i > 0; i--) {
		const struct kvm_cpuid_entry2 *entry = &table->entry[i - 1];
		u32 function = entry->function;
		u16 slot = i;

		if (!(entry->flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX) &&
		    !is_dynamic(function))
			slot |= CPUID_CONSTANT;
		if (function <= CPUID_MAX_BASIC)
			table->basic[function] = slot;
		else if (function - CPUID_EXTENDED <
			 ARRAY_SIZE(table->extended))
			table->extended[function - CPUID_EXTENDED] = slot;
	}
}

/**
 * cpuid_has() - whether a guest's CPUID reports a feature
 * @vcpu: the vCPU
 * @x86_feature: X86_FEATURE_*, of a word that guests can see; not one that
 *	changes as the guest runs (OSXSAVE, OSPKE, APIC)
 *
 * Context: vcpu->mutex held.
 */
bool cpuid_has(const struct vcpu *vcpu, unsigned int x86_feature)
{
	struct kvm_cpuid_entry2 *entry;
	u32 function, index;

	cpuid_feature_leaf(x86_feature, &function, &index);
	entry = cpuid_find(&vcpu->cpuid, function, index);
	if (!entry)
		return false;
	return *cpuid_feature_reg(entry, x86_feature) & BIT(x86_feature & 31);
}

/* ---- what changes as the guest runs ---- */

static void change_feature(struct kvm_cpuid_entry2 *entry,
			   unsigned int x86_feature, bool on)
{
	u32 *reg = cpuid_feature_reg(entry, x86_feature);

	if (on)
		*reg |= BIT(x86_feature & 31);
	else
		*reg &= ~BIT(x86_feature & 31);
}

/* SDM: CPUID. Which outputs are the OS's or the APIC's doing. */
static void refresh_entry(const struct vcpu *vcpu,
			  struct kvm_cpuid_entry2 *entry)
{
	unsigned long cr4 = vcpu->vmx.cr4_shadow;

	if (entry->function == 1) {
		if (boot_cpu_has(X86_FEATURE_XSAVE))
			change_feature(entry, X86_FEATURE_OSXSAVE,
				       cr4 & X86_CR4_OSXSAVE);
		change_feature(entry, X86_FEATURE_APIC,
			       vcpu->apic_base & MSR_IA32_APICBASE_ENABLE);
	} else if (entry->function == 7 && entry->index == 0) {
		if (boot_cpu_has(X86_FEATURE_PKU))
			change_feature(entry, X86_FEATURE_OSPKE,
				       cr4 & X86_CR4_PKE);
	} else if (entry->function == CPUID_XSAVE && entry->index == 0) {
		entry->ebx = cpuid_xsave_size(vcpu->vmx.xcr0, false);
	} else if (entry->function == CPUID_XSAVE && entry->index == 1) {
		if (entry->eax & (CPUID_BIT(XSAVEC) | CPUID_BIT(XSAVES)))
			entry->ebx = cpuid_xsave_size(vcpu->vmx.xcr0 |
						      vcpu->vmx.xss, true);
	}
}

/* Not without the VMM's asking, and then on a write of the MSR only. */
static void refresh_mwait(const struct vcpu *vcpu,
			  struct kvm_cpuid_entry2 *entry)
{
	if (entry->function == 1 &&
	    !vm_has_quirk(vcpu->vm, KVM_X86_QUIRK_MISC_ENABLE_NO_MWAIT))
		change_feature(entry, X86_FEATURE_MWAIT,
			       vcpu->msrs.misc_enable &
			       MSR_IA32_MISC_ENABLE_MWAIT);
}

/**
 * cpuid_refresh_entries() - bring entries up to date with what the guest has changed
 * @vcpu: whose state counts
 * @entry: the entries, of its table or of one that is to become it
 * @nr: how many
 */
void cpuid_refresh_entries(const struct vcpu *vcpu,
			   struct kvm_cpuid_entry2 *entry, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (is_dynamic(entry[i].function))
			refresh_entry(vcpu, &entry[i]);
		refresh_mwait(vcpu, &entry[i]);
	}
}

/**
 * cpuid_refresh() - bring CPUID up to date with what the guest has changed
 * @vcpu: the vCPU
 */
void cpuid_refresh(struct vcpu *vcpu)
{
	cpuid_refresh_entries(vcpu, vcpu->cpuid.entry, vcpu->cpuid.nr);
}

/* ---- the instruction ---- */

/*
 * A leaf that does not exist. On Intel, one beyond the last of its range reads
 * as the last basic leaf, with the subleaf that was asked for.
 */
static struct kvm_cpuid_entry2 *out_of_range(const struct cpuid_table *table,
					     u32 *function, u32 index)
{
	const struct kvm_cpuid_entry2 *basic = cpuid_find(table, 0, 0);
	const struct kvm_cpuid_entry2 *range;
	u32 first = *function & CPUID_EXTENDED;

	if (!basic || table->zero_out_of_range)
		return NULL;

	if (*function >= HYPERVISOR_FIRST && *function <= HYPERVISOR_LAST)
		first = *function & ~0xffU;
	else if (*function >= CENTAUR_FIRST)
		first = CENTAUR_FIRST;

	range = cpuid_find(table, first, 0);
	if (range && *function <= range->eax)
		return NULL;

	*function = basic->eax;
	return cpuid_find(table, basic->eax, index);
}

/* A topology subleaf without an entry: the APIC ID and the index remain. */
static void execute_topology(const struct cpuid_table *table, u32 function,
			     u32 index, struct cpuid_regs *regs)
{
	const struct kvm_cpuid_entry2 *entry = cpuid_find(table, function, 1);

	if (!entry)
		return;
	regs->ecx = index & 0xff;
	regs->edx = entry->edx;
}

static void execute_entry(struct vcpu *vcpu, struct kvm_cpuid_entry2 *entry,
			  struct cpuid_regs *regs)
{
	if (is_dynamic(entry->function))
		refresh_entry(vcpu, entry);
	regs->eax = entry->eax;
	regs->ebx = entry->ebx;
	regs->ecx = entry->ecx;
	regs->edx = entry->edx;
}

static noinline void execute_missing(struct vcpu *vcpu, struct cpuid_regs *regs)
{
	const struct cpuid_table *table = &vcpu->cpuid;
	u32 function = regs->eax, index = regs->ecx;
	struct kvm_cpuid_entry2 *entry;

	entry = out_of_range(table, &function, index);
	if (entry) {
		execute_entry(vcpu, entry, regs);
		return;
	}
	memset(regs, 0, sizeof(*regs));
	if (function == 0xb || function == 0x1f)
		execute_topology(table, function, index, regs);
}

/**
 * cpuid_execute() - the CPUID instruction, of any leaf
 * @vcpu: the vCPU
 * @regs: EAX and ECX say which leaf and subleaf; all four are set
 *
 * SDM: CPUID.
 *
 * Context: vcpu->mutex held.
 */
void cpuid_execute(struct vcpu *vcpu, struct cpuid_regs *regs)
{
	struct kvm_cpuid_entry2 *entry;

	lockdep_assert_held(&vcpu->mutex);

	entry = cpuid_find(&vcpu->cpuid, regs->eax, regs->ecx);
	if (likely(entry))
		execute_entry(vcpu, entry, regs);
	else
		execute_missing(vcpu, regs);
}
