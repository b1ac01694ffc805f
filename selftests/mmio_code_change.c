// SPDX-License-Identifier: GPL-2.0
/*
 * An MMIO instruction that has become another one since it was carried out last,
 * at the same address: what is stored must be what the code says now.
 */
#include "test.h"

#define CODE		0x30000000ull	/* linear; each with a page table of its own */
#define OTHER_CODE	0x30200000ull
#define GPA_OTHER	(GPA_DATA + PAGE_SIZE)
#define GPA_SLOT	0x20000000ull

/* Where the bytes of STORE's instruction are. */
#define AT_OPCODE	6
#define AT_ADDRESS	8
#define AT_VALUE	12

/* Each round with translations anew: movl $VALUE, ADDRESS(%rbx). */
GUEST_ASM(store, 64, "1: movq %cr3, %rax\n\tmovq %rax, %cr3\n\t"
	  "movl $0x11, 0x100(%rbx)\n\tjmp 1b");

static void guest_goes_there(void)
{
	asm volatile("jmp *%0" : : "r"(CODE), "b"(GPA_MMIO), "c"(0x77));
	__builtin_unreachable();
}

static void put_u32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

static void copy_code(uint8_t *to, uint32_t value)
{
	memcpy(to, store, store_end - store);
	put_u32(to + AT_VALUE, value);
}

FIXTURE(code) {
	struct machine machine;
	struct vcpu *vcpu;
	uint8_t *code;
};

FIXTURE_SETUP(code)
{
	struct vm *vm = &self->machine.vm;

	machine_start(&self->machine, guest_goes_there);
	self->vcpu = &self->machine.vcpu;
	self->code = vm_host(vm, GPA_DATA);
	copy_code(self->code, 0x11);
	vm_map(vm, CODE, GPA_DATA, PTE_PRESENT | PTE_WRITE);
	copy_code(vm_host(vm, GPA_OTHER), 0x22);
	vm_map(vm, OTHER_CODE, GPA_OTHER, PTE_PRESENT | PTE_WRITE);
	for (int i = 0; i < 3; i++)
		ASSERT_MMIO_WRITE(self->vcpu, GPA_MMIO + 0x100, 4, 0x11);
}

FIXTURE_TEARDOWN(code)
{
	machine_destroy(&self->machine);
}

TEST_F(code, other_value)
{
	put_u32(self->code + AT_VALUE, 0x33);
	ASSERT_MMIO_WRITE(self->vcpu, GPA_MMIO + 0x100, 4, 0x33);
	ASSERT_MMIO_WRITE(self->vcpu, GPA_MMIO + 0x100, 4, 0x33);
}

TEST_F(code, other_address)
{
	put_u32(self->code + AT_ADDRESS, 0x104);
	ASSERT_MMIO_WRITE(self->vcpu, GPA_MMIO + 0x104, 4, 0x11);
}

/* movl %ecx, 0x100(%rbx), then four bytes of NOP. */
TEST_F(code, other_instruction)
{
	ASSERT_EQ(0xc7, self->code[AT_OPCODE]);
	self->code[AT_OPCODE] = 0x89;
	self->code[AT_OPCODE + 1] = 0x8b;
	put_u32(self->code + AT_VALUE, 0x90909090);
	ASSERT_MMIO_WRITE(self->vcpu, GPA_MMIO + 0x100, 4, 0x77);
}

TEST_F(code, other_register)
{
	struct kvm_regs regs = vcpu_regs(self->vcpu);

	regs.rbx += 8;
	vcpu_set_regs(self->vcpu, &regs);
	ASSERT_MMIO_WRITE(self->vcpu, GPA_MMIO + 0x108, 4, 0x11);
}

/* The last table: its entry leads to the other page. */
TEST_F(code, other_page)
{
	vm_map(&self->machine.vm, CODE, GPA_OTHER, PTE_PRESENT | PTE_WRITE);
	ASSERT_MMIO_WRITE(self->vcpu, GPA_MMIO + 0x100, 4, 0x22);
}

/* The first table that the two addresses do not share. */
TEST_F(code, other_table)
{
	uint64_t *pd = vm_host(&self->machine.vm, GPA_PD);

	pd[CODE >> 21] = pd[OTHER_CODE >> 21];
	ASSERT_MMIO_WRITE(self->vcpu, GPA_MMIO + 0x100, 4, 0x22);
}

/* A copy of all tables but the last, at GPA_DATA + 2, 3 and 4 pages. */
static uint64_t copy_tables(struct vm *vm)
{
	const uint64_t flags = PTE_PRESENT | PTE_WRITE | PTE_USER;
	uint64_t gpa = GPA_DATA + 2 * PAGE_SIZE;
	uint64_t *table = vm_host(vm, gpa);

	memcpy(table, vm_host(vm, GPA_PML4), PAGE_SIZE);
	table[0] = (gpa + PAGE_SIZE) | flags;
	memcpy(table + 512, vm_host(vm, GPA_PDPT), PAGE_SIZE);
	table[512] = (gpa + 2 * PAGE_SIZE) | flags;
	memcpy(table + 1024, vm_host(vm, GPA_PD), PAGE_SIZE);
	table[1024 + (CODE >> 21)] = table[1024 + (OTHER_CODE >> 21)];
	return gpa;
}

TEST_F(code, other_cr3)
{
	struct kvm_sregs sregs = vcpu_sregs(self->vcpu);
	uint64_t old = sregs.cr3;

	sregs.cr3 = copy_tables(&self->machine.vm);
	vcpu_set_sregs(self->vcpu, &sregs);
	ASSERT_MMIO_WRITE(self->vcpu, GPA_MMIO + 0x100, 4, 0x22);
	sregs.cr3 = old;
	vcpu_set_sregs(self->vcpu, &sregs);
	ASSERT_MMIO_WRITE(self->vcpu, GPA_MMIO + 0x100, 4, 0x11);
}

/* The code can't be fetched: a page fault, which ends in a shutdown here. */
TEST_F(code, page_not_present)
{
	vm_map(&self->machine.vm, CODE, GPA_DATA, 0);
	for (int vector = 0; vector < 32; vector++)
		vm_set_gate(&self->machine.vm, vector, NULL, 0, 0);
	ASSERT_EXIT(self->vcpu, KVM_EXIT_SHUTDOWN);
}

/* The same guest-physical address, other memory of the VMM behind it. */
TEST_F(code, other_memory)
{
	struct vm *vm = &self->machine.vm;
	uint8_t *memory = anonymous_memory(2 * PAGE_SIZE);

	copy_code(memory, 0x44);
	copy_code(memory + PAGE_SIZE, 0x55);
	ASSERT_EQ(0, vm_set_slot(vm, SLOT_FREE, 0, GPA_SLOT, PAGE_SIZE, memory));
	vm_map(vm, CODE, GPA_SLOT, PTE_PRESENT | PTE_WRITE);
	for (int i = 0; i < 3; i++)
		ASSERT_MMIO_WRITE(self->vcpu, GPA_MMIO + 0x100, 4, 0x44);

	ASSERT_EQ(0, vm_set_slot(vm, SLOT_FREE, 0, GPA_SLOT, 0, memory));
	ASSERT_EQ(0, vm_set_slot(vm, SLOT_FREE, 0, GPA_SLOT, PAGE_SIZE,
				 memory + PAGE_SIZE));
	ASSERT_MMIO_WRITE(self->vcpu, GPA_MMIO + 0x100, 4, 0x55);
}

TEST_HARNESS_MAIN
