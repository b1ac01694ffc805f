// SPDX-License-Identifier: GPL-2.0
/*
 * Which of the CPU's features guests can be offered.
 *
 * A feature is offered if its state is virtualised, the CPU has it, and the
 * host kernel uses it or at least leaves it on. SDM: CPUID.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/kvm.h>
#include <asm/cpufeature.h>
#include <asm/fpu/xstate.h>
#include <asm/processor.h>
#include <asm/vmx.h>

#include "compat.h"
#include "cpuid.h"
#include "cpuid_features.h"
#include "fpu.h"
#include "vmx/caps.h"

#define XSAVE_COMPONENT_ALIGNED	BIT(1)	/* ECX of a component's subleaf */
#define XSAVE_COMPONENT_XFD	BIT(2)

/* Not by CPUID_BIT(): some names are macros elsewhere. */
#define F(name)	BIT(X86_FEATURE_##name & 31)

enum cpuid_output { OUT_EAX, OUT_EBX, OUT_ECX, OUT_EDX };

/*
 * Where CPUID returns each of the kernel's words of features, and what of it is
 * offered. Left out on purpose: MONITOR, VMX, x2APIC, TSC-deadline timer,
 * performance monitoring, debug store and bus-lock detection, MPX, processor
 * trace, SGX, AMX, CET, user-mode wait: their state is not virtualised.
 */
static const struct cpuid_word {
	u32 function;
	u32 index;
	enum cpuid_output output;
	u32 offered;
} cpuid_words[NR_CPUID_WORDS] = {
	[CPUID_1_EDX] = { 1, 0, OUT_EDX,
		F(FPU) | F(VME) | F(DE) | F(PSE) | F(TSC) | F(MSR) | F(PAE) |
		F(MCE) | F(CX8) | F(APIC) | F(SEP) | F(MTRR) | F(PGE) |
		F(MCA) | F(CMOV) | F(PAT) | F(PSE36) | F(CLFLUSH) | F(MMX) |
		F(FXSR) | F(XMM) | F(XMM2) | F(SELFSNOOP) },
	[CPUID_1_ECX] = { 1, 0, OUT_ECX,
		F(XMM3) | F(PCLMULQDQ) | F(SSSE3) | F(FMA) | F(CX16) |
		F(PCID) | F(XMM4_1) | F(XMM4_2) | F(MOVBE) | F(POPCNT) |
		F(AES) | F(XSAVE) | F(AVX) | F(F16C) | F(RDRAND) },
	[CPUID_7_0_EBX] = { 7, 0, OUT_EBX,
		F(FSGSBASE) | F(BMI1) | F(HLE) | F(AVX2) | F(FDP_EXCPTN_ONLY) |
		F(SMEP) | F(BMI2) | F(ERMS) | F(INVPCID) | F(RTM) |
		F(ZERO_FCS_FDS) | F(AVX512F) | F(AVX512DQ) | F(RDSEED) |
		F(ADX) | F(SMAP) | F(AVX512IFMA) | F(CLFLUSHOPT) | F(CLWB) |
		F(AVX512CD) | F(SHA_NI) | F(AVX512BW) | F(AVX512VL) },
	[CPUID_7_ECX] = { 7, 0, OUT_ECX,
		F(AVX512VBMI) | F(PKU) | F(UMIP) | F(AVX512_VBMI2) | F(GFNI) |
		F(VAES) | F(VPCLMULQDQ) | F(AVX512_VNNI) | F(AVX512_BITALG) |
		F(AVX512_VPOPCNTDQ) | F(RDPID) | F(CLDEMOTE) | F(MOVDIRI) |
		F(MOVDIR64B) },
	[CPUID_7_EDX] = { 7, 0, OUT_EDX,
		F(FSRM) | F(AVX512_VP2INTERSECT) | F(MD_CLEAR) | F(SERIALIZE) |
		F(TSXLDTRK) | F(AVX512_FP16) | F(SPEC_CTRL) |
		F(INTEL_STIBP) | F(SPEC_CTRL_SSBD) },
	[CPUID_7_1_EAX] = { 7, 1, OUT_EAX, F(AVX_VNNI) | F(AVX512_BF16) },
	[CPUID_D_1_EAX] = { CPUID_XSAVE, 1, OUT_EAX,
		F(XSAVEOPT) | F(XSAVEC) | F(XGETBV1) | F(XSAVES) },
	[CPUID_8000_0001_ECX] = { 0x80000001, 0, OUT_ECX,
		F(LAHF_LM) | F(ABM) | F(3DNOWPREFETCH) },
	[CPUID_8000_0001_EDX] = { 0x80000001, 0, OUT_EDX,
		F(SYSCALL) | F(NX) | F(GBPAGES) | F(RDTSCP) | F(LM) },
	[CPUID_8000_0008_EBX] = { 0x80000008, 0, OUT_EBX, F(WBNOINVD) },
};

