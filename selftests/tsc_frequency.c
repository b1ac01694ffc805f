// SPDX-License-Identifier: GPL-2.0
/* KVM_SET_TSC_KHZ: a guest's time stamp counter at a frequency of its own. */
#include "test.h"
#include "tsc.h"

#define FRACTION_BITS	48	/* of the CPU's multiplier */

static volatile uint64_t guest_tsc, guest_msr;

static void guest_reads(void)
{
	for (;;) {
		guest_tsc = read_tsc();
		guest_msr = rdmsr(MSR_IA32_TSC);
		guest_sync(1);
	}
}

static bool has_control(struct machine *machine)
{
	return device_has(machine->vm.kvm, KVM_CAP_TSC_CONTROL);
}

static uint64_t scaled(uint64_t tsc, uint32_t khz, uint32_t host_khz)
{
	uint64_t multiplier = ((__uint128_t)khz << FRACTION_BITS) / host_khz;

	return (__uint128_t)tsc * multiplier >> FRACTION_BITS;
}

TEST(guest_runs_at_it)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	uint32_t host, khz;
	uint64_t before, offset;

	machine_start(&machine, guest_reads);
	if (!has_control(&machine))
		SKIP(return, "no TSC scaling");
	host = tsc_khz(vcpu);
	for (khz = host / 3; khz < host * 5; khz += host) {
		ASSERT_EQ(0, dev_ioctl_value(vcpu->fd, KVM_SET_TSC_KHZ, khz));
		EXPECT_EQ(khz, tsc_khz(vcpu));
		offset = tsc_offset(vcpu);
		before = read_tsc();
		ASSERT_SYNC(vcpu, 1);
		EXPECT_LE(scaled(before, khz, host) + offset, guest_tsc);
		EXPECT_LE(guest_tsc, guest_msr);
		EXPECT_GE(scaled(read_tsc(), khz, host) + offset, guest_msr);
	}

	/* and back */
	ASSERT_EQ(0, dev_ioctl_value(vcpu->fd, KVM_SET_TSC_KHZ, 0));
	EXPECT_EQ(host, tsc_khz(vcpu));
	before = read_tsc();
	ASSERT_SYNC(vcpu, 1);
	EXPECT_LE(before + offset, guest_tsc);
	EXPECT_GE(read_tsc() + offset, guest_msr);
}

TEST(vmm_reads_and_writes_at_it)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	uint64_t value, before, ticks;
	uint32_t host;

	machine_start(&machine, guest_reads);
	if (!has_control(&machine))
		SKIP(return, "no TSC scaling");
	host = tsc_khz(vcpu);
	ASSERT_EQ(0, dev_ioctl_value(vcpu->fd, KVM_SET_TSC_KHZ, 4 * host));

	before = read_tsc();
	ASSERT_EQ(1, vcpu_set_msr(vcpu, MSR_IA32_TSC, 1ull << 60));
	while (read_tsc() - before < 100000)
		;
	ASSERT_EQ(1, vcpu_get_msr(vcpu, MSR_IA32_TSC, &value));
	ticks = read_tsc() - before;
	EXPECT_LT((1ull << 60) + 200000, value);
	EXPECT_GT((1ull << 60) + 4 * ticks, value);
	ASSERT_SYNC(vcpu, 1);
	EXPECT_LT(value, guest_tsc);
}

TEST(of_vcpus_to_come)
{
	struct machine machine;
	struct vcpu other;
	uint32_t host;

	machine_create(&machine);
	host = tsc_khz(&machine.vcpu);
	if (!device_has(machine.vm.kvm, KVM_CAP_VM_TSC_CONTROL))
		SKIP(return, "no TSC scaling");
	EXPECT_EQ((int)host, dev_ioctl(machine.vm.fd, KVM_GET_TSC_KHZ, NULL));
	ASSERT_EQ(0, dev_ioctl_value(machine.vm.fd, KVM_SET_TSC_KHZ, 2 * host));
	EXPECT_EQ((int)(2 * host), dev_ioctl(machine.vm.fd, KVM_GET_TSC_KHZ, NULL));
	EXPECT_EQ(host, tsc_khz(&machine.vcpu));

	vcpu_create(&machine.vm, &other, 1);
	EXPECT_EQ(2 * host, tsc_khz(&other));
	EXPECT_EQ(0, dev_ioctl_value(machine.vm.fd, KVM_SET_TSC_KHZ, 0));
	EXPECT_EQ((int)host, dev_ioctl(machine.vm.fd, KVM_GET_TSC_KHZ, NULL));
	EXPECT_EQ(2 * host, tsc_khz(&other));
}

/* The multiplier's integer part has 16 bits. */
TEST(limits)
{
	struct machine machine;
	bool control;
	uint32_t host;

	machine_create(&machine);
	control = has_control(&machine);
	host = tsc_khz(&machine.vcpu);
	EXPECT_EQ(control ? 0 : -EINVAL,
		  dev_ioctl_value(machine.vcpu.fd, KVM_SET_TSC_KHZ, host / 2));
	if (!control)
		return;
	EXPECT_EQ(-EINVAL, dev_ioctl_value(machine.vcpu.fd, KVM_SET_TSC_KHZ,
					   0x7fffffff));
	EXPECT_EQ(-EINVAL, dev_ioctl_value(machine.vm.fd, KVM_SET_TSC_KHZ,
					   0x7fffffff));
	EXPECT_EQ(-EINVAL, dev_ioctl_value(machine.vcpu.fd, KVM_SET_TSC_KHZ,
					   0xffffffff));
	/* as an int, above, the frequency of a vCPU */
	EXPECT_EQ(host / 2, tsc_khz(&machine.vcpu));
}

TEST_HARNESS_MAIN
