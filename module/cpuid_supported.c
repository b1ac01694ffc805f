// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_GET_SUPPORTED_CPUID: the leaves that guests can be offered on this host.
 * KVM_GET_EMULATED_CPUID: what they could be offered beyond that.
 */
#include <linux/kernel.h>
#include <linux/kvm.h>
#include <linux/kvm_para.h>
#include <linux/uaccess.h>
#include <asm/cpufeature.h>
#include <asm/fpu/xstate.h>
#include <asm/processor.h>

#include "cpuid.h"
#include "cpuid_features.h"
#include "fpu.h"

/* Guest-physical addresses go through four levels of EPT. */
#define MAX_GUEST_PHYS_BITS	48

#define INVARIANT_TSC		BIT(8)	/* EDX of leaf 80000007H */

static struct kvm_cpuid_entry2 supported[96];	/* (c) after cpuid_init() */
static unsigned int nr_supported;		/* (c) after cpuid_init() */

/* Leaves that have subleaves: ECX selects one. */
static bool is_indexed(u32 function)
{
	switch (function) {
	case 4:
	case 7:
	case 0xb:
	case CPUID_XSAVE:
	case 0xf:
	case 0x10:
	case 0x12:
	case 0x14:
	case 0x17:
	case 0x18:
	case 0x1d:
	case 0x1e:
	case 0x1f:
		return true;
	default:
		return false;
	}
}

static struct kvm_cpuid_entry2 *add_entry(u32 function, u32 index)
{
	struct kvm_cpuid_entry2 *entry;

	if (WARN_ON_ONCE(nr_supported >= ARRAY_SIZE(supported)))
		return NULL;

	entry = &supported[nr_supported++];
	entry->function = function;
	entry->index = index;
	if (is_indexed(function))
		entry->flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
	return entry;
}

/* Caches, until the subleaf with cache type 0. */
static int add_cache_leaves(void)
{
	struct kvm_cpuid_entry2 *entry;
	unsigned int i = 0;

	do {
		entry = add_entry(4, i++);
		if (!entry)
			return -E2BIG;
		cpuid_read_host(entry);
		/* Who shares a cache is topology, and the VMM's to say. */
		entry->eax &= GENMASK(13, 0);
	} while (entry->eax & GENMASK(4, 0));
	return 0;
}

static int add_feature_leaves(void)
{
	struct kvm_cpuid_entry2 *entry = add_entry(7, 0);

	if (!entry)
		return -E2BIG;
	cpuid_read_host(entry);
	entry->eax = min(entry->eax, 1U);
	cpuid_set_features(entry);
	if (!entry->eax)
		return 0;

	entry = add_entry(7, 1);
	if (!entry)
		return -E2BIG;
	cpuid_set_features(entry);
	return 0;
}

static int add_xsave_leaves(void)
{
	u64 xcr0 = fpu_supported_xcr0();
	struct kvm_cpuid_entry2 *entry = add_entry(CPUID_XSAVE, 0);
	unsigned int i;

	if (!entry)
		return -E2BIG;
	if (!xcr0)
		return 0;
	entry->eax = xcr0;
	entry->ebx = cpuid_xsave_size(xcr0, false);
	entry->ecx = entry->ebx;
	entry->edx = xcr0 >> 32;

	/* IA32_XSS has no bits that guests can set: ECX and EDX are 0. */
	entry = add_entry(CPUID_XSAVE, 1);
	if (!entry)
		return -E2BIG;
	cpuid_set_features(entry);
	if (entry->eax & (CPUID_BIT(XSAVEC) | CPUID_BIT(XSAVES)))
		entry->ebx = cpuid_xsave_size(xcr0, true);

	for (i = FIRST_EXTENDED_XFEATURE; i < XFEATURE_MAX; i++) {
		if (!(xcr0 & BIT_ULL(i)))
			continue;
		entry = add_entry(CPUID_XSAVE, i);
		if (!entry)
			return -E2BIG;
		cpuid_xsave_component(i, entry);
	}
	return 0;
}

/*
 * A leaf of the basic or extended range without subleaves. What is not named
 * here is zero, among it topology (0BH, 1FH), which is the VMM's, performance
 * monitoring (0AH), and the frequencies (15H, 16H): a guest would take the
 * core crystal clock for its local APIC's, and that is whose APIC it is to say.
 */
static void fill_leaf(struct kvm_cpuid_entry2 *entry)
{
	switch (entry->function) {
	case 0:
		cpuid_read_host(entry);
		entry->eax = min_t(u32, entry->eax, CPUID_MAX_BASIC);
		break;
	case 1:
		cpuid_read_host(entry);
		/* Of EBX only CLFLUSH's line size: the rest is topology. */
		entry->ebx &= GENMASK(15, 8);
		cpuid_set_features(entry);
		break;
	case 6:
		entry->eax = CPUID_BIT(ARAT);
		break;
	case 2:
	case 0x80000002 ... 0x80000006:
		cpuid_read_host(entry);
		break;
	case 0x80000000:
		cpuid_read_host(entry);
		entry->eax = min_t(u32, entry->eax, CPUID_MAX_EXTENDED);
		break;
	case 0x80000001:
		cpuid_set_features(entry);
		break;
	case 0x80000007:
		/* The guest's TSC is the host's and an offset. */
		entry->edx = boot_cpu_data.x86_power & INVARIANT_TSC;
		break;
	case 0x80000008:
		cpuid_read_host(entry);
		entry->eax = min_t(u32, entry->eax & 0xff,
				   MAX_GUEST_PHYS_BITS) |
			     max(entry->eax & 0xff00, 48U << 8);
		entry->ecx = 0;
		entry->edx = 0;
		cpuid_set_features(entry);
		break;
	}
}