static u32 supported_words[NR_CPUID_WORDS];	/* (c) after cpuid_init() */

/* Of each state component, from the subleaves of leaf 0DH; (c) */
static struct { u32 size, offset, flags; } components[XFEATURE_MAX];

static u32 *entry_output(struct kvm_cpuid_entry2 *entry,
			 enum cpuid_output output)
{
	switch (output) {
	case OUT_EAX:
		return &entry->eax;
	case OUT_EBX:
		return &entry->ebx;
	case OUT_ECX:
		return &entry->ecx;
	default:
		return &entry->edx;
	}
}

/**
 * cpuid_feature_leaf() - which leaf reports a feature
 * @x86_feature: X86_FEATURE_*, of a word that guests can see
 * @function: set to the leaf
 * @index: set to the subleaf
 */
void cpuid_feature_leaf(unsigned int x86_feature, u32 *function, u32 *index)
{
	const struct cpuid_word *word = &cpuid_words[x86_feature / 32];

	WARN_ON_ONCE(!word->function);
	*function = word->function;
	*index = word->index;
}

/**
 * cpuid_feature_reg() - the register that reports a feature
 * @entry: the entry of the leaf that cpuid_feature_leaf() names
 * @x86_feature: X86_FEATURE_*
 *
 * Return: its place in @entry; the feature is bit @x86_feature % 32 of it.
 */
u32 *cpuid_feature_reg(struct kvm_cpuid_entry2 *entry, unsigned int x86_feature)
{
	return entry_output(entry, cpuid_words[x86_feature / 32].output);
}

/**
 * cpuid_supports() - whether a feature can be offered to guests
 * @x86_feature: X86_FEATURE_*
 */
bool cpuid_supports(unsigned int x86_feature)
{
	return supported_words[x86_feature / 32] & BIT(x86_feature & 31);
}

/**
 * cpuid_xsave_size() - size of an XSAVE area
 * @xfeatures: its state components
 * @compacted: compacted format, as XSAVEC and XSAVES write it, else standard
 *
 * SDM: "XSAVE Area".
 *
 * Return: the size in bytes, with the legacy region and the header.
 */
u32 cpuid_xsave_size(u64 xfeatures, bool compacted)
{
	u32 size = FXSAVE_SIZE + XSAVE_HDR_SIZE;
	unsigned long extended = xfeatures & ~(u64)XFEATURE_MASK_FPSSE;
	unsigned int i;

	for_each_set_bit(i, &extended, XFEATURE_MAX) {
		u32 offset = components[i].offset;

		if (compacted)
			offset = components[i].flags & XSAVE_COMPONENT_ALIGNED ?
				ALIGN(size, 64) : size;
		size = max(size, offset + components[i].size);
	}
	return size;
}

static void set_word_bit(unsigned int x86_feature, bool on)
{
	u32 *word = &supported_words[x86_feature / 32];

	if (on)
		*word |= BIT(x86_feature & 31);
	else
		*word &= ~BIT(x86_feature & 31);
}

/**
 * cpuid_read_host() - what the CPU returns for a leaf
 * @entry: function and index say which; the outputs are filled in, unless the
 *	   leaf is beyond the last one of its range
 */
void cpuid_read_host(struct kvm_cpuid_entry2 *entry)
{
	u32 max = cpuid_eax(entry->function & CPUID_EXTENDED);

	if (entry->function <= max)
		cpuid_count(entry->function, entry->index, &entry->eax,
			    &entry->ebx, &entry->ecx, &entry->edx);
}

