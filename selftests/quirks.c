// SPDX-License-Identifier: GPL-2.0
/* KVM_CAP_DISABLE_QUIRKS: where KVM keeps old promises, until a VMM lets it go. */
#include "test.h"

#define QUIRKS	(KVM_X86_QUIRK_OUT_7E_INC_RIP |			\
		 KVM_X86_QUIRK_MISC_ENABLE_NO_MWAIT |		\
		 KVM_X86_QUIRK_MWAIT_NEVER_UD_FAULTS)

#define MISC_ENABLE_MWAIT	(1ull << 18)
#define CPUID_1_ECX_SSE3	(1u << 0)
#define CPUID_1_ECX_MWAIT	(1u << 3)

static int disable(struct vm *vm, uint32_t number, uint64_t quirks)
{
	struct kvm_enable_cap cap = { .cap = number, .args = { quirks } };

	return dev_ioctl(vm->fd, KVM_ENABLE_CAP, &cap);
}

TEST(which_there_are)
{
	struct vm vm;

	vm_create(&vm);
	EXPECT_TRUE(device_has(vm.kvm, KVM_CAP_DISABLE_QUIRKS));
	EXPECT_EQ(QUIRKS, QUIRKS & dev_ioctl_value(vm.kvm, KVM_CHECK_EXTENSION,
						   KVM_CAP_DISABLE_QUIRKS2));
	EXPECT_EQ(0, disable(&vm, KVM_CAP_DISABLE_QUIRKS2, QUIRKS));
	EXPECT_EQ(0, disable(&vm, KVM_CAP_DISABLE_QUIRKS2, 0));
	EXPECT_EQ(-EINVAL, disable(&vm, KVM_CAP_DISABLE_QUIRKS2, 1u << 30));
	EXPECT_EQ(-EINVAL, disable(&vm, KVM_CAP_DISABLE_QUIRKS2,
				   1ull << 63 | QUIRKS));
	/* the older one takes whatever there may be */
	EXPECT_EQ(0, disable(&vm, KVM_CAP_DISABLE_QUIRKS, -1ull));
}

/* ---- KVM_X86_QUIRK_OUT_7E_INC_RIP ---- */

static volatile uint64_t behind;

static void guest_outputs(void)
{
	asm volatile("lea 1f(%%rip), %%rax\n\tmov %%rax, %0\n\t"
		     "out %%al, $0x7e\n1:" : "=m"(behind) : : "rax");
	guest_done();
}

TEST(port_7e)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_outputs);
	ASSERT_EXIT(vcpu, KVM_EXIT_IO);
	ASSERT_EQ(0x7e, vcpu->run->io.port);
	EXPECT_EQ(behind, vcpu_regs(vcpu).rip);
	ASSERT_DONE(vcpu);
}

TEST(port_7e_is_like_others)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_outputs);
	ASSERT_EQ(0, disable(&machine.vm, KVM_CAP_DISABLE_QUIRKS2,
			     KVM_X86_QUIRK_OUT_7E_INC_RIP));
	ASSERT_EXIT(vcpu, KVM_EXIT_IO);
	ASSERT_EQ(0x7e, vcpu->run->io.port);
	EXPECT_EQ(behind - 2, vcpu_regs(vcpu).rip);
	ASSERT_DONE(vcpu);
}

/* ---- KVM_X86_QUIRK_MISC_ENABLE_NO_MWAIT ---- */

static bool guest_has_mwait(void)
{
	uint32_t regs[4];

	guest_cpuid(1, 0, regs);
	return regs[2] & CPUID_1_ECX_MWAIT;
}

static void guest_flips_mwait(void)
{
	uint64_t value = rdmsr(MSR_IA32_MISC_ENABLE) & ~MISC_ENABLE_MWAIT;

	wrmsr(MSR_IA32_MISC_ENABLE, value | MISC_ENABLE_MWAIT);
	guest_sync(guest_has_mwait());
	wrmsr(MSR_IA32_MISC_ENABLE, value);
	guest_sync(guest_has_mwait());
	guest_done();
}

static void set_cpuid(struct vcpu *vcpu, uint32_t set, uint32_t clear)
{
	struct kvm_cpuid2 *cpuid = supported_cpuid(vcpu->vm->kvm);
	struct kvm_cpuid_entry2 *entry = find_cpuid(cpuid, 1, 0);

	entry->ecx = (entry->ecx & ~clear) | set;
	if (dev_ioctl(vcpu->fd, KVM_SET_CPUID2, cpuid))
		die("set CPUID");
}

TEST(misc_enable_leaves_cpuid_alone)
{
	struct machine machine;

	machine_start(&machine, guest_flips_mwait);
	set_cpuid(&machine.vcpu, CPUID_1_ECX_MWAIT, 0);
	ASSERT_SYNC(&machine.vcpu, 1);
	ASSERT_SYNC(&machine.vcpu, 1);
	ASSERT_DONE(&machine.vcpu);
}

