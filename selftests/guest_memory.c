// SPDX-License-Identifier: GPL-2.0
/*
 * Guest memory is ordinary memory of the process: what the process does to it
 * the guest sees, also while it runs, and only what is used takes space.
 */
#define _GNU_SOURCE
#include "test.h"

#define GPA_A		0x20000000ull
#define SIZE_2M		0x200000ull
#define SIZE		(2 * SIZE_2M)
#define OVERCOMMIT	(4ull << 30)

static volatile uint64_t address;

static void guest_reads(void)
{
	for (;;)
		guest_sync(*(volatile uint32_t *)address);
}

static void guest_writes(void)
{
	for (uint32_t value = 1;; value++) {
		*(volatile uint32_t *)address = value;
		guest_sync(value);
	}
}

FIXTURE(memory) {
	struct machine machine;
	struct vm *vm;
	struct vcpu *vcpu;
	uint8_t *host;
};

/* A slot of which host and guest addresses are aligned to 2 MiB. */
FIXTURE_SETUP(memory)
{
	uint8_t *area = anonymous_memory(SIZE + SIZE_2M);

	self->host = (uint8_t *)(((uint64_t)area + SIZE_2M - 1) & -SIZE_2M);
	machine_create(&self->machine);
	self->vm = &self->machine.vm;
	self->vcpu = &self->machine.vcpu;
	if (vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, SIZE, self->host))
		die("memory slot");
	address = GPA_A;
}

FIXTURE_TEARDOWN(memory)
{
	machine_destroy(&self->machine);
}

TEST_F(memory, dontneed_gives_zeros)
{
	vcpu_start(self->vcpu, guest_reads);
	*(uint32_t *)self->host = 0xa;
	ASSERT_SYNC(self->vcpu, 0xa);
	ASSERT_EQ(0, madvise(self->host, PAGE_SIZE, MADV_DONTNEED));
	ASSERT_SYNC(self->vcpu, 0);
	*(uint32_t *)self->host = 0xb;
	ASSERT_SYNC(self->vcpu, 0xb);
}

/* A page that the guest read before anybody wrote is not stuck at zero. */
TEST_F(memory, read_then_written)
{
	vcpu_start(self->vcpu, guest_reads);
	ASSERT_SYNC(self->vcpu, 0);
	*(uint32_t *)self->host = 0xc;
	ASSERT_SYNC(self->vcpu, 0xc);
}

TEST_F(memory, read_then_written_by_the_guest)
{
	vcpu_start(self->vcpu, guest_reads);
	ASSERT_SYNC(self->vcpu, 0);
	vcpu_start(self->vcpu, guest_writes);
	ASSERT_SYNC(self->vcpu, 1);
	EXPECT_EQ(1, *(uint32_t *)self->host);
}

