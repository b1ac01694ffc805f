// SPDX-License-Identifier: GPL-2.0
/* The list of MSRs, and KVM_GET_MSRS and KVM_SET_MSRS. */
#include "test.h"

#define NOT_CANONICAL	0x8000000000000000ull
#define NO_SUCH_MSR	0x12345678
#define MAX_LIST	1024

struct list {
	uint32_t nmsrs;
	uint32_t indices[MAX_LIST];
};

struct msrs {
	uint32_t nmsrs;
	uint32_t pad;
	struct kvm_msr_entry entries[4];
};

static const uint32_t round_trip_msrs[] = {
	MSR_IA32_SYSENTER_ESP, MSR_IA32_SYSENTER_EIP, MSR_STAR, MSR_LSTAR,
	MSR_CSTAR, MSR_KERNEL_GS_BASE, MSR_FS_BASE, MSR_GS_BASE,
};

static const uint32_t address_msrs[] = {
	MSR_LSTAR, MSR_CSTAR, MSR_KERNEL_GS_BASE, MSR_FS_BASE, MSR_GS_BASE,
};

static struct list msr_list(int kvm)
{
	static struct list list;

	list.nmsrs = MAX_LIST;
	if (dev_ioctl(kvm, KVM_GET_MSR_INDEX_LIST, &list))
		die("KVM_GET_MSR_INDEX_LIST");
	return list;
}

TEST(list_that_is_too_short)
{
	int kvm = device_open();
	struct list list = { .nmsrs = 0 };
	uint32_t needed;

	EXPECT_EQ(-E2BIG, dev_ioctl(kvm, KVM_GET_MSR_INDEX_LIST, &list));
	EXPECT_LT(0, list.nmsrs);
	EXPECT_EQ(0, list.indices[0]);
	needed = list.nmsrs--;
	EXPECT_EQ(-E2BIG, dev_ioctl(kvm, KVM_GET_MSR_INDEX_LIST, &list));
	EXPECT_EQ(needed, list.nmsrs);
	EXPECT_EQ(0, dev_ioctl(kvm, KVM_GET_MSR_INDEX_LIST, &list));
	EXPECT_EQ(needed, list.nmsrs);
	EXPECT_EQ(-EFAULT, dev_ioctl(kvm, KVM_GET_MSR_INDEX_LIST, NULL));
}

static bool is_listed(const struct list *list, uint32_t index)
{
	for (uint32_t i = 0; i < list->nmsrs; i++)
		if (list->indices[i] == index)
			return true;
	return false;
}

TEST(list_has_what_a_linux_guest_needs)
{
	static const uint32_t needed[] = {
		MSR_IA32_TSC, MSR_IA32_SYSENTER_CS, MSR_IA32_SYSENTER_ESP,
		MSR_IA32_SYSENTER_EIP, MSR_IA32_CR_PAT, MSR_STAR, MSR_LSTAR,
		MSR_CSTAR, MSR_SYSCALL_MASK, MSR_KERNEL_GS_BASE,
		MSR_IA32_MISC_ENABLE,
	};
	struct list list = msr_list(device_open());

	for (unsigned int i = 0; i < ARRAY_SIZE(needed); i++) {
		EXPECT_TRUE(is_listed(&list, needed[i])) {
			TH_LOG("MSR %#x", needed[i]);
		}
	}
}

/* Given all of the CPUID that the device supports, which the MSRs go by. */
TEST(every_listed_msr_can_be_read)
{
	struct machine machine;
	struct list list;
	uint64_t value;

	machine_create(&machine);
	ASSERT_EQ(0, dev_ioctl(machine.vcpu.fd, KVM_SET_CPUID2,
			       supported_cpuid(machine.vm.kvm)));
	list = msr_list(machine.vm.kvm);
	for (uint32_t i = 0; i < list.nmsrs; i++) {
		EXPECT_EQ(1, vcpu_get_msr(&machine.vcpu, list.indices[i], &value)) {
			TH_LOG("MSR %#x", list.indices[i]);
		}
	}
}

TEST(round_trip)
{
	struct machine machine;
	uint64_t value;

	machine_create(&machine);
	vcpu_set_mode(&machine.vcpu, MODE_LONG, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(round_trip_msrs); i++) {
		uint64_t expected = 0xffff800000001000ull + i * 0x111;

		EXPECT_EQ(1, vcpu_set_msr(&machine.vcpu, round_trip_msrs[i],
					  expected));
		EXPECT_EQ(1, vcpu_get_msr(&machine.vcpu, round_trip_msrs[i],
					  &value));
		EXPECT_EQ(expected, value) {
			TH_LOG("MSR %#x", round_trip_msrs[i]);
		}
	}
}

/* On entry or exit the CPU itself would refuse them, in the host's name. */
TEST(addresses_must_be_canonical)
{
	struct machine machine;
	uint64_t value;

	machine_create(&machine);
	for (unsigned int i = 0; i < ARRAY_SIZE(address_msrs); i++) {
		EXPECT_EQ(0, vcpu_set_msr(&machine.vcpu, address_msrs[i],
					  NOT_CANONICAL));
		EXPECT_EQ(1, vcpu_get_msr(&machine.vcpu, address_msrs[i],
					  &value));
		EXPECT_EQ(0, value) {
			TH_LOG("MSR %#x", address_msrs[i]);
		}
	}
}

