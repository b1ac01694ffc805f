// SPDX-License-Identifier: GPL-2.0
/* The ioctls that read and write a vCPU's state, block by block. */
#include <stddef.h>

#include "test.h"

#define XSTATE_BV_OFFSET	512
#define MXCSR_OFFSET		24
#define XMM0_OFFSET		160
#define UPPER_HALF		(1ull << 32)

static int enable_cap(int fd, uint32_t cap, uint64_t value)
{
	struct kvm_enable_cap enable = { .cap = cap, .args = { value } };

	return dev_ioctl(fd, KVM_ENABLE_CAP, &enable);
}

TEST(capabilities)
{
	int kvm = device_open();

	EXPECT_TRUE(device_has(kvm, KVM_CAP_VCPU_EVENTS));
	EXPECT_TRUE(device_has(kvm, KVM_CAP_DEBUGREGS));
	EXPECT_TRUE(device_has(kvm, KVM_CAP_XSAVE));
	EXPECT_TRUE(device_has(kvm, KVM_CAP_XCRS));
	EXPECT_TRUE(device_has(kvm, KVM_CAP_SREGS2));
	EXPECT_TRUE(device_has(kvm, KVM_CAP_GET_TSC_KHZ));
	EXPECT_TRUE(device_has(kvm, KVM_CAP_ENABLE_CAP));
	EXPECT_TRUE(device_has(kvm, KVM_CAP_ENABLE_CAP_VM));
	EXPECT_TRUE(device_has(kvm, KVM_CAP_EXCEPTION_PAYLOAD));
	EXPECT_TRUE(device_has(kvm, KVM_CAP_X86_TRIPLE_FAULT_EVENT));
	EXPECT_EQ((int)sizeof(struct kvm_xsave),
		  dev_ioctl_value(kvm, KVM_CHECK_EXTENSION, KVM_CAP_XSAVE2));
	EXPECT_EQ(4096, dev_ioctl_value(kvm, KVM_CHECK_EXTENSION,
					KVM_CAP_IRQ_ROUTING));
}

/* ---- KVM_GET_XSAVE, KVM_SET_XSAVE ---- */

static uint64_t xmm0_in_guest[2];

static void guest_swaps_xmm0(void)
{
	static const uint64_t after[2] = { 0x1111, 0x2222 };

	asm volatile("movups %%xmm0, %0\n\tmovups %1, %%xmm0"
		     : "=m"(xmm0_in_guest) : "m"(after) : "memory");
	guest_done();
}

TEST(xsave_reaches_the_guest_and_comes_back)
{
	static const uint64_t before[2] = { 0x123456789abcdef0, ~5ull };
	struct kvm_xsave xsave, xsave2;
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	uint8_t *area = (uint8_t *)xsave.region;

	machine_start(&machine, guest_swaps_xmm0);
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_GET_XSAVE, &xsave));
	EXPECT_EQ(0x1f80, *(uint32_t *)(area + MXCSR_OFFSET));
	memcpy(area + XMM0_OFFSET, before, sizeof(before));
	*(uint64_t *)(area + XSTATE_BV_OFFSET) |= 3;
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_SET_XSAVE, &xsave));

	ASSERT_DONE(vcpu);
	EXPECT_EQ(before[0], xmm0_in_guest[0]);
	EXPECT_EQ(before[1], xmm0_in_guest[1]);
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_GET_XSAVE, &xsave));
	EXPECT_EQ(0x1111, *(uint64_t *)(area + XMM0_OFFSET));
	EXPECT_EQ(0x2222, *(uint64_t *)(area + XMM0_OFFSET + 8));
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_GET_XSAVE2, &xsave2));
	EXPECT_EQ(0, memcmp(&xsave, &xsave2, sizeof(xsave)));
}

TEST(xsave_refusals)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_xsave xsave, bad;

	machine_create(&machine);
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_GET_XSAVE, &xsave));
	EXPECT_EQ(-EFAULT, dev_ioctl(vcpu->fd, KVM_GET_XSAVE, NULL));
	EXPECT_EQ(-EFAULT, dev_ioctl(vcpu->fd, KVM_SET_XSAVE, NULL));

	bad = xsave;
	bad.region[XSTATE_BV_OFFSET / 4 + 1] |= 1u << 30;
	EXPECT_EQ(-EINVAL, dev_ioctl(vcpu->fd, KVM_SET_XSAVE, &bad));
	bad = xsave;
	bad.region[XSTATE_BV_OFFSET / 4] |= 3;
	bad.region[MXCSR_OFFSET / 4] |= 1u << 31;
	EXPECT_EQ(-EINVAL, dev_ioctl(vcpu->fd, KVM_SET_XSAVE, &bad));
	bad = xsave;
	bad.region[XSTATE_BV_OFFSET / 4 + 2] = 1; /* XCOMP_BV: compacted */
	EXPECT_EQ(-EINVAL, dev_ioctl(vcpu->fd, KVM_SET_XSAVE, &bad));
	EXPECT_EQ(0, dev_ioctl(vcpu->fd, KVM_SET_XSAVE, &xsave));
}

