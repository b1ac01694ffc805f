// SPDX-License-Identifier: GPL-2.0
/*
 * The way a boot loader goes, and back: real mode, 32-bit protected mode, PAE
 * paging, compatibility mode, 64-bit mode.  The guest reports each station.
 */
#include "test.h"

#define AT(label) #label " - journey + 0x8000"
#define REPORT(stage) \
	"	movl	$" #stage ", %eax\n" \
	"	outl	%eax, $0xd1\n"

#define GPA_PAE_TABLES	0x50000	/* known to the code below */

GUEST_ASM(journey, 16,
	REPORT(1)
	"	lgdtl	0x7000\n"
	"	movl	%cr0, %eax\n"
	"	orl	$1, %eax\n"
	"	movl	%eax, %cr0\n"
	"	ljmpl	$0x18, $" AT(protected) "\n"
	".code32\n"
	"protected:\n"
	"	movl	$0x10, %eax\n"
	"	movl	%eax, %ds\n"
	"	movl	%eax, %es\n"
	"	movl	%eax, %ss\n"
	"	movl	$0x30000, %esp\n"
	REPORT(2)
	"	movl	$0x20, %eax\n"			/* CR4.PAE */
	"	movl	%eax, %cr4\n"
	"	movl	$0x50000, %eax\n"
	"	movl	%eax, %cr3\n"
	"	movl	%cr0, %eax\n"
	"	orl	$0x80000000, %eax\n"
	"	movl	%eax, %cr0\n"
	"	movl	0x40000000, %ebx\n"		/* only mapped here */
	REPORT(3)
	"	movl	%cr0, %eax\n"
	"	andl	$0x7fffffff, %eax\n"
	"	movl	%eax, %cr0\n"
	"	movl	$0x4000, %eax\n"
	"	movl	%eax, %cr3\n"
	"	movl	$0xc0000080, %ecx\n"
	"	rdmsr\n"
	"	orl	$0x100, %eax\n"			/* EFER.LME */
	"	wrmsr\n"
	"	movl	%cr0, %eax\n"
	"	orl	$0x80000000, %eax\n"
	"	movl	%eax, %cr0\n"
	REPORT(4)
	"	ljmpl	$0x08, $" AT(long_mode) "\n"
	".code64\n"
	"long_mode:\n"
	"	movabsq	$0x1122334455667788, %r15\n"
	REPORT(5)
	"	pushq	$0x18\n"
	"	pushq	$" AT(compatibility) "\n"
	"	lretq\n"
	".code32\n"
	"compatibility:\n"
	REPORT(6)
	"	movl	%cr0, %eax\n"
	"	andl	$0x7fffffff, %eax\n"
	"	movl	%eax, %cr0\n"
	"	movl	$0xc0000080, %ecx\n"
	"	rdmsr\n"
	"	andl	$~0x100, %eax\n"
	"	wrmsr\n"
	REPORT(7)
	"	ljmpl	$0x20, $" AT(protected_16) "\n"
	".code16\n"
	"protected_16:\n"
	"	movw	$0x28, %ax\n"
	"	movw	%ax, %ds\n"
	"	movw	%ax, %es\n"
	"	movw	%ax, %ss\n"
	"	movl	%cr0, %eax\n"
	"	andl	$~1, %eax\n"
	"	movl	%eax, %cr0\n"
	"	ljmpw	$0, $" AT(real_again) "\n"
	"real_again:\n"
	"	xorw	%ax, %ax\n"
	"	movw	%ax, %ds\n"
	"	movw	%ax, %ss\n"
	REPORT(8)
	"	hlt\n");

/* Four PDPTEs; the second maps RAM again at 1 GiB. */
static void build_pae_tables(struct vm *vm)
{
	uint64_t *pdpt = vm_host(vm, GPA_PAE_TABLES);

	pdpt[0] = GPA_PD | PTE_PRESENT;
	pdpt[1] = GPA_PD | PTE_PRESENT;
}

static void write_gdt_pointer(struct vm *vm)
{
	uint16_t limit = GDT_LIMIT;
	uint32_t base = GPA_GDT;

	memcpy(vm_host(vm, 0x7000), &limit, 2);
	memcpy(vm_host(vm, 0x7002), &base, 4);
}

TEST(there_and_back)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_sregs sregs;

	LOAD_ASM(&machine, MODE_REAL, journey);
	build_pae_tables(&machine.vm);
	write_gdt_pointer(&machine.vm);
	*(uint32_t *)vm_host(&machine.vm, 0) = 0x5eed;

	ASSERT_SYNC(vcpu, 1);
	EXPECT_EQ(0, vcpu_sregs(vcpu).cr0 & X86_CR0_PE);
	ASSERT_SYNC(vcpu, 2);
	sregs = vcpu_sregs(vcpu);
	EXPECT_EQ(SEL_CODE32, sregs.cs.selector);
	EXPECT_EQ(1, sregs.cs.db);
	EXPECT_EQ(X86_CR0_PE, sregs.cr0 & (X86_CR0_PE | X86_CR0_PG));
	ASSERT_SYNC(vcpu, 3);
	EXPECT_EQ(0x5eed, vcpu_regs(vcpu).rbx);
	sregs = vcpu_sregs(vcpu);
	EXPECT_EQ(0, sregs.efer & EFER_LMA);
	EXPECT_EQ(X86_CR0_PG, sregs.cr0 & X86_CR0_PG);
	ASSERT_SYNC(vcpu, 4);
	sregs = vcpu_sregs(vcpu);
	EXPECT_EQ(EFER_LME | EFER_LMA, sregs.efer);
	EXPECT_EQ(0, sregs.cs.l);
	ASSERT_SYNC(vcpu, 5);
	EXPECT_EQ(1, vcpu_sregs(vcpu).cs.l);
	EXPECT_EQ(0x1122334455667788, vcpu_regs(vcpu).r15);
	ASSERT_SYNC(vcpu, 6);
	sregs = vcpu_sregs(vcpu);
	EXPECT_EQ(0, sregs.cs.l);
	EXPECT_EQ(EFER_LME | EFER_LMA, sregs.efer);
	ASSERT_SYNC(vcpu, 7);
	EXPECT_EQ(0, vcpu_sregs(vcpu).efer);
	ASSERT_SYNC(vcpu, 8);
	sregs = vcpu_sregs(vcpu);
	EXPECT_EQ(0, sregs.cr0 & X86_CR0_PE);
	EXPECT_EQ(0, sregs.cs.base);
	ASSERT_EXIT(vcpu, KVM_EXIT_HLT);
}

TEST_HARNESS_MAIN