/* These two are made canonical instead of refused. */
TEST(sysenter_addresses_become_canonical)
{
	struct machine machine;
	uint64_t value;

	machine_create(&machine);
	EXPECT_EQ(1, vcpu_set_msr(&machine.vcpu, MSR_IA32_SYSENTER_EIP,
				  NOT_CANONICAL | 0x123));
	EXPECT_EQ(1, vcpu_get_msr(&machine.vcpu, MSR_IA32_SYSENTER_EIP, &value));
	EXPECT_EQ(0x123, value);
}

TEST(reserved_values)
{
	struct machine machine;

	machine_create(&machine);
	EXPECT_EQ(0, vcpu_set_msr(&machine.vcpu, MSR_EFER, 1ull << 63));
	EXPECT_EQ(0, vcpu_set_msr(&machine.vcpu, MSR_IA32_CR_PAT, 2));
	EXPECT_EQ(0, vcpu_set_msr(&machine.vcpu, MSR_IA32_CR_PAT, 0xff));
	EXPECT_EQ(1, vcpu_set_msr(&machine.vcpu, MSR_IA32_CR_PAT,
				  0x0007040600070406));
	EXPECT_EQ(0, vcpu_set_msr(&machine.vcpu, MSR_IA32_APICBASE, 1));
	EXPECT_EQ(0, vcpu_set_msr(&machine.vcpu, NO_SUCH_MSR, 0));
}

TEST(stops_at_the_first_refusal)
{
	struct machine machine;
	struct msrs msrs = {
		.nmsrs = 4,
		.entries = {
			{ .index = MSR_STAR, .data = 0x11 },
			{ .index = MSR_LSTAR, .data = 0x22 },
			{ .index = MSR_CSTAR, .data = NOT_CANONICAL },
			{ .index = MSR_KERNEL_GS_BASE, .data = 0x44 },
		},
	};
	uint64_t value;

	machine_create(&machine);
	EXPECT_EQ(2, dev_ioctl(machine.vcpu.fd, KVM_SET_MSRS, &msrs));
	EXPECT_EQ(1, vcpu_get_msr(&machine.vcpu, MSR_LSTAR, &value));
	EXPECT_EQ(0x22, value);
	EXPECT_EQ(1, vcpu_get_msr(&machine.vcpu, MSR_KERNEL_GS_BASE, &value));
	EXPECT_EQ(0, value);

	msrs.entries[1].index = NO_SUCH_MSR;
	EXPECT_EQ(1, dev_ioctl(machine.vcpu.fd, KVM_GET_MSRS, &msrs));
	EXPECT_EQ(0x11, msrs.entries[0].data);
}

TEST(sizes)
{
	struct machine machine;
	struct msrs msrs = { .nmsrs = 0 };

	machine_create(&machine);
	EXPECT_EQ(0, dev_ioctl(machine.vcpu.fd, KVM_GET_MSRS, &msrs));
	EXPECT_EQ(0, dev_ioctl(machine.vcpu.fd, KVM_SET_MSRS, &msrs));
	msrs.nmsrs = 0xffffffff;
	EXPECT_EQ(-E2BIG, dev_ioctl(machine.vcpu.fd, KVM_GET_MSRS, &msrs));
	EXPECT_EQ(-E2BIG, dev_ioctl(machine.vcpu.fd, KVM_SET_MSRS, &msrs));
	EXPECT_EQ(-EFAULT, dev_ioctl(machine.vcpu.fd, KVM_GET_MSRS, NULL));
	EXPECT_EQ(-EFAULT, dev_ioctl(machine.vcpu.fd, KVM_SET_MSRS, NULL));
}

TEST(every_feature_msr_can_be_read)
{
	int kvm = device_open();
	struct list list = { .nmsrs = MAX_LIST };

	ASSERT_EQ(0, dev_ioctl(kvm, KVM_GET_MSR_FEATURE_INDEX_LIST, &list));
	EXPECT_TRUE(is_listed(&list, MSR_IA32_PERF_CAPABILITIES));
	for (uint32_t i = 0; i < list.nmsrs; i++) {
		struct msrs msrs = {
			.nmsrs = 1,
			.entries = { { .index = list.indices[i] } },
		};

		EXPECT_EQ(1, dev_ioctl(kvm, KVM_GET_MSRS, &msrs)) {
			TH_LOG("MSR %#x", list.indices[i]);
		}
	}
}

/* Bit 63 is reserved on every CPU. */
TEST(perf_capabilities)
{
	struct machine machine;
	uint64_t value = 1;

	machine_create(&machine);
	EXPECT_EQ(1, vcpu_get_msr(&machine.vcpu, MSR_IA32_PERF_CAPABILITIES,
				  &value));
	EXPECT_EQ(1, vcpu_set_msr(&machine.vcpu, MSR_IA32_PERF_CAPABILITIES,
				  value));
	EXPECT_EQ(1, vcpu_set_msr(&machine.vcpu, MSR_IA32_PERF_CAPABILITIES, 0));
	EXPECT_EQ(0, vcpu_set_msr(&machine.vcpu, MSR_IA32_PERF_CAPABILITIES,
				  1ull << 63));
	EXPECT_EQ(1, vcpu_get_msr(&machine.vcpu, MSR_IA32_PERF_CAPABILITIES,
				  &value));
	EXPECT_EQ(0, value);
}

TEST_HARNESS_MAIN