/* ---- KVM_GET_XCRS, KVM_SET_XCRS ---- */

static int set_xcr(struct vcpu *vcpu, uint32_t xcr, uint64_t value)
{
	struct kvm_xcrs xcrs = {
		.nr_xcrs = 1, .xcrs[0] = { .xcr = xcr, .value = value },
	};

	return dev_ioctl(vcpu->fd, KVM_SET_XCRS, &xcrs);
}

TEST(xcrs)
{
	struct kvm_xcrs xcrs = {};
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_create(&machine);
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_GET_XCRS, &xcrs));
	EXPECT_EQ(1, xcrs.nr_xcrs);
	EXPECT_EQ(0, xcrs.flags);
	EXPECT_EQ(0, xcrs.xcrs[0].xcr);
	EXPECT_EQ(1, xcrs.xcrs[0].value);

	EXPECT_EQ(0, set_xcr(vcpu, 0, 3));
	EXPECT_EQ(-EINVAL, set_xcr(vcpu, 0, 0));
	EXPECT_EQ(-EINVAL, set_xcr(vcpu, 0, 5));
	EXPECT_EQ(-EINVAL, set_xcr(vcpu, 0, 1ull << 62 | 1));
	/* XCR0 is the only one that is looked at */
	EXPECT_EQ(0, set_xcr(vcpu, 1, 99));
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_GET_XCRS, &xcrs));
	EXPECT_EQ(3, xcrs.xcrs[0].value);

	xcrs.flags = 1;
	EXPECT_EQ(-EINVAL, dev_ioctl(vcpu->fd, KVM_SET_XCRS, &xcrs));
	xcrs.flags = 0;
	xcrs.nr_xcrs = KVM_MAX_XCRS + 1;
	EXPECT_EQ(-EINVAL, dev_ioctl(vcpu->fd, KVM_SET_XCRS, &xcrs));
	EXPECT_EQ(-EFAULT, dev_ioctl(vcpu->fd, KVM_SET_XCRS, NULL));
	EXPECT_EQ(-EFAULT, dev_ioctl(vcpu->fd, KVM_GET_XCRS, NULL));
}

/* ---- KVM_GET_SREGS2, KVM_SET_SREGS2 ---- */

TEST(sregs2_begins_as_sregs)
{
	struct kvm_sregs2 sregs2;
	struct kvm_sregs sregs;
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_done);
	sregs = vcpu_sregs(vcpu);
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_GET_SREGS2, &sregs2));
	EXPECT_EQ(0, memcmp(&sregs, &sregs2, offsetof(struct kvm_sregs2, flags)));
	EXPECT_EQ(0, sregs2.flags);

	EXPECT_EQ(0, dev_ioctl(vcpu->fd, KVM_SET_SREGS2, &sregs2));
	sregs2.flags = KVM_SREGS2_FLAGS_PDPTRS_VALID;
	EXPECT_EQ(-EINVAL, dev_ioctl(vcpu->fd, KVM_SET_SREGS2, &sregs2));
	sregs2.flags = 2;
	EXPECT_EQ(-EINVAL, dev_ioctl(vcpu->fd, KVM_SET_SREGS2, &sregs2));
	EXPECT_EQ(-EFAULT, dev_ioctl(vcpu->fd, KVM_SET_SREGS2, NULL));
	EXPECT_EQ(-EFAULT, dev_ioctl(vcpu->fd, KVM_GET_SREGS2, NULL));
	ASSERT_DONE(vcpu);
}

TEST(sregs2_carries_pdptes)
{
	struct kvm_sregs2 sregs2;
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_create(&machine);
	vcpu_set_mode(vcpu, MODE_PROT32, GPA_CODE);
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_GET_SREGS2, &sregs2));
	sregs2.cr0 |= X86_CR0_PG;
	sregs2.cr4 |= X86_CR4_PAE;
	sregs2.cr3 = GPA_DATA;
	sregs2.flags = KVM_SREGS2_FLAGS_PDPTRS_VALID;
	for (int i = 0; i < 4; i++)
		sregs2.pdptrs[i] = GPA_PD | i << 12 | PTE_PRESENT;
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_SET_SREGS2, &sregs2));

	memset(&sregs2, 0, sizeof(sregs2));
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_GET_SREGS2, &sregs2));
	EXPECT_EQ(KVM_SREGS2_FLAGS_PDPTRS_VALID, sregs2.flags);
	for (int i = 0; i < 4; i++)
		EXPECT_EQ(GPA_PD | i << 12 | PTE_PRESENT, sregs2.pdptrs[i]);
}

/* ---- KVM_GET_DEBUGREGS, KVM_SET_DEBUGREGS ---- */

static void guest_changes_dr0(void)
{
	GUEST_CHECK(READ_REG(dr0) == 0x1000);
	GUEST_CHECK(READ_REG(dr3) == 0x4000);
	GUEST_CHECK(READ_REG(dr6) == 0xffff0ff1);
	GUEST_CHECK(READ_REG(dr7) == 0x400);
	WRITE_REG(dr0, 0x5000);
	guest_done();
}

