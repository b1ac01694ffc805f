// SPDX-License-Identifier: GPL-2.0
/* A far jump to a task of 32-bit protected mode. */
#include "test.h"

#define SEL_OLD_TASK	SEL_FREE
#define SEL_NEW_TASK	(SEL_FREE + 8)
#define OLD_TASK	0x50000u
#define NEW_TASK	0x51000u
#define NEW_ENTRY	(GPA_CODE + 32)

/* The two dwords of an available 32-bit TSS's descriptor. */
#define TSS_DESCRIPTOR(base, type) \
	(0x67ull | (uint64_t)(base) << 16 | (0x80ull | (type)) << 40)

GUEST_ASM(jumps, 32,
	"	ljmpl	$0x58, $0\n"
	"	hlt\n"
	"	.balign	32\n"
	"	movl	$0x600d, %eax\n"
	"	outl	%eax, $0xd1\n"
	"	hlt\n");

/* The fields of a 32-bit TSS that the new task starts with, by dword. */
static void build_new_task(uint32_t *tss)
{
	tss[8] = NEW_ENTRY;			/* EIP */
	tss[9] = X86_EFLAGS_FIXED;
	tss[14] = GPA_STACK;			/* ESP */
	tss[18] = SEL_DATA;			/* ES */
	tss[19] = SEL_CODE32;
	for (int i = 20; i < 24; i++)		/* SS, DS, FS, GS */
		tss[i] = SEL_DATA;
}

static void start(struct machine *machine)
{
	struct kvm_sregs sregs;

	LOAD_ASM(machine, MODE_PROT32, jumps);
	*(uint64_t *)vm_host(&machine->vm, GPA_GDT + SEL_OLD_TASK) =
		TSS_DESCRIPTOR(OLD_TASK, 11);
	*(uint64_t *)vm_host(&machine->vm, GPA_GDT + SEL_NEW_TASK) =
		TSS_DESCRIPTOR(NEW_TASK, 9);
	build_new_task(vm_host(&machine->vm, NEW_TASK));
	sregs = vcpu_sregs(&machine->vcpu);
	sregs.tr.base = OLD_TASK;
	sregs.tr.selector = SEL_OLD_TASK;
	vcpu_set_sregs(&machine->vcpu, &sregs);
}

TEST(far_jump_to_a_task)
{
	struct machine machine;

	start(&machine);
	ASSERT_SYNC(&machine.vcpu, 0x600d);
	EXPECT_EQ(SEL_NEW_TASK, vcpu_sregs(&machine.vcpu).tr.selector);
}

/* The refusal leaves the guest where it was, at the jump. */
TEST(refusal_names_itself)
{
	struct machine machine;

	start(&machine);
	ASSERT_EXIT(&machine.vcpu, KVM_EXIT_INTERNAL_ERROR);
	EXPECT_EQ(KVM_INTERNAL_ERROR_EMULATION,
		  machine.vcpu.run->internal.suberror);
	EXPECT_EQ(GPA_CODE, vcpu_regs(&machine.vcpu).rip);
	EXPECT_EQ(SEL_OLD_TASK, vcpu_sregs(&machine.vcpu).tr.selector);
}

TEST_HARNESS_MAIN
