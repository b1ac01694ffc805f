// SPDX-License-Identifier: GPL-2.0
/* KVM_IOEVENTFD: what it accepts, what two of them must not share, and its end. */
#include <sys/eventfd.h>

#include "ioevent.h"
#include "test.h"

#define PORT	0x90
#define MANY	300

static void guest_out(void)
{
	outl(PORT, 7);
	guest_done();
}

TEST(arguments)
{
	struct vm vm;
	int fd;

	vm_create(&vm);
	fd = ioevent_new();
	EXPECT_EQ(-EINVAL, ioevent_assign(&vm, fd, PIO, PORT, 3, 0));
	EXPECT_EQ(-EINVAL, ioevent_assign(&vm, fd, PIO, PORT, 16, 0));
	EXPECT_EQ(-EINVAL, ioevent_assign(&vm, fd, MMIO, -1ull, 1, 0));
	EXPECT_EQ(-EINVAL, ioevent_assign(&vm, fd, 1u << 5, PORT, 4, 0));
	EXPECT_EQ(-EINVAL, ioevent_assign(&vm, fd, 1u << 31, PORT, 4, 0));
	EXPECT_EQ(-EINVAL, ioevent_assign(&vm, fd, PIO_MATCH, PORT, 0, 0));
	EXPECT_EQ(-EBADF, ioevent_assign(&vm, 9999, PIO, PORT, 4, 0));
	EXPECT_EQ(-EBADF, ioevent_assign(&vm, -1, PIO, PORT, 4, 0));
	EXPECT_EQ(-EINVAL, ioevent_assign(&vm, vm.fd, PIO, PORT, 4, 0));
	/* The arguments come first. */
	EXPECT_EQ(-EINVAL, ioevent_assign(&vm, -1, PIO, PORT, 3, 0));
	EXPECT_EQ(-EFAULT, dev_ioctl_value(vm.fd, KVM_IOEVENTFD, 1));

	EXPECT_EQ(-EINVAL, ioevent_assign(&vm, fd, MMIO, -8ull, 8, 0));
	EXPECT_EQ(0, ioevent_assign(&vm, fd, MMIO, -9ull, 8, 0));
	/* No port has such a number, and nobody minds. */
	EXPECT_EQ(0, ioevent_assign(&vm, fd, PIO, 1ull << 40, 4, 0));
}

/* Arguments are not looked at to deassign: there is just no such eventfd. */
TEST(arguments_to_deassign)
{
	struct vm vm;
	int fd;

	vm_create(&vm);
	fd = ioevent_new();
	EXPECT_EQ(-ENOENT, ioevent_deassign(&vm, fd, PIO, PORT, 3, 0));
	EXPECT_EQ(-ENOENT, ioevent_deassign(&vm, fd, 1u << 31, PORT, 4, 0));
	EXPECT_EQ(-EBADF, ioevent_deassign(&vm, -1, PIO, PORT, 4, 0));
	EXPECT_EQ(-EINVAL, ioevent_deassign(&vm, vm.fd, PIO, PORT, 4, 0));
}

TEST(one_write_signals_one_eventfd)
{
	struct vm vm;
	int a, b;

	vm_create(&vm);
	a = ioevent_new();
	b = ioevent_new();
	ASSERT_EQ(0, ioevent_assign(&vm, a, PIO_MATCH, PORT, 4, 1));
	EXPECT_EQ(-EEXIST, ioevent_assign(&vm, a, PIO_MATCH, PORT, 4, 1));
	EXPECT_EQ(-EEXIST, ioevent_assign(&vm, b, PIO_MATCH, PORT, 4, 1));
	EXPECT_EQ(-EEXIST, ioevent_assign(&vm, b, PIO, PORT, 4, 0));
	EXPECT_EQ(-EEXIST, ioevent_assign(&vm, b, PIO, PORT, 0, 0));
	EXPECT_EQ(0, ioevent_assign(&vm, b, PIO_MATCH, PORT, 4, 2));
	EXPECT_EQ(0, ioevent_assign(&vm, b, PIO, PORT, 2, 0));
	EXPECT_EQ(-EEXIST, ioevent_assign(&vm, b, PIO_MATCH, PORT, 2, 5));
	EXPECT_EQ(0, ioevent_assign(&vm, b, PIO, PORT + 1, 0, 0));
	EXPECT_EQ(-EEXIST, ioevent_assign(&vm, a, PIO, PORT + 1, 1, 0));
	/* Memory is elsewhere. */
	EXPECT_EQ(0, ioevent_assign(&vm, b, MMIO, PORT, 4, 0));
}