/* Features that depend on more than the CPU and the host kernel. */
static void adjust_words(void)
{
	u32 proc2 = vmx_caps.proc2_controls;
	struct kvm_cpuid_entry2 host7 = { .function = 7 };

	if (!(proc2 & SECONDARY_EXEC_ENABLE_INVPCID))
		set_word_bit(X86_FEATURE_INVPCID, false);
	if (!(proc2 & SECONDARY_EXEC_ENABLE_RDTSCP)) {
		set_word_bit(X86_FEATURE_RDTSCP, false);
		set_word_bit(X86_FEATURE_RDPID, false);
	}
	if (!(proc2 & SECONDARY_EXEC_XSAVES))
		set_word_bit(X86_FEATURE_XSAVES, false);
	if (!(fpu_supported_xcr0() & XFEATURE_MASK_PKRU))
		set_word_bit(X86_FEATURE_PKU, false);

	/* Or nobody switches IA32_SPEC_CTRL. */
	if (!boot_cpu_has(X86_FEATURE_MSR_SPEC_CTRL)) {
		set_word_bit(X86_FEATURE_SPEC_CTRL, false);
		set_word_bit(X86_FEATURE_INTEL_STIBP, false);
		set_word_bit(X86_FEATURE_SPEC_CTRL_SSBD, false);
	}

	/* The host kernel's own choice of paging mode is no matter here. */
	cpuid_read_host(&host7);
	set_word_bit(X86_FEATURE_LA57, (host7.ecx & F(LA57)) &&
		     (vmx_caps.cr4_fixed1 & X86_CR4_LA57));

	/* These need nothing of the CPU. */
	set_word_bit(X86_FEATURE_TSC_ADJUST, true);
	set_word_bit(X86_FEATURE_ARCH_CAPABILITIES, true);
	set_word_bit(X86_FEATURE_HYPERVISOR, true);
}

static void init_components(void)
{
	u64 xcr0 = fpu_supported_xcr0();
	unsigned int i;

	for (i = FIRST_EXTENDED_XFEATURE; i < XFEATURE_MAX; i++) {
		struct kvm_cpuid_entry2 host = {
			.function = CPUID_XSAVE,
			.index = i,
		};

		if (!(xcr0 & BIT_ULL(i)))
			continue;
		cpuid_read_host(&host);
		components[i].size = host.eax;
		components[i].offset = host.ebx;
		components[i].flags = host.ecx;
	}
}

/**
 * cpuid_features_init() - find out which features can be offered
 *
 * Context: module load, after vmx_init().
 */
void cpuid_features_init(void)
{
	unsigned int i;

	for (i = 0; i < NR_CPUID_WORDS; i++) {
		const struct cpuid_word *word = &cpuid_words[i];
		struct kvm_cpuid_entry2 host = {
			.function = word->function,
			.index = word->index,
		};

		if (!word->offered)
			continue;
		cpuid_read_host(&host);
		supported_words[i] = word->offered &
			boot_cpu_data.x86_capability[i] &
			*entry_output(&host, word->output);
	}
	adjust_words();
	init_components();
}

/**
 * cpuid_set_features() - the features of a leaf that can be offered
 * @entry: function and index say which; outputs without features stay as they
 *	   are
 */
void cpuid_set_features(struct kvm_cpuid_entry2 *entry)
{
	unsigned int i;

	for (i = 0; i < NR_CPUID_WORDS; i++)
		if (cpuid_words[i].function == entry->function &&
		    cpuid_words[i].index == entry->index)
			*entry_output(entry, cpuid_words[i].output) =
				supported_words[i];
}

/**
 * cpuid_xsave_component() - how XSAVE stores one state component
 * @i: number of a component of fpu_supported_xcr0(), 2 or more
 * @entry: filled in like its subleaf of leaf 0DH
 */
void cpuid_xsave_component(unsigned int i, struct kvm_cpuid_entry2 *entry)
{
	entry->eax = components[i].size;
	entry->ebx = components[i].offset;
	/* Extended feature disable is not offered. */
	entry->ecx = components[i].flags & ~XSAVE_COMPONENT_XFD;
}
