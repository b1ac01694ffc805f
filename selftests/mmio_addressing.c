// SPDX-License-Identifier: GPL-2.0
/* How an instruction can name an MMIO address. */
#include "test.h"

#define VALUE	0x1122334455667788ull

/* RIP-relative needs an address within 2 GiB of the code, as all are here. */
static void guest_modes_64(void)
{
	const uint64_t at = GPA_MMIO;

	asm volatile("movl %%eax, 0x10000000(%%rip)\n1:"
		     : : "a"(VALUE) : "memory");
	asm volatile("movl %%eax, -8(%1)" : : "a"(VALUE), "r"(at + 16));
	asm volatile("movl %%eax, 0x1000(%1)" : : "a"(VALUE), "r"(at));
	asm volatile("movl %%eax, 4(%1,%2,8)"
		     : : "a"(VALUE), "r"(at), "r"(4ul));
	asm volatile("movl %%eax, 0x10000000(,%1,4)" : : "a"(VALUE), "r"(5ul));
	asm volatile("movq %1, %%r13; movl %%eax, (%%r13)"
		     : : "a"(VALUE), "r"(at) : "r13");
	asm volatile("movq %1, %%r12; movl %%eax, (%%r12)"
		     : : "a"(VALUE), "r"(at) : "r12");
	asm volatile("movq %1, %%r12; movl %%eax, (%2,%%r12,2)"
		     : : "a"(VALUE), "r"(2ul), "r"(at) : "r12");
	asm volatile("movl %%eax, 0x10000000" : : "a"(VALUE));
	/* a 32-bit address ignores the high half of the register */
	asm volatile("movl %%eax, (%k1)"
		     : : "a"(VALUE), "r"(at | 0xffull << 32));
	guest_done();
}

TEST(forms_of_64_bit_mode)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_modes_64);
	ASSERT_EXIT(vcpu, KVM_EXIT_MMIO);
	/* the store is complete: RIP is that of the next instruction, or the
	 * one itself when the kernel waits for the next KVM_RUN
	 */
	EXPECT_LE(vcpu->run->mmio.phys_addr - vcpu_regs(vcpu).rip - GPA_MMIO, 6);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 8, 4, 0x55667788);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x1000, 4, 0x55667788);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 36, 4, 0x55667788);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 20, 4, 0x55667788);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0x55667788);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0x55667788);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 4, 4, 0x55667788);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0x55667788);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0x55667788);
	ASSERT_DONE(vcpu);
}

/* In 64-bit mode only FS and GS have a base. */
static void guest_segments_64(void)
{
	wrmsr(MSR_FS_BASE, GPA_MMIO);
	wrmsr(MSR_GS_BASE, GPA_MMIO + 0x100);
	asm volatile("movb %%al, %%fs:8" : : "a"(1));
	asm volatile("movb %%al, %%gs:(%1)" : : "a"(2), "r"(8ul));
	asm volatile("ds movb %%al, (%1)" : : "a"(3), "r"((uint64_t)GPA_MMIO));
	guest_done();
}

TEST(segment_overrides_in_64_bit_mode)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_sregs sregs;

	machine_start(&machine, guest_segments_64);
	sregs = vcpu_sregs(vcpu);
	sregs.ds.base = 0x123000;
	vcpu_set_sregs(vcpu, &sregs);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 8, 1, 1);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x108, 1, 2);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 1, 3);
	ASSERT_DONE(vcpu);
}

GUEST_ASM(modes_32, 32,
	"	movl	$0x11223344, %eax\n"
	"	movl	%eax, 0x10000010\n"
	"	movl	$0x10000000, %ebx\n"
	"	movl	$4, %ecx\n"
	"	movl	%eax, 8(%ebx,%ecx,2)\n"
	"	movw	%ax, %es:4\n"
	"	movl	$0xdead0020, %ebx\n"
	"	movb	%al, %es:1(%bx)\n"
	"	movl	$0x10, %ebp\n"
	"	movl	%eax, (%ebp)\n"
	"	hlt\n");

/* An ES with a base, 16-bit addresses, and the stack segment of EBP. */
TEST(forms_of_32_bit_mode)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_sregs sregs;

	LOAD_ASM(&machine, MODE_PROT32, modes_32);
	sregs = vcpu_sregs(vcpu);
	sregs.es.base = GPA_MMIO + 0x2000;
	sregs.ss.base = GPA_MMIO + 0x3000;
	vcpu_set_sregs(vcpu, &sregs);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x10, 4, 0x11223344);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x10, 4, 0x11223344);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x2004, 2, 0x3344);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x2021, 1, 0x44);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x3010, 4, 0x11223344);
	ASSERT_EXIT(vcpu, KVM_EXIT_HLT);
}

GUEST_ASM(modes_16, 16,
	"	movw	$0x3344, %ax\n"
	"	movw	%ax, 0x10\n"
	"	movw	$0x20, %bx\n"
	"	movw	$0x3, %si\n"
	"	movw	$0x5, %di\n"
	"	movb	%al, 1(%bx,%si)\n"
	"	movb	%al, (%bx,%di)\n"
	"	movb	%al, (%si)\n"
	"	movw	$0x40, %bp\n"
	"	movb	%al, (%bp,%si)\n"
	"	movb	%al, 2(%bp)\n"
	"	movw	$0xffff, %bx\n"
	"	movb	%al, 3(%bx)\n"
	"	movl	$0x50, %ecx\n"
	"	movl	%ecx, (%ecx,%ecx,4)\n"
	"	movw	0x60, %dx\n"
	"	es movb	$0x77, 0x70\n"
	"	hlt\n");

TEST(forms_of_real_mode)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_sregs sregs;

	LOAD_ASM(&machine, MODE_REAL, modes_16);
	sregs = vcpu_sregs(vcpu);
	sregs.ds.base = GPA_MMIO;
	sregs.ss.base = GPA_MMIO + 0x10000;
	sregs.es.base = GPA_MMIO + 0x20000;
	vcpu_set_sregs(vcpu, &sregs);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x10, 2, 0x3344);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x24, 1, 0x44);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x25, 1, 0x44);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x3, 1, 0x44);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x10043, 1, 0x44);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x10042, 1, 0x44);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x2, 1, 0x44);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x190, 4, 0x50);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + 0x60, 2, 0xbeef);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 0x20070, 1, 0x77);
	ASSERT_EXIT(vcpu, KVM_EXIT_HLT);
	EXPECT_EQ(0xbeef, vcpu_regs(vcpu).rdx);
}

/* The guest's page tables lead there, not the address itself. */
#define ALIAS	0x3f000000ull

static void guest_stores_through_alias(void)
{
	*(volatile uint32_t *)(ALIAS + 0x124) = 0x12345678;
	guest_done();
}

TEST(paging_is_followed)
{
	struct machine machine;

	machine_start(&machine, guest_stores_through_alias);
	vm_map(&machine.vm, ALIAS, GPA_MMIO + 0x5000, PTE_PRESENT | PTE_WRITE);
	ASSERT_MMIO_WRITE(&machine.vcpu, GPA_MMIO + 0x5124, 4, 0x12345678);
	ASSERT_DONE(&machine.vcpu);
}

TEST_HARNESS_MAIN
