// SPDX-License-Identifier: GPL-2.0
/* KVM_SET_NR_MMU_PAGES: a number that with EPT means nothing, and is kept. */
#include "test.h"

#define MIN_PAGES	64
/* One page of page tables for so many of memory, as KVM guesses. */
#define RATIO		50
#define GPA_BIG		0x100000000ull

static int bare_vm(void)
{
	int kvm = device_open();
	int vm = dev_ioctl_value(kvm, KVM_CREATE_VM, 0);

	if (vm < 0)
		die("KVM_CREATE_VM");
	return vm;
}

static int get(int vm)
{
	return dev_ioctl_value(vm, KVM_GET_NR_MMU_PAGES, 0);
}

static int set(int vm, unsigned long pages)
{
	return dev_ioctl_value(vm, KVM_SET_NR_MMU_PAGES, pages);
}

TEST(arguments)
{
	int kvm = device_open(), vm = bare_vm();

	EXPECT_EQ(1, dev_ioctl_value(kvm, KVM_CHECK_EXTENSION,
				     KVM_CAP_MMU_SHADOW_CACHE_CONTROL));
	EXPECT_EQ(-EINVAL, set(vm, 0));
	EXPECT_EQ(-EINVAL, set(vm, MIN_PAGES - 1));
	EXPECT_EQ(0, set(vm, MIN_PAGES));
	EXPECT_EQ(0, set(vm, 1000000));
	EXPECT_EQ(0, set(vm, 1ul << 40));
	EXPECT_EQ(0, set(vm, MIN_PAGES));
}

TEST(what_was_set_is_kept)
{
	struct machine machine;
	int vm = bare_vm();

	EXPECT_EQ(0, get(vm));
	EXPECT_EQ(0, set(vm, MIN_PAGES));
	EXPECT_EQ(MIN_PAGES, get(vm));
	EXPECT_EQ(-EINVAL, set(vm, 1));
	EXPECT_EQ(MIN_PAGES, get(vm));
	/* The answer has 32 bits. */
	EXPECT_EQ(0, set(vm, (7ul << 32) + 4711));
	EXPECT_EQ(4711, get(vm));

	machine_create(&machine);
	EXPECT_EQ(0, set(machine.vm.fd, 100));
	ASSERT_EQ(0, vm_set_slot(&machine.vm, SLOT_FREE, 0, GPA_BIG, 1ull << 30,
				 anonymous_memory(1ull << 30)));
	EXPECT_EQ(100, get(machine.vm.fd));
}

TEST(otherwise_it_follows_the_slots)
{
	uint64_t size = 1ull << 30;
	void *memory = anonymous_memory(size);
	struct vm vm = { .fd = bare_vm() };

	EXPECT_EQ(0, get(vm.fd));
	ASSERT_EQ(0, vm_set_slot(&vm, 0, 0, 0, PAGE_SIZE, memory));
	EXPECT_EQ(MIN_PAGES, get(vm.fd));
	ASSERT_EQ(0, vm_set_slot(&vm, 1, 0, GPA_BIG, size, memory));
	EXPECT_EQ((size / PAGE_SIZE + 1) / RATIO, get(vm.fd));
	ASSERT_EQ(0, vm_set_slot(&vm, 1, 0, 2 * GPA_BIG, size, memory));
	EXPECT_EQ((size / PAGE_SIZE + 1) / RATIO, get(vm.fd));
	ASSERT_EQ(0, vm_set_slot(&vm, 1, 0, 0, 0, NULL));
	EXPECT_EQ(MIN_PAGES, get(vm.fd));
	ASSERT_EQ(0, vm_set_slot(&vm, 0, 0, 0, 0, NULL));
	EXPECT_EQ(MIN_PAGES, get(vm.fd));
}

TEST_HARNESS_MAIN