TEST(debugregs)
{
	struct kvm_debugregs dregs, bad;
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_changes_dr0);
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_GET_DEBUGREGS, &dregs));
	EXPECT_EQ(0, dregs.db[0]);
	EXPECT_EQ(0xffff0ff0, dregs.dr6);
	EXPECT_EQ(0x400, dregs.dr7);
	EXPECT_EQ(0, dregs.flags);

	dregs.db[0] = 0x1000;
	dregs.db[3] = 0x4000;
	dregs.dr6 = 0xffff0ff1;
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_SET_DEBUGREGS, &dregs));
	bad = dregs;
	bad.dr6 |= UPPER_HALF;
	EXPECT_EQ(-EINVAL, dev_ioctl(vcpu->fd, KVM_SET_DEBUGREGS, &bad));
	bad = dregs;
	bad.dr7 |= UPPER_HALF;
	EXPECT_EQ(-EINVAL, dev_ioctl(vcpu->fd, KVM_SET_DEBUGREGS, &bad));
	bad = dregs;
	bad.flags = 1;
	EXPECT_EQ(-EINVAL, dev_ioctl(vcpu->fd, KVM_SET_DEBUGREGS, &bad));
	EXPECT_EQ(-EFAULT, dev_ioctl(vcpu->fd, KVM_SET_DEBUGREGS, NULL));
	EXPECT_EQ(-EFAULT, dev_ioctl(vcpu->fd, KVM_GET_DEBUGREGS, NULL));

	ASSERT_DONE(vcpu);
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_GET_DEBUGREGS, &dregs));
	EXPECT_EQ(0x5000, dregs.db[0]);
}

/* ---- the TSC's frequency ---- */

TEST(tsc_khz)
{
	struct machine machine;
	int khz;

	machine_create(&machine);
	khz = dev_ioctl(machine.vcpu.fd, KVM_GET_TSC_KHZ, NULL);
	EXPECT_LT(1000, khz);
	EXPECT_EQ(0, dev_ioctl_value(machine.vcpu.fd, KVM_SET_TSC_KHZ, khz + 1));
	EXPECT_EQ(khz + 1, dev_ioctl(machine.vcpu.fd, KVM_GET_TSC_KHZ, NULL));
	EXPECT_EQ(0, dev_ioctl_value(machine.vcpu.fd, KVM_SET_TSC_KHZ, 0));
	EXPECT_EQ(khz, dev_ioctl(machine.vcpu.fd, KVM_GET_TSC_KHZ, NULL));
}

/* ---- MSRs that QEMU saves and restores, whether offered or not ---- */

#define MSR_KVM_WALL_CLOCK	0x11
#define MSR_KVM_SYSTEM_TIME	0x12

TEST(kvmclock_is_off)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	uint64_t value;

	machine_create(&machine);
	EXPECT_EQ(1, vcpu_get_msr(vcpu, MSR_KVM_WALL_CLOCK, &value));
	EXPECT_EQ(0, value);
	EXPECT_EQ(1, vcpu_get_msr(vcpu, MSR_KVM_SYSTEM_TIME, &value));
	EXPECT_EQ(0, value);
	EXPECT_EQ(1, vcpu_set_msr(vcpu, MSR_KVM_WALL_CLOCK, 0));
	EXPECT_EQ(1, vcpu_set_msr(vcpu, MSR_KVM_SYSTEM_TIME, 0));
}

/* ---- KVM_ENABLE_CAP, and what QEMU asks for in vain ---- */

TEST(enable_cap_refusals)
{
	struct kvm_enable_cap flagged = {
		.cap = KVM_CAP_EXCEPTION_PAYLOAD, .flags = 1, .args = { 1 },
	};
	struct machine machine;

	machine_create(&machine);
	EXPECT_EQ(-EFAULT, dev_ioctl(machine.vm.fd, KVM_ENABLE_CAP, NULL));
	EXPECT_EQ(-EINVAL, dev_ioctl(machine.vm.fd, KVM_ENABLE_CAP, &flagged));
	EXPECT_EQ(-EINVAL, enable_cap(machine.vm.fd, KVM_CAP_USER_MEMORY, 1));
	EXPECT_EQ(-EINVAL, enable_cap(machine.vm.fd, 100000, 1));
	EXPECT_EQ(-EFAULT, dev_ioctl(machine.vcpu.fd, KVM_ENABLE_CAP, NULL));
	EXPECT_EQ(-EINVAL, enable_cap(machine.vcpu.fd, KVM_CAP_USER_MEMORY, 1));
	EXPECT_EQ(-EINVAL, enable_cap(machine.vcpu.fd, KVM_CAP_EXCEPTION_PAYLOAD, 1));
}

TEST(gsi_routing_needs_an_irqchip)
{
	struct kvm_irq_routing none = {};
	struct machine machine;

	machine_create(&machine);
	EXPECT_EQ(-EINVAL, dev_ioctl(machine.vm.fd, KVM_SET_GSI_ROUTING, &none));
	EXPECT_EQ(-EFAULT, dev_ioctl(machine.vm.fd, KVM_SET_GSI_ROUTING, NULL));
}

TEST_HARNESS_MAIN
