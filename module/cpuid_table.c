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
#include <asm/cpufeature.h>
#include <asm/fpu/xstate.h>
#include <asm/processor-flags.h>

#include "compat.h"
#include "cpuid.h"
#include "cpuid_features.h"
#include "fpu.h"
#include "vcpu.h"
#include "vmx/caps.h"

/* The physical-address width of a guest that was not told any. */
#define DEFAULT_MAXPHYADDR	36

/* EBX of leaf 0: the first four letters of a vendor's name. */
#define VENDOR_AUTH		0x68747541	/* AuthenticAMD */
#define VENDOR_HYGO		0x6f677948	/* HygonGenuine */

/* EBX, EDX and ECX of leaf 0: GenuineIntel. */
#define INTEL_EBX		0x756e6547
#define INTEL_EDX		0x49656e69
#define INTEL_ECX		0x6c65746e

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

	entry = cpuid_find(table, CPUID_EXTENDED, 0);
	if (!entry || entry->eax < 0x80000008)
		return DEFAULT_MAXPHYADDR;
	entry = cpuid_find(table, 0x80000008, 0);
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

	cpuid_index(table);
	basic = cpuid_find(table, 0, 0);
	xsave = cpuid_find(table, CPUID_XSAVE, 0);

	table->zero_out_of_range = basic && (basic->ebx == VENDOR_AUTH ||
					     basic->ebx == VENDOR_HYGO);
	table->is_intel = basic && basic->ebx == INTEL_EBX &&
			  basic->edx == INTEL_EDX && basic->ecx == INTEL_ECX;
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

	entry = cpuid_find(table, 0x80000008, 0);
	if (entry) {
		width = (entry->eax >> 8) & 0xff;
		if (width != 48 && width != 57 && width != 0)
			return -EINVAL;
	}

	/* Dynamically enabled state (AMX) would need the process's permission. */
	entry = cpuid_find(table, CPUID_XSAVE, 0);
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

	cpuid_refresh_entries(vcpu, new->entry, new->nr);

	/* Once the guest ran, only what it has already can be set. */
	if (vcpu->fpu.used) {
		cpuid_refresh(vcpu);
		r = is_same_table(&vcpu->cpuid, new) ? 0 : -EINVAL;
		kvfree(new->entry);
		return r;
	}

	cpuid_index(new);
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
	struct kvm_cpuid2 header;

	lockdep_assert_held(&vcpu->mutex);

	if (copy_from_user(&header, arg, sizeof(header)))
		return -EFAULT;
	if (header.nent > CPUID_MAX_ENTRIES)
		return -E2BIG;

	if (header.nent) {
		new.entry = vmemdup_user(arg->entries,
					 header.nent * sizeof(*new.entry));
		if (IS_ERR(new.entry))
			return PTR_ERR(new.entry);
	}
	new.nr = header.nent;
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

	cpuid_refresh(vcpu);
	if (copy_to_user(arg->entries, table->entry,
			 table->nr * sizeof(*table->entry)))
		return -EFAULT;
	return put_user(table->nr, &arg->nent);
}
