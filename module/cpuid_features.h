/* SPDX-License-Identifier: GPL-2.0 */
/* Between the files about CPUID: entries, and features that guests can be offered. */
#ifndef MINIVMX_CPUID_FEATURES_H
#define MINIVMX_CPUID_FEATURES_H

#include <linux/bits.h>
#include <linux/kvm.h>
#include <asm/cpufeatures.h>

/* The leaf of the XSAVE feature set: a subleaf per state component from 2 on. */
#define CPUID_XSAVE	0xd

/* The bit of a feature in the register that reports it. */
#define CPUID_BIT(name)	BIT(X86_FEATURE_##name & 31)

struct vcpu;
struct cpuid_table;

/* cpuid.c: entries of a table */
struct kvm_cpuid_entry2 *cpuid_find(const struct cpuid_table *table,
				    u32 function, u32 index);
void cpuid_index(struct cpuid_table *table);
void cpuid_refresh_entries(const struct vcpu *vcpu,
			   struct kvm_cpuid_entry2 *entry, unsigned int nr);

/* cpuid_features.c */
void cpuid_features_init(void);
bool cpuid_supports(unsigned int x86_feature);
void cpuid_feature_leaf(unsigned int x86_feature, u32 *function, u32 *index);
u32 *cpuid_feature_reg(struct kvm_cpuid_entry2 *entry, unsigned int x86_feature);
void cpuid_read_host(struct kvm_cpuid_entry2 *entry);
void cpuid_set_features(struct kvm_cpuid_entry2 *entry);
void cpuid_xsave_component(unsigned int i, struct kvm_cpuid_entry2 *entry);
u32 cpuid_xsave_size(u64 xfeatures, bool compacted);

#endif /* MINIVMX_CPUID_FEATURES_H */