static int add_leaf(u32 function)
{
	struct kvm_cpuid_entry2 *entry;

	switch (function) {
	case 4:
		return add_cache_leaves();
	case 7:
		return add_feature_leaves();
	case CPUID_XSAVE:
		return add_xsave_leaves();
	}

	entry = add_entry(function, 0);
	if (!entry)
		return -E2BIG;
	fill_leaf(entry);
	return 0;
}

static int add_leaves(u32 first)
{
	u32 function = first;
	u32 last;
	int r;

	last = min_t(u32, cpuid_eax(first),
		     first ? CPUID_MAX_EXTENDED : CPUID_MAX_BASIC);
	do {
		r = add_leaf(function);
		if (r)
			return r;
	} while (++function <= last);
	return 0;
}

/*
 * KVM's signature, for the one paravirtual feature that needs nothing: port
 * I/O takes no delay, and a guest which knows spares itself the exits.
 */
static int add_hypervisor_leaves(void)
{
	struct kvm_cpuid_entry2 *entry = add_entry(KVM_CPUID_SIGNATURE, 0);
	u32 signature[3];

	if (!entry)
		return -E2BIG;
	memcpy(signature, KVM_SIGNATURE, sizeof(signature));
	entry->eax = KVM_CPUID_FEATURES;
	entry->ebx = signature[0];
	entry->ecx = signature[1];
	entry->edx = signature[2];

	entry = add_entry(KVM_CPUID_FEATURES, 0);
	if (!entry)
		return -E2BIG;
	entry->eax = BIT(KVM_FEATURE_NOP_IO_DELAY);
	return 0;
}

/**
 * cpuid_init() - find out what guests can be offered
 *
 * Context: module load, after vmx_init().
 * Return: 0, or -E2BIG if the CPU has more leaves than any known one.
 */
int cpuid_init(void)
{
	int r;

	cpuid_features_init();

	r = add_leaves(0);
	if (!r)
		r = add_leaves(CPUID_EXTENDED);
	if (!r)
		r = add_hypervisor_leaves();
	return r;
}

/**
 * cpuid_get_supported() - KVM_GET_SUPPORTED_CPUID
 * @arg: nent is the room for entries; set to their number
 *
 * Context: may sleep.
 * Return: 0; -E2BIG with nothing written if there are more entries than room;
 * -EFAULT.
 */
long cpuid_get_supported(struct kvm_cpuid2 __user *arg)
{
	u32 nent;

	if (get_user(nent, &arg->nent))
		return -EFAULT;
	if (nent < nr_supported)
		return -E2BIG;
	if (copy_to_user(arg->entries, supported,
			 nr_supported * sizeof(supported[0])))
		return -EFAULT;
	return put_user(nr_supported, &arg->nent);
}

/*
 * What a CPU lacks raises #UD in a guest; unlike KVM, which carries out MOVBE
 * and RDPID for it, nobody looks at that here. So no leaf has a feature.
 */
static const struct kvm_cpuid_entry2 emulated[] = {
	{ .function = 0, .eax = 7 },
	{ .function = 1 },
	{ .function = 7, .flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX },
};

/* Whether all entries that the VMM has room for can be had, padding clear. */
static bool padding_is_clear(struct kvm_cpuid2 __user *arg, u32 nent)
{
	u32 padding[ARRAY_SIZE(arg->entries[0].padding)];
	u32 i;

	for (i = 0; i < nent; i++) {
		if (copy_from_user(padding, arg->entries[i].padding,
				   sizeof(padding)) ||
		    memchr_inv(padding, 0, sizeof(padding)))
			return false;
	}
	return true;
}

/**
 * cpuid_get_emulated() - KVM_GET_EMULATED_CPUID
 * @arg: nent is the room for entries; set to their number
 *
 * As KVM does, this asks for the room of one entry more than there are.
 *
 * Context: may sleep.
 * Return: 0; -E2BIG if there is too little room; -EINVAL if padding is not
 * clear or can't be read; -EFAULT.
 */
long cpuid_get_emulated(struct kvm_cpuid2 __user *arg)
{
	struct kvm_cpuid2 head;

	if (copy_from_user(&head, arg, sizeof(head)))
		return -EFAULT;
	if (!head.nent)
		return -E2BIG;
	if (!padding_is_clear(arg, min_t(u32, head.nent, CPUID_MAX_ENTRIES)))
		return -EINVAL;
	if (head.nent <= ARRAY_SIZE(emulated))
		return -E2BIG;
	if (copy_to_user(arg->entries, emulated, sizeof(emulated)))
		return -EFAULT;
	return put_user(ARRAY_SIZE(emulated), &arg->nent);
}
