// SPDX-License-Identifier: GPL-2.0
/* CPUID: what the device supports, what a vCPU was given, what the guest sees. */
#include "test.h"

#define ENTRIES(count) \
	struct { struct kvm_cpuid2 header; struct kvm_cpuid_entry2 entry[count]; }

static uint32_t leaf, subleaf, seen[4];

static void guest_asks(void)
{
	for (;;) {
		guest_cpuid(leaf, subleaf, seen);
		guest_sync(0);
	}
}

TEST(supported_leaves_are_sane)
{
	int kvm = device_open();
	struct kvm_cpuid2 *cpuid = supported_cpuid(kvm);
	struct kvm_cpuid_entry2 *entry;

	ASSERT_LT(4, cpuid->nent);
	entry = find_cpuid(cpuid, 0, 0);
	ASSERT_NE(NULL, entry);
	EXPECT_LE(7, entry->eax);
	entry = find_cpuid(cpuid, 1, 0);
	ASSERT_NE(NULL, entry);
	EXPECT_NE(0, entry->eax);
	EXPECT_EQ(1u << 0, entry->edx & 1u << 0);	/* FPU */
	EXPECT_EQ(1u << 5, entry->edx & 1u << 5);	/* MSR */
	EXPECT_EQ(1u << 6, entry->edx & 1u << 6);	/* PAE */
	EXPECT_EQ(1u << 25, entry->edx & 1u << 25);	/* SSE */
	EXPECT_EQ(0, entry->ecx & 1u << 3);		/* MONITOR */
	entry = find_cpuid(cpuid, 0x80000001, 0);
	ASSERT_NE(NULL, entry);
	EXPECT_EQ(1u << 29, entry->edx & 1u << 29);	/* long mode */
	EXPECT_EQ(1u << 20, entry->edx & 1u << 20);	/* NX */
	EXPECT_NE(NULL, find_cpuid(cpuid, 0x80000008, 0));
	free(cpuid);
}

TEST(supported_list_that_is_too_short)
{
	ENTRIES(1) cpuid = { .header.nent = 1 };
	int kvm = device_open();

	EXPECT_EQ(-E2BIG, dev_ioctl(kvm, KVM_GET_SUPPORTED_CPUID, &cpuid));
	cpuid.header.nent = 0;
	EXPECT_EQ(-E2BIG, dev_ioctl(kvm, KVM_GET_SUPPORTED_CPUID, &cpuid));
	EXPECT_EQ(-EFAULT, dev_ioctl(kvm, KVM_GET_SUPPORTED_CPUID, NULL));
}

TEST(supported_list_longer_than_there_are_leaves)
{
	struct kvm_cpuid2 *cpuid = calloc(1, sizeof(*cpuid) + 4096 *
					  sizeof(struct kvm_cpuid_entry2));
	int kvm = device_open();

	cpuid->nent = 4096;
	EXPECT_EQ(0, dev_ioctl(kvm, KVM_GET_SUPPORTED_CPUID, cpuid));
	EXPECT_GT(256, cpuid->nent);
	free(cpuid);
}

TEST(setting_bad_lists)
{
	ENTRIES(1) cpuid = { .header.nent = 0x10000 };
	struct machine machine;

	machine_create(&machine);
	EXPECT_EQ(-E2BIG, dev_ioctl(machine.vcpu.fd, KVM_SET_CPUID2, &cpuid));
	cpuid.header.nent = 0xffffffff;
	EXPECT_EQ(-E2BIG, dev_ioctl(machine.vcpu.fd, KVM_SET_CPUID2, &cpuid));
	EXPECT_EQ(-EFAULT, dev_ioctl(machine.vcpu.fd, KVM_SET_CPUID2, NULL));
}

TEST(set_then_get)
{
	ENTRIES(2) cpuid = {
		.header.nent = 2,
		.entry = {
			{ .function = 0, .eax = 1, .ebx = 0x756e6547,
			  .ecx = 0x6c65746e, .edx = 0x49656e69 },
			{ .function = 1, .eax = 0x12345 },
		},
	}, got = { .header.nent = 2 };
	struct machine machine;

	machine_create(&machine);
	ASSERT_EQ(0, dev_ioctl(machine.vcpu.fd, KVM_SET_CPUID2, &cpuid));
	ASSERT_EQ(0, dev_ioctl(machine.vcpu.fd, KVM_GET_CPUID2, &got));
	EXPECT_EQ(0x756e6547, got.entry[0].ebx);
	EXPECT_EQ(1, got.entry[1].function);
	EXPECT_EQ(0x12345, got.entry[1].eax);
	got.header.nent = 1;
	EXPECT_EQ(-E2BIG, dev_ioctl(machine.vcpu.fd, KVM_GET_CPUID2, &got));
}

