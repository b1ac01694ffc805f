// SPDX-License-Identifier: GPL-2.0
/* Memory slots: made, moved, deleted, and what is refused. */
#include "test.h"

#define GPA_A	0x20000000ull
#define GPA_B	0x21000000ull
#define SIZE	0x10000ull
#define OTHER	(SLOT_FREE + 1)

static volatile uint64_t address;

/* Reads where the host says, until the host says where to stop. */
static void guest_reads(void)
{
	for (;;)
		guest_sync(*(volatile uint32_t *)address);
}

FIXTURE(slots) {
	struct machine machine;
	struct vm *vm;
	struct vcpu *vcpu;
	uint8_t *host;
};

FIXTURE_SETUP(slots)
{
	machine_start(&self->machine, guest_reads);
	self->vm = &self->machine.vm;
	self->vcpu = &self->machine.vcpu;
	self->host = anonymous_memory(2 * SIZE);
	*(uint32_t *)self->host = 0xa;
	*(uint32_t *)(self->host + SIZE) = 0xb;
}

FIXTURE_TEARDOWN(slots)
{
	machine_destroy(&self->machine);
}

TEST_F(slots, several)
{
	ASSERT_EQ(0, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, SIZE, self->host));
	ASSERT_EQ(0, vm_set_slot(self->vm, OTHER, 0, GPA_A + SIZE, SIZE,
				 self->host + SIZE));
	address = GPA_A;
	ASSERT_SYNC(self->vcpu, 0xa);
	address = GPA_A + SIZE;
	ASSERT_SYNC(self->vcpu, 0xb);
	address = GPA_A + 2 * SIZE;
	ASSERT_MMIO_READ(self->vcpu, GPA_A + 2 * SIZE, 4, 0xc);
	ASSERT_SYNC(self->vcpu, 0xc);
}

TEST_F(slots, two_views_of_one_memory)
{
	ASSERT_EQ(0, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, SIZE, self->host));
	ASSERT_EQ(0, vm_set_slot(self->vm, OTHER, 0, GPA_B, SIZE, self->host));
	address = GPA_A;
	ASSERT_SYNC(self->vcpu, 0xa);
	*(uint32_t *)self->host = 0xd;
	address = GPA_B;
	ASSERT_SYNC(self->vcpu, 0xd);
}

TEST_F(slots, delete)
{
	ASSERT_EQ(0, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, SIZE, self->host));
	address = GPA_A;
	ASSERT_SYNC(self->vcpu, 0xa);
	ASSERT_EQ(0, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, 0, self->host));
	ASSERT_MMIO_READ(self->vcpu, GPA_A, 4, 0x1234);
	ASSERT_SYNC(self->vcpu, 0x1234);
	/* and made again, with other memory behind it */
	ASSERT_EQ(0, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, SIZE,
				 self->host + SIZE));
	ASSERT_SYNC(self->vcpu, 0xb);
}

TEST_F(slots, delete_of_a_missing_one)
{
	EXPECT_EQ(-EINVAL, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, 0,
				       self->host));
}

TEST_F(slots, move)
{
	ASSERT_EQ(0, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, SIZE, self->host));
	address = GPA_A;
	ASSERT_SYNC(self->vcpu, 0xa);
	ASSERT_EQ(0, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_B, SIZE, self->host));
	ASSERT_MMIO_READ(self->vcpu, GPA_A, 4, 1);
	ASSERT_SYNC(self->vcpu, 1);
	address = GPA_B;
	ASSERT_SYNC(self->vcpu, 0xa);
	/* to an overlapping place */
	ASSERT_EQ(0, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_B + PAGE_SIZE, SIZE,
				 self->host));
	address = GPA_B + PAGE_SIZE;
	ASSERT_SYNC(self->vcpu, 0xa);
}

TEST_F(slots, overlap)
{
	ASSERT_EQ(0, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, SIZE, self->host));
	EXPECT_EQ(-EEXIST, vm_set_slot(self->vm, OTHER, 0, GPA_A, SIZE,
				       self->host));
	EXPECT_EQ(-EEXIST, vm_set_slot(self->vm, OTHER, 0, GPA_A + SIZE - PAGE_SIZE,
				       SIZE, self->host));
	EXPECT_EQ(-EEXIST, vm_set_slot(self->vm, OTHER, 0, GPA_A - PAGE_SIZE,
				       2 * PAGE_SIZE, self->host));
	EXPECT_EQ(-EEXIST, vm_set_slot(self->vm, OTHER, 0, 0, SIZE, self->host));
	ASSERT_EQ(0, vm_set_slot(self->vm, OTHER, 0, GPA_B, SIZE, self->host));
	EXPECT_EQ(-EEXIST, vm_set_slot(self->vm, OTHER, 0, GPA_A, SIZE,
				       self->host));
	/* what was there before a refusal is there after it */
	address = GPA_A;
	ASSERT_SYNC(self->vcpu, 0xa);
}

