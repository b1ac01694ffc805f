// SPDX-License-Identifier: GPL-2.0
/* A paging structure without memory behind it: nothing can be translated. */
#include "test.h"

/* Not where vm_map() or the guest's code and stack are. */
#define LOST	0x3f000000ull

static void guest_loads(void)
{
	GUEST_CHECK(TRAP_OF("movl (%0), %%eax", : : "r"(LOST) : "rax") == PF_VECTOR);
	GUEST_CHECK(guest_trap.cr2 == LOST);
	guest_done();
}

TEST(page_fault)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	uint64_t *pd;

	machine_start(&machine, guest_loads);
	pd = vm_host(&machine.vm, GPA_PD);
	pd[LOST >> 21] = GPA_MMIO | PTE_PRESENT | PTE_WRITE;
	ASSERT_DONE(vcpu);
}

TEST_HARNESS_MAIN
