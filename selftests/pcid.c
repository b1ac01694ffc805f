// SPDX-License-Identifier: GPL-2.0
/* Process-context identifiers: CR3's low bits, its bit 63, and INVPCID. */
#include "test.h"

#define X86_CR4_PCIDE	(1ul << 17)
#define CR3_NO_FLUSH	(1ul << 63)

/* Two address spaces, which differ in what is at one address. */
#define SECOND_PML4	0x20000ul
#define SECOND_PDPT	0x21000ul
#define SECOND_PD	0x22000ul
#define ADDRESS		0x20000000ul
#define FIRST_MEMORY	0ul
#define SECOND_MEMORY	0x200000ul
#define FIRST_CR3	(GPA_PML4 | 3)
#define SECOND_CR3	(SECOND_PML4 | 4)

#define LARGE_PAGE	(PTE_PRESENT | PTE_WRITE | PTE_LARGE)

static volatile uint64_t * const seen = (uint64_t *)(ADDRESS + GPA_DATA);

struct invpcid {
	uint64_t pcid, address;
};

#define TRAP_OF_INVPCID(type, pcid, address) ({				\
	const struct invpcid what__ = { (pcid), (address) };		\
									\
	TRAP_OF("invpcid %0, %1",					\
		: : "m"(what__), "r"((uint64_t)(type)) : "memory"); })

FIXTURE(pcid) {
	struct machine machine;
	bool there, has_invpcid;
};

FIXTURE_SETUP(pcid)
{
	struct vm *vm = &self->machine.vm;
	struct kvm_cpuid2 *cpuid;
	uint64_t *pd;

	machine_create(&self->machine);
	cpuid = supported_cpuid(vm->kvm);
	self->there = find_cpuid(cpuid, 1, 0)->ecx & 1u << 17;
	self->has_invpcid = find_cpuid(cpuid, 7, 0)->ebx & 1u << 10;
	free(cpuid);
	vcpu_set_supported_cpuid(&self->machine.vcpu);

	*(uint64_t *)vm_host(vm, SECOND_PML4) = SECOND_PDPT | PTE_PRESENT | PTE_WRITE;
	*(uint64_t *)vm_host(vm, SECOND_PDPT) = SECOND_PD | PTE_PRESENT | PTE_WRITE;
	pd = vm_host(vm, SECOND_PD);
	memcpy(pd, vm_host(vm, GPA_PD), PAGE_SIZE);
	pd[ADDRESS >> 21] = SECOND_MEMORY | LARGE_PAGE;
	((uint64_t *)vm_host(vm, GPA_PD))[ADDRESS >> 21] = FIRST_MEMORY | LARGE_PAGE;
	*(uint64_t *)vm_host(vm, FIRST_MEMORY + GPA_DATA) = 1;
	*(uint64_t *)vm_host(vm, SECOND_MEMORY + GPA_DATA) = 2;
}

FIXTURE_TEARDOWN(pcid)
{
	machine_destroy(&self->machine);
}

static void guest_switches(void)
{
	WRITE_REG(cr4, READ_REG(cr4) | X86_CR4_PCIDE);
	for (int i = 0; i < 3; i++) {
		WRITE_REG(cr3, FIRST_CR3 | (i ? CR3_NO_FLUSH : 0));
		/* the bit is a wish, it is not kept */
		GUEST_CHECK(READ_REG(cr3) == FIRST_CR3);
		GUEST_CHECK(*seen == 1);
		guest_sync(i);
		GUEST_CHECK(*seen == 1);
		WRITE_REG(cr3, SECOND_CR3 | (i ? CR3_NO_FLUSH : 0));
		GUEST_CHECK(READ_REG(cr3) == SECOND_CR3);
		GUEST_CHECK(*seen == 2);
	}
	guest_done();
}

