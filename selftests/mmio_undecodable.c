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

/* Run into PADDB; the exit says everything about it. */
static void run_to_failure(struct __test_metadata *_metadata, struct vcpu *vcpu)
{
	struct kvm_regs regs;
	struct kvm_run *run;

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
}

static void step_over(struct vcpu *vcpu)
{
	struct kvm_regs regs = vcpu_regs(vcpu);

	regs.rip += sizeof(paddb);
	vcpu_set_regs(vcpu, &regs);
}

TEST(exit_names_the_instruction)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_paddb);
	run_to_failure(_metadata, vcpu);

	/* a VMM that knows better steps over it */
	step_over(vcpu);
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

/* ---- KVM_CAP_EXIT_ON_EMULATION_FAILURE: no exception comes first ---- */

static int enable_exit(struct vm *vm, uint64_t on)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_EXIT_ON_EMULATION_FAILURE, .args = { on },
	};

	return dev_ioctl(vm->fd, KVM_ENABLE_CAP, &cap);
}

static bool exception_waits(struct vcpu *vcpu)
{
	struct kvm_vcpu_events events;

	dev_ioctl(vcpu->fd, KVM_GET_VCPU_EVENTS, &events);
	return events.exception.injected || events.exception.pending;
}

TEST(exit_leaves_the_exception_to_the_vmm)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_paddb);
	ASSERT_TRUE(device_has(machine.vm.kvm, KVM_CAP_EXIT_ON_EMULATION_FAILURE));
	ASSERT_EQ(0, enable_exit(&machine.vm, 1));
	run_to_failure(_metadata, vcpu);
	EXPECT_FALSE(exception_waits(vcpu));

	/* as long as nobody mends it, it fails again */
	run_to_failure(_metadata, vcpu);

	/* without the capability #UD waits already */
	ASSERT_EQ(0, enable_exit(&machine.vm, 0));
	run_to_failure(_metadata, vcpu);
	EXPECT_TRUE(exception_waits(vcpu));
	step_over(vcpu);
	ASSERT_DONE(vcpu);
}

static void guest_user_paddb_then_done(void)
{
	asm volatile(PADDB : : "a"(GPA_MMIO));
	asm volatile("ud2");
}

static void guest_enters_user_mode_to_exit(void)
{
	enter_user(guest_user_paddb_then_done);
}

static void guest_sees_ud2(struct guest_frame *frame)
{
	GUEST_CHECK(*(uint16_t *)frame->rip == 0x0b0f);
	guest_done();
}

TEST(user_code_exits_on_request)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_enters_user_mode_to_exit);
	guest_handlers[UD_VECTOR] = guest_sees_ud2;
	ASSERT_EQ(0, enable_exit(&machine.vm, 1));
	run_to_failure(_metadata, vcpu);
	step_over(vcpu);
	ASSERT_DONE(vcpu);
}

TEST_HARNESS_MAIN
