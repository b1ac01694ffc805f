/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_CPUID_H
#define MINIVMX_CPUID_H

#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/kvm.h>
#include <linux/nospec.h>
#include <linux/types.h>
#include <asm/processor.h>

struct vcpu;

/* KVM_MAX_CPUID_ENTRIES of KVM. */
#define CPUID_MAX_ENTRIES	256

#define CPUID_EXTENDED		0x80000000

/* The highest leaves of both ranges that are offered, as on KVM. */
#define CPUID_MAX_BASIC		0x1f	/* also a mask: see cpuid_find_constant() */
#define CPUID_MAX_EXTENDED	0x80000008

/* Neither ECX nor what the guest does changes what this leaf returns. */
#define CPUID_CONSTANT		BIT(15)

/* What CPUID returns to one guest: KVM_SET_CPUID2's entries, and what follows from them. */
struct cpuid_table {
	unsigned int nr;
	struct kvm_cpuid_entry2 *entry;
	/*
	 * 1 + index of a leaf's first entry, 0 for a leaf without one; and
	 * CPUID_CONSTANT
	 */
	u16 basic[CPUID_MAX_BASIC + 1];
	u16 extended[CPUID_MAX_EXTENDED - CPUID_EXTENDED + 1];
	u64 cr4_reserved;	/* CR4 bits that this guest may not set */
	u64 xcr0_supported;	/* XCR0 bits that this guest may set */
	u8 maxphyaddr;		/* physical-address width in bits */
	bool zero_out_of_range;	/* AMD's rule for leaves that do not exist */
	bool is_intel;		/* the vendor is Intel */
};

int cpuid_init(void);
long cpuid_get_supported(struct kvm_cpuid2 __user *arg);
long cpuid_get_emulated(struct kvm_cpuid2 __user *arg);
long cpuid_set(struct vcpu *vcpu, struct kvm_cpuid2 __user *arg);
long cpuid_get(struct vcpu *vcpu, struct kvm_cpuid2 __user *arg);
void cpuid_reset(struct vcpu *vcpu);
void cpuid_refresh(struct vcpu *vcpu);
void cpuid_destroy(struct vcpu *vcpu);
void cpuid_execute(struct vcpu *vcpu, struct cpuid_regs *regs);
bool cpuid_has(const struct vcpu *vcpu, unsigned int x86_feature);

/**
 * cpuid_find_constant() - the entry of a leaf that never changes
 * @table: the guest's
 * @function: EAX
 *
 * Return: the entry, or NULL: cpuid_execute() knows more.
 */
static inline const struct kvm_cpuid_entry2 *
cpuid_find_constant(const struct cpuid_table *table, u32 function)
{
	u16 slot;

	if (function <= CPUID_MAX_BASIC)
		slot = table->basic[function & CPUID_MAX_BASIC];
	else if (function - CPUID_EXTENDED < ARRAY_SIZE(table->extended))
		slot = table->extended[array_index_nospec(function - CPUID_EXTENDED,
							  ARRAY_SIZE(table->extended))];
	else
		return NULL;
	if (!(slot & CPUID_CONSTANT))
		return NULL;
	return &table->entry[(slot & ~CPUID_CONSTANT) - 1];
}

#endif /* MINIVMX_CPUID_H */
