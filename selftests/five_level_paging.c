// SPDX-License-Identifier: GPL-2.0
/* 57-bit linear addresses, where the CPU has them. */
#include "test.h"

#define X86_CR4_LA57	(1ul << 12)
#define CPUID_7_ECX_LA57 (1u << 16)

#define GPA_PML5	0x20000ul
#define HIGH		(1ul << 48)		/* the second entry of the PML5 table */
#define HIGHEST		(0xff00ul << 48)	/* its last half begins here */
#define NON_CANONICAL	(1ul << 56)

#define TABLE		(PTE_PRESENT | PTE_WRITE)

FIXTURE(la57) {
	struct machine machine;
	struct kvm_cpuid2 *cpuid;
	bool there;
};

FIXTURE_SETUP(la57)
{
	struct vm *vm = &self->machine.vm;
	uint64_t *pml5;

	machine_create(&self->machine);
	self->cpuid = supported_cpuid(vm->kvm);
	self->there = find_cpuid(self->cpuid, 7, 0)->ecx & CPUID_7_ECX_LA57;
	vcpu_set_supported_cpuid(&self->machine.vcpu);
	/* the same memory three times */
	pml5 = vm_host(vm, GPA_PML5);
	pml5[0] = GPA_PML4 | TABLE;
	pml5[1] = GPA_PML4 | TABLE;
	pml5[256] = GPA_PML4 | TABLE;
}

FIXTURE_TEARDOWN(la57)
{
	free(self->cpuid);
	machine_destroy(&self->machine);
}

static void start(struct vcpu *vcpu, void (*guest)(void))
{
	struct kvm_sregs sregs;

	vcpu_start(vcpu, guest);
	sregs = vcpu_sregs(vcpu);
	sregs.cr3 = GPA_PML5;
	sregs.cr4 |= X86_CR4_LA57;
	vcpu_set_sregs(vcpu, &sregs);
}

#define LOAD(address) (*(volatile uint64_t *)(address))

#define TRAP_OF_LOAD(address) \
	TRAP_OF("movq (%0), %%rax", : : "r"(address) : "rax", "memory")

static void guest_reads(void)
{
	GUEST_CHECK(READ_REG(cr4) & X86_CR4_LA57);
	GUEST_CHECK(LOAD(GPA_DATA) == 0x1234);
	GUEST_CHECK(LOAD(HIGH + GPA_DATA) == 0x1234);
	GUEST_CHECK(LOAD(HIGHEST + GPA_DATA) == 0x1234);
	GUEST_CHECK(TRAP_OF_LOAD(2 * HIGH) == PF_VECTOR);
	GUEST_CHECK(guest_trap.cr2 == 2 * HIGH);
	GUEST_CHECK(TRAP_OF_LOAD(NON_CANONICAL) == GP_VECTOR);
	/* a device, for which the VMM's side walks the tables */
	GUEST_CHECK(LOAD(HIGH + GPA_MMIO) == 0x77);
	GUEST_CHECK(LOAD(HIGHEST + GPA_MMIO) == 0x78);
	guest_done();
}

TEST_F(la57, addresses)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	if (!self->there)
		SKIP(return, "no 5-level paging");
	*(uint64_t *)vm_host(&self->machine.vm, GPA_DATA) = 0x1234;
	start(vcpu, guest_reads);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 8, 0x77);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 8, 0x78);
	ASSERT_DONE(vcpu);
	EXPECT_TRUE(vcpu_sregs(vcpu).cr4 & X86_CR4_LA57);
}

/* A device's value goes to memory at an address of 57 bits. */
static void guest_copies(void)
{
	uint64_t to = HIGH + GPA_DATA, from = HIGHEST + GPA_MMIO;

	GUEST_CHECK(TRAP_OF("movsq", : "+D"(to), "+S"(from) : : "memory") ==
		    NO_TRAP);
	GUEST_CHECK(LOAD(GPA_DATA) == 0x99);
	to = 2 * HIGH;
	from = HIGHEST + GPA_MMIO;
	GUEST_CHECK(TRAP_OF("movsq", : "+D"(to), "+S"(from) : : "memory") ==
		    PF_VECTOR);
	GUEST_CHECK(guest_trap.cr2 == 2 * HIGH);
	to = NON_CANONICAL;
	from = HIGHEST + GPA_MMIO;
	GUEST_CHECK(TRAP_OF("movsq", : "+D"(to), "+S"(from) : : "memory") ==
		    GP_VECTOR);
	guest_done();
}

TEST_F(la57, device_to_memory)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	if (!self->there)
		SKIP(return, "no 5-level paging");
	start(vcpu, guest_copies);
	/* whether the device is read before the store faults is the CPU's matter */
	for (;;) {
		if (vcpu_run(vcpu) != KVM_EXIT_MMIO)
			break;
		ASSERT_EQ(GPA_MMIO, vcpu->run->mmio.phys_addr);
		ASSERT_EQ(0, vcpu->run->mmio.is_write);
		memcpy(vcpu->run->mmio.data, &(uint64_t){ 0x99 }, 8);
	}
	ASSERT_EQ(KVM_EXIT_IO, vcpu->run->exit_reason) {
		vcpu_describe(vcpu);
	}
	ASSERT_EQ(PORT_DONE, vcpu->run->io.port) {
		vcpu_describe(vcpu);
	}
}

static void guest_writes_addresses(void)
{
	uint64_t cr4 = READ_REG(cr4);

	/*
	 * Not the addresses of more than 48 bits that are canonical here: the
	 * lab's emulator refuses them to a host with 4 levels, as no CPU does.
	 */
	GUEST_CHECK(TRAP_OF_WRMSR(MSR_LSTAR, NON_CANONICAL) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRMSR(MSR_FS_BASE, NON_CANONICAL) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRMSR(MSR_KERNEL_GS_BASE, NON_CANONICAL) == GP_VECTOR);
	/* the number of levels is chosen before paging */
	GUEST_CHECK(TRAP_OF_WRITE_REG(cr4, cr4 & ~X86_CR4_LA57) == GP_VECTOR);
	guest_done();
}

TEST_F(la57, registers)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	if (!self->there)
		SKIP(return, "no 5-level paging");
	start(vcpu, guest_writes_addresses);
	ASSERT_DONE(vcpu);
}

static void guest_has_four_levels(void)
{
	GUEST_CHECK(TRAP_OF_WRITE_REG(cr4, READ_REG(cr4) | X86_CR4_LA57) ==
		    GP_VECTOR);
	GUEST_CHECK(TRAP_OF_LOAD(HIGH) == GP_VECTOR);
	guest_done();
}

TEST_F(la57, four_levels)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	vcpu_start(vcpu, guest_has_four_levels);
	ASSERT_DONE(vcpu);
}

TEST_F(la57, hidden)
{
	struct vcpu *vcpu = &self->machine.vcpu;
	struct kvm_sregs sregs;

	if (self->there)
		find_cpuid(self->cpuid, 7, 0)->ecx &= ~CPUID_7_ECX_LA57;
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_SET_CPUID2, self->cpuid));
	vcpu_start(vcpu, guest_has_four_levels);
	sregs = vcpu_sregs(vcpu);
	sregs.cr3 = GPA_PML5;
	sregs.cr4 |= X86_CR4_LA57;
	EXPECT_EQ(-EINVAL, dev_ioctl(vcpu->fd, KVM_SET_SREGS, &sregs));
	ASSERT_DONE(vcpu);
}

TEST_HARNESS_MAIN
