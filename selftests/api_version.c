// SPDX-License-Identifier: GPL-2.0
/* The device itself: version, extensions, sizes, and refusals. */
#include "test.h"

#define UNKNOWN_IOCTL	_IO(KVMIO, 0xfe)
#define FOREIGN_IOCTL	_IO('Q', 0x00)

TEST(version)
{
	int kvm = device_open();

	EXPECT_EQ(12, dev_ioctl_value(kvm, KVM_GET_API_VERSION, 0));
	EXPECT_EQ(-EINVAL, dev_ioctl_value(kvm, KVM_GET_API_VERSION, 1));
}

TEST(extensions_the_tests_build_on)
{
	static const int needed[] = {
		KVM_CAP_USER_MEMORY, KVM_CAP_SET_TSS_ADDR,
		KVM_CAP_SET_IDENTITY_MAP_ADDR, KVM_CAP_EXT_CPUID,
		KVM_CAP_DESTROY_MEMORY_REGION_WORKS, KVM_CAP_NR_VCPUS,
		KVM_CAP_MAX_VCPUS, KVM_CAP_NR_MEMSLOTS, KVM_CAP_MP_STATE,
		KVM_CAP_USER_NMI, KVM_CAP_READONLY_MEM,
		KVM_CAP_IMMEDIATE_EXIT, KVM_CAP_INTERNAL_ERROR_DATA,
	};
	int kvm = device_open();

	for (unsigned int i = 0; i < ARRAY_SIZE(needed); i++) {
		EXPECT_TRUE(device_has(kvm, needed[i])) {
			TH_LOG("extension %d", needed[i]);
		}
	}
}

TEST(unknown_extension_is_absent)
{
	int kvm = device_open();

	EXPECT_EQ(0, dev_ioctl_value(kvm, KVM_CHECK_EXTENSION, 100000));
	EXPECT_EQ(0, dev_ioctl_value(kvm, KVM_CHECK_EXTENSION, ~0ul));
}

TEST(vm_answers_extensions_when_the_device_says_so)
{
	struct vm vm;

	vm_create(&vm);
	if (!device_has(vm.kvm, KVM_CAP_CHECK_EXTENSION_VM))
		SKIP(return, "no KVM_CAP_CHECK_EXTENSION_VM");
	EXPECT_EQ(1, dev_ioctl_value(vm.fd, KVM_CHECK_EXTENSION,
				     KVM_CAP_USER_MEMORY));
	EXPECT_EQ(0, dev_ioctl_value(vm.fd, KVM_CHECK_EXTENSION, 100000));
}

TEST(run_area_size)
{
	int kvm = device_open();
	int size = dev_ioctl_value(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);

	EXPECT_GE(size, (int)sizeof(struct kvm_run));
	EXPECT_EQ(0, size % (int)PAGE_SIZE);
	EXPECT_EQ(-EINVAL, dev_ioctl_value(kvm, KVM_GET_VCPU_MMAP_SIZE, 1));
}

TEST(machine_type_is_checked)
{
	int kvm = device_open();

	EXPECT_EQ(-EINVAL, dev_ioctl_value(kvm, KVM_CREATE_VM, 99));
}

TEST(unknown_ioctls)
{
	struct machine machine;

	machine_create(&machine);
	EXPECT_EQ(-EINVAL, dev_ioctl(machine.vm.kvm, UNKNOWN_IOCTL, NULL));
	EXPECT_EQ(-ENOTTY, dev_ioctl(machine.vm.fd, UNKNOWN_IOCTL, NULL));
	EXPECT_EQ(-EINVAL, dev_ioctl(machine.vcpu.fd, UNKNOWN_IOCTL, NULL));
	EXPECT_EQ(-EINVAL, dev_ioctl(machine.vm.kvm, FOREIGN_IOCTL, NULL));
	EXPECT_EQ(-ENOTTY, dev_ioctl(machine.vm.fd, FOREIGN_IOCTL, NULL));
	EXPECT_EQ(-EINVAL, dev_ioctl(machine.vcpu.fd, FOREIGN_IOCTL, NULL));
}

/* An ioctl of one kind of file means nothing on another. */
TEST(ioctls_on_the_wrong_file)
{
	struct machine machine;

	machine_create(&machine);
	EXPECT_EQ(-EINVAL, dev_ioctl(machine.vm.kvm, KVM_RUN, NULL));
	EXPECT_EQ(-EINVAL, dev_ioctl(machine.vm.kvm, KVM_CREATE_VCPU, NULL));
	EXPECT_EQ(-ENOTTY, dev_ioctl(machine.vm.fd, KVM_RUN, NULL));
	EXPECT_EQ(-ENOTTY, dev_ioctl(machine.vm.fd, KVM_CREATE_VM, NULL));
	EXPECT_EQ(-EINVAL, dev_ioctl(machine.vcpu.fd, KVM_CREATE_VM, NULL));
	EXPECT_EQ(-EINVAL, dev_ioctl(machine.vcpu.fd, KVM_GET_API_VERSION, NULL));
}

TEST_HARNESS_MAIN
