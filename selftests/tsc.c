// SPDX-License-Identifier: GPL-2.0
/* The time stamp counter of the guest. */
#include "test.h"

static uint64_t guest_rdtsc(void)
{
	uint32_t low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high));
	return low | (uint64_t)high << 32;
}

static void guest_reads_twice(void)
{
	uint64_t first = guest_rdtsc(), second;

	guest_sync(1);
	second = guest_rdtsc();
	GUEST_CHECK(second > first);
	first = second;
	second = rdmsr(MSR_IA32_TSC);
	GUEST_CHECK(second > first);
	guest_done();
}

TEST(is_monotonic_across_exits)
{
	struct machine machine;

	machine_start(&machine, guest_reads_twice);
	ASSERT_SYNC(&machine.vcpu, 1);
	ASSERT_DONE(&machine.vcpu);
}

static void guest_rdtscp(void)
{
	uint32_t low, high, aux;

	wrmsr(MSR_TSC_AUX, 0x1234);
	guest_sync(1);
	asm volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(aux));
	GUEST_CHECK(aux == 0x1234);
	GUEST_CHECK(TRAP_OF_WRMSR(MSR_TSC_AUX, 1ull << 32) == GP_VECTOR);
	guest_done();
}

TEST(rdtscp_gives_the_auxiliary_value)
{
	struct kvm_cpuid2 *cpuid;
	struct machine machine;

	machine_start(&machine, guest_rdtscp);
	cpuid = supported_cpuid(machine.vm.kvm);
	if (!(find_cpuid(cpuid, 0x80000001, 0)->edx & 1u << 27))
		SKIP(return, "no RDTSCP");
	ASSERT_SYNC(&machine.vcpu, 1);
	ASSERT_DONE(&machine.vcpu);
}

static void guest_user_rdtsc(void)
{
	guest_rdtsc();
}

static void guest_rdtsc_in_ring_3(void)
{
	WRITE_REG(cr4, READ_REG(cr4) | X86_CR4_TSD);
	guest_rdtsc();
	enter_user(guest_user_rdtsc);
}

static void guest_sees_gp(struct guest_frame *frame)
{
	GUEST_CHECK(frame->cs == SEL_USER_CODE64);
	guest_done();
}

TEST(tsd_forbids_it_to_user_code)
{
	struct machine machine;

	machine_start(&machine, guest_rdtsc_in_ring_3);
	guest_handlers[GP_VECTOR] = guest_sees_gp;
	ASSERT_DONE(&machine.vcpu);
}

/* Writes move the guest's counter, never the host's. */
static void guest_writes_tsc(void)
{
	wrmsr(MSR_IA32_TSC, 1ull << 60);
	GUEST_CHECK(guest_rdtsc() >= 1ull << 60);
	guest_sync(1);
	GUEST_CHECK(guest_rdtsc() >= 1ull << 60);
	guest_done();
}

TEST(can_be_set)
{
	struct machine machine;
	uint64_t host = guest_rdtsc();

	machine_start(&machine, guest_writes_tsc);
	ASSERT_SYNC(&machine.vcpu, 1);
	EXPECT_GT(1ull << 59, guest_rdtsc());
	EXPECT_LT(host, guest_rdtsc());
	ASSERT_DONE(&machine.vcpu);
}

TEST_HARNESS_MAIN
