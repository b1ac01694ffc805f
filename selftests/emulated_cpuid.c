// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_GET_EMULATED_CPUID: a guest whose CPUID has a feature can use it if this
 * or KVM_GET_SUPPORTED_CPUID offers it, and not otherwise.
 */
#include "test.h"

#define ROOM	300	/* more entries than a list may have */

#define CPUID_1_ECX_MOVBE	(1u << 22)
#define CPUID_7_ECX_RDPID	(1u << 22)

static struct kvm_cpuid2 *emulated_cpuid(int kvm)
{
	struct kvm_cpuid2 *cpuid = calloc(1, sizeof(*cpuid) + ROOM *
					  sizeof(struct kvm_cpuid_entry2));

	cpuid->nent = ROOM;
	if (dev_ioctl(kvm, KVM_GET_EMULATED_CPUID, cpuid))
		die("KVM_GET_EMULATED_CPUID");
	return cpuid;
}

TEST(leaves)
{
	int kvm = device_open();
	struct kvm_cpuid2 *cpuid = emulated_cpuid(kvm);
	struct kvm_cpuid_entry2 *entry;

	EXPECT_TRUE(device_has(kvm, KVM_CAP_EXT_EMUL_CPUID));
	EXPECT_EQ(3, cpuid->nent);
	entry = find_cpuid(cpuid, 0, 0);
	ASSERT_NE(NULL, entry);
	EXPECT_EQ(7, entry->eax);
	entry = find_cpuid(cpuid, 1, 0);
	ASSERT_NE(NULL, entry);
	EXPECT_EQ(0, entry->eax | entry->ebx | entry->edx);
	EXPECT_EQ(0, entry->ecx & ~CPUID_1_ECX_MOVBE);
	entry = find_cpuid(cpuid, 7, 0);
	ASSERT_NE(NULL, entry);
	EXPECT_EQ(KVM_CPUID_FLAG_SIGNIFCANT_INDEX, entry->flags);
	EXPECT_EQ(0, entry->eax | entry->ebx | entry->edx);
	EXPECT_EQ(0, entry->ecx & ~CPUID_7_ECX_RDPID);
	free(cpuid);
}

#define NUMBER	0x12345678u
#define SWAPPED	0x78563412u

static uint32_t operand;

static void guest_movbe(void)
{
	uint32_t value = NUMBER;
	int trap;

	operand = NUMBER;
	trap = TRAP_OF("movbe %1, %0", : "+r"(value) : "m"(operand));
	GUEST_CHECK(value == (trap == NO_TRAP ? SWAPPED : NUMBER));
	guest_sync(trap);
}

static void guest_rdpid(void)
{
	uint64_t value = 0;
	int trap;

	wrmsr(MSR_TSC_AUX, NUMBER);
	trap = TRAP_OF(".byte 0xf3, 0x0f, 0xc7, 0xf8", : "+a"(value));	/* RAX */
	GUEST_CHECK(value == (trap == NO_TRAP ? NUMBER : 0));
	guest_sync(trap);
}

static void offer(struct __test_metadata *_metadata, uint32_t function,
		  uint32_t ecx_bit, void (*guest)(void))
{
	struct kvm_cpuid2 *supported, *emulated;
	struct kvm_cpuid_entry2 *entry;
	struct machine machine;
	bool offered;

	machine_start(&machine, guest);
	supported = supported_cpuid(machine.vm.kvm);
	emulated = emulated_cpuid(machine.vm.kvm);
	entry = find_cpuid(supported, function, 0);
	ASSERT_NE(NULL, entry);
	ASSERT_NE(NULL, find_cpuid(emulated, function, 0));
	offered = (entry->ecx | find_cpuid(emulated, function, 0)->ecx) & ecx_bit;
	entry->ecx |= ecx_bit;
	ASSERT_EQ(0, dev_ioctl(machine.vcpu.fd, KVM_SET_CPUID2, supported));
	ASSERT_SYNC(&machine.vcpu, offered ? (uint32_t)NO_TRAP : UD_VECTOR);
	free(supported);
	free(emulated);
}

TEST(movbe)
{
	offer(_metadata, 1, CPUID_1_ECX_MOVBE, guest_movbe);
}

TEST(rdpid)
{
	offer(_metadata, 7, CPUID_7_ECX_RDPID, guest_rdpid);
}

TEST_HARNESS_MAIN
