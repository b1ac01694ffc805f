// SPDX-License-Identifier: GPL-2.0
/* VMCALL by KVM's hypercall convention: an unknown number is refused in RAX. */
#include "test.h"

#define KVM_ENOSYS	1000

static int64_t result;
static uint64_t rbx_after;

static void guest_calls(void)
{
	asm volatile("vmcall" : "=a"(result), "=b"(rbx_after)
		     : "0"(0x4242), "1"(0x1234567812345678) : "memory");
	guest_done();
}

TEST(unknown_number)
{
	struct machine machine;

	machine_start(&machine, guest_calls);
	ASSERT_DONE(&machine.vcpu);
	EXPECT_EQ(-KVM_ENOSYS, result);
	EXPECT_EQ(0x1234567812345678, rbx_after);
}

static void guest_user_calls(void)
{
	asm volatile("vmcall" : "=a"(result) : "0"(0x4242) : "memory");
	asm volatile("ud2");
}

static void guest_calls_in_ring_3(void)
{
	enter_user(guest_user_calls);
}

static void guest_sees_ud(struct guest_frame *frame)
{
	GUEST_CHECK(frame->cs == SEL_USER_CODE64);
	guest_done();
}

TEST(not_from_user_code)
{
	struct machine machine;

	machine_start(&machine, guest_calls_in_ring_3);
	guest_handlers[UD_VECTOR] = guest_sees_ud;
	ASSERT_DONE(&machine.vcpu);
	EXPECT_EQ(-EPERM, result);
}

TEST_HARNESS_MAIN
