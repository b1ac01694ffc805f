// SPDX-License-Identifier: GPL-2.0
/*
 * A guest's CPUID: the VMM's table of leaves, and what follows from it.
 */
#include <linux/err.h>
#include <linux/kvm.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/apicdef.h>
#include <asm/cpufeature.h>
#include <asm/fpu/xstate.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "compat.h"
#include "cpuid.h"
#include "cpuid_features.h"
#include "fpu.h"
#include "vcpu.h"
#include "vmx/caps.h"

/* The physical-address width of a guest that was not told any. */
#define DEFAULT_MAXPHYADDR	36

#define HYPERVISOR_FIRST	0x40000000
#define HYPERVISOR_LAST		0x4fffffff
#define CENTAUR_FIRST		0xc0000000

/* EBX of leaf 0: the first four letters of a vendor's name. */
#define VENDOR_AUTH		0x68747541	/* AuthenticAMD */
#define VENDOR_HYGO		0x6f677948	/* HygonGenuine */

/* CR4 bits that exist with a feature; of the others, those always there. */
static const struct { unsigned int feature; unsigned long bit; } cr4_bits[] = {
	{ X86_FEATURE_XSAVE,	X86_CR4_OSXSAVE },
	{ X86_FEATURE_SMEP,	X86_CR4_SMEP },
	{ X86_FEATURE_SMAP,	X86_CR4_SMAP },
	{ X86_FEATURE_FSGSBASE,	X86_CR4_FSGSBASE },
	{ X86_FEATURE_PKU,	X86_CR4_PKE },
	{ X86_FEATURE_LA57,	X86_CR4_LA57 },
	{ X86_FEATURE_UMIP,	X86_CR4_UMIP },
	{ X86_FEATURE_PCID,	X86_CR4_PCIDE },
};

#define CR4_ALWAYS	(X86_CR4_VME | X86_CR4_PVI | X86_CR4_TSD | \
			 X86_CR4_DE | X86_CR4_PSE | X86_CR4_PAE | \
			 X86_CR4_MCE | X86_CR4_PGE | X86_CR4_PCE | \
			 X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT)

/* ---- finding an entry ---- */

/* Where to look for a leaf: at its first entry, or table->nr if it has none. */
static unsigned int first_entry(const struct cpuid_table *table, u32 function)
{
	const u16 *slot;

	if (function <= CPUID_MAX_BASIC)
		slot = &table->basic[function];
	else if (function - CPUID_EXTENDED < ARRAY_SIZE(table->extended))
		slot = &table->extended[function - CPUID_EXTENDED];
	else
		return 0;
	return *slot ? *slot - 1 : table->nr;
}

static struct kvm_cpuid_entry2 *find_entry(const struct cpuid_table *table,
					   u32 function, u32 index)
{
	struct kvm_cpuid_entry2 *entry = table->entry;
	unsigned int i;

	for (i = first_entry(table, function); i < table->nr; i++) {
		if (entry[i].function != function)
			continue;
		if (!(entry[i].flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX) ||
		    entry[i].index == index)
			return &entry[i];
	}
	return NULL;
}

