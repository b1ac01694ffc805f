// SPDX-License-Identifier: GPL-2.0
/* Making vCPUs: identifiers, limits, and how one is before any set-up. */
#include "test.h"

static void guest_nothing(void)
{
	guest_done();
}

TEST(id_is_taken_once)
{
	struct machine machine;

	machine_create(&machine);
	EXPECT_EQ(-EEXIST, dev_ioctl_value(machine.vm.fd, KVM_CREATE_VCPU, 0));
	EXPECT_LE(0, dev_ioctl_value(machine.vm.fd, KVM_CREATE_VCPU, 1));
	EXPECT_EQ(-EEXIST, dev_ioctl_value(machine.vm.fd, KVM_CREATE_VCPU, 1));
}

TEST(id_beyond_the_limit)
{
	struct vm vm;
	int limit;

	vm_create(&vm);
	limit = dev_ioctl_value(vm.kvm, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPU_ID);
	if (!limit)
		limit = dev_ioctl_value(vm.kvm, KVM_CHECK_EXTENSION,
					KVM_CAP_MAX_VCPUS);
	ASSERT_LT(0, limit);
	EXPECT_EQ(-EINVAL, dev_ioctl_value(vm.fd, KVM_CREATE_VCPU, limit));
	EXPECT_EQ(-EINVAL, dev_ioctl_value(vm.fd, KVM_CREATE_VCPU, 0xffffffff));
	EXPECT_LE(0, dev_ioctl_value(vm.fd, KVM_CREATE_VCPU, limit - 1));
}

TEST(a_failed_creation_costs_no_descriptor)
{
	struct machine machine;
	int before, after;

	machine_create(&machine);
	before = dup(0);
	close(before);
	for (int i = 0; i < 3; i++)
		ASSERT_EQ(-EEXIST, dev_ioctl_value(machine.vm.fd,
						   KVM_CREATE_VCPU, 0));
	after = dup(0);
	EXPECT_EQ(before, after);
}

TEST(registers_at_reset)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_sregs sregs;
	struct kvm_regs regs;

	machine_create(&machine);
	regs = vcpu_regs(vcpu);
	sregs = vcpu_sregs(vcpu);
	EXPECT_EQ(0xfff0, regs.rip);
	EXPECT_EQ(2, regs.rflags);
	EXPECT_EQ(0, regs.rsp);
	EXPECT_EQ(0xf000, sregs.cs.selector);
	EXPECT_EQ(0xffff0000, sregs.cs.base);
	EXPECT_EQ(0xffff, sregs.cs.limit);
	EXPECT_EQ(0, sregs.ds.base);
	EXPECT_EQ(0xffff, sregs.ds.limit);
	EXPECT_EQ(1, sregs.ds.present);
	EXPECT_EQ(0x60000010, sregs.cr0);
	EXPECT_EQ(0, sregs.cr4);
	EXPECT_EQ(0, sregs.efer);
	EXPECT_EQ(0xffff, sregs.idt.limit);
	EXPECT_EQ(0xffff, sregs.gdt.limit);
	EXPECT_EQ(0xfee00900, sregs.apic_base);
}

/* Only vCPU 0 is the bootstrap processor. */
TEST(second_vcpu_is_no_bootstrap_processor)
{
	struct machine machine;
	struct vcpu second;

	machine_create(&machine);
	vcpu_create(&machine.vm, &second, 1);
	EXPECT_EQ(0xfee00800, vcpu_sregs(&second).apic_base);
}

TEST(runs_without_cpuid)
{
	struct vm vm;
	struct vcpu vcpu = { .vm = &vm };

	vm_create(&vm);
	vcpu.fd = dev_ioctl_value(vm.fd, KVM_CREATE_VCPU, 0);
	ASSERT_LE(0, vcpu.fd);
	vcpu_map_run(&vcpu);
	*(uint8_t *)vm_host(&vm, GPA_CODE) = 0xf4;	/* HLT */
	vcpu_set_mode(&vcpu, MODE_REAL, GPA_CODE);
	ASSERT_EXIT(&vcpu, KVM_EXIT_HLT);
}

/* The reset vector lies where nothing is: the run ends, and says so. */
TEST(runs_where_no_memory_is)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_create(&machine);
	ASSERT_EXIT(vcpu, KVM_EXIT_INTERNAL_ERROR);
	EXPECT_EQ(KVM_INTERNAL_ERROR_EMULATION, vcpu->run->internal.suberror);
	EXPECT_EQ(0xfff0, vcpu_regs(vcpu).rip);
}

/* Without any slot KVM returns an error, and the VM is as good as before. */
TEST(runs_before_any_memory)
{
	int kvm = device_open();
	struct vm vm = { .kvm = kvm, .ram = anonymous_memory(RAM_SIZE) };
	struct vcpu vcpu;
	int ret;

	vm.fd = dev_ioctl(kvm, KVM_CREATE_VM, NULL);
	ASSERT_LE(0, vm.fd);
	vcpu_create(&vm, &vcpu, 0);
	ret = vcpu_run(&vcpu);
	EXPECT_TRUE(ret < 0 || ret == KVM_EXIT_INTERNAL_ERROR);
	ASSERT_EQ(0, vm_set_slot(&vm, SLOT_RAM, 0, 0, RAM_SIZE, vm.ram));
	*(uint8_t *)vm_host(&vm, GPA_CODE) = 0xf4;	/* HLT */
	vcpu_set_mode(&vcpu, MODE_REAL, GPA_CODE);
	ASSERT_EXIT(&vcpu, KVM_EXIT_HLT);
}

TEST(run_takes_no_argument)
{
	struct machine machine;

	machine_start(&machine, guest_nothing);
	EXPECT_EQ(-EINVAL, dev_ioctl_value(machine.vcpu.fd, KVM_RUN, 1));
	ASSERT_DONE(&machine.vcpu);
}

TEST_HARNESS_MAIN
