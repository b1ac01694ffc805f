// SPDX-License-Identifier: GPL-2.0
/* KVM_EXIT_HYPERCALL: a hypercall that the VMM carries out. */
#include <linux/kvm_para.h>

#include "test.h"

#define GPA		0x1234000
#define NPAGES		5
#define ATTRIBUTES	0x10
#define RESULT		0x1122334455667788
#define VMCALL_LEN	3

static int enable(struct vm *vm, uint64_t numbers)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_EXIT_HYPERCALL, .args = { numbers },
	};

	return dev_ioctl(vm->fd, KVM_ENABLE_CAP, &cap);
}

static int64_t call(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2)
{
	int64_t result;

	asm volatile("vmcall" : "=a"(result)
		     : "0"(number), "b"(a0), "c"(a1), "d"(a2), "S"(0)
		     : "memory");
	return result;
}

static int64_t result;

static void guest_maps(void)
{
	result = call(KVM_HC_MAP_GPA_RANGE, GPA, NPAGES, ATTRIBUTES);
	guest_done();
}

TEST(which_there_are)
{
	struct vm vm;

	vm_create(&vm);
	EXPECT_EQ(1 << KVM_HC_MAP_GPA_RANGE,
		  dev_ioctl_value(vm.kvm, KVM_CHECK_EXTENSION,
				  KVM_CAP_EXIT_HYPERCALL));
	EXPECT_EQ(-EINVAL, enable(&vm, 1));
	EXPECT_EQ(-EINVAL, enable(&vm, -1ull));
	EXPECT_EQ(-EINVAL, enable(&vm, 1ull << 44 | 1 << KVM_HC_MAP_GPA_RANGE));
	EXPECT_EQ(0, enable(&vm, 1 << KVM_HC_MAP_GPA_RANGE));
	EXPECT_EQ(0, enable(&vm, 0));
}

TEST(only_if_asked_for)
{
	struct machine machine;

	machine_start(&machine, guest_maps);
	ASSERT_DONE(&machine.vcpu);
	EXPECT_EQ(-KVM_ENOSYS, result);

	vcpu_start(&machine.vcpu, guest_maps);
	ASSERT_EQ(0, enable(&machine.vm, 1 << KVM_HC_MAP_GPA_RANGE));
	ASSERT_EQ(0, enable(&machine.vm, 0));
	ASSERT_DONE(&machine.vcpu);
	EXPECT_EQ(-KVM_ENOSYS, result);
}

TEST(arguments_and_result)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_run *run;
	struct kvm_regs regs;

	machine_start(&machine, guest_maps);
	run = vcpu->run;
	ASSERT_EQ(0, enable(&machine.vm, 1 << KVM_HC_MAP_GPA_RANGE));
	ASSERT_EXIT(vcpu, KVM_EXIT_HYPERCALL);
	EXPECT_EQ(KVM_HC_MAP_GPA_RANGE, run->hypercall.nr);
	EXPECT_EQ(GPA, run->hypercall.args[0]);
	EXPECT_EQ(NPAGES, run->hypercall.args[1]);
	EXPECT_EQ(ATTRIBUTES, run->hypercall.args[2]);
	EXPECT_EQ(1, run->hypercall.longmode);

	/* RIP moves when the VMM has answered */
	regs = vcpu_regs(vcpu);
	EXPECT_EQ(0, memcmp((void *)regs.rip, "\x0f\x01\xc1", VMCALL_LEN));
	run->hypercall.ret = RESULT;
	run->immediate_exit = 1;
	ASSERT_EQ(-EINTR, vcpu_run(vcpu));
	run->immediate_exit = 0;
	EXPECT_EQ(regs.rip + VMCALL_LEN, vcpu_regs(vcpu).rip);
	EXPECT_EQ(RESULT, vcpu_regs(vcpu).rax);
	ASSERT_DONE(vcpu);
	EXPECT_EQ(RESULT, result);
}

