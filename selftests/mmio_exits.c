// SPDX-License-Identifier: GPL-2.0
/*
 * What the VMM sees of an MMIO instruction besides its data: the registers at
 * each exit, code that can't be fetched, single-stepping.
 */
#include "test.h"

static void guest_load_and_store(void)
{
	asm volatile("movl (%0), %%eax\n\tmovl %%eax, 4(%0)\n\taddl $1, 8(%0)"
		     : : "b"((uint64_t)GPA_MMIO) : "rax", "cc", "memory");
	guest_done();
}

/* A read is not done yet, a write is: the ABI that a VMM's debugger relies on. */
TEST(registers_at_the_exits)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	uint64_t load, store, add;

	machine_start(&machine, guest_load_and_store);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0x1234);
	load = vcpu_regs(vcpu).rip;
	EXPECT_EQ(0x8b, *(uint8_t *)load);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 4, 4, 0x1234);
	store = vcpu_regs(vcpu).rip;
	EXPECT_EQ(load + 2 + 3, store);
	EXPECT_EQ(0x1234, vcpu_regs(vcpu).rax);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO + 8, 4, -1u);
	add = vcpu_regs(vcpu).rip;
	EXPECT_EQ(store, add);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO + 8, 4, 0);
	EXPECT_EQ(add + 4, vcpu_regs(vcpu).rip);
	EXPECT_TRUE(vcpu_regs(vcpu).rflags & X86_EFLAGS_ZF);
	ASSERT_DONE(vcpu);
}

/*
 * REP shows how far it is; a store that is seen is counted. Whether RIP moves
 * with the last one or only when nothing is left to do is the kernel's choice.
 */
static void guest_rep_stos(void)
{
	asm volatile("rep stosl" : : "D"(GPA_MMIO), "c"(3), "a"(0) : "memory");
	guest_done();
}

TEST(registers_within_rep)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_regs regs;
	uint64_t start = 0;

	machine_start(&machine, guest_rep_stos);
	for (unsigned int i = 1; i <= 3; i++) {
		ASSERT_EXIT(vcpu, KVM_EXIT_MMIO);
		regs = vcpu_regs(vcpu);
		if (i == 1)
			start = regs.rip;
		EXPECT_EQ(3 - i, regs.rcx);
		EXPECT_EQ(GPA_MMIO + 4 * i, regs.rdi);
		if (i < 3)
			EXPECT_EQ(start, regs.rip);
	}
	ASSERT_DONE(vcpu);
}

/* Registers set while a load waits for its answer survive it. */
static void guest_load(void)
{
	uint64_t value, other;

	asm volatile("movl (%2), %%eax"
		     : "=a"(value), "=c"(other)
		     : "r"(GPA_MMIO), "c"(1) : "memory");
	GUEST_CHECK(value == 0x1234);
	GUEST_CHECK(other == 2);
	guest_done();
}

TEST(registers_set_during_a_load)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_regs regs;

	machine_start(&machine, guest_load);
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0x1234);
	regs = vcpu_regs(vcpu);
	regs.rcx = 2;
	vcpu_set_regs(vcpu, &regs);
	ASSERT_DONE(vcpu);
}

/* Code in MMIO can't be fetched, so there are no bytes to report. */
static void guest_jumps_into_mmio(void)
{
	asm volatile("jmp *%q0" : : "r"(GPA_MMIO));
}

TEST(code_in_mmio)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_jumps_into_mmio);
	ASSERT_EXIT(vcpu, KVM_EXIT_INTERNAL_ERROR);
	EXPECT_EQ(KVM_INTERNAL_ERROR_EMULATION, vcpu->run->internal.suberror);
	EXPECT_GE(vcpu->run->emulation_failure.ndata, 1);
	EXPECT_EQ(0, vcpu->run->emulation_failure.flags);
	EXPECT_EQ(GPA_MMIO, vcpu_regs(vcpu).rip);
}

/* An instruction that ends in MMIO can't be fetched completely either. */
#define ALIAS	0x3f000000ull

static void guest_runs_into_mmio(void)
{
	asm volatile("jmp *%q0" : : "r"(ALIAS + PAGE_SIZE - 2), "a"(GPA_MMIO));
}

TEST(code_that_ends_in_mmio)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_runs_into_mmio);
	vm_map(&machine.vm, ALIAS, GPA_DATA, PTE_PRESENT | PTE_WRITE);
	vm_map(&machine.vm, ALIAS + PAGE_SIZE, GPA_MMIO, PTE_PRESENT);
	memcpy(vm_host(&machine.vm, GPA_DATA + PAGE_SIZE - 2), "\xc7\x00", 2);
	ASSERT_EXIT(vcpu, KVM_EXIT_INTERNAL_ERROR);
	EXPECT_EQ(KVM_INTERNAL_ERROR_EMULATION, vcpu->run->internal.suberror);
	EXPECT_EQ(ALIAS + PAGE_SIZE - 2, vcpu_regs(vcpu).rip);
}

/* Two instructions on MMIO in single-step mode: a trap after each. */
static uint64_t steps[8];
static volatile unsigned int nr_steps;

static void guest_counts_step(struct guest_frame *frame)
{
	if (nr_steps < 8)
		steps[nr_steps++] = frame->rip;
}

extern const uint8_t step_load[], step_store[], step_after[];

static void guest_steps(void)
{
	asm volatile("pushfq\n\torl $0x100, (%%rsp)\n\tpopfq\n"
		     "step_load: movl (%0), %%eax\n"
		     "step_store: movl %%eax, (%0)\n"
		     "step_after: pushfq\n\tandl $~0x100, (%%rsp)\n\tpopfq"
		     : : "b"((uint64_t)GPA_MMIO) : "rax", "cc", "memory");
	guest_done();
}

static bool stepped_to(const uint8_t *rip)
{
	for (unsigned int i = 0; i < nr_steps; i++)
		if (steps[i] == (uint64_t)rip)
			return true;
	return false;
}

TEST(step_over_a_load)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_steps);
	guest_handlers[DB_VECTOR] = guest_counts_step;
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0x1234);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0x1234);
	ASSERT_DONE(vcpu);
	EXPECT_TRUE(stepped_to(step_store));
}

TEST(step_over_a_store)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_steps);
	guest_handlers[DB_VECTOR] = guest_counts_step;
	ASSERT_MMIO_READ(vcpu, GPA_MMIO, 4, 0x1234);
	ASSERT_MMIO_WRITE(vcpu, GPA_MMIO, 4, 0x1234);
	ASSERT_DONE(vcpu);
	EXPECT_TRUE(stepped_to(step_after));
}

TEST_HARNESS_MAIN