TEST_F(slots, changes_that_are_refused)
{
	ASSERT_EQ(0, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, SIZE, self->host));
	EXPECT_EQ(-EINVAL, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, 2 * SIZE,
				       self->host));
	EXPECT_EQ(-EINVAL, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, SIZE,
				       self->host + SIZE));
	EXPECT_EQ(-EINVAL, vm_set_slot(self->vm, SLOT_FREE, KVM_MEM_READONLY,
				       GPA_A, SIZE, self->host));
	EXPECT_EQ(0, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, SIZE, self->host));
	address = GPA_A;
	ASSERT_SYNC(self->vcpu, 0xa);
}

TEST_F(slots, numbers)
{
	int limit = dev_ioctl_value(self->vm->kvm, KVM_CHECK_EXTENSION,
				    KVM_CAP_NR_MEMSLOTS);

	ASSERT_LE(32, limit);
	EXPECT_EQ(0, vm_set_slot(self->vm, limit - 1, 0, GPA_A, SIZE, self->host));
	EXPECT_EQ(-EINVAL, vm_set_slot(self->vm, limit, 0, GPA_B, SIZE,
				       self->host));
	EXPECT_EQ(-EINVAL, vm_set_slot(self->vm, 0xffff, 0, GPA_B, SIZE,
				       self->host));
	/* the high half is the address space, for system management mode */
	EXPECT_EQ(-EINVAL, vm_set_slot(self->vm, 7 << 16 | SLOT_FREE, 0, GPA_B,
				       SIZE, self->host));
}

TEST_F(slots, alignment)
{
	EXPECT_EQ(-EINVAL, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A + 1, SIZE,
				       self->host));
	EXPECT_EQ(-EINVAL, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, SIZE + 1,
				       self->host));
	EXPECT_EQ(-EINVAL, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, 1,
				       self->host));
	EXPECT_EQ(-EINVAL, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, SIZE,
				       self->host + 8));
}

TEST_F(slots, ranges)
{
	void *kernel = (void *)0xffff800000000000ul;
	void *not_canonical = (void *)0x8000000000000000ul;

	EXPECT_EQ(-EINVAL, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, SIZE, kernel));
	EXPECT_EQ(-EINVAL, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, SIZE,
				       not_canonical));
	EXPECT_EQ(-EINVAL, vm_set_slot(self->vm, SLOT_FREE, 0, -SIZE, 2 * SIZE,
				       self->host));
	EXPECT_EQ(-EINVAL, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, 1ull << 47,
				       self->host));
	EXPECT_EQ(-EINVAL, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A,
				       -PAGE_SIZE, self->host));
}

TEST_F(slots, flags)
{
	EXPECT_EQ(-EINVAL, vm_set_slot(self->vm, SLOT_FREE, 1u << 31, GPA_A, SIZE,
				       self->host));
	EXPECT_EQ(-EINVAL, vm_set_slot(self->vm, SLOT_FREE, 1u << 4, GPA_A, SIZE,
				       self->host));
}

TEST_F(slots, structure_out_of_reach)
{
	EXPECT_EQ(-EFAULT, dev_ioctl(self->vm->fd, KVM_SET_USER_MEMORY_REGION,
				     NULL));
}

/* Nothing is mapped behind the slot: the access fails, the vCPU does not. */
TEST_F(slots, host_memory_missing)
{
	ASSERT_EQ(0, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, SIZE, self->host));
	munmap(self->host, PAGE_SIZE);
	address = GPA_A;
	ASSERT_EQ(-EFAULT, vcpu_run(self->vcpu));
	ASSERT_NE(MAP_FAILED, mmap(self->host, PAGE_SIZE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	*(uint32_t *)self->host = 0xe;
	ASSERT_SYNC(self->vcpu, 0xe);
}

TEST_HARNESS_MAIN