/* These do not get as far as the VMM. */
static void guest_asks_for_the_impossible(void)
{
	const uint64_t nr = KVM_HC_MAP_GPA_RANGE;

	GUEST_CHECK(call(nr, GPA + 1, 1, 0) == -KVM_EINVAL);
	GUEST_CHECK(call(nr, GPA + 0x800, 1, 0) == -KVM_EINVAL);
	GUEST_CHECK(call(nr, GPA, 0, 0) == -KVM_EINVAL);
	GUEST_CHECK(call(nr, GPA, -1ull, 0) == -KVM_EINVAL);
	GUEST_CHECK(call(nr | 1ull << 32, GPA, 1, 0) == -KVM_ENOSYS);
	GUEST_CHECK(call(KVM_HC_VAPIC_POLL_IRQ, 0, 0, 0) == 0);
	GUEST_CHECK(call(KVM_HC_MMU_OP, 0, 0, 0) == -KVM_ENOSYS);
	guest_done();
}

TEST(impossible_ranges)
{
	struct machine machine;

	machine_start(&machine, guest_asks_for_the_impossible);
	ASSERT_EQ(0, enable(&machine.vm, 1 << KVM_HC_MAP_GPA_RANGE));
	ASSERT_DONE(&machine.vcpu);
}

static void guest_user_maps(void)
{
	result = call(KVM_HC_MAP_GPA_RANGE, GPA, NPAGES, ATTRIBUTES);
	asm volatile("ud2");
}

static void guest_maps_in_ring_3(void)
{
	enter_user(guest_user_maps);
}

static void guest_ends(struct guest_frame *frame)
{
	(void)frame;
	guest_done();
}

TEST(not_for_user_code)
{
	struct machine machine;

	machine_start(&machine, guest_maps_in_ring_3);
	guest_handlers[UD_VECTOR] = guest_ends;
	ASSERT_EQ(0, enable(&machine.vm, 1 << KVM_HC_MAP_GPA_RANGE));
	ASSERT_DONE(&machine.vcpu);
	EXPECT_EQ(-KVM_EPERM, result);
}

GUEST_ASM(maps_in_32_bit_mode, 32,
	"vmcall\n\t"
	"out %eax, $0xd1\n\t"
	"hlt");

/* The upper halves of registers do not count, and the result loses its own. */
TEST(outside_of_64_bit_mode)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_regs regs;

	LOAD_ASM(&machine, MODE_PROT32, maps_in_32_bit_mode);
	ASSERT_EQ(0, enable(&machine.vm, 1 << KVM_HC_MAP_GPA_RANGE));
	regs = vcpu_regs(vcpu);
	regs.rax = 0xaaaaaaaa00000000 | KVM_HC_MAP_GPA_RANGE;
	regs.rbx = 0xbbbbbbbb00000000 | GPA;
	regs.rcx = 0xcccccccc00000000 | NPAGES;
	regs.rdx = 0xdddddddd00000000 | ATTRIBUTES;
	vcpu_set_regs(vcpu, &regs);

	ASSERT_EXIT(vcpu, KVM_EXIT_HYPERCALL);
	EXPECT_EQ(KVM_HC_MAP_GPA_RANGE, vcpu->run->hypercall.nr);
	EXPECT_EQ(GPA, vcpu->run->hypercall.args[0]);
	EXPECT_EQ(NPAGES, vcpu->run->hypercall.args[1]);
	EXPECT_EQ(ATTRIBUTES, vcpu->run->hypercall.args[2]);
	EXPECT_EQ(0, vcpu->run->hypercall.longmode);
	vcpu->run->hypercall.ret = RESULT;
	ASSERT_SYNC(vcpu, (uint32_t)RESULT);
	EXPECT_EQ((uint32_t)RESULT, vcpu_regs(vcpu).rax);
}

TEST_HARNESS_MAIN
