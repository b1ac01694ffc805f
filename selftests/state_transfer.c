// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that stops in the middle of something in one process goes on in
 * another one's VM as if nothing had happened.
 */
#include "test.h"
#include "transfer.h"

TRANSFER_FIXTURE;

/* ---- registers ---- */

#define PATTERN(n)	(0x0101010101010101ull * (n))

static void guest_fills_registers(void)
{
	wrmsr(MSR_LSTAR, 0xffff800000001000);
	wrmsr(MSR_CSTAR, 0xffff800000002000);
	wrmsr(MSR_STAR, PATTERN(3));
	wrmsr(MSR_SYSCALL_MASK, 0x47700);
	wrmsr(MSR_KERNEL_GS_BASE, 0x4000);
	wrmsr(MSR_FS_BASE, 0x5000);
	wrmsr(MSR_GS_BASE, 0x6000);
	wrmsr(MSR_IA32_SYSENTER_CS, 8);
	wrmsr(MSR_IA32_SYSENTER_ESP, 0x7000);
	wrmsr(MSR_IA32_SYSENTER_EIP, 0x8000);
	wrmsr(MSR_IA32_CR_PAT, 0x0007040600070401);
	wrmsr(MSR_IA32_TSC, 1ull << 50);
	WRITE_REG(cr2, 0x9000);
	WRITE_REG(dr0, 0xa000);
	WRITE_REG(dr3, 0xb000);
	WRITE_REG(dr6, 0xffff0ff1);
	asm volatile("mov %0, %%fs\n\tmov %0, %%gs" : : "r"(0));
	wrmsr(MSR_FS_BASE, 0x5000);
	wrmsr(MSR_GS_BASE, 0x6000);
	guest_sync(1);
	GUEST_CHECK(rdmsr(MSR_LSTAR) == 0xffff800000001000);
	GUEST_CHECK(rdmsr(MSR_CSTAR) == 0xffff800000002000);
	GUEST_CHECK(rdmsr(MSR_STAR) == PATTERN(3));
	GUEST_CHECK(rdmsr(MSR_SYSCALL_MASK) == 0x47700);
	GUEST_CHECK(rdmsr(MSR_KERNEL_GS_BASE) == 0x4000);
	GUEST_CHECK(rdmsr(MSR_FS_BASE) == 0x5000);
	GUEST_CHECK(rdmsr(MSR_GS_BASE) == 0x6000);
	GUEST_CHECK(rdmsr(MSR_IA32_SYSENTER_CS) == 8);
	GUEST_CHECK(rdmsr(MSR_IA32_SYSENTER_ESP) == 0x7000);
	GUEST_CHECK(rdmsr(MSR_IA32_SYSENTER_EIP) == 0x8000);
	GUEST_CHECK(rdmsr(MSR_IA32_CR_PAT) == 0x0007040600070401);
	GUEST_CHECK(rdmsr(MSR_IA32_TSC) - (1ull << 50) < 1ull << 40);
	GUEST_CHECK(READ_REG(cr2) == 0x9000);
	GUEST_CHECK(READ_REG(dr0) == 0xa000);
	GUEST_CHECK(READ_REG(dr3) == 0xb000);
	GUEST_CHECK(READ_REG(dr6) == 0xffff0ff1);
	guest_done();
}

static void prepare_registers(struct machine *machine)
{
	vcpu_start(&machine->vcpu, guest_fills_registers);
	must_sync(&machine->vcpu, 1);
	finish_exit(&machine->vcpu);
}

TEST_F(to, registers)
{
	MOVE(prepare_registers);
	ASSERT_DONE(&self->machine.vcpu);
}

/* ---- vector state ---- */

#define XSAVE_SIZE	4096
#define XSAVE_LEGACY	416	/* FCW up to XMM15 */
#define XSAVE_HEADER	512
#define X86_CR4_OSXMMEXCPT (1ul << 10)
#define XCR0_PKRU	(1ull << 9)

static uint8_t vectors[2][XSAVE_SIZE] __attribute__((aligned(64)));
static uint64_t vector_xcr0;
static uint32_t vector_size;

static uint64_t components(uint32_t eax, uint32_t edx)
{
	return eax | (uint64_t)edx << 32;
}

