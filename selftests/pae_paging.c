// SPDX-License-Identifier: GPL-2.0
/*
 * PAE paging: its four page-directory-pointer-table entries are loaded with
 * CR3, checked then, and kept until the next load.
 */
#include "test.h"

#define GPA_PDPTES	0x50000	/* known to the code below */

/* Each station loads CR3 anew or not, then reads through the second GiB. */
GUEST_ASM(reads, 32,
	"	movl	$0x20, %eax\n"			/* CR4.PAE */
	"	movl	%eax, %cr4\n"
	"	movl	$0x50000, %eax\n"
	"	movl	%eax, %cr3\n"
	"	movl	%cr0, %eax\n"
	"	orl	$0x80000000, %eax\n"
	"	movl	%eax, %cr0\n"
	"	movl	0x40040000, %eax\n"
	"	outl	%eax, $0xd1\n"
	/* the host has changed the entry, but it is not loaded */
	"	movl	0x40041000, %eax\n"
	"	outl	%eax, $0xd1\n"
	"	movl	$0x50000, %eax\n"
	"	movl	%eax, %cr3\n"
	"	movl	0x40040000, %eax\n"
	"	outl	%eax, $0xd1\n"
	/* the host has put a reserved bit there */
	"	movl	$0x50000, %eax\n"
	"	movl	%eax, %cr3\n"
	"	hlt\n"
	"	.balign	128\n"
	"	movl	$0x6666, %eax\n"
	"	outl	%eax, $0xd1\n"
	"	hlt\n");

FIXTURE(pae) {
	struct machine machine;
	uint64_t *pdptes;
};

FIXTURE_SETUP(pae)
{
	struct vm *vm = &self->machine.vm;
	uint64_t *other_pd;

	LOAD_ASM(&self->machine, MODE_PROT32, reads);
	memset(vm_host(vm, GPA_IDT), 0, PAGE_SIZE);
	vm_set_gate32(vm, GP_VECTOR,
		      GPA_CODE + ((reads_end - reads - 1) & -128), SEL_CODE32, 0);
	self->pdptes = vm_host(vm, GPA_PDPTES);
	self->pdptes[0] = GPA_PD | PTE_PRESENT;
	self->pdptes[1] = GPA_PD | PTE_PRESENT;
	/* a directory of which the first 2 MiB are the second ones */
	other_pd = vm_host(vm, 0x51000);
	other_pd[0] = 0x200000 | PTE_PRESENT | PTE_WRITE | PTE_LARGE;
	*(uint32_t *)vm_host(vm, GPA_DATA) = 0xa;
	*(uint32_t *)vm_host(vm, GPA_DATA + PAGE_SIZE) = 0xb;
	*(uint32_t *)vm_host(vm, GPA_DATA + 0x200000) = 0xc;
}

FIXTURE_TEARDOWN(pae)
{
	machine_destroy(&self->machine);
}

TEST_F(pae, entries_are_loaded_with_cr3)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	ASSERT_SYNC(vcpu, 0xa);
	self->pdptes[1] = 0x51000 | PTE_PRESENT;
	ASSERT_SYNC(vcpu, 0xb);
	ASSERT_SYNC(vcpu, 0xc);
	self->pdptes[1] = 0x51000 | PTE_PRESENT | 1ull << 51;
	ASSERT_SYNC(vcpu, 0x6666);
}

/* KVM_SET_SREGS with paging on loads them as well. */
TEST_F(pae, entries_are_loaded_with_the_sregs)
{
	struct vcpu *vcpu = &self->machine.vcpu;
	struct kvm_sregs sregs;

	ASSERT_SYNC(vcpu, 0xa);
	sregs = vcpu_sregs(vcpu);
	self->pdptes[1] = 0x51000 | PTE_PRESENT;
	vcpu_set_sregs(vcpu, &sregs);
	*(uint32_t *)vm_host(&self->machine.vm, GPA_DATA + 0x201000) = 0xd;
	ASSERT_SYNC(vcpu, 0xd);
}

TEST_HARNESS_MAIN
