// SPDX-License-Identifier: GPL-2.0
/* Exceptions reach the guest's own handlers, with their error codes. */
#include "test.h"

#define SEL_ABSENT	(SEL_FREE + 8)	/* a data segment, not present */
#define GDT_ABSENT	0x00cf13000000ffff

static void guest_faults(void)
{
	GUEST_CHECK(TRAP_OF("divl %%ecx", : : "a"(1), "d"(0), "c"(0)) ==
		    DE_VECTOR);
	GUEST_CHECK(TRAP_OF("ud2", : :) == UD_VECTOR);
	GUEST_CHECK(TRAP_OF("int3", : :) == BP_VECTOR);
	GUEST_CHECK(TRAP_OF("int $0x80", : :) == 0x80);
	WRITE_REG(cr0, READ_REG(cr0) | X86_CR0_TS);
	GUEST_CHECK(TRAP_OF("fninit", : :) == NM_VECTOR);
	asm volatile("clts");
	/* x87 errors, pending until the next instruction waits for them */
	asm volatile("fldcw %0" : : "m"((uint16_t){ 0x37b }));
	GUEST_CHECK(TRAP_OF("fld1; fldz; fdivrp; fwait", : :) == MF_VECTOR);
	asm volatile("fninit");
	guest_done();
}

TEST(without_error_code)
{
	struct machine machine;

	machine_start(&machine, guest_faults);
	ASSERT_DONE(&machine.vcpu);
}

static void guest_error_codes(void)
{
	GUEST_CHECK(TRAP_OF("movw %w0, %%fs", : : "r"(SEL_ABSENT)) == NP_VECTOR);
	GUEST_CHECK(guest_trap.error_code == SEL_ABSENT);
	GUEST_CHECK(TRAP_OF("movw %w0, %%ss", : : "r"(SEL_ABSENT)) == SS_VECTOR);
	GUEST_CHECK(guest_trap.error_code == SEL_ABSENT);
	GUEST_CHECK(TRAP_OF("movw %w0, %%fs", : : "r"(0xff8)) == GP_VECTOR);
	GUEST_CHECK(guest_trap.error_code == 0xff8);
	/* a non-canonical address */
	GUEST_CHECK(TRAP_OF("movb (%0), %%al", : : "r"(1ul << 63) : "rax") ==
		    GP_VECTOR);
	GUEST_CHECK(guest_trap.error_code == 0);
	guest_done();
}

TEST(with_error_code)
{
	struct machine machine;

	machine_start(&machine, guest_error_codes);
	*(uint64_t *)vm_host(&machine.vm, GPA_GDT + SEL_ABSENT) = GDT_ABSENT;
	ASSERT_DONE(&machine.vcpu);
}

/* Faults leave RIP at the instruction, traps behind it. */
static void guest_rips(void)
{
	uint64_t at;

	guest_trap.vector = NO_TRAP;
	asm volatile("lea 2f(%%rip), %0\n\tmovq $1f, guest_resume\n2:\tud2\n1:"
		     : "=r"(at) : : "memory");
	GUEST_CHECK(guest_trap.rip == at);
	asm volatile("lea 2f(%%rip), %0\n\tmovq $1f, guest_resume\n\tint3\n"
		     "2:\tnop\n1:" : "=r"(at) : : "memory");
	GUEST_CHECK(guest_trap.rip == at);
	asm volatile("lea 2f(%%rip), %0\n\tmovq $1f, guest_resume\n\tint $0x90\n"
		     "2:\tnop\n1:" : "=r"(at) : : "memory");
	GUEST_CHECK(guest_trap.rip == at);
	guest_done();
}

TEST(return_address)
{
	struct machine machine;

	machine_start(&machine, guest_rips);
	ASSERT_DONE(&machine.vcpu);
}

/* From ring 3 the CPU takes the stack of ring 0 from the TSS. */
static void guest_user_faults(void)
{
	asm volatile("movw %w0, %%fs" : : "r"(0xff8));
}

static void guest_goes_to_ring_3(void)
{
	enter_user(guest_user_faults);
}

static void guest_sees_user_fault(struct guest_frame *frame)
{
	GUEST_CHECK(frame->cs == SEL_USER_CODE64);
	GUEST_CHECK(frame->ss == SEL_USER_DATA);
	GUEST_CHECK(frame->error_code == 0xff8);
	GUEST_CHECK((uint64_t)frame < GPA_STACK && (uint64_t)frame > GPA_STACK - 512);
	guest_done();
}

TEST(stack_of_ring_0)
{
	struct machine machine;

	machine_start(&machine, guest_goes_to_ring_3);
	guest_handlers[GP_VECTOR] = guest_sees_user_fault;
	ASSERT_DONE(&machine.vcpu);
}

static void guest_user_misaligns(void)
{
	uint64_t pair[2] = { 0, 0 };

	asm volatile("movl 1(%0), %%eax" : : "r"(pair) : "rax");
}

static void guest_with_alignment_checks(void)
{
	WRITE_REG(cr0, READ_REG(cr0) | X86_CR0_AM);
	guest_enter_user(guest_user_misaligns, GPA_USER_STACK - 8,
			 SEL_USER_CODE64, SEL_USER_DATA,
			 X86_EFLAGS_FIXED | X86_EFLAGS_AC);
}

static void guest_sees_ac(struct guest_frame *frame)
{
	GUEST_CHECK(frame->cs == SEL_USER_CODE64);
	GUEST_CHECK(frame->error_code == 0);
	guest_done();
}

TEST(alignment_check)
{
	struct machine machine;

	machine_start(&machine, guest_with_alignment_checks);
	guest_handlers[AC_VECTOR] = guest_sees_ac;
	ASSERT_DONE(&machine.vcpu);
}

/* A handler may fault in its turn. */
static void guest_nests(struct guest_frame *frame)
{
	GUEST_CHECK(TRAP_OF("ud2", : :) == UD_VECTOR);
	frame->rip += 2;	/* DIV ECX */
}

static void guest_divides(void)
{
	guest_handlers[DE_VECTOR] = guest_nests;
	asm volatile("divl %%ecx" : : "a"(1), "d"(0), "c"(0));
	guest_done();
}

TEST(nested)
{
	struct machine machine;

	machine_start(&machine, guest_divides);
	ASSERT_DONE(&machine.vcpu);
}

TEST_HARNESS_MAIN
