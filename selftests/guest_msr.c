// SPDX-License-Identifier: GPL-2.0
/* RDMSR and WRMSR from inside the guest. */
#include "test.h"

#define NOT_CANONICAL	0x8000000000000000ull
#define NO_SUCH_MSR	0x12345678

static void guest_round_trip(void)
{
	static const uint32_t msrs[] = {
		MSR_IA32_SYSENTER_CS, MSR_IA32_SYSENTER_ESP,
		MSR_IA32_SYSENTER_EIP, MSR_STAR, MSR_LSTAR, MSR_CSTAR,
		MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(msrs); i++)
		wrmsr(msrs[i], 0x12340 + i);
	guest_sync(1);
	for (unsigned int i = 0; i < ARRAY_SIZE(msrs); i++)
		GUEST_CHECK(rdmsr(msrs[i]) == 0x12340 + i);
	wrmsr(MSR_SYSCALL_MASK, 0x700);
	GUEST_CHECK(rdmsr(MSR_SYSCALL_MASK) == 0x700);
	asm volatile("swapgs");
	GUEST_CHECK(rdmsr(MSR_GS_BASE) == 0x12340 + 8);
	GUEST_CHECK(rdmsr(MSR_KERNEL_GS_BASE) == 0x12340 + 7);
	wrmsr(MSR_IA32_CR_PAT, 0x0007010600070106);
	GUEST_CHECK(rdmsr(MSR_IA32_CR_PAT) == 0x0007010600070106);
	guest_done();
}

TEST(values_survive_an_exit)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	uint64_t value;

	machine_start(&machine, guest_round_trip);
	ASSERT_SYNC(vcpu, 1);
	EXPECT_EQ(1, vcpu_get_msr(vcpu, MSR_KERNEL_GS_BASE, &value));
	EXPECT_EQ(0x12348, value);
	EXPECT_EQ(1, vcpu_get_msr(vcpu, MSR_LSTAR, &value));
	EXPECT_EQ(0x12344, value);
	EXPECT_EQ(0x12346, vcpu_sregs(vcpu).fs.base);
	ASSERT_DONE(vcpu);
}

static void guest_unknown(void)
{
	GUEST_CHECK(TRAP_OF_RDMSR(NO_SUCH_MSR) == GP_VECTOR);
	GUEST_CHECK(guest_trap.error_code == 0);
	GUEST_CHECK(TRAP_OF_WRMSR(NO_SUCH_MSR, 0) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_RDMSR(0xc0001234) == GP_VECTOR);
	/* x2APIC registers, without a local APIC */
	GUEST_CHECK(TRAP_OF_RDMSR(0x802) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRMSR(0x80b, 0) == GP_VECTOR);
	guest_done();
}

TEST(unknown_ones_fault)
{
	struct machine machine;

	machine_start(&machine, guest_unknown);
	ASSERT_DONE(&machine.vcpu);
}

static void guest_bad_values(void)
{
	GUEST_CHECK(TRAP_OF_WRMSR(MSR_LSTAR, NOT_CANONICAL) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRMSR(MSR_CSTAR, NOT_CANONICAL) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRMSR(MSR_FS_BASE, NOT_CANONICAL) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRMSR(MSR_GS_BASE, NOT_CANONICAL) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRMSR(MSR_KERNEL_GS_BASE, NOT_CANONICAL) ==
		    GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRMSR(MSR_IA32_CR_PAT, 2) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRMSR(MSR_IA32_CR_PAT, NOT_CANONICAL) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRMSR(MSR_IA32_APICBASE, 0xfee00901) == GP_VECTOR);
	guest_done();
}

TEST(bad_values_fault)
{
	struct machine machine;

	machine_start(&machine, guest_bad_values);
	ASSERT_DONE(&machine.vcpu);
}

static void guest_efer(void)
{
	uint64_t efer = rdmsr(MSR_EFER);

	GUEST_CHECK(efer == (EFER_LME | EFER_LMA | EFER_NX));
	wrmsr(MSR_EFER, efer | EFER_SCE);
	GUEST_CHECK(rdmsr(MSR_EFER) == (efer | EFER_SCE));
	/* LMA is the CPU's to set */
	wrmsr(MSR_EFER, efer & ~EFER_LMA);
	GUEST_CHECK(rdmsr(MSR_EFER) == efer);
	/* LME cannot change while paging is on */
	GUEST_CHECK(TRAP_OF_WRMSR(MSR_EFER, efer & ~EFER_LME) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRMSR(MSR_EFER, efer | 1ull << 63) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRMSR(MSR_EFER, efer | 1ull << 12) == GP_VECTOR);
	GUEST_CHECK(TRAP_OF_WRMSR(MSR_EFER, efer | 2) == GP_VECTOR);
	GUEST_CHECK(rdmsr(MSR_EFER) == efer);
	guest_done();
}

TEST(efer_rules)
{
	struct machine machine;

	machine_start(&machine, guest_efer);
	ASSERT_DONE(&machine.vcpu);
}

static void guest_without_pdcm(void)
{
	GUEST_CHECK(TRAP_OF_RDMSR(MSR_IA32_PERF_CAPABILITIES) == GP_VECTOR);
	guest_done();
}

static void guest_with_pdcm(void)
{
	(void)rdmsr(MSR_IA32_PERF_CAPABILITIES);
	GUEST_CHECK(TRAP_OF_WRMSR(MSR_IA32_PERF_CAPABILITIES, 0) == GP_VECTOR);
	guest_done();
}

/* IA32_PERF_CAPABILITIES is there for guests whose CPUID says so. */
TEST(perf_capabilities_need_pdcm)
{
	const uint32_t pdcm = 1u << 15;

	for (int with = 0; with < 2; with++) {
		struct machine machine;
		struct kvm_cpuid2 *cpuid;
		uint32_t *ecx;

		machine_start(&machine, with ? guest_with_pdcm :
					       guest_without_pdcm);
		cpuid = supported_cpuid(machine.vm.kvm);
		ecx = &find_cpuid(cpuid, 1, 0)->ecx;
		*ecx = with ? *ecx | pdcm : *ecx & ~pdcm;
		ASSERT_EQ(0, dev_ioctl(machine.vcpu.fd, KVM_SET_CPUID2, cpuid));
		ASSERT_DONE(&machine.vcpu);
		machine_destroy(&machine);
	}
}

static void guest_user_rdmsr(void)
{
	rdmsr(MSR_EFER);
}

static void guest_rdmsr_in_ring_3(void)
{
	enter_user(guest_user_rdmsr);
}

static void guest_sees_gp(struct guest_frame *frame)
{
	GUEST_CHECK(frame->cs == SEL_USER_CODE64);
	guest_done();
}

TEST(need_privilege)
{
	struct machine machine;

	machine_start(&machine, guest_rdmsr_in_ring_3);
	guest_handlers[GP_VECTOR] = guest_sees_gp;
	ASSERT_DONE(&machine.vcpu);
}

TEST_HARNESS_MAIN