/* Everything that XSAVE knows, each byte different from its neighbours. */
static void guest_fills_vectors(void)
{
	uint32_t leaf[4];

	WRITE_REG(cr4, READ_REG(cr4) | X86_CR4_OSXSAVE | X86_CR4_OSXMMEXCPT);
	guest_cpuid(0xd, 0, leaf);
	vector_xcr0 = components(leaf[0], leaf[3]);
	asm volatile("xsetbv" : : "c"(0), "a"(leaf[0]), "d"(leaf[3]));
	guest_cpuid(0xd, 0, leaf);
	vector_size = leaf[1];
	GUEST_CHECK(vector_size <= XSAVE_SIZE);
	for (uint32_t i = 0; i < vector_size; i++)
		vectors[0][i] = i * 7 + i / 256 + 1;
	*(uint32_t *)&vectors[0][24] = 0x1f81;	/* MXCSR */
	*(uint32_t *)&vectors[0][28] = 0xffff;	/* its mask */
	*(uint16_t *)&vectors[0][0] = 0x27f;	/* FCW */
	*(uint16_t *)&vectors[0][2] = 0x3800;	/* FSW: top of the stack is 7 */
	for (int i = 0; i < 64; i++)
		vectors[0][XSAVE_HEADER + i] = 0;
	*(uint64_t *)&vectors[0][XSAVE_HEADER] = vector_xcr0;
	asm volatile("xrstor %0" : : "m"(vectors[0]), "a"(-1), "d"(-1));
	/* what there is of it: reserved bits and gaps are not */
	asm volatile("xsave %0" : "+m"(vectors[0]) : "a"(-1), "d"(-1));
	guest_sync(1);
	asm volatile("xsave %0" : "+m"(vectors[1]) : "a"(-1), "d"(-1));
	for (uint32_t i = 0; i < XSAVE_LEGACY; i++)
		GUEST_CHECK(vectors[0][i] == vectors[1][i]);
	GUEST_CHECK(*(uint64_t *)&vectors[1][XSAVE_HEADER] == vector_xcr0);
	guest_sync(2);
	/* the extended components, without the gaps between them */
	for (int i = 2; i < 63; i++) {
		if (!(vector_xcr0 & 1ull << i))
			continue;
		guest_cpuid(0xd, i, leaf);
		for (uint32_t j = leaf[1]; j < leaf[1] + leaf[0]; j++)
			GUEST_CHECK(vectors[0][j] == vectors[1][j]);
	}
	guest_done();
}

static void prepare_vectors(struct machine *machine)
{
	vcpu_start(&machine->vcpu, guest_fills_vectors);
	must_sync(&machine->vcpu, 1);
	finish_exit(&machine->vcpu);
}

TEST_F(to, vector_registers)
{
	struct kvm_cpuid2 *cpuid = supported_cpuid(device_open());

	if (!(find_cpuid(cpuid, 1, 0)->ecx & 1u << 26))
		SKIP(return, "no XSAVE");
	MOVE(prepare_vectors);
	ASSERT_SYNC(&self->machine.vcpu, 2);
	ASSERT_DONE(&self->machine.vcpu);
}

/* ---- PAE paging, whose entries have changed in memory since they were loaded ---- */

#define GPA_PDPTES	0x50000	/* known to the code below */

GUEST_ASM(pae, 32,
	"	movl	$0x20, %eax\n"			/* CR4.PAE */
	"	movl	%eax, %cr4\n"
	"	movl	$0x50000, %eax\n"
	"	movl	%eax, %cr3\n"
	"	movl	%cr0, %eax\n"
	"	orl	$0x80000000, %eax\n"
	"	movl	%eax, %cr0\n"
	"	movl	0x40040000, %eax\n"
	"	outl	%eax, $0xd1\n"
	"	movl	0x40041000, %eax\n"
	"	outl	%eax, $0xd1\n"
	"	hlt\n");

