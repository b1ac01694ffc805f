// SPDX-License-Identifier: GPL-2.0
/* A debugger in the VMM: KVM_SET_GUEST_DEBUG and KVM_EXIT_DEBUG. */
#include "test.h"

#define DR6_B0		0x1ull
#define DR6_B1		0x2ull
#define DR6_BD		0x2000ull
#define DR6_BS		0x4000ull
#define DR6_ONES	0xffff0ff0ull
#define DR7_GD		0x2000ull
#define DR7_L(n)	(1ull << (2 * (n)))
#define DR7_WRITE4(n)	(0xdull << (16 + 4 * (n)))

static uint64_t data, dr7_seen;
extern const char at_breakpoint[], after_cpuid[], after_sti[], after_hidden[],
	       after_write[], at_dr7[];

static void guest_runs(void)
{
	asm volatile("xorl %%eax, %%eax\n\txorl %%ecx, %%ecx\n"
		     "at_breakpoint:	cpuid\n"
		     "after_cpuid:	sti\n"
		     "after_sti:	nop\n"
		     "after_hidden:	movl $7, %0\n"
		     "after_write:	nop\n"
		     "at_dr7:	movq %%dr7, %%rax\n"
		     "movq %%rax, %1\n"
		     : "=m"(data), "=m"(dr7_seen) : : "rax", "rbx", "rcx", "rdx", "memory");
	guest_done();
}

static int debug(struct vcpu *vcpu, struct kvm_guest_debug *dbg)
{
	return dev_ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, dbg);
}

#define ASSERT_DEBUG(vcpu, vector, address) do {			\
	ASSERT_EXIT(vcpu, KVM_EXIT_DEBUG);				\
	ASSERT_EQ((vector), (vcpu)->run->debug.arch.exception);		\
	ASSERT_EQ((uint64_t)(address), (vcpu)->run->debug.arch.pc);	\
} while (0)

TEST(capabilities)
{
	int kvm = device_open();

	EXPECT_TRUE(device_has(kvm, KVM_CAP_SET_GUEST_DEBUG));
	EXPECT_TRUE(device_has(kvm, KVM_CAP_X86_ROBUST_SINGLESTEP));
	EXPECT_EQ(KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP |
		  KVM_GUESTDBG_USE_HW_BP | KVM_GUESTDBG_USE_SW_BP |
		  KVM_GUESTDBG_INJECT_BP | KVM_GUESTDBG_INJECT_DB |
		  KVM_GUESTDBG_BLOCKIRQ,
		  dev_ioctl_value(kvm, KVM_CHECK_EXTENSION,
				  KVM_CAP_SET_GUEST_DEBUG2));
}

TEST(software_breakpoint)
{
	struct kvm_guest_debug dbg = {
		.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP,
	};
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_regs regs;

	machine_create(&machine);
	*(uint8_t *)vm_host(&machine.vm, GPA_CODE) = 0xcc;
	vcpu_set_mode(vcpu, MODE_LONG, GPA_CODE);
	ASSERT_EQ(0, debug(vcpu, &dbg));
	ASSERT_DEBUG(vcpu, BP_VECTOR, GPA_CODE);
	regs = vcpu_regs(vcpu);
	EXPECT_EQ(GPA_CODE, regs.rip);

	/* the debugger puts something else there */
	regs.rip = (uint64_t)guest_runs;
	vcpu_set_regs(vcpu, &regs);
	ASSERT_DONE(vcpu);
}

TEST(hardware_breakpoints)
{
	struct kvm_guest_debug dbg = {
		.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP,
		.arch.debugreg = {
			[0] = (uint64_t)at_breakpoint,
			[1] = (uint64_t)&data,
			[7] = 0x400 | DR7_L(0) | DR7_L(1) | DR7_WRITE4(1),
		},
	};
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_debugregs dregs;
	struct kvm_regs regs;

	machine_start(&machine, guest_runs);
	ASSERT_EQ(0, debug(vcpu, &dbg));
	ASSERT_DEBUG(vcpu, DB_VECTOR, at_breakpoint);
	EXPECT_EQ(DR6_ONES | DR6_B0, vcpu->run->debug.arch.dr6);
	EXPECT_EQ(dbg.arch.debugreg[7], vcpu->run->debug.arch.dr7);

	/* the guest's own registers are as they were */
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_GET_DEBUGREGS, &dregs));
	EXPECT_EQ(0, dregs.db[0]);
	EXPECT_EQ(DR6_ONES, dregs.dr6);
	EXPECT_EQ(0x400, dregs.dr7);

	/* RF steps over the breakpoint */
	regs = vcpu_regs(vcpu);
	regs.rflags |= 1u << 16;
	vcpu_set_regs(vcpu, &regs);
	ASSERT_DEBUG(vcpu, DB_VECTOR, after_write);
	EXPECT_EQ(DR6_ONES | DR6_B1, vcpu->run->debug.arch.dr6);
	ASSERT_DONE(vcpu);
}

