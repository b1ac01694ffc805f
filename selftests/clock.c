// SPDX-License-Identifier: GPL-2.0
/* KVM_GET_CLOCK and KVM_SET_CLOCK: a VM's time, to be kept with a saved VM. */
#include <time.h>

#include "test.h"

#define NS	1000000000ull
/* More than a test takes, less than it sets clocks to. */
#define A_WHILE	(20 * NS)

static int bare_vm(void)
{
	int kvm = device_open();
	int vm = dev_ioctl_value(kvm, KVM_CREATE_VM, 0);

	if (vm < 0)
		die("KVM_CREATE_VM");
	return vm;
}

static struct kvm_clock_data get(int vm)
{
	struct kvm_clock_data data;

	memset(&data, 0xa5, sizeof(data));
	if (dev_ioctl(vm, KVM_GET_CLOCK, &data))
		die("KVM_GET_CLOCK");
	return data;
}

static uint64_t time_of_day(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * NS + now.tv_nsec;
}

TEST(capabilities)
{
	int kvm = device_open(), vm = bare_vm();

	EXPECT_LT(0, dev_ioctl_value(kvm, KVM_CHECK_EXTENSION, KVM_CAP_ADJUST_CLOCK));
	EXPECT_LT(0, dev_ioctl_value(vm, KVM_CHECK_EXTENSION, KVM_CAP_ADJUST_CLOCK));
}

TEST(begins_at_0_and_runs)
{
	const struct timespec nap = { .tv_nsec = 20000000 };
	uint64_t before = time_of_day(), passed;
	int vm = bare_vm();
	struct kvm_clock_data first = get(vm), second;

	EXPECT_LE(first.clock, time_of_day() - before);
	nanosleep(&nap, NULL);
	second = get(vm);
	passed = time_of_day() - before;
	EXPECT_GE(second.clock - first.clock, (uint64_t)nap.tv_nsec);
	EXPECT_LE(second.clock - first.clock, passed);
	EXPECT_EQ(0, second.pad0);
}

TEST(each_vm_has_its_own)
{
	struct kvm_clock_data data = { .clock = 5000 * NS };
	int vm = bare_vm(), other = bare_vm();

	EXPECT_EQ(0, dev_ioctl(vm, KVM_SET_CLOCK, &data));
	EXPECT_LT(get(other).clock, A_WHILE);
}

TEST(goes_on_from_what_was_set)
{
	static const uint64_t times[] = { 5000 * NS, 0, 1ull << 62, 1 };
	int vm = bare_vm();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(times); i++) {
		struct kvm_clock_data data = { .clock = times[i] };

		EXPECT_EQ(0, dev_ioctl(vm, KVM_SET_CLOCK, &data));
		/* KVM's may lag behind by what it takes for its master clock */
		EXPECT_LT(get(vm).clock + NS - times[i], A_WHILE);
		EXPECT_LT(NS / 2, get(vm).clock + NS - times[i]);
	}
}

TEST(takes_what_was_read)
{
	int vm = bare_vm(), other = bare_vm();
	struct kvm_clock_data data = { .clock = 5000 * NS };

	EXPECT_EQ(0, dev_ioctl(vm, KVM_SET_CLOCK, &data));
	data = get(vm);
	EXPECT_EQ(0, dev_ioctl(other, KVM_SET_CLOCK, &data));
	EXPECT_LE(data.clock, get(other).clock);
	EXPECT_LT(get(other).clock, data.clock + A_WHILE);
}

TEST(counts_the_time_since_a_time_of_day)
{
	struct kvm_clock_data data = {
		.clock = 5000 * NS,
		.flags = KVM_CLOCK_REALTIME,
		.realtime = time_of_day() - 300 * NS,
	};
	int vm = bare_vm();

	EXPECT_EQ(0, dev_ioctl(vm, KVM_SET_CLOCK, &data));
	EXPECT_LE(5300 * NS, get(vm).clock);
	EXPECT_LT(get(vm).clock, 5300 * NS + A_WHILE);
	/* A time to come does not turn the clock back. */
	data.realtime = time_of_day() + 300 * NS;
	EXPECT_EQ(0, dev_ioctl(vm, KVM_SET_CLOCK, &data));
	EXPECT_LT(4999 * NS, get(vm).clock);
	EXPECT_LT(get(vm).clock, 5000 * NS + A_WHILE);
}

TEST(an_error_changes_nothing)
{
	struct kvm_clock_data data = { .clock = 5000 * NS, .flags = 1 };
	int vm = bare_vm();

	EXPECT_EQ(-EINVAL, dev_ioctl(vm, KVM_SET_CLOCK, &data));
	EXPECT_EQ(-EFAULT, dev_ioctl(vm, KVM_SET_CLOCK, NULL));
	EXPECT_EQ(-EFAULT, dev_ioctl(vm, KVM_GET_CLOCK, NULL));
	EXPECT_LT(get(vm).clock, A_WHILE);
}

/* QEMU 10 wants the capability and never uses the ioctl without such an APIC. */
TEST(message_without_local_apic_in_the_kernel)
{
	int vm = bare_vm();
	struct kvm_msi msi = { .address_lo = 0xfee00000, .data = 0x30 };

	EXPECT_EQ(1, dev_ioctl_value(vm, KVM_CHECK_EXTENSION, KVM_CAP_SIGNAL_MSI));
	EXPECT_EQ(-EINVAL, dev_ioctl(vm, KVM_SIGNAL_MSI, &msi));
	EXPECT_EQ(-EFAULT, dev_ioctl(vm, KVM_SIGNAL_MSI, NULL));
}

TEST_HARNESS_MAIN
