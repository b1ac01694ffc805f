// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_CAP_ENFORCE_PV_FEATURE_CPUID: a guest whose CPUID has no paravirtual
 * features gets none.
 */
#include <asm/kvm_para.h>
#include <linux/kvm_para.h>

#include "test.h"

static int enforce(struct vcpu *vcpu, uint32_t flags)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_ENFORCE_PV_FEATURE_CPUID,
		.flags = flags,
		.args = { 1 },
	};

	return dev_ioctl(vcpu->fd, KVM_ENABLE_CAP, &cap);
}

static int64_t call(uint64_t number)
{
	int64_t result;

	asm volatile("vmcall" : "=a"(result)
		     : "0"(number), "b"(0), "c"(0), "d"(0), "S"(0) : "memory");
	return result;
}

static const uint32_t msrs[] = {
	MSR_KVM_WALL_CLOCK, MSR_KVM_SYSTEM_TIME, MSR_KVM_WALL_CLOCK_NEW,
	MSR_KVM_SYSTEM_TIME_NEW, MSR_KVM_ASYNC_PF_EN, MSR_KVM_STEAL_TIME,
	MSR_KVM_PV_EOI_EN, MSR_KVM_POLL_CONTROL, MSR_KVM_ASYNC_PF_INT,
	MSR_KVM_ASYNC_PF_ACK,
};

static const uint64_t calls[] = {
	KVM_HC_KICK_CPU, KVM_HC_SEND_IPI, KVM_HC_SCHED_YIELD,
};

static void guest_tries_all(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(msrs); i++) {
		GUEST_CHECK(TRAP_OF_RDMSR(msrs[i]) == GP_VECTOR);
		GUEST_CHECK(TRAP_OF_WRMSR(msrs[i], 0) == GP_VECTOR);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++)
		GUEST_CHECK(call(calls[i]) == -KVM_ENOSYS);
	guest_done();
}

TEST(none_without_its_bit)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_cpuid2 *cpuid;

	machine_create(&machine);
	EXPECT_TRUE(device_has(machine.vm.kvm, KVM_CAP_ENFORCE_PV_FEATURE_CPUID));
	EXPECT_EQ(-EINVAL, enforce(vcpu, 1));
	ASSERT_EQ(0, enforce(vcpu, 0));
	cpuid = supported_cpuid(machine.vm.kvm);
	find_cpuid(cpuid, KVM_CPUID_FEATURES, 0)->eax = 0;
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_SET_CPUID2, cpuid));
	vcpu_start(vcpu, guest_tries_all);
	ASSERT_DONE(vcpu);
}

TEST_HARNESS_MAIN
