// SPDX-License-Identifier: GPL-2.0
/* The two addresses that VMMs set for CPUs without unrestricted guest. */
#include "test.h"

static void guest_nothing(void)
{
	guest_done();
}

TEST(tss_address)
{
	struct vm vm;

	vm_create(&vm);
	EXPECT_EQ(0, dev_ioctl_value(vm.fd, KVM_SET_TSS_ADDR, 0xfffbd000));
	EXPECT_EQ(0, dev_ioctl_value(vm.fd, KVM_SET_TSS_ADDR, 0xffffd000));
	EXPECT_EQ(-EINVAL, dev_ioctl_value(vm.fd, KVM_SET_TSS_ADDR, 0xffffd001));
	EXPECT_EQ(-EINVAL, dev_ioctl_value(vm.fd, KVM_SET_TSS_ADDR, 0x100000000));
}

TEST(identity_map_address)
{
	uint64_t address = 0xfffbc000;
	struct machine machine;

	vm_create(&machine.vm);
	EXPECT_EQ(0, dev_ioctl(machine.vm.fd, KVM_SET_IDENTITY_MAP_ADDR,
			       &address));
	EXPECT_EQ(-EFAULT, dev_ioctl(machine.vm.fd, KVM_SET_IDENTITY_MAP_ADDR,
				     NULL));
	vcpu_create(&machine.vm, &machine.vcpu, 0);
	vcpu_start(&machine.vcpu, guest_nothing);
	ASSERT_DONE(&machine.vcpu);
}

TEST(identity_map_address_after_a_vcpu)
{
	uint64_t address = 0xfffbc000;
	struct machine machine;

	machine_create(&machine);
	EXPECT_EQ(-EINVAL, dev_ioctl(machine.vm.fd, KVM_SET_IDENTITY_MAP_ADDR,
				     &address));
}

TEST_HARNESS_MAIN
