// SPDX-License-Identifier: GPL-2.0
/* Faults while a fault is delivered: #DF, and shutdown if that fails too. */
#include "test.h"

#define ADDRESS	0x3f000000ull

static uint64_t df_error = 1, df_count;

static void guest_takes_df(struct guest_frame *frame)
{
	df_error = frame->error_code;
	df_count++;
	guest_done();
}

static void guest_gp_without_gate(void)
{
	asm volatile("movb (%0), %%al" : : "r"(1ul << 63) : "rax");
}

TEST(contributory_after_contributory)
{
	struct machine machine;

	machine_start(&machine, guest_gp_without_gate);
	memset(vm_host(&machine.vm, GPA_IDT + 16 * GP_VECTOR), 0, 16);
	guest_handlers[DF_VECTOR] = guest_takes_df;
	ASSERT_DONE(&machine.vcpu);
	EXPECT_EQ(0, df_error);
}

static void guest_page_fault(void)
{
	asm volatile("movb (%0), %%al" : : "r"(ADDRESS) : "rax");
}

/* The stack for #PF is not mapped, #DF has one of its own. */
static void guest_page_fault_without_stack(void)
{
	asm volatile("movq %0, %%rsp\n\tmovb (%1), %%al"
		     : : "r"(ADDRESS + PAGE_SIZE), "r"(ADDRESS) : "rax");
}

TEST(page_fault_after_page_fault)
{
	struct machine machine;

	machine_start(&machine, guest_page_fault_without_stack);
	vm_map(&machine.vm, ADDRESS, 0, 0);
	vm_set_gate(&machine.vm, DF_VECTOR,
		    (void *)(guest_vectors + 16 * DF_VECTOR), 0, 1);
	guest_handlers[DF_VECTOR] = guest_takes_df;
	ASSERT_DONE(&machine.vcpu);
	EXPECT_EQ(0, df_error);
	EXPECT_EQ(1, df_count);
}

TEST(shutdown_after_double_fault)
{
	struct machine machine;

	machine_start(&machine, guest_page_fault);
	vm_map(&machine.vm, ADDRESS, 0, 0);
	memset(vm_host(&machine.vm, GPA_IDT), 0, 16 * 32);
	ASSERT_EXIT(&machine.vcpu, KVM_EXIT_SHUTDOWN);
}

static void guest_nothing(void)
{
	guest_done();
}

TEST(vcpu_works_again_after_shutdown)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_page_fault);
	vm_map(&machine.vm, ADDRESS, 0, 0);
	memset(vm_host(&machine.vm, GPA_IDT), 0, 16 * 32);
	ASSERT_EXIT(vcpu, KVM_EXIT_SHUTDOWN);
	vcpu_start(vcpu, guest_nothing);
	ASSERT_DONE(vcpu);
}

TEST_HARNESS_MAIN
