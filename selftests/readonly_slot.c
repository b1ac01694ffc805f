// SPDX-License-Identifier: GPL-2.0
/* A read-only slot is memory for reads and MMIO for writes. */
#include "test.h"

#define GPA_ROM	0x20000000ull

static void guest_uses_rom(void)
{
	volatile uint32_t *rom = (void *)GPA_ROM;

	GUEST_CHECK(rom[0] == 0x600d);
	rom[0] = 0xbad;
	GUEST_CHECK(rom[0] == 0x600d);
	rom[1] |= 1;
	GUEST_CHECK(rom[1] == 0x10);
	asm volatile("call *%0" : : "r"(GPA_ROM + 64) : "memory");
	guest_done();
}

FIXTURE(rom) {
	struct machine machine;
	uint32_t *host;
};

FIXTURE_SETUP(rom)
{
	machine_start(&self->machine, guest_uses_rom);
	if (!device_has(self->machine.vm.kvm, KVM_CAP_READONLY_MEM))
		SKIP(return, "no KVM_CAP_READONLY_MEM");
	self->host = anonymous_memory(PAGE_SIZE);
	self->host[0] = 0x600d;
	self->host[1] = 0x10;
	self->host[16] = 0xc3;	/* RET */
}

FIXTURE_TEARDOWN(rom)
{
	machine_destroy(&self->machine);
}

TEST_F(rom, writes_leave_to_the_vmm)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	ASSERT_EQ(0, vm_set_slot(&self->machine.vm, SLOT_FREE, KVM_MEM_READONLY,
				 GPA_ROM, PAGE_SIZE, self->host));
	ASSERT_MMIO_WRITE(vcpu, GPA_ROM, 4, 0xbad);
	EXPECT_EQ(0x600d, self->host[0]);
	ASSERT_MMIO_WRITE(vcpu, GPA_ROM + 4, 4, 0x11);
	EXPECT_EQ(0x10, self->host[1]);
	ASSERT_DONE(vcpu);
}

/* Host memory that the VMM itself cannot write serves as well. */
TEST_F(rom, host_memory_without_write_permission)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	ASSERT_EQ(0, mprotect(self->host, PAGE_SIZE, PROT_READ));
	ASSERT_EQ(0, vm_set_slot(&self->machine.vm, SLOT_FREE, KVM_MEM_READONLY,
				 GPA_ROM, PAGE_SIZE, self->host));
	ASSERT_MMIO_WRITE(vcpu, GPA_ROM, 4, 0xbad);
	ASSERT_MMIO_WRITE(vcpu, GPA_ROM + 4, 4, 0x11);
	ASSERT_DONE(vcpu);
}

/* In a writable slot such memory gives the error of a bad pointer. */
TEST_F(rom, writable_slot_on_unwritable_memory)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	ASSERT_EQ(0, mprotect(self->host, PAGE_SIZE, PROT_READ));
	ASSERT_EQ(0, vm_set_slot(&self->machine.vm, SLOT_FREE, 0, GPA_ROM,
				 PAGE_SIZE, self->host));
	ASSERT_EQ(-EFAULT, vcpu_run(vcpu));
	EXPECT_EQ(0x600d, self->host[0]);
}

TEST_HARNESS_MAIN
