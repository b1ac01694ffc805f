// SPDX-License-Identifier: GPL-2.0
/* MSRs that the VMM denies to the guest, or handles itself. */
#include "test.h"

#define MSR_UNKNOWN	0x4d4d	/* no CPU has it */
#define MSR_SYSENTER_EIP 0x176
#define MSR_APICBASE	0x1b
#define NON_CANONICAL	(1ull << 60)
#define VALUE		0x123456789abcull

static int set_filter(struct vm *vm, struct kvm_msr_filter *filter)
{
	return dev_ioctl(vm->fd, KVM_X86_SET_MSR_FILTER, filter);
}

static int enable_exits(struct vm *vm, uint64_t reasons)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_X86_USER_SPACE_MSR, .args = { reasons },
	};

	return dev_ioctl(vm->fd, KVM_ENABLE_CAP, &cap);
}

/* Denies what @flags names to one MSR. */
static struct kvm_msr_filter deny(uint32_t msr, uint32_t flags)
{
	static uint8_t none[8];
	struct kvm_msr_filter filter = {
		.ranges[0] = {
			.flags = flags, .base = msr, .nmsrs = 1, .bitmap = none,
		},
	};

	return filter;
}

#define ASSERT_MSR(vcpu, exit, why, msr_index, value) do {		\
	ASSERT_EXIT(vcpu, exit);					\
	ASSERT_EQ((why), (vcpu)->run->msr.reason);			\
	ASSERT_EQ((msr_index), (vcpu)->run->msr.index);			\
	ASSERT_EQ((value), (vcpu)->run->msr.data);			\
	ASSERT_EQ(0, (vcpu)->run->msr.error);				\
} while (0)

TEST(capabilities)
{
	int kvm = device_open();

	EXPECT_TRUE(device_has(kvm, KVM_CAP_X86_USER_SPACE_MSR));
	EXPECT_TRUE(device_has(kvm, KVM_CAP_X86_MSR_FILTER));
}

static void guest_uses_unknown_msr(void)
{
	GUEST_CHECK(rdmsr(MSR_UNKNOWN) == VALUE);
	GUEST_CHECK(TRAP_OF_RDMSR(MSR_UNKNOWN) == GP_VECTOR);
	wrmsr(MSR_UNKNOWN, VALUE);
	GUEST_CHECK(TRAP_OF_WRMSR(MSR_UNKNOWN, 1) == GP_VECTOR);
	/* exists, but not with this value: that reason is not enabled */
	GUEST_CHECK(TRAP_OF_WRMSR(MSR_LSTAR, NON_CANONICAL) == GP_VECTOR);
	guest_done();
}

TEST(unknown_msrs)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_uses_unknown_msr);
	ASSERT_EQ(0, enable_exits(&machine.vm, KVM_MSR_EXIT_REASON_UNKNOWN));
	ASSERT_MSR(vcpu, KVM_EXIT_X86_RDMSR, KVM_MSR_EXIT_REASON_UNKNOWN,
		   MSR_UNKNOWN, 0);
	vcpu->run->msr.data = VALUE;
	ASSERT_MSR(vcpu, KVM_EXIT_X86_RDMSR, KVM_MSR_EXIT_REASON_UNKNOWN,
		   MSR_UNKNOWN, 0);
	vcpu->run->msr.error = 1;
	ASSERT_MSR(vcpu, KVM_EXIT_X86_WRMSR, KVM_MSR_EXIT_REASON_UNKNOWN,
		   MSR_UNKNOWN, VALUE);
	ASSERT_MSR(vcpu, KVM_EXIT_X86_WRMSR, KVM_MSR_EXIT_REASON_UNKNOWN,
		   MSR_UNKNOWN, 1);
	vcpu->run->msr.error = 1;
	ASSERT_DONE(vcpu);
}

static void guest_writes_a_wrong_value(void)
{
	wrmsr(MSR_LSTAR, NON_CANONICAL);
	GUEST_CHECK(TRAP_OF_RDMSR(MSR_UNKNOWN) == GP_VECTOR);
	guest_done();
}

TEST(wrong_values)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_writes_a_wrong_value);
	ASSERT_EQ(0, enable_exits(&machine.vm, KVM_MSR_EXIT_REASON_INVAL));
	ASSERT_MSR(vcpu, KVM_EXIT_X86_WRMSR, KVM_MSR_EXIT_REASON_INVAL,
		   MSR_LSTAR, NON_CANONICAL);
	ASSERT_DONE(vcpu);
}

