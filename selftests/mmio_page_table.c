// SPDX-License-Identifier: GPL-2.0
/* A paging structure without memory behind it is as good as not present. */
#include "test.h"

/* Not in the page tables of the guest's code and stack. */
#define LOST	0x3f001000ull

static void machine_start_lost(struct machine *machine, void (*guest)(void))
{
	uint64_t *pd;

	machine_start(machine, guest);
	pd = vm_host(&machine->vm, GPA_PD);
	pd[LOST >> 21] = GPA_MMIO | PTE_PRESENT | PTE_WRITE | PTE_USER;
}

static void guest_loads_and_stores(void)
{
	GUEST_CHECK(TRAP_OF("movl (%0), %%eax", : : "r"(LOST) : "rax") ==
		    PF_VECTOR);
	GUEST_CHECK(guest_trap.cr2 == LOST);
	GUEST_CHECK(guest_trap.error_code == 0);
	GUEST_CHECK(TRAP_OF("orl $1, 16(%0)", : : "r"(LOST) : "cc", "memory") ==
		    PF_VECTOR);
	GUEST_CHECK(guest_trap.cr2 == LOST + 16);
	guest_done();
}

TEST(data)
{
	struct machine machine;

	machine_start_lost(&machine, guest_loads_and_stores);
	ASSERT_DONE(&machine.vcpu);
}

static void guest_calls(void)
{
	asm volatile("jmp *%q0" : : "r"(LOST));
}

static void guest_sees_pf(struct guest_frame *frame)
{
	GUEST_CHECK(frame->rip == LOST);
	GUEST_CHECK(READ_REG(cr2) == LOST);
	GUEST_CHECK(!(frame->error_code & 3));
	guest_done();
}

TEST(code)
{
	struct machine machine;

	machine_start_lost(&machine, guest_calls);
	guest_handlers[PF_VECTOR] = guest_sees_pf;
	ASSERT_DONE(&machine.vcpu);
}

TEST_HARNESS_MAIN