TEST_F(pcid, address_spaces)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	if (!self->there)
		SKIP(return, "no PCID");
	vcpu_start(vcpu, guest_switches);
	for (int i = 0; i < 3; i++) {
		ASSERT_SYNC(vcpu, i);
		EXPECT_EQ(FIRST_CR3, vcpu_sregs(vcpu).cr3);
	}
	ASSERT_DONE(vcpu);
	EXPECT_EQ(SECOND_CR3, vcpu_sregs(vcpu).cr3);
}

/* What has changed is seen after any way to say so. */
static void guest_invalidates(void)
{
	volatile uint64_t *pd = (uint64_t *)GPA_PD;

	WRITE_REG(cr4, READ_REG(cr4) | X86_CR4_PCIDE);
	WRITE_REG(cr3, FIRST_CR3);
	for (uint64_t type = 0; type < 4; type++) {
		GUEST_CHECK(*seen == 1);
		pd[ADDRESS >> 21] = SECOND_MEMORY | LARGE_PAGE;
		/* of one address, one identifier, all of them twice */
		GUEST_CHECK(TRAP_OF_INVPCID(type, type < 2 ? FIRST_CR3 & 0xfff : 0,
					    type ? 0 : ADDRESS + GPA_DATA) ==
			    NO_TRAP);
		GUEST_CHECK(*seen == 2);
		pd[ADDRESS >> 21] = FIRST_MEMORY | LARGE_PAGE;
		WRITE_REG(cr3, FIRST_CR3);
	}
	GUEST_CHECK(TRAP_OF_INVPCID(0, 1 << 12, 0) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_INVPCID(0, 0, 1ul << 63) == GP_VECTOR);
	guest_done();
}

TEST_F(pcid, invalidations)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	if (!self->there || !self->has_invpcid)
		SKIP(return, "no PCID or no INVPCID");
	vcpu_start(vcpu, guest_invalidates);
	ASSERT_DONE(vcpu);
}

static void guest_errs(void)
{
	uint64_t cr4 = READ_REG(cr4);

	GUEST_CHECK(TRAP_OF_WRITE_REG(cr3, GPA_PML4 | CR3_NO_FLUSH) == GP_VECTOR);
	WRITE_REG(cr3, GPA_PML4 | 0x18);
	GUEST_CHECK(TRAP_OF_WRITE_REG(cr4, cr4 | X86_CR4_PCIDE) == GP_VECTOR);
	WRITE_REG(cr3, GPA_PML4);
	WRITE_REG(cr4, cr4 | X86_CR4_PCIDE);
	GUEST_CHECK(READ_REG(cr4) == (cr4 | X86_CR4_PCIDE));
	WRITE_REG(cr3, GPA_PML4 | 0xfff);
	GUEST_CHECK(READ_REG(cr3) == (GPA_PML4 | 0xfff));
	GUEST_CHECK(TRAP_OF_WRITE_REG(cr3, GPA_PML4 | 1ul << 62) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRITE_REG(cr0, READ_REG(cr0) & ~X86_CR0_PG) == GP_VECTOR);
	WRITE_REG(cr4, cr4);
	GUEST_CHECK(READ_REG(cr4) == cr4);
	guest_done();
}

TEST_F(pcid, refusals)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	if (!self->there)
		SKIP(return, "no PCID");
	vcpu_start(vcpu, guest_errs);
	ASSERT_DONE(vcpu);
}

static void guest_does_not_have_it(void)
{
	GUEST_CHECK(TRAP_OF_WRITE_REG(cr4, READ_REG(cr4) | X86_CR4_PCIDE) ==
		    GP_VECTOR);
	guest_done();
}

TEST_F(pcid, hidden)
{
	struct vcpu *vcpu = &self->machine.vcpu;
	struct kvm_cpuid2 *cpuid = supported_cpuid(self->machine.vm.kvm);

	find_cpuid(cpuid, 1, 0)->ecx &= ~(1u << 17);
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_SET_CPUID2, cpuid));
	free(cpuid);
	vcpu_start(vcpu, guest_does_not_have_it);
	ASSERT_DONE(vcpu);
}

TEST_HARNESS_MAIN