static void guest_uses_sysenter_eip(void)
{
	wrmsr(MSR_SYSENTER_EIP, 0x1000);
	GUEST_CHECK(rdmsr(MSR_SYSENTER_EIP) == VALUE);
	guest_sync(1);
	GUEST_CHECK(TRAP_OF_RDMSR(MSR_SYSENTER_EIP) == GP_VECTOR);
	wrmsr(MSR_SYSENTER_EIP, 0x2000);
	guest_sync(2);
	GUEST_CHECK(rdmsr(MSR_SYSENTER_EIP) == 0x2000);
	guest_done();
}

/* One of those that do not exit by themselves. */
TEST(filtered_reads)
{
	struct kvm_msr_filter filter = deny(MSR_SYSENTER_EIP,
					    KVM_MSR_FILTER_READ);
	struct kvm_msr_filter all = {};
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_uses_sysenter_eip);
	ASSERT_EQ(0, enable_exits(&machine.vm, KVM_MSR_EXIT_REASON_FILTER));
	ASSERT_EQ(0, set_filter(&machine.vm, &filter));
	ASSERT_MSR(vcpu, KVM_EXIT_X86_RDMSR, KVM_MSR_EXIT_REASON_FILTER,
		   MSR_SYSENTER_EIP, 0);
	vcpu->run->msr.data = VALUE;
	ASSERT_SYNC(vcpu, 1);
	ASSERT_EQ(0, enable_exits(&machine.vm, 0));
	ASSERT_SYNC(vcpu, 2);
	ASSERT_EQ(0, set_filter(&machine.vm, &all));
	ASSERT_DONE(vcpu);
}

static void guest_writes_apic_base(void)
{
	uint64_t base = rdmsr(MSR_APICBASE);

	wrmsr(MSR_APICBASE, base);
	GUEST_CHECK(TRAP_OF_RDMSR(MSR_LSTAR) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_RDMSR(MSR_SYSENTER_EIP) == GP_VECTOR);
	guest_done();
}

TEST(denied_by_default)
{
	uint8_t one[8] = { 1 };
	struct kvm_msr_filter filter = {
		.flags = KVM_MSR_FILTER_DEFAULT_DENY,
		.ranges[3] = {
			.flags = KVM_MSR_FILTER_READ, .base = MSR_APICBASE,
			.nmsrs = 2, .bitmap = one,
		},
	};
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	uint64_t value;

	machine_start(&machine, guest_writes_apic_base);
	ASSERT_EQ(0, set_filter(&machine.vm, &filter));
	/* the write is denied, but the VMM ignores that */
	ASSERT_EQ(0, enable_exits(&machine.vm, KVM_MSR_EXIT_REASON_FILTER));
	ASSERT_EXIT(vcpu, KVM_EXIT_X86_WRMSR);
	EXPECT_EQ(MSR_APICBASE, vcpu->run->msr.index);
	ASSERT_EQ(0, enable_exits(&machine.vm, 0));
	ASSERT_DONE(vcpu);
	/* the VMM's own access is not filtered */
	EXPECT_EQ(1, vcpu_get_msr(vcpu, MSR_LSTAR, &value));
}

TEST(refusals)
{
	struct kvm_msr_filter filter = deny(MSR_LSTAR, KVM_MSR_FILTER_READ), bad;
	struct machine machine;
	struct vm *vm = &machine.vm;

	machine_create(&machine);
	EXPECT_EQ(-EFAULT, set_filter(vm, NULL));
	bad = filter;
	bad.flags = 2;
	EXPECT_EQ(-EINVAL, set_filter(vm, &bad));
	bad = filter;
	bad.ranges[0].flags = 0;
	EXPECT_EQ(-EINVAL, set_filter(vm, &bad));
	bad.ranges[0].flags = 4;
	EXPECT_EQ(-EINVAL, set_filter(vm, &bad));
	bad = filter;
	bad.ranges[0].nmsrs = 0x600 * 8 + 1;
	EXPECT_EQ(-EINVAL, set_filter(vm, &bad));
	bad = filter;
	bad.ranges[0].bitmap = NULL;
	EXPECT_EQ(-EFAULT, set_filter(vm, &bad));
	bad = (struct kvm_msr_filter){ .flags = KVM_MSR_FILTER_DEFAULT_DENY };
	EXPECT_EQ(-EINVAL, set_filter(vm, &bad));
	EXPECT_EQ(-EINVAL, enable_exits(vm, 1ull << 3));
	EXPECT_EQ(0, set_filter(vm, &filter));
}

TEST_HARNESS_MAIN