TEST_F(memory, unmapped_and_mapped_again)
{
	vcpu_start(self->vcpu, guest_reads);
	*(uint32_t *)self->host = 0xa;
	ASSERT_SYNC(self->vcpu, 0xa);
	ASSERT_EQ(0, munmap(self->host, SIZE));
	ASSERT_EQ(-EFAULT, vcpu_run(self->vcpu));
	ASSERT_EQ(self->host, mmap(self->host, SIZE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	ASSERT_SYNC(self->vcpu, 0);
}

TEST_F(memory, moved_elsewhere_by_mremap)
{
	uint8_t *elsewhere = anonymous_memory(SIZE);

	vcpu_start(self->vcpu, guest_reads);
	*(uint32_t *)self->host = 0xa;
	ASSERT_SYNC(self->vcpu, 0xa);
	ASSERT_EQ(elsewhere, mremap(self->host, SIZE, SIZE,
				    MREMAP_MAYMOVE | MREMAP_FIXED, elsewhere));
	/* the slot names the old address, where nothing is now */
	ASSERT_EQ(-EFAULT, vcpu_run(self->vcpu));
	EXPECT_EQ(0xa, *(uint32_t *)elsewhere);
}

TEST_F(memory, replaced_by_mremap)
{
	uint8_t *other = anonymous_memory(SIZE);

	*(uint32_t *)other = 0xb;
	*(uint32_t *)self->host = 0xa;
	vcpu_start(self->vcpu, guest_reads);
	ASSERT_SYNC(self->vcpu, 0xa);
	ASSERT_EQ(self->host, mremap(other, SIZE, SIZE,
				     MREMAP_MAYMOVE | MREMAP_FIXED, self->host));
	ASSERT_SYNC(self->vcpu, 0xb);
}

/* After fork() the guest goes on with the parent's pages, not the child's. */
TEST_F(memory, fork_copies_on_write)
{
	int to_child[2], to_parent[2], status;
	uint32_t seen;
	pid_t child;
	char byte = 0;

	vcpu_start(self->vcpu, guest_writes);
	ASSERT_SYNC(self->vcpu, 1);
	ASSERT_EQ(0, pipe(to_child));
	ASSERT_EQ(0, pipe(to_parent));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		if (read(to_child[0], &byte, 1) != 1)
			_exit(1);
		seen = *(uint32_t *)self->host;
		_exit(write(to_parent[1], &seen, 4) != 4);
	}
	ASSERT_SYNC(self->vcpu, 2);
	EXPECT_EQ(2, *(uint32_t *)self->host);
	ASSERT_EQ(1, write(to_child[1], &byte, 1));
	ASSERT_EQ(4, read(to_parent[0], &seen, 4));
	EXPECT_EQ(1, seen);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

/* Without write permission of the process the guest cannot write either. */
TEST_F(memory, mprotect)
{
	vcpu_start(self->vcpu, guest_writes);
	ASSERT_SYNC(self->vcpu, 1);
	ASSERT_EQ(0, mprotect(self->host, PAGE_SIZE, PROT_READ));
	ASSERT_EQ(-EFAULT, vcpu_run(self->vcpu));
	EXPECT_EQ(1, *(uint32_t *)self->host);
	ASSERT_EQ(0, mprotect(self->host, PAGE_SIZE, PROT_READ | PROT_WRITE));
	ASSERT_SYNC(self->vcpu, 2);
	EXPECT_EQ(2, *(uint32_t *)self->host);
}

/* A huge page works, is split under the guest, and becomes one again. */
TEST_F(memory, huge_pages)
{
	if (madvise(self->host, SIZE, MADV_HUGEPAGE))
		SKIP(return, "no transparent huge pages");
	self->host[0] = 0xa;
	vcpu_start(self->vcpu, guest_reads);
	ASSERT_SYNC(self->vcpu, 0xa);
	*(uint32_t *)(self->host + 5 * PAGE_SIZE) = 0xb;
	address = GPA_A + 5 * PAGE_SIZE;
	ASSERT_SYNC(self->vcpu, 0xb);
	/* part of it goes away: the rest stays */
	ASSERT_EQ(0, madvise(self->host + 5 * PAGE_SIZE, PAGE_SIZE,
			     MADV_DONTNEED));
	ASSERT_SYNC(self->vcpu, 0);
	address = GPA_A;
	ASSERT_SYNC(self->vcpu, 0xa);
	ASSERT_EQ(0, munmap(self->host + 6 * PAGE_SIZE, PAGE_SIZE));
	ASSERT_SYNC(self->vcpu, 0xa);
	address = GPA_A + 6 * PAGE_SIZE;
	ASSERT_EQ(-EFAULT, vcpu_run(self->vcpu));
}

/* A slot of a huge page's size, but displaced against it. */
TEST_F(memory, huge_pages_out_of_step)
{
	if (madvise(self->host, SIZE, MADV_HUGEPAGE))
		SKIP(return, "no transparent huge pages");
	ASSERT_EQ(0, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, 0, self->host));
	ASSERT_EQ(0, vm_set_slot(self->vm, SLOT_FREE, 0, GPA_A, SIZE_2M,
				 self->host + PAGE_SIZE));
	*(uint32_t *)(self->host + PAGE_SIZE) = 0xa;
	*(uint32_t *)(self->host + SIZE_2M) = 0xb;
	vcpu_start(self->vcpu, guest_reads);
	ASSERT_SYNC(self->vcpu, 0xa);
	address = GPA_A + SIZE_2M - PAGE_SIZE;
	ASSERT_SYNC(self->vcpu, 0xb);
	address = GPA_A + SIZE_2M;
	ASSERT_MMIO_READ(self->vcpu, GPA_A + SIZE_2M, 4, 0xc);
}

/* More memory than the machine has: only what is touched is there. */
static void guest_touches_far_apart(void)
{
	volatile uint32_t *view = (void *)0x3f000000ull;
	uint64_t *entry = (void *)(GPA_TABLES + (0x3f000000ull >> 12 & 511) * 8);

	for (uint64_t i = 1; i <= 4; i++) {
		*entry = ((i << 30) + 0x12345000) | PTE_PRESENT | PTE_WRITE;
		asm volatile("invlpg (%0)" : : "r"(view) : "memory");
		GUEST_CHECK(*view == 0);
		*view = i;
	}
	guest_done();
}

TEST_F(memory, overcommitted)
{
	uint8_t *huge = anonymous_memory(OVERCOMMIT);

	ASSERT_EQ(0, vm_set_slot(self->vm, SLOT_FREE + 1, 0, 1ull << 30,
				 OVERCOMMIT, huge));
	vm_map(self->vm, 0x3f000000ull, 0, 0);
	vcpu_start(self->vcpu, guest_touches_far_apart);
	ASSERT_DONE(self->vcpu);
	for (uint32_t i = 1; i <= 4; i++)
		EXPECT_EQ(i, *(uint32_t *)(huge + ((i - 1ull) << 30) +
					   0x12345000));
}

/* What the guest wrote survives being taken out of the page tables. */
TEST_F(memory, paged_out)
{
	vcpu_start(self->vcpu, guest_writes);
	ASSERT_SYNC(self->vcpu, 1);
	madvise(self->host, PAGE_SIZE, MADV_PAGEOUT);
	EXPECT_EQ(1, *(uint32_t *)self->host);
	ASSERT_SYNC(self->vcpu, 2);
	EXPECT_EQ(2, *(uint32_t *)self->host);
}

TEST_HARNESS_MAIN
