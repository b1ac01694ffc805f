// SPDX-License-Identifier: GPL-2.0
/* KVM_VCPU_TSC_OFFSET: what a guest's time stamp counter has beyond the host's. */
#include "test.h"
#include "tsc.h"

#define FAR	(1ull << 60)

static volatile uint64_t guest_tsc;

static void guest_reads_twice(void)
{
	guest_tsc = read_tsc();
	guest_sync(1);
	guest_tsc = rdmsr(MSR_IA32_TSC);
	guest_done();
}

TEST(guest_has_it)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	uint64_t offset = FAR, before;

	machine_start(&machine, guest_reads_twice);
	EXPECT_TRUE(device_has(machine.vm.kvm, KVM_CAP_VCPU_ATTRIBUTES));
	EXPECT_EQ(0, tsc_attribute(vcpu, KVM_HAS_DEVICE_ATTR, NULL));

	before = read_tsc();
	ASSERT_SYNC(vcpu, 1);
	EXPECT_LE(before + tsc_offset(vcpu), guest_tsc);
	EXPECT_GE(read_tsc() + tsc_offset(vcpu), guest_tsc);

	ASSERT_EQ(0, tsc_attribute(vcpu, KVM_SET_DEVICE_ATTR, &offset));
	EXPECT_EQ(FAR, tsc_offset(vcpu));
	before = read_tsc();
	ASSERT_DONE(vcpu);
	EXPECT_LE(before + FAR, guest_tsc);
	EXPECT_GE(read_tsc() + FAR, guest_tsc);
}

TEST(vmm_reads_the_same)
{
	struct machine machine;
	uint64_t offset = FAR, before, value;

	machine_create(&machine);
	ASSERT_EQ(0, tsc_attribute(&machine.vcpu, KVM_SET_DEVICE_ATTR, &offset));
	before = read_tsc();
	ASSERT_EQ(1, vcpu_get_msr(&machine.vcpu, MSR_IA32_TSC, &value));
	EXPECT_LE(before + FAR, value);
	EXPECT_GE(read_tsc() + FAR, value);
}

TEST(vcpus_to_come_have_it_too)
{
	struct machine machine;
	uint64_t offset = FAR;
	struct vcpu other;

	machine_create(&machine);
	ASSERT_EQ(0, tsc_attribute(&machine.vcpu, KVM_SET_DEVICE_ATTR, &offset));
	vcpu_create(&machine.vm, &other, 1);
	EXPECT_EQ(FAR, tsc_offset(&other));
}

TEST(refusals)
{
	static const unsigned long requests[] = {
		KVM_HAS_DEVICE_ATTR, KVM_GET_DEVICE_ATTR, KVM_SET_DEVICE_ATTR,
	};
	struct machine machine;
	int fd;

	machine_create(&machine);
	fd = machine.vcpu.fd;
	for (unsigned int i = 0; i < ARRAY_SIZE(requests); i++) {
		uint64_t offset = 0;
		struct kvm_device_attr attr = {
			.group = KVM_VCPU_TSC_CTRL,
			.attr = KVM_VCPU_TSC_OFFSET + 1,
			.addr = (uintptr_t)&offset,
		};

		EXPECT_EQ(-ENXIO, dev_ioctl(fd, requests[i], &attr));
		attr.attr = KVM_VCPU_TSC_OFFSET;
		attr.group = KVM_VCPU_TSC_CTRL + 1;
		EXPECT_EQ(-ENXIO, dev_ioctl(fd, requests[i], &attr));
		EXPECT_EQ(-EFAULT, dev_ioctl(fd, requests[i], NULL));
	}
	EXPECT_EQ(-EFAULT, tsc_attribute(&machine.vcpu, KVM_GET_DEVICE_ATTR, NULL));
	EXPECT_EQ(-EFAULT, tsc_attribute(&machine.vcpu, KVM_SET_DEVICE_ATTR, NULL));
}

TEST_HARNESS_MAIN