TEST(deassign_names_it_exactly)
{
	struct machine machine;
	struct vm *vm = &machine.vm;
	int fd = ioevent_new(), other = ioevent_new();

	machine_start(&machine, guest_out);
	ASSERT_EQ(0, ioevent_assign(vm, fd, PIO_MATCH, PORT, 4, 7));
	EXPECT_EQ(-ENOENT, ioevent_deassign(vm, fd, PIO_MATCH, PORT, 4, 8));
	EXPECT_EQ(-ENOENT, ioevent_deassign(vm, fd, PIO, PORT, 4, 7));
	EXPECT_EQ(-ENOENT, ioevent_deassign(vm, fd, MMIO_MATCH, PORT, 4, 7));
	EXPECT_EQ(-ENOENT, ioevent_deassign(vm, fd, PIO_MATCH, PORT, 2, 7));
	EXPECT_EQ(-ENOENT, ioevent_deassign(vm, fd, PIO_MATCH, PORT + 1, 4, 7));
	EXPECT_EQ(-ENOENT, ioevent_deassign(vm, other, PIO_MATCH, PORT, 4, 7));
	EXPECT_EQ(0, ioevent_deassign(vm, fd, PIO_MATCH, PORT, 4, 7));
	EXPECT_EQ(-ENOENT, ioevent_deassign(vm, fd, PIO_MATCH, PORT, 4, 7));

	ASSERT_EXIT(&machine.vcpu, KVM_EXIT_IO);
	EXPECT_EQ(PORT, machine.vcpu.run->io.port);
	EXPECT_EQ(0, ioevent_take(fd));
}

/* Without the flag the data means nothing. */
TEST(data_without_the_flag)
{
	struct vm vm;
	int fd;

	vm_create(&vm);
	fd = ioevent_new();
	ASSERT_EQ(0, ioevent_assign(&vm, fd, PIO, PORT, 4, 7));
	EXPECT_EQ(0, ioevent_deassign(&vm, fd, PIO, PORT, 4, 8));
}

/* Another descriptor of the same eventfd is as good. */
TEST(outlives_its_descriptor)
{
	struct machine machine;
	int fd = ioevent_new(), copy = dup(fd);

	machine_start(&machine, guest_out);
	ASSERT_EQ(0, ioevent_assign(&machine.vm, fd, PIO, PORT, 4, 0));
	close(fd);
	ASSERT_DONE(&machine.vcpu);
	EXPECT_EQ(1, ioevent_take(copy));
	EXPECT_EQ(0, ioevent_deassign(&machine.vm, copy, PIO, PORT, 4, 0));
}

/* Found among many, whatever the order in which they came and went. */
TEST(many)
{
	struct machine machine;
	int fd = ioevent_new(), other = ioevent_new();

	machine_start(&machine, guest_out);
	for (uint32_t i = 0; i < MANY; i++)
		ASSERT_EQ(0, ioevent_assign(&machine.vm, other, PIO_MATCH,
					    i % 2 ? PORT - i : PORT + i,
					    4, i + 8));
	ASSERT_EQ(0, ioevent_assign(&machine.vm, fd, PIO_MATCH, PORT, 4, 7));
	for (uint32_t i = 0; i < MANY; i += 3)
		ASSERT_EQ(0, ioevent_deassign(&machine.vm, other, PIO_MATCH,
					      i % 2 ? PORT - i : PORT + i,
					      4, i + 8));
	ASSERT_DONE(&machine.vcpu);
	EXPECT_EQ(1, ioevent_take(fd));
	EXPECT_EQ(0, ioevent_take(other));
}

/* The VM's end lets go of it. */
TEST(outlives_the_vm)
{
	struct machine machine;
	int fd = ioevent_new();

	machine_start(&machine, guest_out);
	ASSERT_EQ(0, ioevent_assign(&machine.vm, fd, PIO, PORT, 4, 0));
	ASSERT_DONE(&machine.vcpu);
	machine_destroy(&machine);
	EXPECT_EQ(1, ioevent_take(fd));
	ASSERT_EQ(0, eventfd_write(fd, 5));
	EXPECT_EQ(5, ioevent_take(fd));
}

TEST_HARNESS_MAIN