TEST(access_to_debug_registers)
{
	struct kvm_guest_debug dbg = {
		.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP,
		.arch.debugreg[7] = 0x400 | DR7_GD,
	};
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_runs);
	ASSERT_EQ(0, debug(vcpu, &dbg));
	ASSERT_DEBUG(vcpu, DB_VECTOR, at_dr7);
	EXPECT_EQ(DR6_ONES | DR6_BD, vcpu->run->debug.arch.dr6);

	dbg.control = 0;
	ASSERT_EQ(0, debug(vcpu, &dbg));
	ASSERT_DONE(vcpu);
	EXPECT_EQ(0x400, dr7_seen);
}

/* One step of the debugger, from wherever the guest is. */
static int step(struct vcpu *vcpu)
{
	struct kvm_guest_debug dbg = {
		.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP,
	};

	if (debug(vcpu, &dbg))
		die("KVM_SET_GUEST_DEBUG");
	return vcpu_run(vcpu);
}

TEST(single_steps)
{
	const char *const stops[] = {
		after_cpuid, after_sti, after_hidden, after_write, at_dr7,
	};
	struct kvm_guest_debug none = {};
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_regs regs;

	machine_start(&machine, guest_runs);
	regs = vcpu_regs(vcpu);
	regs.rip = (uint64_t)at_breakpoint;
	regs.rax = regs.rcx = 0;
	vcpu_set_regs(vcpu, &regs);
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		ASSERT_EQ(KVM_EXIT_DEBUG, step(vcpu)) { vcpu_describe(vcpu); }
		EXPECT_EQ((uint64_t)stops[i], vcpu->run->debug.arch.pc);
		EXPECT_EQ(DR6_ONES | DR6_BS, vcpu->run->debug.arch.dr6);
		/* the step is the debugger's affair */
		EXPECT_EQ(0, vcpu_regs(vcpu).rflags & X86_EFLAGS_TF);
	}
	ASSERT_EQ(0, debug(vcpu, &none));
	ASSERT_DONE(vcpu);
}

static uint64_t vector_seen;

static void guest_sees_exception(struct guest_frame *frame)
{
	vector_seen = frame->vector;
	guest_done();
}

TEST(injected_exceptions)
{
	struct kvm_guest_debug dbg = { .control = KVM_GUESTDBG_INJECT_DB };
	struct kvm_vcpu_events events;
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	guest_handlers[DB_VECTOR] = guest_sees_exception;
	machine_start(&machine, guest_runs);
	ASSERT_EQ(0, debug(vcpu, &dbg));
	EXPECT_EQ(-EBUSY, debug(vcpu, &dbg));
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_GET_VCPU_EVENTS, &events));
	EXPECT_EQ(1, events.exception.injected);
	EXPECT_EQ(DB_VECTOR, events.exception.nr);
	ASSERT_DONE(vcpu);
	EXPECT_EQ(DB_VECTOR, vector_seen);
	EXPECT_EQ(-EFAULT, debug(vcpu, NULL));
}

TEST(nothing_is_injected_before_a_shutdown)
{
	struct kvm_guest_debug dbg = { .control = KVM_GUESTDBG_INJECT_DB };
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_X86_TRIPLE_FAULT_EVENT, .args = { 1 },
	};
	struct kvm_vcpu_events events;
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	guest_handlers[DB_VECTOR] = guest_sees_exception;
	machine_start(&machine, guest_runs);
	ASSERT_EQ(0, dev_ioctl(machine.vm.fd, KVM_ENABLE_CAP, &cap));
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_GET_VCPU_EVENTS, &events));
	events.triple_fault.pending = 1;
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_SET_VCPU_EVENTS, &events));
	EXPECT_EQ(-EBUSY, debug(vcpu, &dbg));
	ASSERT_EXIT(vcpu, KVM_EXIT_SHUTDOWN);
	ASSERT_EQ(0, debug(vcpu, &dbg));
	ASSERT_DONE(vcpu);
	EXPECT_EQ(DB_VECTOR, vector_seen);
}

TEST(nmis_wait_for_the_debugger)
{
	struct kvm_guest_debug dbg = {
		.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP |
			   KVM_GUESTDBG_BLOCKIRQ,
	};
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	guest_handlers[NMI_VECTOR] = guest_sees_exception;
	machine_start(&machine, guest_runs);
	ASSERT_EQ(0, debug(vcpu, &dbg));
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_NMI, NULL));
	ASSERT_DONE(vcpu);
	EXPECT_EQ(0, vector_seen);
	dbg.control = 0;
	ASSERT_EQ(0, debug(vcpu, &dbg));
	ASSERT_DONE(vcpu);
	EXPECT_EQ(NMI_VECTOR, vector_seen);
}

TEST_HARNESS_MAIN