static void index_entries(struct cpuid_table *table)
{
	unsigned int i;

	memset(table->basic, 0, sizeof(table->basic));
	memset(table->extended, 0, sizeof(table->extended));
	/* Backwards, so that a leaf's first entry stays. */
	for (i = table->nr; i > 0; i--) {
		u32 function = table->entry[i - 1].function;

		if (function <= CPUID_MAX_BASIC)
			table->basic[function] = i;
		else if (function - CPUID_EXTENDED <
			 ARRAY_SIZE(table->extended))
			table->extended[function - CPUID_EXTENDED] = i;
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
	entry = find_entry(&vcpu->cpuid, function, index);
	if (!entry)
		return false;
	return *cpuid_feature_reg(entry, x86_feature) & BIT(x86_feature & 31);
}

/* ---- what changes as the guest runs ---- */

static bool is_dynamic(u32 function)
{
	return function == 1 || function == 7 || function == CPUID_XSAVE;
}

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

static void refresh_entries(const struct vcpu *vcpu,
			    struct kvm_cpuid_entry2 *entry, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (is_dynamic(entry[i].function))
			refresh_entry(vcpu, &entry[i]);
}

/* ---- the instruction ---- */

/*
 * A leaf that does not exist. On Intel, one beyond the last of its range reads
 * as the last basic leaf, with the subleaf that was asked for.
 */
static struct kvm_cpuid_entry2 *out_of_range(const struct cpuid_table *table,
					     u32 *function, u32 index)
{
	const struct kvm_cpuid_entry2 *basic = find_entry(table, 0, 0);
	const struct kvm_cpuid_entry2 *range;
	u32 first = *function & CPUID_EXTENDED;

	if (!basic || table->zero_out_of_range)
		return NULL;

	if (*function >= HYPERVISOR_FIRST && *function <= HYPERVISOR_LAST)
		first = *function & ~0xffU;
	else if (*function >= CENTAUR_FIRST)
		first = CENTAUR_FIRST;

	range = find_entry(table, first, 0);
	if (range && *function <= range->eax)
		return NULL;

	*function = basic->eax;
	return find_entry(table, basic->eax, index);
}

/* A topology subleaf without an entry: the APIC ID and the index remain. */
static void execute_topology(const struct cpuid_table *table, u32 function,
			     u32 index, struct cpuid_regs *regs)
{
	const struct kvm_cpuid_entry2 *entry = find_entry(table, function, 1);

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
 * cpuid_execute() - the CPUID instruction
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

	entry = find_entry(&vcpu->cpuid, regs->eax, regs->ecx);
	if (likely(entry))
		execute_entry(vcpu, entry, regs);
	else
		execute_missing(vcpu, regs);
}

/* ---- the VMM's table ---- */

static u64 reserved_cr4(const struct vcpu *vcpu, bool have_table)
{
	u64 allowed = CR4_ALWAYS;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cr4_bits); i++) {
		if (!cpuid_supports(cr4_bits[i].feature))
			continue;
		/* As on KVM, a guest without any table may set them all. */
		if (!have_table || cpuid_has(vcpu, cr4_bits[i].feature))
			allowed |= cr4_bits[i].bit;
	}
	return ~(allowed & vmx_caps.cr4_fixed1);
}

static u8 query_maxphyaddr(const struct cpuid_table *table)
{
	const struct kvm_cpuid_entry2 *entry;

	entry = find_entry(table, CPUID_EXTENDED, 0);
	if (!entry || entry->eax < 0x80000008)
		return DEFAULT_MAXPHYADDR;
	entry = find_entry(table, 0x80000008, 0);
	return entry ? entry->eax & 0xff : DEFAULT_MAXPHYADDR;
}

/*
 * Instructions that a VM-execution control makes undefined in the guest, and
 * two whose exits end in #UD.
 */
static void update_controls(struct vcpu *vcpu)
{
	const u32 all = SECONDARY_EXEC_ENABLE_RDTSCP |
			SECONDARY_EXEC_ENABLE_INVPCID | SECONDARY_EXEC_XSAVES |
			SECONDARY_EXEC_RDRAND_EXITING |
			SECONDARY_EXEC_RDSEED_EXITING;
	u32 set = 0;

	if (cpuid_has(vcpu, X86_FEATURE_RDTSCP) ||
	    cpuid_has(vcpu, X86_FEATURE_RDPID))
		set |= SECONDARY_EXEC_ENABLE_RDTSCP;
	if (cpuid_has(vcpu, X86_FEATURE_INVPCID))
		set |= SECONDARY_EXEC_ENABLE_INVPCID;
	if (cpuid_has(vcpu, X86_FEATURE_XSAVES))
		set |= SECONDARY_EXEC_XSAVES;
	if (!cpuid_has(vcpu, X86_FEATURE_RDRAND))
		set |= SECONDARY_EXEC_RDRAND_EXITING;
	if (!cpuid_has(vcpu, X86_FEATURE_RDSEED))
		set |= SECONDARY_EXEC_RDSEED_EXITING;
	set &= vmx_caps.proc2_allowed;

	vmx_vcpu_load(&vcpu->vmx);
	vmx_set_proc2_controls(&vcpu->vmx, set, all & ~set);
	vmx_set_cr4_guest_owned(&vcpu->vmx, ~vcpu->cpuid.cr4_reserved);
	vmx_vcpu_put(&vcpu->vmx);
}

static void derive(struct vcpu *vcpu)
{
	struct cpuid_table *table = &vcpu->cpuid;
	const struct kvm_cpuid_entry2 *basic, *xsave;

	index_entries(table);
	basic = find_entry(table, 0, 0);
	xsave = find_entry(table, CPUID_XSAVE, 0);

	table->zero_out_of_range = basic && (basic->ebx == VENDOR_AUTH ||
					     basic->ebx == VENDOR_HYGO);
	table->xcr0_supported = 0;
	if (xsave)
		table->xcr0_supported = fpu_supported_xcr0() &
			(xsave->eax | (u64)xsave->edx << 32);
	table->maxphyaddr = query_maxphyaddr(table);
	table->cr4_reserved = reserved_cr4(vcpu, true);
	update_controls(vcpu);
}

/**
 * cpuid_reset() - CPUID of a vCPU just created: no leaves
 * @vcpu: the vCPU
 */
