// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that makes the CPU deliver the same exception without end, without
 * ever reaching its handler: the VMM can still be interrupted and killed.
 */
#include <signal.h>

#include "kick.h"
#include "test.h"

#define SEL_USER_CODE32	(SEL_FREE | 3)
#define DR7_FIXED	(1ul << 10)
#define DR7_L0		1ul
#define DR7_WRITE_8_BYTES (0x9ul << 16)

/* Ring 3 may not use I/O: reaching either line would show as another exit. */
GUEST_ASM(misaligned_access, 32,
	"	movl	1, %eax\n"
	"	hlt\n"
	"	.balign	32\n"
	"	hlt\n");

static void start_alignment_storm(struct machine *machine)
{
	struct vcpu *vcpu = &machine->vcpu;
	struct kvm_sregs sregs;
	struct kvm_regs regs;

	LOAD_ASM(machine, MODE_PROT32, misaligned_access);
	*(uint64_t *)vm_host(&machine->vm, GPA_GDT + SEL_FREE) =
		0x00cffb000000ffff;
	memset(vm_host(&machine->vm, GPA_IDT), 0, PAGE_SIZE);
	vm_set_gate32(&machine->vm, AC_VECTOR, GPA_CODE + 32, SEL_USER_CODE32, 3);
	sregs = vcpu_sregs(vcpu);
	sregs.cr0 |= X86_CR0_AM;
	sregs.cs.selector = SEL_USER_CODE32;
	sregs.cs.dpl = 3;
	sregs.ss.selector = SEL_USER_DATA;
	sregs.ss.dpl = 3;
	sregs.ds = sregs.ss;
	sregs.es = sregs.ss;
	vcpu_set_sregs(vcpu, &sregs);
	regs = vcpu_regs(vcpu);
	regs.rsp = GPA_USER_STACK - 1;
	regs.rflags |= X86_EFLAGS_AC | X86_EFLAGS_IF;
	vcpu_set_regs(vcpu, &regs);
}

/*
 * The handler of ring 3 has a misaligned stack: pushing the frame is a new #AC.
 * KVM gives up with an exit; to go on until a signal comes would do as well.
 */
TEST(alignment_checks)
{
	struct machine machine;
	pthread_t thread;
	int ret;

	kick_handler(SIGUSR1);
	start_alignment_storm(&machine);
	thread = kick_soon(SIGUSR1);
	ret = vcpu_run(&machine.vcpu);
	pthread_join(thread, NULL);
	ASSERT_TRUE(ret == -EINTR || ret == KVM_EXIT_INTERNAL_ERROR) {
		vcpu_describe(&machine.vcpu);
	}
	if (ret == KVM_EXIT_INTERNAL_ERROR)
		EXPECT_EQ(KVM_INTERNAL_ERROR_SIMUL_EX,
			  machine.vcpu.run->internal.suberror);
}

TEST(alignment_checks_and_kill)
{
	struct machine machine;
	int status;
	pid_t child = fork();

	ASSERT_LE(0, child);
	if (!child) {
		start_alignment_storm(&machine);
		for (;;)
			vcpu_run(&machine.vcpu);
	}
	usleep(2 * SHORT_WHILE_US);
	kill(child, SIGKILL);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void guest_handler_runs(struct guest_frame *frame)
{
	(void)frame;
	guest_done();
}

/* The frame of #DB is pushed onto watched memory, on the same stack each time. */
static void guest_watches_its_frame(void)
{
	asm volatile("sti");
	WRITE_REG(dr0, GPA_IST_STACK - 8);
	WRITE_REG(dr7, DR7_FIXED | DR7_L0 | DR7_WRITE_8_BYTES);
	*(volatile uint64_t *)(GPA_IST_STACK - 8) = 1;
	asm volatile("nop");
}

/* A CPU that ignores watchpoints while it delivers reaches the handler. */
TEST(debug_exceptions)
{
	struct machine machine;
	pthread_t thread;
	int ret;

	kick_handler(SIGUSR1);
	machine_start(&machine, guest_watches_its_frame);
	guest_handlers[DB_VECTOR] = guest_handler_runs;
	vm_set_gate(&machine.vm, DB_VECTOR,
		    (void *)(guest_vectors + 16 * DB_VECTOR), 0, 1);
	thread = kick_soon(SIGUSR1);
	ret = vcpu_run(&machine.vcpu);
	pthread_join(thread, NULL);
	ASSERT_TRUE(ret == -EINTR || ret == KVM_EXIT_IO) {
		vcpu_describe(&machine.vcpu);
	}
	if (ret == KVM_EXIT_IO)
		EXPECT_EQ(PORT_DONE, machine.vcpu.run->io.port);
}

TEST_HARNESS_MAIN
