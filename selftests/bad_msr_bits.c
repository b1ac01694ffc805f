// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_SET_MSRS of each MSR that both devices have, with one bit wrong after
 * the other: what is refused has changed nothing, what is accepted makes of
 * the MSR what it makes of it on the first device.
 */
#include "answers.h"
#include "test.h"

#define MSR_IA32_FEAT_CTL		0x3a
#define MSR_IA32_TSC_ADJUST		0x3b
#define MSR_IA32_UCODE_REV		0x8b
#define MSR_PLATFORM_INFO		0xce
#define MSR_MTRRcap			0xfe
#define MSR_IA32_ARCH_CAPABILITIES	0x10a
#define MSR_MISC_FEATURES_ENABLES	0x140
#define MSR_IA32_MCG_CAP		0x179
#define MSR_IA32_MCG_STATUS		0x17a
#define MSR_IA32_MCG_CTL		0x17b
#define MSR_IA32_DEBUGCTLMSR		0x1d9
#define MSR_IA32_POWER_CTL		0x1fc
#define MSR_MTRRphysBase0		0x200
#define MSR_MTRRphysMask7		0x20f
#define MSR_MTRRfix64K_00000		0x250
#define MSR_MTRRfix16K_80000		0x258
#define MSR_MTRRfix4K_C0000		0x268
#define MSR_MTRRdefType			0x2ff
#define MSR_IA32_MC0_CTL		0x400
#define MSR_IA32_MC1_CTL		0x404
#define MSR_IA32_MC31_MISC		0x47f
#define MSR_IA32_XSS			0xda0

static void nothing(void)
{
	guest_done();
}

FIXTURE(msrs) {
	struct machine machine;
	struct answers answers;
};

FIXTURE_VARIANT(msrs) {
	const char *name;
	uint32_t indices[9];	/* 0: no more */
};

#define SWEEP(name, indices...) \
	FIXTURE_VARIANT_ADD(msrs, name) { "bad_msr_bits." #name, { indices } }

SWEEP(system_calls, MSR_STAR, MSR_LSTAR, MSR_CSTAR, MSR_IA32_SYSENTER_CS,
      MSR_IA32_SYSENTER_ESP, MSR_IA32_SYSENTER_EIP);
SWEEP(system_call_mask, MSR_SYSCALL_MASK);
SWEEP(bases, MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE);
SWEEP(tsc_aux, MSR_TSC_AUX);
SWEEP(apic_base, MSR_IA32_APICBASE);
SWEEP(efer, MSR_EFER);
SWEEP(memory_types, MSR_IA32_CR_PAT, MSR_MTRRcap, MSR_MTRRdefType,
      MSR_MTRRphysBase0, MSR_MTRRphysMask7, MSR_MTRRfix64K_00000,
      MSR_MTRRfix16K_80000, MSR_MTRRfix4K_C0000);
SWEEP(machine_check, MSR_IA32_MCG_CAP, MSR_IA32_MCG_STATUS, MSR_IA32_MCG_CTL,
      MSR_IA32_MC0_CTL, MSR_IA32_MC0_CTL + 1, MSR_IA32_MC1_CTL + 2,
      MSR_IA32_MC1_CTL + 3, MSR_IA32_MC31_MISC);
SWEEP(feature_control, MSR_IA32_FEAT_CTL);
SWEEP(features, MSR_IA32_UCODE_REV, MSR_PLATFORM_INFO,
      MSR_IA32_ARCH_CAPABILITIES, MSR_MISC_FEATURES_ENABLES,
      MSR_IA32_MISC_ENABLE, MSR_IA32_DEBUGCTLMSR, MSR_IA32_POWER_CTL);
SWEEP(xss, MSR_IA32_XSS);

FIXTURE_SETUP(msrs)
{
	machine_create(&self->machine);
	vcpu_set_common_cpuid(&self->machine.vcpu);
	vcpu_set_mode(&self->machine.vcpu, MODE_LONG, GPA_CODE);
	answers_begin(&self->answers, variant->name);
}

FIXTURE_TEARDOWN(msrs)
{
	machine_destroy(&self->machine);
}

static void sweep(struct __test_metadata *_metadata, struct vcpu *vcpu,
		  struct answers *answers, uint32_t index)
{
	uint64_t good, now;
	int ret;

	ret = vcpu_get_msr(vcpu, index, &good);
	answer(answers, "MSR %#x: %d", index, ret);
	if (ret != 1)
		return;
	for (int bit = 0; bit < 64; bit++) {
		ret = vcpu_set_msr(vcpu, index, good ^ 1ull << bit);
		ASSERT_EQ(1, vcpu_get_msr(vcpu, index, &now));
		answer(answers, "MSR %#x bit %d: %d %#lx", index, bit, ret,
		       now ^ good);
		if (ret == 1) {
			vcpu_set_msr(vcpu, index, good);
			continue;
		}
		EXPECT_EQ(good, now) {
			TH_LOG("MSR %#x bit %d", index, bit);
		}
	}
}

TEST_F(msrs, with_one_bit_wrong)
{
	struct vcpu *vcpu = &self->machine.vcpu;
	struct kvm_cpuid2 nothing_supported = {};

	for (const uint32_t *index = variant->indices; *index; index++)
		sweep(_metadata, vcpu, &self->answers, *index);

	/* which MSRs there are, and what they hold, may depend on CPUID */
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_SET_CPUID2, &nothing_supported));
	watchdog_start();
	for (const uint32_t *index = variant->indices; *index; index++)
		sweep(_metadata, vcpu, &self->answers, *index);

	vcpu_set_common_cpuid(vcpu);
	vcpu_start(vcpu, nothing);
	ASSERT_DONE(vcpu);
	EXPECT_FIRST_DEVICES(&self->answers);
}

TEST_HARNESS_MAIN
