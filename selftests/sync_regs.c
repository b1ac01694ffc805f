// SPDX-License-Identifier: GPL-2.0
/* Registers in kvm_run: KVM_CAP_SYNC_REGS. */
#include "test.h"

#define ALL	(KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS | KVM_SYNC_X86_EVENTS)

static void guest_counts(void)
{
	for (;;)
		asm volatile("incq %%rbx\n\toutb %%al, %0"
			     : : "N"(PORT_DONE) : "rbx");
}

TEST(capability)
{
	EXPECT_EQ(ALL, dev_ioctl_value(device_open(), KVM_CHECK_EXTENSION,
				       KVM_CAP_SYNC_REGS));
}

TEST(unknown_blocks)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_counts);
	vcpu->run->kvm_valid_regs = ALL << 1;
	EXPECT_EQ(-EINVAL, vcpu_run(vcpu));
	vcpu->run->kvm_valid_regs = 0;
	vcpu->run->kvm_dirty_regs = 1ull << 63;
	EXPECT_EQ(-EINVAL, vcpu_run(vcpu));
	vcpu->run->kvm_dirty_regs = 0;
	ASSERT_DONE(vcpu);
}

TEST(what_the_vmm_asks_for)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_sync_regs *sync;
	struct kvm_vcpu_events events;
	struct kvm_sregs sregs;
	struct kvm_regs regs;

	machine_start(&machine, guest_counts);
	sync = &vcpu->run->s.regs;
	vcpu->run->kvm_valid_regs = ALL;
	ASSERT_DONE(vcpu);
	regs = vcpu_regs(vcpu);
	sregs = vcpu_sregs(vcpu);
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_GET_VCPU_EVENTS, &events));
	EXPECT_EQ(0, memcmp(&regs, &sync->regs, sizeof(regs)));
	EXPECT_EQ(0, memcmp(&sregs, &sync->sregs, sizeof(sregs)));
	EXPECT_EQ(0, memcmp(&events, &sync->events, sizeof(events)));

	vcpu->run->kvm_valid_regs = 0;
	sync->regs.rbx = 0xbad;
	ASSERT_DONE(vcpu);
	EXPECT_EQ(0xbad, sync->regs.rbx);
}

TEST(what_the_vmm_changes)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_sync_regs *sync;

	machine_start(&machine, guest_counts);
	sync = &vcpu->run->s.regs;
	vcpu->run->kvm_valid_regs = ALL;
	ASSERT_DONE(vcpu);

	/* without its bit a change means nothing */
	sync->regs.rbx = 0xbad;
	ASSERT_DONE(vcpu);
	EXPECT_NE(0xbad + 1, sync->regs.rbx);

	sync->regs.rbx = 0x1000;
	sync->sregs.cr2 = 0x2000;
	vcpu->run->kvm_dirty_regs = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
	ASSERT_DONE(vcpu);
	EXPECT_EQ(0, vcpu->run->kvm_dirty_regs);
	EXPECT_EQ(0x1001, sync->regs.rbx);
	EXPECT_EQ(0x2000, vcpu_sregs(vcpu).cr2);
}

TEST(what_the_ioctls_refuse)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_sync_regs *sync;

	machine_start(&machine, guest_counts);
	sync = &vcpu->run->s.regs;
	vcpu->run->kvm_valid_regs = ALL;
	ASSERT_DONE(vcpu);
	sync->sregs.cr4 = ~0ull;
	vcpu->run->kvm_dirty_regs = KVM_SYNC_X86_SREGS;
	EXPECT_EQ(-EINVAL, vcpu_run(vcpu));
	vcpu->run->kvm_dirty_regs = 0;
	ASSERT_DONE(vcpu);
	sync->events.flags = 1u << 31;
	vcpu->run->kvm_dirty_regs = KVM_SYNC_X86_EVENTS;
	EXPECT_EQ(-EINVAL, vcpu_run(vcpu));
}

TEST_HARNESS_MAIN
