// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_CAP_X86_DISABLE_EXITS: the guest itself waits in HLT and MWAIT, and
 * reads how long its CPU slept.
 */
#include <signal.h>

#include "kick.h"
#include "test.h"

#define VECTOR			0x40
#define MSR_CORE_C6_RESIDENCY	0x3fd

static volatile uint64_t about_to_wait, awake, interrupts, nmis;

static int check(struct vm *vm)
{
	return dev_ioctl_value(vm->fd, KVM_CHECK_EXTENSION,
			       KVM_CAP_X86_DISABLE_EXITS);
}

static int disable_exits(struct vm *vm, uint64_t exits)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_X86_DISABLE_EXITS, .args = { exits },
	};

	return dev_ioctl(vm->fd, KVM_ENABLE_CAP, &cap);
}

static void takes_interrupt(struct guest_frame *frame)
{
	(void)frame;
	interrupts++;
}

static void takes_nmi(struct guest_frame *frame)
{
	(void)frame;
	nmis++;
}

/* A machine whose vCPU was made after the exits were disabled. */
static void machine_without(struct machine *machine, uint64_t exits,
			    void (*guest)(void))
{
	vm_create(&machine->vm);
	if (disable_exits(&machine->vm, exits))
		die("disable exits");
	vcpu_create(&machine->vm, &machine->vcpu, 0);
	vcpu_set_supported_cpuid(&machine->vcpu);
	vcpu_start(&machine->vcpu, guest);
	guest_handlers[VECTOR] = takes_interrupt;
	guest_handlers[NMI_VECTOR] = takes_nmi;
	kick_handler(SIGUSR1);
}

/* Runs until a signal, sent when the guest waits. */
static int run_and_kick(struct vcpu *vcpu)
{
	pthread_t thread = kick_when(SIGUSR1, &about_to_wait);
	int ret = vcpu_run(vcpu);

	pthread_join(thread, NULL);
	return ret;
}

static int interrupt(struct vcpu *vcpu)
{
	struct kvm_interrupt irq = { .irq = VECTOR };

	return dev_ioctl(vcpu->fd, KVM_INTERRUPT, &irq);
}

TEST(which_there_are)
{
	const int always = KVM_X86_DISABLE_EXITS_HLT |
			   KVM_X86_DISABLE_EXITS_PAUSE |
			   KVM_X86_DISABLE_EXITS_CSTATE;
	struct vm vm;

	vm_create(&vm);
	EXPECT_EQ(always, check(&vm) & ~KVM_X86_DISABLE_EXITS_MWAIT);
	EXPECT_EQ(-EINVAL, disable_exits(&vm, 1u << 4));
	EXPECT_EQ(-EINVAL, disable_exits(&vm, 1ull << 63 | always));
	EXPECT_EQ(0, disable_exits(&vm, 0));
	EXPECT_EQ(0, disable_exits(&vm, check(&vm)));
}

static void guest_waits(void)
{
	about_to_wait = 1;
	asm volatile("sti\n\thlt\n\tcli" : : : "memory");
	awake = 1;
	guest_done();
}

TEST(an_interrupt_ends_hlt)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_without(&machine, KVM_X86_DISABLE_EXITS_HLT, guest_waits);
	ASSERT_EQ(-EINTR, run_and_kick(vcpu));
	EXPECT_EQ(0, interrupts);
	EXPECT_EQ(1, vcpu->run->ready_for_interrupt_injection);
	ASSERT_EQ(0, interrupt(vcpu));
	ASSERT_DONE(vcpu);
	EXPECT_EQ(1, interrupts);
}

/* However often the host wants its CPU meanwhile. */
TEST(the_host_does_not_end_hlt)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_without(&machine, KVM_X86_DISABLE_EXITS_HLT, guest_waits);
	ASSERT_EQ(-EINTR, run_and_kick(vcpu));
	ASSERT_EQ(-EINTR, run_and_kick(vcpu));
	EXPECT_EQ(0, awake);
	ASSERT_EQ(0, interrupt(vcpu));
	ASSERT_DONE(vcpu);
}

static void takes_gp(struct guest_frame *frame)
{
	(void)frame;
	guest_done();
}

TEST(an_exception_of_the_vmm_ends_hlt)
{
	struct kvm_vcpu_events events;
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_without(&machine, KVM_X86_DISABLE_EXITS_HLT, guest_waits);
	guest_handlers[GP_VECTOR] = takes_gp;
	ASSERT_EQ(-EINTR, run_and_kick(vcpu));
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_GET_VCPU_EVENTS, &events));
	events.exception.injected = 1;
	events.exception.nr = GP_VECTOR;
	events.exception.has_error_code = 1;
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_SET_VCPU_EVENTS, &events));
	ASSERT_DONE(vcpu);
	EXPECT_EQ(0, awake);
}

TEST(a_window_opens_in_hlt)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_without(&machine, KVM_X86_DISABLE_EXITS_HLT, guest_waits);
	ASSERT_EQ(-EINTR, run_and_kick(vcpu));
	vcpu->run->request_interrupt_window = 1;
	ASSERT_EXIT(vcpu, KVM_EXIT_IRQ_WINDOW_OPEN);
	vcpu->run->request_interrupt_window = 0;
	ASSERT_EQ(0, interrupt(vcpu));
	ASSERT_DONE(vcpu);
	EXPECT_EQ(1, interrupts);
}

