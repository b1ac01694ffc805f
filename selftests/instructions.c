// SPDX-License-Identifier: GPL-2.0
/* Instructions that a hypervisor may intercept and that do little. */
#include "test.h"

static void guest_cache(void)
{
	asm volatile("wbinvd" : : : "memory");
	asm volatile("invd" : : : "memory");
	asm volatile("invlpg (%0)" : : "r"(GPA_DATA) : "memory");
	asm volatile("pause");
	guest_done();
}

TEST(cache_and_tlb)
{
	struct machine machine;

	machine_start(&machine, guest_cache);
	ASSERT_DONE(&machine.vcpu);
}

/* INVLPG makes a changed translation visible. */
#define ALIAS	0x3f000000ull

static void guest_remaps(void)
{
	volatile uint32_t *alias = (void *)ALIAS;
	uint64_t *entry = (void *)(GPA_TABLES + (ALIAS >> 12 & 511) * 8);

	GUEST_CHECK(*alias == 1);
	*entry += PAGE_SIZE;
	asm volatile("invlpg (%0)" : : "r"(alias) : "memory");
	GUEST_CHECK(*alias == 2);
	guest_done();
}

TEST(invlpg)
{
	struct machine machine;

	machine_start(&machine, guest_remaps);
	vm_map(&machine.vm, ALIAS, GPA_DATA, PTE_PRESENT | PTE_WRITE);
	*(uint32_t *)vm_host(&machine.vm, GPA_DATA) = 1;
	*(uint32_t *)vm_host(&machine.vm, GPA_DATA + PAGE_SIZE) = 2;
	ASSERT_DONE(&machine.vcpu);
}

static void guest_rdpmc(void)
{
	GUEST_CHECK(TRAP_OF("rdpmc", : : "c"(0x3fffffff) : "rax", "rdx") ==
		    GP_VECTOR);
	guest_done();
}

TEST(rdpmc_of_no_counter)
{
	struct machine machine;

	machine_start(&machine, guest_rdpmc);
	ASSERT_DONE(&machine.vcpu);
}

/* CPUID has no MONITOR; KVM lets both pass as doing nothing. */
static void guest_monitor(void)
{
	uint64_t line;

	GUEST_CHECK(TRAP_OF("monitor", : : "a"(&line), "c"(0), "d"(0)) == NO_TRAP);
	GUEST_CHECK(TRAP_OF("mwait", : : "a"(0), "c"(0)) == NO_TRAP);
	guest_done();
}

TEST(monitor_and_mwait)
{
	struct machine machine;

	machine_start(&machine, guest_monitor);
	ASSERT_DONE(&machine.vcpu);
}

static void guest_vmx(void)
{
	uint64_t operand[2] = { 0, 0 };

	GUEST_CHECK(TRAP_OF("vmxon %0", : : "m"(operand)) == UD_VECTOR);
	GUEST_CHECK(TRAP_OF("vmclear %0", : : "m"(operand)) == UD_VECTOR);
	GUEST_CHECK(TRAP_OF("vmptrld %0", : : "m"(operand)) == UD_VECTOR);
	GUEST_CHECK(TRAP_OF("vmptrst %0", : : "m"(operand) : "memory") ==
		    UD_VECTOR);
	GUEST_CHECK(TRAP_OF("vmread %%rax, %%rax", : : "a"(0)) == UD_VECTOR);
	GUEST_CHECK(TRAP_OF("vmwrite %%rax, %%rax", : : "a"(0)) == UD_VECTOR);
	GUEST_CHECK(TRAP_OF("vmlaunch", : :) == UD_VECTOR);
	GUEST_CHECK(TRAP_OF("vmresume", : :) == UD_VECTOR);
	GUEST_CHECK(TRAP_OF("vmxoff", : :) == UD_VECTOR);
	GUEST_CHECK(TRAP_OF("vmfunc", : : "a"(0), "c"(0)) == UD_VECTOR);
	GUEST_CHECK(TRAP_OF("invept %0, %%rax", : : "m"(operand), "a"(1)) ==
		    UD_VECTOR);
	GUEST_CHECK(TRAP_OF("invvpid %0, %%rax", : : "m"(operand), "a"(2)) ==
		    UD_VECTOR);
	guest_done();
}

TEST(vmx_instructions_do_not_exist)
{
	struct machine machine;

	machine_start(&machine, guest_vmx);
	ASSERT_DONE(&machine.vcpu);
}

static void guest_user_wbinvd(void)
{
	asm volatile("wbinvd");
}

static void guest_wbinvd_in_ring_3(void)
{
	enter_user(guest_user_wbinvd);
}

static void guest_sees_gp(struct guest_frame *frame)
{
	GUEST_CHECK(frame->cs == SEL_USER_CODE64);
	guest_done();
}

TEST(wbinvd_needs_privilege)
{
	struct machine machine;

	machine_start(&machine, guest_wbinvd_in_ring_3);
	guest_handlers[GP_VECTOR] = guest_sees_gp;
	ASSERT_DONE(&machine.vcpu);
}

TEST_HARNESS_MAIN