static void prepare_pae(struct machine *machine)
{
	struct vm *vm = &machine->vm;
	uint64_t *pdptes = vm_host(vm, GPA_PDPTES);

	vm_load(vm, GPA_CODE, pae, pae_end);
	vcpu_set_mode(&machine->vcpu, MODE_PROT32, GPA_CODE);
	pdptes[0] = GPA_PD | PTE_PRESENT;
	pdptes[1] = GPA_PD | PTE_PRESENT;
	*(uint32_t *)vm_host(vm, GPA_DATA) = 0xa;
	*(uint32_t *)vm_host(vm, GPA_DATA + PAGE_SIZE) = 0xb;
	must_sync(&machine->vcpu, 0xa);
	finish_exit(&machine->vcpu);
	pdptes[1] = 0;
}

TEST_F(to, pdptes)
{
	MOVE(prepare_pae);
	ASSERT_SYNC(&self->machine.vcpu, 0xb);
	ASSERT_EXIT(&self->machine.vcpu, KVM_EXIT_HLT);
}

/* ---- between two instructions, or two iterations of one ---- */

static void guest_halts(void)
{
	asm volatile("hlt");
	guest_done();
}

static void prepare_halt(struct machine *machine)
{
	vcpu_start(&machine->vcpu, guest_halts);
	must_exit(&machine->vcpu, KVM_EXIT_HLT);
	finish_exit(&machine->vcpu);
}

TEST_F(to, halted)
{
	MOVE(prepare_halt);
	ASSERT_DONE(&self->machine.vcpu);
}

static void guest_stores_string(void)
{
	static const uint8_t text[] = "ABCDEFGH";
	const uint8_t *from = text;
	uint64_t to = GPA_MMIO, count = 8;

	asm volatile("rep movsb" : "+S"(from), "+D"(to), "+c"(count) : : "memory");
	GUEST_CHECK(from == text + 8 && to == GPA_MMIO + 8 && !count);
	guest_done();
}

static void prepare_string(struct machine *machine)
{
	vcpu_start(&machine->vcpu, guest_stores_string);
	for (int i = 0; i < 3; i++)
		must_exit(&machine->vcpu, KVM_EXIT_MMIO);
	finish_exit(&machine->vcpu);
	if (vcpu_regs(&machine->vcpu).rcx != 5)
		die("5 iterations are not left");
}

TEST_F(to, between_iterations)
{
	MOVE(prepare_string);
	for (int i = 3; i < 8; i++)
		ASSERT_MMIO_WRITE(&self->machine.vcpu, GPA_MMIO + i, 1, 'A' + i);
	ASSERT_DONE(&self->machine.vcpu);
}

/* ---- an access to MMIO, whose answer has come ---- */

#define ANSWER	0x1122334455667788ull

static void guest_loads(void)
{
	GUEST_CHECK(*(volatile uint64_t *)GPA_MMIO == ANSWER);
	/* over the end of a page, which is two exits */
	GUEST_CHECK(*(volatile uint64_t *)(GPA_MMIO + PAGE_SIZE - 4) == ANSWER);
	guest_done();
}

static void must_load(struct vcpu *vcpu, uint64_t address, uint32_t size,
		      uint64_t answer)
{
	must_exit(vcpu, KVM_EXIT_MMIO);
	if (vcpu->run->mmio.is_write || vcpu->run->mmio.phys_addr != address ||
	    vcpu->run->mmio.len != size)
		die("a load of %u bytes at %#lx", size, address);
	memcpy(vcpu->run->mmio.data, &answer, size);
}

static void prepare_load(struct machine *machine)
{
	vcpu_start(&machine->vcpu, guest_loads);
	must_load(&machine->vcpu, GPA_MMIO, 8, ANSWER);
	finish_exit(&machine->vcpu);
}

TEST_F(to, after_a_load)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	MOVE(prepare_load);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + PAGE_SIZE - 4, 4, (uint32_t)ANSWER);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + PAGE_SIZE, 4, ANSWER >> 32);
	ASSERT_DONE(vcpu);
}

static void prepare_split_load(struct machine *machine)
{
	struct vcpu *vcpu = &machine->vcpu;

	prepare_load(machine);
	must_load(vcpu, GPA_MMIO + PAGE_SIZE - 4, 4, (uint32_t)ANSWER);
	must_load(vcpu, GPA_MMIO + PAGE_SIZE, 4, ANSWER >> 32);
	finish_exit(vcpu);
}

TEST_F(to, after_a_split_load)
{
	MOVE(prepare_split_load);
	ASSERT_DONE(&self->machine.vcpu);
}

TEST_HARNESS_MAIN