static void guest_waits_with_interrupts_off(void)
{
	about_to_wait = 1;
	asm volatile("cli\n\thlt" : : : "memory");
	awake = 1;
	guest_done();
}

/* It waits for an NMI, and leaves the host its CPU. */
TEST(hlt_with_interrupts_off)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_without(&machine, KVM_X86_DISABLE_EXITS_HLT,
			guest_waits_with_interrupts_off);
	ASSERT_EQ(-EINTR, run_and_kick(vcpu));
	EXPECT_EQ(0, vcpu->run->ready_for_interrupt_injection);
	EXPECT_EQ(0, awake);
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_NMI, NULL));
	ASSERT_DONE(vcpu);
	EXPECT_EQ(1, nmis);
}

/* A vCPU is as the VM's exits were when it was made. */
TEST(vcpus_there_before_still_exit)
{
	struct machine machine;

	machine_start(&machine, guest_waits);
	ASSERT_EQ(0, disable_exits(&machine.vm, KVM_X86_DISABLE_EXITS_HLT));
	ASSERT_EXIT(&machine.vcpu, KVM_EXIT_HLT);
}

/* Emulated, they do nothing. The CPU refuses extensions that it does not have. */
static void guest_uses_bad_extensions(void)
{
	GUEST_CHECK(TRAP_OF("monitor", : : "a"(&awake), "c"(1), "d"(0) :
			    "memory") == GP_VECTOR);
	GUEST_CHECK(TRAP_OF("mwait", : : "a"(0), "c"(1u << 31) :
			    "memory") == GP_VECTOR);
	/* the store ends it before it has begun */
	asm volatile("monitor\n\tmovq $1, %0\n\tmwait"
		     : "=m"(about_to_wait) : "a"(&about_to_wait), "c"(0), "d"(0)
		     : "memory");
	guest_done();
}

TEST(mwait_is_the_cpus)
{
	struct machine machine;

	machine_create(&machine);
	if (!(check(&machine.vm) & KVM_X86_DISABLE_EXITS_MWAIT))
		SKIP(return, "no MWAIT for guests");
	machine_without(&machine, KVM_X86_DISABLE_EXITS_MWAIT,
			guest_uses_bad_extensions);
	ASSERT_DONE(&machine.vcpu);
}

static void guest_ignores_bad_extensions(void)
{
	GUEST_CHECK(TRAP_OF("monitor", : : "a"(&awake), "c"(1), "d"(0) :
			    "memory") == NO_TRAP);
	GUEST_CHECK(TRAP_OF("mwait", : : "a"(0), "c"(1u << 31) :
			    "memory") == NO_TRAP);
	guest_done();
}

TEST(mwait_exits_else)
{
	struct machine machine;

	machine_without(&machine, KVM_X86_DISABLE_EXITS_HLT |
			KVM_X86_DISABLE_EXITS_PAUSE |
			KVM_X86_DISABLE_EXITS_CSTATE,
			guest_ignores_bad_extensions);
	ASSERT_DONE(&machine.vcpu);
}

static void guest_reads_residency(void)
{
	TRAP_OF_RDMSR(MSR_CORE_C6_RESIDENCY);
	guest_done();
}

/* An MSR that the VMM has to look after, or that the guest reads itself. */
static void tell_of_msrs(struct vm *vm)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_X86_USER_SPACE_MSR,
		.args = { KVM_MSR_EXIT_REASON_UNKNOWN |
			  KVM_MSR_EXIT_REASON_FILTER },
	};

	if (dev_ioctl(vm->fd, KVM_ENABLE_CAP, &cap))
		die("enable KVM_CAP_X86_USER_SPACE_MSR");
}

TEST(residency_is_readable)
{
	struct machine machine;

	machine_without(&machine, KVM_X86_DISABLE_EXITS_CSTATE,
			guest_reads_residency);
	tell_of_msrs(&machine.vm);
	ASSERT_DONE(&machine.vcpu);
}

TEST(a_filter_holds_for_residency)
{
	uint8_t none = 0;
	struct kvm_msr_filter filter = {
		.flags = KVM_MSR_FILTER_DEFAULT_ALLOW,
		.ranges[0] = {
			.flags = KVM_MSR_FILTER_READ,
			.base = MSR_CORE_C6_RESIDENCY,
			.nmsrs = 1,
			.bitmap = &none,
		},
	};
	struct machine machine;

	vm_create(&machine.vm);
	tell_of_msrs(&machine.vm);
	ASSERT_EQ(0, dev_ioctl(machine.vm.fd, KVM_X86_SET_MSR_FILTER, &filter));
	ASSERT_EQ(0, disable_exits(&machine.vm, KVM_X86_DISABLE_EXITS_CSTATE));
	vcpu_create(&machine.vm, &machine.vcpu, 0);
	vcpu_start(&machine.vcpu, guest_reads_residency);
	ASSERT_EXIT(&machine.vcpu, KVM_EXIT_X86_RDMSR);
	EXPECT_EQ(KVM_MSR_EXIT_REASON_FILTER, machine.vcpu.run->msr.reason);
}

TEST(residency_exits_else)
{
	struct machine machine;

	machine_without(&machine, KVM_X86_DISABLE_EXITS_HLT,
			guest_reads_residency);
	tell_of_msrs(&machine.vm);
	ASSERT_EXIT(&machine.vcpu, KVM_EXIT_X86_RDMSR);
	EXPECT_EQ(MSR_CORE_C6_RESIDENCY, machine.vcpu.run->msr.index);
}

TEST_HARNESS_MAIN
