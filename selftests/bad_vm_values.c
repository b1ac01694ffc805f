// SPDX-License-Identifier: GPL-2.0
/* The ioctls of the device and of a VM, with each argument wrong in turn. */
#include "test.h"
#include "trial.h"

/* ---- the device ---- */

struct msr_list { struct kvm_msr_list header; uint32_t indices[300]; };
struct msrs { struct kvm_msrs header; struct kvm_msr_entry entries[2]; };
struct cpuid { struct kvm_cpuid2 header; struct kvm_cpuid_entry2 entries[4]; };

static const struct trial bad_device[] = {
	NUMBER(DEVICE, KVM_GET_API_VERSION, 1),
	NUMBER(DEVICE, KVM_GET_API_VERSION, -1),
	NUMBER(DEVICE, KVM_CREATE_VM, 1),
	NUMBER(DEVICE, KVM_CREATE_VM, 1ul << 32),
	NUMBER(DEVICE, KVM_CREATE_VM, -1),
	NUMBER(DEVICE, KVM_CHECK_EXTENSION, 100000),
	NUMBER(DEVICE, KVM_CHECK_EXTENSION, 1ul << 32 | KVM_CAP_USER_MEMORY),
	NUMBER(DEVICE, KVM_CHECK_EXTENSION, -1),
	NUMBER(DEVICE, KVM_GET_VCPU_MMAP_SIZE, 1),
	GIVEN(DEVICE, KVM_GET_SUPPORTED_CPUID, "no room", struct kvm_cpuid2, .nent = 0),
	GIVEN(DEVICE, KVM_GET_SUPPORTED_CPUID, "little room", struct kvm_cpuid2, .nent = 3),
	GIVEN(DEVICE, KVM_GET_EMULATED_CPUID, "no room", struct cpuid, .header = {}),
	GIVEN(DEVICE, KVM_GET_EMULATED_CPUID, "little room", struct cpuid, .header = { .nent = 2 }),
	GIVEN(DEVICE, KVM_GET_EMULATED_CPUID, "no room to spare", struct cpuid, .header = { .nent = 3 }),
	GIVEN(DEVICE, KVM_GET_EMULATED_CPUID, "padding", struct cpuid, .header = { .nent = 4 },
	      .entries = { [3] = { .padding = { 0, 0, 1 } } }),
	GIVEN(DEVICE, KVM_GET_MSR_INDEX_LIST, "no room", struct msr_list, .header = {}),
	GIVEN(DEVICE, KVM_GET_MSR_INDEX_LIST, "little room", struct msr_list, .header = { .nmsrs = 3 }),
	GIVEN(DEVICE, KVM_GET_MSR_FEATURE_INDEX_LIST, "no room", struct msr_list, .header = {}),
	GIVEN(DEVICE, KVM_GET_MSRS, "none", struct msrs, .header = {}),
	GIVEN(DEVICE, KVM_GET_MSRS, "256", struct msrs, .header = { .nmsrs = 256 }),
	GIVEN(DEVICE, KVM_GET_MSRS, "all that can be said", struct msrs, .header = { .nmsrs = -1 }),
	GIVEN(DEVICE, KVM_GET_MSRS, "no feature MSR", struct msrs, .header = { .nmsrs = 1 },
	      .entries = { { .index = MSR_STAR } }),
	GIVEN(DEVICE, KVM_GET_MSRS, "an unknown one", struct msrs, .header = { .nmsrs = 2 },
	      .entries = { { .index = 0x8b }, { .index = 0x12345678 } }),
};

TEST(device)
{
	TRY_ALL(bad_device);
}

/* ---- the VM ---- */

#define ENABLE(file, what, number, members...)				\
	GIVEN(file, KVM_ENABLE_CAP, what, struct kvm_enable_cap,	\
	      .cap = number, members)