void cpuid_reset(struct vcpu *vcpu)
{
	struct cpuid_table *table = &vcpu->cpuid;

	memset(table, 0, sizeof(*table));
	table->maxphyaddr = DEFAULT_MAXPHYADDR;
	table->cr4_reserved = reserved_cr4(vcpu, false);
	update_controls(vcpu);
}

/**
 * cpuid_destroy() - free the table
 * @vcpu: a vCPU that nobody uses any more
 */
void cpuid_destroy(struct vcpu *vcpu)
{
	kvfree(vcpu->cpuid.entry);
	vcpu->cpuid.entry = NULL;
	vcpu->cpuid.nr = 0;
}

/* A table that the rest of the module can work with. */
static int check_table(const struct cpuid_table *table)
{
	const struct kvm_cpuid_entry2 *entry;
	u32 width;

	entry = find_entry(table, 0x80000008, 0);
	if (entry) {
		width = (entry->eax >> 8) & 0xff;
		if (width != 48 && width != 57 && width != 0)
			return -EINVAL;
	}

	/* Dynamically enabled state (AMX) would need the process's permission. */
	entry = find_entry(table, CPUID_XSAVE, 0);
	if (entry && (entry->eax & XFEATURE_MASK_USER_DYNAMIC))
		return -EPERM;
	return 0;
}

static bool is_same_table(const struct cpuid_table *a,
			  const struct cpuid_table *b)
{
	unsigned int i;

	if (a->nr != b->nr)
		return false;
	/* All but the padding, which nobody has to clear. */
	for (i = 0; i < a->nr; i++)
		if (memcmp(&a->entry[i], &b->entry[i],
			   offsetof(struct kvm_cpuid_entry2, padding)))
			return false;
	return true;
}

static int install_table(struct vcpu *vcpu, struct cpuid_table *new)
{
	int r;

	refresh_entries(vcpu, new->entry, new->nr);

	/* Once the guest ran, only what it has already can be set. */
	if (vcpu->fpu.used) {
		refresh_entries(vcpu, vcpu->cpuid.entry, vcpu->cpuid.nr);
		r = is_same_table(&vcpu->cpuid, new) ? 0 : -EINVAL;
		kvfree(new->entry);
		return r;
	}

	index_entries(new);
	r = check_table(new);
	if (r) {
		kvfree(new->entry);
		return r;
	}

	kvfree(vcpu->cpuid.entry);
	vcpu->cpuid.entry = new->entry;
	vcpu->cpuid.nr = new->nr;
	derive(vcpu);
	return 0;
}

/**
 * cpuid_set() - KVM_SET_CPUID2
 * @vcpu: the vCPU
 * @arg: nent entries, each a leaf or subleaf
 *
 * Context: vcpu->mutex held; may sleep.
 * Return: 0; -E2BIG for more than CPUID_MAX_ENTRIES; -EINVAL for an impossible
 * linear-address width, or, once the guest has run, for any other table than
 * the one it has; -EPERM for AMX; -EFAULT, -ENOMEM.
 */
long cpuid_set(struct vcpu *vcpu, struct kvm_cpuid2 __user *arg)
{
	struct cpuid_table new = {};
	u32 nent;

	lockdep_assert_held(&vcpu->mutex);

	if (get_user(nent, &arg->nent))
		return -EFAULT;
	if (nent > CPUID_MAX_ENTRIES)
		return -E2BIG;

	if (nent) {
		new.entry = vmemdup_user(arg->entries,
					 nent * sizeof(*new.entry));
		if (IS_ERR(new.entry))
			return PTR_ERR(new.entry);
	}
	new.nr = nent;
	return install_table(vcpu, &new);
}

/**
 * cpuid_get() - KVM_GET_CPUID2
 * @vcpu: the vCPU
 * @arg: nent is the room for entries; set to their number
 *
 * Context: vcpu->mutex held; may sleep.
 * Return: 0; -E2BIG, with nent set all the same, if there is less room;
 * -EFAULT.
 */
long cpuid_get(struct vcpu *vcpu, struct kvm_cpuid2 __user *arg)
{
	const struct cpuid_table *table = &vcpu->cpuid;
	u32 nent;

	lockdep_assert_held(&vcpu->mutex);

	if (get_user(nent, &arg->nent))
		return -EFAULT;
	if (nent < table->nr)
		return put_user(table->nr, &arg->nent) ? -EFAULT : -E2BIG;

	refresh_entries(vcpu, table->entry, table->nr);
	if (copy_to_user(arg->entries, table->entry,
			 table->nr * sizeof(*table->entry)))
		return -EFAULT;
	return put_user(table->nr, &arg->nent);
}