#define EXPECT_CPUID(vcpu, function, index, a, b, c, d) do {		\
	leaf = (function);						\
	subleaf = (index);						\
	ASSERT_SYNC(vcpu, 0);						\
	EXPECT_EQ((a), seen[0]);					\
	EXPECT_EQ((b), seen[1]);					\
	EXPECT_EQ((c), seen[2]);					\
	EXPECT_EQ((d), seen[3]);					\
} while (0)

#define VENDOR	.ebx = 0x756e6547, .edx = 0x49656e69, .ecx = 0x6c65746e

TEST(guest_sees_what_was_set)
{
	ENTRIES(5) cpuid = {
		.header.nent = 5,
		.entry = {
			{ .function = 0, .eax = 6, VENDOR },
			{ .function = 4, .index = 0, .eax = 0x41, .ebx = 2,
			  .flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX },
			{ .function = 4, .index = 1, .eax = 0x42, .ebx = 3,
			  .flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX },
			{ .function = 5, .eax = 0x50, .ebx = 0x51, .ecx = 0x52,
			  .edx = 0x53 },
			{ .function = 6, .eax = 0x60, .ebx = 0x61, .ecx = 0x62,
			  .edx = 0x63 },
		},
	};
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_asks);
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_SET_CPUID2, &cpuid));
	EXPECT_CPUID(vcpu, 0, 0, 6, 0x756e6547, 0x6c65746e, 0x49656e69);
	EXPECT_CPUID(vcpu, 4, 0, 0x41, 2, 0, 0);
	EXPECT_CPUID(vcpu, 4, 1, 0x42, 3, 0, 0);
	/* a subleaf that is not there, and one that does not matter */
	EXPECT_CPUID(vcpu, 4, 2, 0, 0, 0, 0);
	EXPECT_CPUID(vcpu, 5, 7, 0x50, 0x51, 0x52, 0x53);
	/* a leaf in range that is not there */
	EXPECT_CPUID(vcpu, 3, 0, 0, 0, 0, 0);
	/* beyond the range Intel CPUs answer as for the highest basic leaf */
	EXPECT_CPUID(vcpu, 0x100, 0, 0x60, 0x61, 0x62, 0x63);
	EXPECT_CPUID(vcpu, 0x80000005, 0, 0x60, 0x61, 0x62, 0x63);
}

/* OSXSAVE reports CR4 of the guest, not what was set. */
static void guest_sees_osxsave(void)
{
	guest_cpuid(1, 0, seen);
	GUEST_CHECK(!(seen[2] & 1u << 27));
	WRITE_REG(cr4, READ_REG(cr4) | X86_CR4_OSXSAVE);
	guest_cpuid(1, 0, seen);
	GUEST_CHECK(seen[2] & 1u << 27);
	WRITE_REG(cr4, READ_REG(cr4) & ~X86_CR4_OSXSAVE);
	guest_cpuid(1, 0, seen);
	GUEST_CHECK(!(seen[2] & 1u << 27));
	guest_done();
}

TEST(osxsave_follows_cr4)
{
	struct kvm_cpuid2 *cpuid;
	struct machine machine;

	machine_start(&machine, guest_sees_osxsave);
	cpuid = supported_cpuid(machine.vm.kvm);
	if (!(find_cpuid(cpuid, 1, 0)->ecx & 1u << 26))
		SKIP(return, "no XSAVE");
	ASSERT_DONE(&machine.vcpu);
}

/* Once a vCPU has run, what its guest may have seen stays. */
TEST(change_after_a_run)
{
	ENTRIES(1) other = {
		.header.nent = 1,
		.entry = { { .function = 0, .eax = 1, VENDOR } },
	};
	struct machine machine;

	machine_start(&machine, guest_asks);
	ASSERT_SYNC(&machine.vcpu, 0);
	EXPECT_EQ(-EINVAL, dev_ioctl(machine.vcpu.fd, KVM_SET_CPUID2, &other));
	vcpu_set_supported_cpuid(&machine.vcpu);
}

TEST_HARNESS_MAIN
