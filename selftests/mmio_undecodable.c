// SPDX-License-Identifier: GPL-2.0
/* An MMIO instruction beyond the decoder is handed to the VMM with its bytes. */
#include "test.h"

/* PADDB xmm0, [rax]: packed arithmetic is not for devices. */
#define PADDB	".byte 0x66, 0x0f, 0xfc, 0x00"

static const uint8_t paddb[] = { 0x66, 0x0f, 0xfc, 0x00 };

static void guest_paddb(void)
{
	asm volatile(PADDB : : "a"(GPA_MMIO));
	guest_done();
}

TEST(exit_names_the_instruction)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_run *run;
	struct kvm_regs regs;

	machine_start(&machine, guest_paddb);
	ASSERT_EXIT(vcpu, KVM_EXIT_INTERNAL_ERROR);
	run = vcpu->run;
	EXPECT_EQ(KVM_INTERNAL_ERROR_EMULATION, run->emulation_failure.suberror);
	EXPECT_GE(run->emulation_failure.ndata, 3);
	EXPECT_LE(run->emulation_failure.ndata, 16);
	EXPECT_EQ(KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES,
		  run->emulation_failure.flags);
	EXPECT_GE(run->emulation_failure.insn_size, sizeof(paddb));
	EXPECT_LE(run->emulation_failure.insn_size, 15);
	EXPECT_EQ(0, memcmp(paddb, run->emulation_failure.insn_bytes,
			    sizeof(paddb)));
	regs = vcpu_regs(vcpu);
	EXPECT_EQ(0, memcmp(paddb, (void *)regs.rip, sizeof(paddb)));

	/* a VMM that knows better steps over it */
	regs.rip += sizeof(paddb);
	vcpu_set_regs(vcpu, &regs);
	ASSERT_DONE(vcpu);
}

/* A user program of the guest must not stop the guest. */
static void guest_user_paddb(void)
{
	asm volatile(PADDB : : "a"(GPA_MMIO));
}

static void guest_enters_user_mode(void)
{
	enter_user(guest_user_paddb);
}

static void guest_sees_ud(struct guest_frame *frame)
{
	GUEST_CHECK(*(uint8_t *)frame->rip == paddb[0]);
	GUEST_CHECK(frame->cs == SEL_USER_CODE64);
	guest_done();
}

TEST(user_code_gets_an_exception)
{
	struct machine machine;

	machine_start(&machine, guest_enters_user_mode);
	guest_handlers[UD_VECTOR] = guest_sees_ud;
	ASSERT_DONE(&machine.vcpu);
}

TEST_HARNESS_MAIN
