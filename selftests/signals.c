// SPDX-License-Identifier: GPL-2.0
/* Leaving the guest at once: signals, their mask, immediate_exit, kill. */
#include <signal.h>

#include "kick.h"
#include "test.h"

static volatile uint64_t loops;

static void guest_loops(void)
{
	asm volatile("sti");
	for (;;)
		loops++;
}

static void guest_loops_uninterruptibly(void)
{
	asm volatile("cli");
	for (;;)
		loops++;
}

static void guest_nothing(void)
{
	guest_done();
}

TEST(interrupt_a_looping_guest)
{
	struct machine machine;
	pthread_t thread;

	kick_handler(SIGUSR1);
	machine_start(&machine, guest_loops);
	thread = kick_when(SIGUSR1, &loops);
	ASSERT_EQ(-EINTR, vcpu_run(&machine.vcpu));
	EXPECT_EQ(KVM_EXIT_INTR, machine.vcpu.run->exit_reason);
	EXPECT_EQ(1, kicks_taken());
	EXPECT_LT(0, loops);
	pthread_join(thread, NULL);
}

/* The guest's RFLAGS.IF is no matter of the host's interrupts. */
TEST(interrupt_a_guest_with_interrupts_off)
{
	struct machine machine;
	pthread_t thread;

	kick_handler(SIGUSR1);
	machine_start(&machine, guest_loops_uninterruptibly);
	thread = kick_when(SIGUSR1, &loops);
	ASSERT_EQ(-EINTR, vcpu_run(&machine.vcpu));
	EXPECT_EQ(KVM_EXIT_INTR, machine.vcpu.run->exit_reason);
	EXPECT_EQ(1, kicks_taken());
	pthread_join(thread, NULL);
}

TEST(immediate_exit)
{
	struct machine machine;
	uint64_t rip;

	machine_start(&machine, guest_loops);
	rip = vcpu_regs(&machine.vcpu).rip;
	machine.vcpu.run->immediate_exit = 1;
	EXPECT_EQ(-EINTR, vcpu_run(&machine.vcpu));
	EXPECT_EQ(rip, vcpu_regs(&machine.vcpu).rip);
	EXPECT_EQ(0, loops);
	vcpu_start(&machine.vcpu, guest_nothing);
	EXPECT_EQ(-EINTR, vcpu_run(&machine.vcpu));
	machine.vcpu.run->immediate_exit = 0;
	ASSERT_DONE(&machine.vcpu);
}

static int set_run_mask(struct vcpu *vcpu, uint32_t length, uint64_t mask)
{
	struct {
		struct kvm_signal_mask header;
		uint64_t set;
	} __attribute__((packed)) argument = { { .len = length }, mask };

	return dev_ioctl(vcpu->fd, KVM_SET_SIGNAL_MASK, &argument);
}

static void block(int signal)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/* Blocked outside of KVM_RUN and open inside: the race-free way to kick. */
TEST(mask_opens_a_blocked_signal)
{
	struct machine machine;

	kick_handler(SIGUSR1);
	machine_start(&machine, guest_loops);
	block(SIGUSR1);
	ASSERT_EQ(0, set_run_mask(&machine.vcpu, 8, 0));
	raise(SIGUSR1);
	EXPECT_EQ(0, kicks_taken());
	ASSERT_EQ(-EINTR, vcpu_run(&machine.vcpu));
	EXPECT_EQ(KVM_EXIT_INTR, machine.vcpu.run->exit_reason);
	/* it stays pending: the mask was that of KVM_RUN alone */
	EXPECT_EQ(0, kicks_taken());
}

TEST(mask_blocks_an_open_signal)
{
	struct machine machine;

	kick_handler(SIGUSR1);
	machine_start(&machine, guest_nothing);
	block(SIGUSR1);
	raise(SIGUSR1);
	ASSERT_EQ(0, set_run_mask(&machine.vcpu, 8, 1ull << (SIGUSR1 - 1)));
	ASSERT_DONE(&machine.vcpu);
	EXPECT_EQ(0, kicks_taken());
}

TEST(bad_masks)
{
	struct machine machine;

	machine_start(&machine, guest_nothing);
	EXPECT_EQ(-EINVAL, set_run_mask(&machine.vcpu, 4, 0));
	EXPECT_EQ(-EINVAL, set_run_mask(&machine.vcpu, 128, 0));
	EXPECT_EQ(-EFAULT, dev_ioctl(machine.vcpu.fd, KVM_SET_SIGNAL_MASK,
				     (void *)8));
	EXPECT_EQ(0, dev_ioctl(machine.vcpu.fd, KVM_SET_SIGNAL_MASK, NULL));
	ASSERT_DONE(&machine.vcpu);
}

/* A program killed in the middle of KVM_RUN leaves nothing behind. */
TEST(kill_while_running)
{
	struct machine machine;
	int status;
	pid_t child = fork();

	ASSERT_LE(0, child);
	if (!child) {
		machine_start(&machine, guest_loops);
		vcpu_run(&machine.vcpu);
		_exit(1);
	}
	usleep(2 * SHORT_WHILE_US);
	kill(child, SIGKILL);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	machine_start(&machine, guest_nothing);
	ASSERT_DONE(&machine.vcpu);
}

TEST_HARNESS_MAIN
