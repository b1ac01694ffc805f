// SPDX-License-Identifier: GPL-2.0
/* SYSCALL and SYSRET by the MSRs that the guest set, across exits. */
#include "test.h"

/* SYSRET takes SS from STAR + 8 and CS from STAR + 16. */
#define STAR_USER	(SEL_FREE - 8)
#define USER_SS		(SEL_FREE | 3)
#define USER_CS		((SEL_FREE + 8) | 3)

uint64_t calls, seen_rip, seen_flags;
extern const char syscall_entry[];

asm(".pushsection .text\n"
"syscall_entry:\n"
"	incq	calls\n"
"	movq	%rcx, seen_rip\n"
"	movq	%r11, seen_flags\n"
"	movl	$7, %eax\n"
"	outl	%eax, $0xd1\n"
"	sysretq\n"
".popsection\n");

static void guest_user(void)
{
	asm volatile("syscall" : : : "rcx", "r11", "rax", "memory");
	asm volatile("syscall" : : : "rcx", "r11", "rax", "memory");
	asm volatile("ud2");
}

static void guest_system(void)
{
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE);
	wrmsr(MSR_STAR, (uint64_t)STAR_USER << 48 | (uint64_t)SEL_CODE64 << 32);
	wrmsr(MSR_LSTAR, (uint64_t)syscall_entry);
	wrmsr(MSR_SYSCALL_MASK, X86_EFLAGS_DF);
	guest_enter_user(guest_user, GPA_USER_STACK - 8, USER_CS, USER_SS,
			 X86_EFLAGS_FIXED | X86_EFLAGS_DF);
}

static void guest_sees_ud(struct guest_frame *frame)
{
	GUEST_CHECK(frame->cs == USER_CS);
	GUEST_CHECK(frame->ss == USER_SS);
	GUEST_CHECK(frame->rflags & X86_EFLAGS_DF);
	guest_done();
}

TEST(there_and_back)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	uint64_t *gdt;

	machine_start(&machine, guest_system);
	gdt = vm_host(&machine.vm, GPA_GDT);
	gdt[SEL_FREE / 8] = 0x00cff3000000ffff;
	gdt[SEL_FREE / 8 + 1] = 0x00affb000000ffff;
	guest_handlers[UD_VECTOR] = guest_sees_ud;
	ASSERT_SYNC(vcpu, 7);
	ASSERT_SYNC(vcpu, 7);
	ASSERT_DONE(vcpu);
	EXPECT_EQ(2, calls);
	EXPECT_LT((uint64_t)guest_user, seen_rip);
	EXPECT_EQ(X86_EFLAGS_DF, seen_flags & X86_EFLAGS_DF);
}

TEST_HARNESS_MAIN
