// SPDX-License-Identifier: GPL-2.0
/* Machine checks that the VMM reports: KVM_X86_SETUP_MCE, KVM_X86_SET_MCE. */
#include "test.h"

#define MC_VECTOR	18
#define CR4_MCE		(1ul << 6)

#define MSR_MCG_CAP	0x179
#define MSR_MCG_STATUS	0x17a
#define MSR_MCG_CTL	0x17b
#define MSR_MC_CTL(n)	(0x400 + 4 * (n))
#define MSR_MC_STATUS(n) (MSR_MC_CTL(n) + 1)
#define MSR_MC_ADDR(n)	(MSR_MC_CTL(n) + 2)

#define MCG_CTL_P	(1ull << 8)
#define MCG_SER_P	(1ull << 24)
#define MCG_STATUS_MCIP	(1ull << 2)
#define MCG_STATUS_EIPV	(1ull << 1)
#define STATUS_VAL	(1ull << 63)
#define STATUS_OVER	(1ull << 62)
#define STATUS_UC	(1ull << 61)
#define STATUS_EN	(1ull << 60)
#define STATUS_PCC	(1ull << 57)

#define BANK		2
#define NR_BANKS	10
#define ADDRESS		0x1234000ull

static int setup_mce(struct vcpu *vcpu, uint64_t cap)
{
	return dev_ioctl(vcpu->fd, KVM_X86_SETUP_MCE, &cap);
}

static int report(struct vcpu *vcpu, uint8_t bank, uint64_t status,
		  uint64_t mcg_status)
{
	struct kvm_x86_mce mce = {
		.status = status, .addr = ADDRESS, .mcg_status = mcg_status,
		.bank = bank,
	};

	return dev_ioctl(vcpu->fd, KVM_X86_SET_MCE, &mce);
}

static uint64_t msr(struct vcpu *vcpu, uint32_t index)
{
	uint64_t value;

	if (vcpu_get_msr(vcpu, index, &value) != 1)
		die("MSR %#x", index);
	return value;
}

static void guest_waits(void)
{
	for (;;)
		asm volatile("pause");
}

static void guest_sees_machine_check(struct guest_frame *frame)
{
	(void)frame;
	GUEST_CHECK(rdmsr(MSR_MCG_STATUS) & MCG_STATUS_MCIP);
	GUEST_CHECK(rdmsr(MSR_MC_ADDR(BANK)) == ADDRESS);
	guest_done();
}

static void start(struct machine *machine, uint64_t cr4)
{
	struct kvm_sregs sregs;

	guest_handlers[MC_VECTOR] = guest_sees_machine_check;
	machine_start(machine, guest_waits);
	sregs = vcpu_sregs(&machine->vcpu);
	sregs.cr4 |= cr4;
	vcpu_set_sregs(&machine->vcpu, &sregs);
	if (setup_mce(&machine->vcpu, NR_BANKS | MCG_CTL_P))
		die("KVM_X86_SETUP_MCE");
}

TEST(setting_up)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	uint64_t caps;

	machine_create(&machine);
	EXPECT_EQ(32, dev_ioctl_value(machine.vm.kvm, KVM_CHECK_EXTENSION,
				      KVM_CAP_MCE));
	ASSERT_EQ(0, dev_ioctl(machine.vm.kvm, KVM_X86_GET_MCE_CAP_SUPPORTED,
			       &caps));
	EXPECT_EQ(MCG_CTL_P | MCG_SER_P, caps & (MCG_CTL_P | MCG_SER_P));
	EXPECT_EQ(-EFAULT, dev_ioctl(machine.vm.kvm,
				     KVM_X86_GET_MCE_CAP_SUPPORTED, NULL));

	EXPECT_EQ(0, setup_mce(vcpu, NR_BANKS | caps));
	EXPECT_EQ(NR_BANKS | caps, msr(vcpu, MSR_MCG_CAP));
	EXPECT_EQ(~0ull, msr(vcpu, MSR_MCG_CTL));
	EXPECT_EQ(~0ull, msr(vcpu, MSR_MC_CTL(NR_BANKS - 1)));

	EXPECT_EQ(-EINVAL, setup_mce(vcpu, caps));
	EXPECT_EQ(-EINVAL, setup_mce(vcpu, 33));
	EXPECT_EQ(-EINVAL, setup_mce(vcpu, 1 | 1ull << 63));
	EXPECT_EQ(-EFAULT, dev_ioctl(vcpu->fd, KVM_X86_SETUP_MCE, NULL));
	EXPECT_EQ(-EFAULT, dev_ioctl(vcpu->fd, KVM_X86_SET_MCE, NULL));
	EXPECT_EQ(NR_BANKS | caps, msr(vcpu, MSR_MCG_CAP));
}

TEST(an_uncorrected_error_raises_mc)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	start(&machine, CR4_MCE);
	ASSERT_EQ(0, report(vcpu, BANK, STATUS_VAL | STATUS_UC | STATUS_EN |
			    STATUS_PCC, MCG_STATUS_MCIP | MCG_STATUS_EIPV));
	ASSERT_DONE(vcpu);
	/* a second one while the first is handled */
	ASSERT_EQ(0, report(vcpu, BANK, STATUS_VAL | STATUS_UC | STATUS_PCC,
			    MCG_STATUS_MCIP));
	ASSERT_EXIT(vcpu, KVM_EXIT_SHUTDOWN);
}

TEST(a_guest_that_does_not_want_it_shuts_down)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	start(&machine, 0);
	ASSERT_EQ(0, report(vcpu, BANK, STATUS_VAL | STATUS_UC | STATUS_PCC,
			    MCG_STATUS_MCIP));
	ASSERT_EXIT(vcpu, KVM_EXIT_SHUTDOWN);
}

TEST(corrected_errors_are_logged)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	start(&machine, CR4_MCE);
	EXPECT_EQ(-EINVAL, report(vcpu, BANK, STATUS_EN, 0));
	EXPECT_EQ(-EINVAL, report(vcpu, NR_BANKS, STATUS_VAL, 0));
	ASSERT_EQ(0, report(vcpu, BANK, STATUS_VAL, 0));
	EXPECT_EQ(STATUS_VAL, msr(vcpu, MSR_MC_STATUS(BANK)));
	EXPECT_EQ(ADDRESS, msr(vcpu, MSR_MC_ADDR(BANK)));
	ASSERT_EQ(0, report(vcpu, BANK, STATUS_VAL | STATUS_EN, 0));
	EXPECT_EQ(STATUS_VAL | STATUS_EN | STATUS_OVER,
		  msr(vcpu, MSR_MC_STATUS(BANK)));
	/* uncorrected, but nothing has to be done about it */
	ASSERT_EQ(0, report(vcpu, BANK, STATUS_VAL | STATUS_UC, 0));
	EXPECT_EQ(STATUS_VAL | STATUS_UC, msr(vcpu, MSR_MC_STATUS(BANK)));
	ASSERT_EQ(0, report(vcpu, BANK, STATUS_VAL, 0));
	EXPECT_EQ(STATUS_VAL | STATUS_UC | STATUS_OVER,
		  msr(vcpu, MSR_MC_STATUS(BANK)));
}

TEST_HARNESS_MAIN
