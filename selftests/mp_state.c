// SPDX-License-Identifier: GPL-2.0
/* KVM_GET_MP_STATE and KVM_SET_MP_STATE without interrupt controllers. */
#include "test.h"

static int set_state(struct vcpu *vcpu, uint32_t state)
{
	struct kvm_mp_state mp_state = { .mp_state = state };

	return dev_ioctl(vcpu->fd, KVM_SET_MP_STATE, &mp_state);
}

TEST(every_vcpu_is_runnable)
{
	struct kvm_mp_state state = { .mp_state = 99 };
	struct machine machine;
	struct vcpu second;

	machine_create(&machine);
	vcpu_create(&machine.vm, &second, 1);
	EXPECT_EQ(0, dev_ioctl(machine.vcpu.fd, KVM_GET_MP_STATE, &state));
	EXPECT_EQ(KVM_MP_STATE_RUNNABLE, state.mp_state);
	state.mp_state = 99;
	EXPECT_EQ(0, dev_ioctl(second.fd, KVM_GET_MP_STATE, &state));
	EXPECT_EQ(KVM_MP_STATE_RUNNABLE, state.mp_state);
}

TEST(only_runnable_can_be_set)
{
	struct machine machine;

	machine_create(&machine);
	EXPECT_EQ(0, set_state(&machine.vcpu, KVM_MP_STATE_RUNNABLE));
	EXPECT_EQ(-EINVAL, set_state(&machine.vcpu, KVM_MP_STATE_UNINITIALIZED));
	EXPECT_EQ(-EINVAL, set_state(&machine.vcpu, KVM_MP_STATE_INIT_RECEIVED));
	EXPECT_EQ(-EINVAL, set_state(&machine.vcpu, KVM_MP_STATE_HALTED));
	EXPECT_EQ(-EINVAL, set_state(&machine.vcpu, KVM_MP_STATE_SIPI_RECEIVED));
	EXPECT_EQ(-EINVAL, set_state(&machine.vcpu, 1000));
	EXPECT_EQ(-EFAULT, dev_ioctl(machine.vcpu.fd, KVM_SET_MP_STATE, NULL));
	EXPECT_EQ(-EFAULT, dev_ioctl(machine.vcpu.fd, KVM_GET_MP_STATE, NULL));
}

TEST_HARNESS_MAIN
