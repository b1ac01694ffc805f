// SPDX-License-Identifier: GPL-2.0
/* Capabilities of a VM that change what its vCPUs are. */
#include "test.h"

#define MSR_PLATFORM_INFO	0xce

static int enable_cap(struct vm *vm, uint32_t number, uint64_t value)
{
	struct kvm_enable_cap cap = { .cap = number, .args = { value } };

	return dev_ioctl(vm->fd, KVM_ENABLE_CAP, &cap);
}

TEST(a_limit_on_vcpu_ids)
{
	struct vm vm;

	vm_create(&vm);
	EXPECT_EQ(-EINVAL, enable_cap(&vm, KVM_CAP_MAX_VCPU_ID, 4097));
	EXPECT_EQ(0, enable_cap(&vm, KVM_CAP_MAX_VCPU_ID, 10));
	EXPECT_EQ(0, enable_cap(&vm, KVM_CAP_MAX_VCPU_ID, 10));
	EXPECT_EQ(-EINVAL, enable_cap(&vm, KVM_CAP_MAX_VCPU_ID, 11));
	EXPECT_EQ(-EINVAL, dev_ioctl_value(vm.fd, KVM_CREATE_VCPU, 10));
	EXPECT_LE(0, dev_ioctl_value(vm.fd, KVM_CREATE_VCPU, 9));
}

TEST(the_first_vcpu_settles_the_limit)
{
	struct machine machine;

	machine_create(&machine);
	EXPECT_EQ(-EINVAL, enable_cap(&machine.vm, KVM_CAP_MAX_VCPU_ID, 10));
	EXPECT_EQ(0, enable_cap(&machine.vm, KVM_CAP_MAX_VCPU_ID, 4096));
}

static void guest_reads_platform_info(void)
{
	(void)rdmsr(MSR_PLATFORM_INFO);
	guest_sync(1);
	GUEST_CHECK(TRAP_OF_RDMSR(MSR_PLATFORM_INFO) == GP_VECTOR);
	guest_done();
}

TEST(platform_info_can_be_hidden)
{
	struct machine machine;
	uint64_t value;

	machine_start(&machine, guest_reads_platform_info);
	EXPECT_TRUE(device_has(machine.vm.kvm, KVM_CAP_MSR_PLATFORM_INFO));
	ASSERT_SYNC(&machine.vcpu, 1);
	ASSERT_EQ(0, enable_cap(&machine.vm, KVM_CAP_MSR_PLATFORM_INFO, 0));
	ASSERT_DONE(&machine.vcpu);
	EXPECT_EQ(1, vcpu_get_msr(&machine.vcpu, MSR_PLATFORM_INFO, &value));
}

static bool is_boot_cpu(struct vcpu *vcpu)
{
	return vcpu_sregs(vcpu).apic_base & (1 << 8);
}

TEST(the_boot_cpu_is_the_vcpu_chosen)
{
	struct vcpu vcpu[2];
	struct vm vm;

	vm_create(&vm);
	EXPECT_TRUE(device_has(vm.kvm, KVM_CAP_SET_BOOT_CPU_ID));
	EXPECT_EQ(0, dev_ioctl_value(vm.fd, KVM_SET_BOOT_CPU_ID, 0));
	EXPECT_EQ(0, dev_ioctl_value(vm.fd, KVM_SET_BOOT_CPU_ID, 1));
	vcpu_create(&vm, &vcpu[0], 0);
	EXPECT_EQ(-EBUSY, dev_ioctl_value(vm.fd, KVM_SET_BOOT_CPU_ID, 0));
	vcpu_create(&vm, &vcpu[1], 1);
	EXPECT_FALSE(is_boot_cpu(&vcpu[0]));
	EXPECT_TRUE(is_boot_cpu(&vcpu[1]));
}

TEST(the_boot_cpu_is_vcpu_0_if_none_is_chosen)
{
	struct vcpu vcpu[2];
	struct vm vm;

	vm_create(&vm);
	vcpu_create(&vm, &vcpu[1], 1);
	vcpu_create(&vm, &vcpu[0], 0);
	EXPECT_TRUE(is_boot_cpu(&vcpu[0]));
	EXPECT_FALSE(is_boot_cpu(&vcpu[1]));
}

TEST_HARNESS_MAIN