static const struct trial bad_vm[] = {
	NUMBER(VM, KVM_CREATE_VCPU, 0),
	NUMBER(VM, KVM_CREATE_VCPU, 1ul << 32),
	NUMBER(VM, KVM_CREATE_VCPU, 4096),
	NUMBER(VM, KVM_CREATE_VCPU, 1u << 31),
	NUMBER(VM, KVM_CREATE_VCPU, -1),
	NUMBER(VM, KVM_CHECK_EXTENSION, 100000),
	NUMBER(VM, KVM_CHECK_EXTENSION, 1ul << 32 | KVM_CAP_USER_MEMORY),
	NUMBER(VM, KVM_CHECK_EXTENSION, -1),
	NUMBER(VM, KVM_SET_TSS_ADDR, 0xffffd000),
	NUMBER(VM, KVM_SET_TSS_ADDR, 0xffffd001),
	NUMBER(VM, KVM_SET_TSS_ADDR, 0xffffe000),
	NUMBER(VM, KVM_SET_TSS_ADDR, 1ul << 32),
	NUMBER(VM, KVM_SET_TSS_ADDR, -1),
	NUMBER(VM, KVM_SET_TSS_ADDR, 0xfffb0001),
	GIVEN(VM, KVM_SET_IDENTITY_MAP_ADDR, "behind the first vCPU", uint64_t, 0xfffbc000),
	GIVEN(VM, KVM_SET_IDENTITY_MAP_ADDR, "unaligned", uint64_t, 1),
	GIVEN(VM, KVM_SIGNAL_MSI, "to an APIC that is not there", struct kvm_msi,
	      .address_lo = 0xfee00000, .data = 0x30),
	GIVEN(VM, KVM_SIGNAL_MSI, "a flag", struct kvm_msi, .flags = 2),
	GIVEN(VM, KVM_SET_CLOCK, "an unknown flag", struct kvm_clock_data, .flags = 1),
	GIVEN(VM, KVM_SET_CLOCK, "another", struct kvm_clock_data, .flags = 1 << 4),
	GIVEN(VM, KVM_SET_CLOCK, "all that are known", struct kvm_clock_data, .flags = 14),
	GIVEN(VM, KVM_SET_GSI_ROUTING, "no entry", struct kvm_irq_routing, .nr = 0),
	GIVEN(VM, KVM_SET_GSI_ROUTING, "a flag", struct kvm_irq_routing, .flags = 1),
	GIVEN(VM, KVM_SET_GSI_ROUTING, "too many", struct kvm_irq_routing, .nr = -1),
	ENABLE(VM, "an unknown one", 100000, .args = { 1 }),
	ENABLE(VM, "one that is always on", KVM_CAP_USER_MEMORY, .args = { 1 }),
	ENABLE(VM, "a flag", KVM_CAP_EXCEPTION_PAYLOAD, .flags = 1),
	ENABLE(VM, "flag 31", KVM_CAP_EXCEPTION_PAYLOAD, .flags = 1u << 31),
	ENABLE(VM, "manual, the second bit alone", KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, .args = { 2 }),
	ENABLE(VM, "manual, an unknown bit", KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, .args = { 5 }),
	ENABLE(VM, "manual, bit 63", KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, .args = { 1ull << 63 | 1 }),
	ENABLE(VM, "MSR exits, an unknown reason", KVM_CAP_X86_USER_SPACE_MSR, .args = { 8 }),
	ENABLE(VM, "emulation failures, an unknown bit", KVM_CAP_EXIT_ON_EMULATION_FAILURE, .args = { 3 }),
	ENABLE(VM, "emulation failures, bit 63", KVM_CAP_EXIT_ON_EMULATION_FAILURE, .args = { 1ull << 63 }),
	ENABLE(VM, "MSR exits, bit 63", KVM_CAP_X86_USER_SPACE_MSR, .args = { 1ull << 63 }),
	ENABLE(VM, "vCPU ids, too late", KVM_CAP_MAX_VCPU_ID, .args = { 10 }),
	ENABLE(VM, "vCPU ids, too many", KVM_CAP_MAX_VCPU_ID, .args = { 4097 }),
	ENABLE(VM, "vCPU ids, far too many", KVM_CAP_MAX_VCPU_ID, .args = { 1ull << 32 }),
	ENABLE(VM, "vCPU ids, none", KVM_CAP_MAX_VCPU_ID, .args = { 0 }),
};

TEST(vm)
{
	TRY_ALL(bad_vm);
}

#define RANGE(range_flags, first, count, bits)				\
	.ranges = { { .flags = range_flags, .base = first, .nmsrs = count,	\
		      .bitmap = (void *)(bits) } }

#define FILTER(what, members...) \
	GIVEN(VM, KVM_X86_SET_MSR_FILTER, what, struct kvm_msr_filter, members)

static const struct trial bad_msr_filter[] = {
	FILTER("a flag", .flags = 2),
	FILTER("flag 31", .flags = 1u << 31),
	FILTER("nothing allowed", .flags = KVM_MSR_FILTER_DEFAULT_DENY),
	FILTER("a range without flags", RANGE(0, 0, 1, HOST_BITMAP)),
	FILTER("a range with an unknown flag", RANGE(4, 0, 1, HOST_BITMAP)),
	FILTER("a range with flag 31", RANGE(1u << 31 | 1, 0, 1, HOST_BITMAP)),
	FILTER("an empty range with a flag", RANGE(4, 0, 0, HOST_BITMAP)),
	FILTER("a range of 0x3000", RANGE(3, 0x12340000, 0x3000, HOST_BITMAP)),
	FILTER("a range of 0x3001", RANGE(3, 0x12340000, 0x3001, HOST_BITMAP)),
	FILTER("a range of 2^32 - 1", RANGE(3, 0, -1, HOST_BITMAP)),
	FILTER("a range that wraps", RANGE(3, -1, 64, HOST_BITMAP)),
	FILTER("bits nowhere", RANGE(3, 0x12340000, 1, 0)),
	FILTER("bits without memory", RANGE(3, 0x12340000, 64, NO_MEMORY)),
	FILTER("bits half without memory", RANGE(3, 0x12340000, 128, NO_MEMORY - 8)),
	FILTER("the kernel's bits", RANGE(3, 0x12340000, 1, KERNEL)),
	FILTER("bits not canonical", RANGE(3, 0x12340000, 1, NOT_CANONICAL)),
	FILTER("the second range", .ranges = {
		{ .flags = 3, .base = 0x12340000, .nmsrs = 1, .bitmap = (void *)HOST_BITMAP },
		{ .flags = 8, .base = 0x12340000, .nmsrs = 1, .bitmap = (void *)HOST_BITMAP } }),
	FILTER("the last range", .ranges = {
		[15] = { .flags = 3, .nmsrs = 1, .bitmap = NULL } }),
	FILTER("none", .flags = 0),
};

TEST(msr_filter)
{
	TRY_ALL(bad_msr_filter);
}

TEST_HARNESS_MAIN