TEST(misc_enable_shows_in_cpuid)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_flips_mwait);
	set_cpuid(vcpu, 0, CPUID_1_ECX_MWAIT);
	ASSERT_EQ(0, disable(&machine.vm, KVM_CAP_DISABLE_QUIRKS2,
			     KVM_X86_QUIRK_MISC_ENABLE_NO_MWAIT));
	ASSERT_SYNC(vcpu, 1);
	ASSERT_SYNC(vcpu, 0);
	ASSERT_DONE(vcpu);
}

static void guest_looks_twice(void)
{
	guest_sync(guest_has_mwait());
	guest_sync(guest_has_mwait());
	guest_done();
}

TEST(a_write_of_the_vmm_shows_too)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	uint64_t value;

	machine_start(&machine, guest_looks_twice);
	set_cpuid(vcpu, 0, CPUID_1_ECX_MWAIT);
	ASSERT_EQ(0, disable(&machine.vm, KVM_CAP_DISABLE_QUIRKS2,
			     KVM_X86_QUIRK_MISC_ENABLE_NO_MWAIT));
	ASSERT_SYNC(vcpu, 0);
	ASSERT_EQ(1, vcpu_get_msr(vcpu, MSR_IA32_MISC_ENABLE, &value));
	ASSERT_EQ(1, vcpu_set_msr(vcpu, MSR_IA32_MISC_ENABLE,
				  value | MISC_ENABLE_MWAIT));
	ASSERT_SYNC(vcpu, 1);
	ASSERT_DONE(vcpu);
}

static void guest_without_sse3(void)
{
	uint64_t value = rdmsr(MSR_IA32_MISC_ENABLE);

	GUEST_CHECK(TRAP_OF_WRMSR(MSR_IA32_MISC_ENABLE,
				  value ^ MISC_ENABLE_MWAIT) == GP_VECTOR);
	GUEST_CHECK(rdmsr(MSR_IA32_MISC_ENABLE) == value);
	guest_done();
}

TEST(misc_enable_has_no_mwait_without_sse3)
{
	struct machine machine;

	machine_start(&machine, guest_without_sse3);
	set_cpuid(&machine.vcpu, 0, CPUID_1_ECX_SSE3);
	ASSERT_EQ(0, disable(&machine.vm, KVM_CAP_DISABLE_QUIRKS2,
			     KVM_X86_QUIRK_MISC_ENABLE_NO_MWAIT));
	ASSERT_DONE(&machine.vcpu);
}

/* ---- KVM_X86_QUIRK_MWAIT_NEVER_UD_FAULTS ---- */

static int monitor(void)
{
	return TRAP_OF("monitor", : : "a"(&behind), "c"(0), "d"(0) : "memory");
}

static int mwait(void)
{
	return TRAP_OF("mwait", : : "a"(0), "c"(0) : "memory");
}

static void guest_may_not_wait(void)
{
	GUEST_CHECK(monitor() == UD_VECTOR);
	GUEST_CHECK(mwait() == UD_VECTOR);
	guest_done();
}

static void guest_may_wait(void)
{
	GUEST_CHECK(monitor() == NO_TRAP);
	GUEST_CHECK(mwait() == NO_TRAP);
	guest_done();
}

TEST(mwait_is_there_without_cpuid)
{
	struct machine machine;

	machine_start(&machine, guest_may_wait);
	set_cpuid(&machine.vcpu, 0, CPUID_1_ECX_MWAIT);
	ASSERT_DONE(&machine.vcpu);
}

TEST(mwait_is_as_cpuid_says)
{
	struct machine machine;

	machine_start(&machine, guest_may_not_wait);
	set_cpuid(&machine.vcpu, 0, CPUID_1_ECX_MWAIT);
	ASSERT_EQ(0, disable(&machine.vm, KVM_CAP_DISABLE_QUIRKS2,
			     KVM_X86_QUIRK_MWAIT_NEVER_UD_FAULTS));
	ASSERT_DONE(&machine.vcpu);

	machine_start(&machine, guest_may_wait);
	set_cpuid(&machine.vcpu, CPUID_1_ECX_MWAIT, 0);
	ASSERT_EQ(0, disable(&machine.vm, KVM_CAP_DISABLE_QUIRKS2,
			     KVM_X86_QUIRK_MWAIT_NEVER_UD_FAULTS));
	ASSERT_DONE(&machine.vcpu);
}

/* Both together: the guest decides by IA32_MISC_ENABLE. */
static void guest_switches_mwait(void)
{
	uint64_t value = rdmsr(MSR_IA32_MISC_ENABLE) & ~MISC_ENABLE_MWAIT;

	wrmsr(MSR_IA32_MISC_ENABLE, value | MISC_ENABLE_MWAIT);
	GUEST_CHECK(mwait() == NO_TRAP);
	wrmsr(MSR_IA32_MISC_ENABLE, value);
	GUEST_CHECK(mwait() == UD_VECTOR);
	guest_done();
}

TEST(mwait_is_as_misc_enable_says)
{
	struct machine machine;

	machine_start(&machine, guest_switches_mwait);
	ASSERT_EQ(0, disable(&machine.vm, KVM_CAP_DISABLE_QUIRKS2, QUIRKS));
	ASSERT_DONE(&machine.vcpu);
}

TEST_HARNESS_MAIN
