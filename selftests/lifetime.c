// SPDX-License-Identifier: GPL-2.0
/* Files closed in every order, mapped after closing, and used by a child. */
#include "test.h"

static void guest_nothing(void)
{
	guest_done();
}

TEST(vcpu_outlives_its_vm_file)
{
	struct machine machine;

	machine_start(&machine, guest_nothing);
	close(machine.vm.kvm);
	close(machine.vm.fd);
	ASSERT_DONE(&machine.vcpu);
	close(machine.vcpu.fd);
}

TEST(vm_outlives_its_vcpu_file)
{
	struct machine machine;

	machine_start(&machine, guest_nothing);
	close(machine.vcpu.fd);
	/* the number stays taken: the vCPU lives as long as its VM */
	EXPECT_EQ(-EEXIST, dev_ioctl_value(machine.vm.fd, KVM_CREATE_VCPU, 0));
	close(machine.vm.fd);
	close(machine.vm.kvm);
}

TEST(run_area_outlives_all_files)
{
	struct machine machine;

	machine_start(&machine, guest_nothing);
	ASSERT_DONE(&machine.vcpu);
	close(machine.vcpu.fd);
	close(machine.vm.fd);
	close(machine.vm.kvm);
	EXPECT_EQ(KVM_EXIT_IO, machine.vcpu.run->exit_reason);
	EXPECT_EQ(0, *(uint8_t *)io_data(&machine.vcpu));
	memset(machine.vcpu.run, 0xff, sizeof(*machine.vcpu.run));
	munmap(machine.vcpu.run, machine.vcpu.run_size);
}

TEST(run_area_is_mapped_twice)
{
	struct machine machine;
	struct vcpu again;

	machine_start(&machine, guest_nothing);
	again = machine.vcpu;
	vcpu_map_run(&again);
	ASSERT_DONE(&machine.vcpu);
	EXPECT_EQ(KVM_EXIT_IO, again.run->exit_reason);
	munmap(machine.vcpu.run, machine.vcpu.run_size);
	EXPECT_EQ(PORT_DONE, again.run->io.port);
}

/* Past the run area there is nothing: no mapping, or a bus error. */
TEST_SIGNAL(run_area_ends, SIGBUS)
{
	struct machine machine;
	uint8_t *area;

	machine_create(&machine);
	area = mmap(NULL, machine.vcpu.run_size + PAGE_SIZE,
		    PROT_READ | PROT_WRITE, MAP_SHARED, machine.vcpu.fd, 0);
	if (area == MAP_FAILED)
		raise(SIGBUS);
	*(volatile uint8_t *)(area + machine.vcpu.run_size) = 1;
}

TEST(many_in_a_row)
{
	for (int i = 0; i < 5; i++) {
		struct machine machine;

		machine_start(&machine, guest_nothing);
		ASSERT_DONE(&machine.vcpu);
		machine_destroy(&machine);
	}
}

TEST(two_vms_at_once)
{
	struct machine first, second;

	machine_start(&first, guest_nothing);
	machine_start(&second, guest_nothing);
	ASSERT_DONE(&first.vcpu);
	machine_destroy(&first);
	ASSERT_DONE(&second.vcpu);
	machine_destroy(&second);
}

/* A VM belongs to the address space that made it. */
TEST(another_process)
{
	struct machine machine;
	struct kvm_regs regs;
	int status;
	pid_t child;

	machine_start(&machine, guest_nothing);
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		if (dev_ioctl(machine.vcpu.fd, KVM_RUN, NULL) != -EIO)
			_exit(1);
		if (dev_ioctl(machine.vcpu.fd, KVM_GET_REGS, &regs) != -EIO)
			_exit(2);
		if (dev_ioctl_value(machine.vm.fd, KVM_CREATE_VCPU, 1) != -EIO)
			_exit(3);
		if (dev_ioctl_value(machine.vm.kvm, KVM_GET_API_VERSION, 0) != 12)
			_exit(4);
		_exit(0);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	ASSERT_DONE(&machine.vcpu);
}

/* A child that inherited the files keeps the VM alive, and takes it down. */
TEST(child_holds_the_last_reference)
{
	struct machine machine;
	int pipes[2], status;
	pid_t child;
	char byte;

	machine_start(&machine, guest_nothing);
	ASSERT_EQ(0, pipe(pipes));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		close(pipes[1]);
		_exit(read(pipes[0], &byte, 1) != 0);
	}
	ASSERT_DONE(&machine.vcpu);
	machine_destroy(&machine);
	close(pipes[1]);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_HARNESS_MAIN
