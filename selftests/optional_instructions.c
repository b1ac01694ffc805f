// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions that exist if the guest's CPUID says so, and raise #UD if not:
 * most of them without any exit, by a VM-execution control.
 */
#include "test.h"

#define TRAP_OF_RDTSCP()	TRAP_OF("rdtscp", : : : "rax", "rcx", "rdx")
#define TRAP_OF_RDRAND()	TRAP_OF("rdrand %%rax", : : : "rax")
#define TRAP_OF_RDSEED()	TRAP_OF("rdseed %%rax", : : : "rax")
#define TRAP_OF_XSAVES(area) \
	TRAP_OF("xsaves %0", : "+m"(*(area)) : "a"(1), "d"(0))
#define TRAP_OF_XRSTORS(area) \
	TRAP_OF("xrstors %0", : "+m"(*(area)) : "a"(1), "d"(0))
#define TRAP_OF_INVPCID(type, descriptor) \
	TRAP_OF("invpcid %0, %1", : : "m"(descriptor), "r"((uint64_t)(type)))

struct feature {
	uint32_t leaf;
	int reg;	/* 0..3: EAX..EDX */
	int bit;
};

enum { EAX, EBX, ECX, EDX };

static const struct feature features[] = {
	{ 1, ECX, 30 },			/* RDRAND */
	{ 7, EBX, 10 },			/* INVPCID */
	{ 7, EBX, 18 },			/* RDSEED */
	{ 0xd, EAX, 3 },		/* XSAVES */
	{ 0x80000001, EDX, 27 },	/* RDTSCP */
};

static const struct feature others[] = {
	{ 7, ECX, 5 },			/* WAITPKG */
	{ 7, ECX, 22 },			/* RDPID: with it comes RDTSCP */
};

static uint32_t *feature_register(struct kvm_cpuid2 *cpuid,
				  const struct feature *feature)
{
	struct kvm_cpuid_entry2 *entry =
		find_cpuid(cpuid, feature->leaf, feature->leaf == 0xd);

	return entry ? &(&entry->eax)[feature->reg] : NULL;
}

static void hide(struct kvm_cpuid2 *cpuid, const struct feature *feature)
{
	uint32_t *reg = feature_register(cpuid, feature);

	if (reg)
		*reg &= ~(1u << feature->bit);
}

FIXTURE(features)
{
	struct machine machine;
	struct kvm_cpuid2 *cpuid;
};

FIXTURE_SETUP(features)
{
	machine_create(&self->machine);
	self->cpuid = supported_cpuid(self->machine.vm.kvm);
}

FIXTURE_TEARDOWN(features)
{
	free(self->cpuid);
	machine_destroy(&self->machine);
}

static struct {
	uint64_t header[72];
} __attribute__((aligned(64))) area;

static const uint64_t descriptor[2];

static void guest_has_all(void)
{
	GUEST_CHECK(TRAP_OF_RDTSCP() == NO_TRAP);
	GUEST_CHECK(TRAP_OF_RDRAND() == NO_TRAP);
	GUEST_CHECK(TRAP_OF_RDSEED() == NO_TRAP);
	GUEST_CHECK(TRAP_OF_INVPCID(2, descriptor) == NO_TRAP);
	GUEST_CHECK(TRAP_OF_INVPCID(4, descriptor) == GP_VECTOR);
	WRITE_REG(cr4, READ_REG(cr4) | X86_CR4_OSXSAVE);
	GUEST_CHECK(TRAP_OF_XSAVES(&area) == NO_TRAP);
	GUEST_CHECK(TRAP_OF_XRSTORS(&area) == NO_TRAP);
	guest_done();
}

TEST_F(features, offered)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
		const struct feature *feature = &features[i];
		uint32_t *reg = feature_register(self->cpuid, feature);

		if (!reg || !(*reg & 1u << feature->bit))
			SKIP(return, "no bit %d of register %d of leaf %#x",
			     feature->bit, feature->reg, feature->leaf);
	}
	vcpu_start(vcpu, guest_has_all);
	ASSERT_DONE(vcpu);
}

static void guest_has_none(void)
{
	GUEST_CHECK(TRAP_OF_RDTSCP() == UD_VECTOR);
	GUEST_CHECK(TRAP_OF_RDRAND() == UD_VECTOR);
	GUEST_CHECK(TRAP_OF_RDSEED() == UD_VECTOR);
	GUEST_CHECK(TRAP_OF_INVPCID(2, descriptor) == UD_VECTOR);
	WRITE_REG(cr4, READ_REG(cr4) | X86_CR4_OSXSAVE);
	GUEST_CHECK(TRAP_OF_XSAVES(&area) == UD_VECTOR);
	GUEST_CHECK(TRAP_OF_XRSTORS(&area) == UD_VECTOR);
	/* UMWAIT and TPAUSE with ECX, by bytes: not every assembler has them */
	GUEST_CHECK(TRAP_OF(".byte 0xf2, 0x0f, 0xae, 0xf1",
			    : : "a"(0), "c"(0), "d"(0)) == UD_VECTOR);
	GUEST_CHECK(TRAP_OF(".byte 0x66, 0x0f, 0xae, 0xf1",
			    : : "a"(0), "c"(0), "d"(0)) == UD_VECTOR);
	guest_done();
}

TEST_F(features, hidden)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	for (size_t i = 0; i < ARRAY_SIZE(features); i++)
		hide(self->cpuid, &features[i]);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		hide(self->cpuid, &others[i]);
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_SET_CPUID2, self->cpuid));
	vcpu_start(vcpu, guest_has_none);
	ASSERT_DONE(vcpu);
}

/* What no guest is offered here. */
static void guest_never_has(void)
{
	GUEST_CHECK(TRAP_OF("encls", : : "a"(0)) == UD_VECTOR);
	GUEST_CHECK(TRAP_OF("getsec", : : "a"(0)) == UD_VECTOR);
	guest_done();
}

TEST_F(features, never_there)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	vcpu_start(vcpu, guest_never_has);
	ASSERT_DONE(vcpu);
}

TEST_HARNESS_MAIN
