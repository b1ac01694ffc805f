// SPDX-License-Identifier: GPL-2.0
/* The log of written pages. */
#include "test.h"

#define LOG_SLOT	SLOT_FREE
#define LOG_GPA		0x8000000ull
#define LOG_PAGES	200
#define LOG_SIZE	(LOG_PAGES * PAGE_SIZE)
#define LOG_WORDS	4	/* 200 bits, rounded up */
#define BIT(n)		(1ull << ((n) % 64))

static uint64_t bitmap[LOG_WORDS + 1];

static int get_log(struct vm *vm, uint32_t slot)
{
	struct kvm_dirty_log log = { .slot = slot, .dirty_bitmap = bitmap };

	memset(bitmap, 0xa5, sizeof(bitmap));
	return dev_ioctl(vm->fd, KVM_GET_DIRTY_LOG, &log);
}

static int clear_log(struct vm *vm, uint32_t slot, uint64_t first,
		     uint32_t pages, void *bits)
{
	struct kvm_clear_dirty_log log = {
		.slot = slot, .first_page = first, .num_pages = pages,
		.dirty_bitmap = bits,
	};

	return dev_ioctl(vm->fd, KVM_CLEAR_DIRTY_LOG, &log);
}

static int enable_manual(struct vm *vm, uint64_t caps)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, .args = { caps },
	};

	return dev_ioctl(vm->fd, KVM_ENABLE_CAP, &cap);
}

static volatile uint32_t *page(unsigned int number)
{
	return (uint32_t *)(LOG_GPA + number * PAGE_SIZE);
}

/* Between the guest's pauses the test looks at the log. */
static void guest_touches_pages(void)
{
	(void)*page(1);
	guest_sync(0);
	*page(3) = 1;
	*page(130) = 1;
	*page(199) = 1;
	guest_sync(1);
	*page(3) = 2;
	*page(4) = 2;
	guest_sync(2);
	*page(3) = 3;
	guest_sync(3);
	guest_done();
}

static void start(struct machine *machine, uint32_t flags)
{
	machine_start(machine, guest_touches_pages);
	if (vm_set_slot(&machine->vm, LOG_SLOT, flags, LOG_GPA, LOG_SIZE,
			anonymous_memory(LOG_SIZE)))
		die("memory slot");
}

#define EXPECT_LOG(first, second, third, fourth) do {			\
	EXPECT_EQ((first), bitmap[0]);					\
	EXPECT_EQ((second), bitmap[1]);					\
	EXPECT_EQ((third), bitmap[2]);					\
	EXPECT_EQ((fourth), bitmap[3]);					\
	EXPECT_EQ(0xa5a5a5a5a5a5a5a5ull, bitmap[4]);			\
} while (0)

TEST(capability)
{
	EXPECT_EQ(KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE | KVM_DIRTY_LOG_INITIALLY_SET,
		  dev_ioctl_value(device_open(), KVM_CHECK_EXTENSION,
				  KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2));
}

TEST(what_was_written_since_the_last_look)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct vm *vm = &machine.vm;

	start(&machine, KVM_MEM_LOG_DIRTY_PAGES);
	ASSERT_SYNC(vcpu, 0);
	ASSERT_EQ(0, get_log(vm, LOG_SLOT));
	EXPECT_LOG(0, 0, 0, 0);
	ASSERT_SYNC(vcpu, 1);
	ASSERT_EQ(0, get_log(vm, LOG_SLOT));
	EXPECT_LOG(BIT(3), 0, BIT(130), BIT(199));
	ASSERT_SYNC(vcpu, 2);
	ASSERT_EQ(0, get_log(vm, LOG_SLOT));
	EXPECT_LOG(BIT(3) | BIT(4), 0, 0, 0);
	ASSERT_EQ(0, get_log(vm, LOG_SLOT));
	EXPECT_LOG(0, 0, 0, 0);
	ASSERT_SYNC(vcpu, 3);
	ASSERT_EQ(0, get_log(vm, LOG_SLOT));
	EXPECT_LOG(BIT(3), 0, 0, 0);
	ASSERT_DONE(vcpu);
}

TEST(logging_begins_and_ends_with_the_flag)
{
	struct kvm_userspace_memory_region region = {
		.slot = LOG_SLOT, .guest_phys_addr = LOG_GPA,
		.memory_size = LOG_SIZE,
	};
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct vm *vm = &machine.vm;

	machine_start(&machine, guest_touches_pages);
	region.userspace_addr = (uint64_t)anonymous_memory(LOG_SIZE);
	ASSERT_EQ(0, dev_ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region));
	ASSERT_SYNC(vcpu, 0);
	ASSERT_SYNC(vcpu, 1);
	EXPECT_EQ(-ENOENT, get_log(vm, LOG_SLOT));

	/* pages that were mapped writable before are logged, too */
	region.flags = KVM_MEM_LOG_DIRTY_PAGES;
	ASSERT_EQ(0, dev_ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region));
	ASSERT_SYNC(vcpu, 2);
	ASSERT_EQ(0, get_log(vm, LOG_SLOT));
	EXPECT_LOG(BIT(3) | BIT(4), 0, 0, 0);

	region.flags = 0;
	ASSERT_EQ(0, dev_ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region));
	EXPECT_EQ(-ENOENT, get_log(vm, LOG_SLOT));
	ASSERT_SYNC(vcpu, 3);
	ASSERT_DONE(vcpu);
}

TEST(manual_protection)
{
	uint64_t bits[LOG_WORDS] = { BIT(3) };
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct vm *vm = &machine.vm;

	start(&machine, 0);
	ASSERT_EQ(0, enable_manual(vm, KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE));
	ASSERT_EQ(0, vm_set_slot(vm, LOG_SLOT, 0, LOG_GPA, 0, NULL));
	ASSERT_EQ(0, vm_set_slot(vm, LOG_SLOT, KVM_MEM_LOG_DIRTY_PAGES, LOG_GPA,
				 LOG_SIZE, anonymous_memory(LOG_SIZE)));
	ASSERT_SYNC(vcpu, 0);
	ASSERT_SYNC(vcpu, 1);
	for (int look = 0; look < 2; look++) {
		ASSERT_EQ(0, get_log(vm, LOG_SLOT));
		EXPECT_LOG(BIT(3), 0, BIT(130), BIT(199));
	}
	ASSERT_EQ(0, clear_log(vm, LOG_SLOT, 0, LOG_PAGES, bits));
	ASSERT_EQ(0, get_log(vm, LOG_SLOT));
	EXPECT_LOG(0, 0, BIT(130), BIT(199));
	bits[0] = BIT(199);
	ASSERT_EQ(0, clear_log(vm, LOG_SLOT, 192, 8, bits));
	ASSERT_EQ(0, get_log(vm, LOG_SLOT));
	EXPECT_LOG(0, 0, BIT(130), 0);
	ASSERT_SYNC(vcpu, 2);
	ASSERT_EQ(0, get_log(vm, LOG_SLOT));
	EXPECT_LOG(BIT(3) | BIT(4), 0, BIT(130), 0);
}

TEST(initially_set)
{
	uint64_t all[LOG_WORDS] = { ~0ull, ~0ull, ~0ull, ~0ull };
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct vm *vm = &machine.vm;

	machine_start(&machine, guest_touches_pages);
	EXPECT_EQ(-EINVAL, enable_manual(vm, KVM_DIRTY_LOG_INITIALLY_SET));
	EXPECT_EQ(-EINVAL, enable_manual(vm, 4 | KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE));
	ASSERT_EQ(0, enable_manual(vm, KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE |
				       KVM_DIRTY_LOG_INITIALLY_SET));
	ASSERT_EQ(0, vm_set_slot(vm, LOG_SLOT, KVM_MEM_LOG_DIRTY_PAGES, LOG_GPA,
				 LOG_SIZE, anonymous_memory(LOG_SIZE)));
	ASSERT_SYNC(vcpu, 0);
	ASSERT_EQ(0, get_log(vm, LOG_SLOT));
	EXPECT_LOG(~0ull, ~0ull, ~0ull, 0xffull);
	ASSERT_EQ(0, clear_log(vm, LOG_SLOT, 0, LOG_PAGES, all));
	ASSERT_SYNC(vcpu, 1);
	ASSERT_EQ(0, get_log(vm, LOG_SLOT));
	EXPECT_LOG(BIT(3), 0, BIT(130), BIT(199));
}

/* More than one log of the CPU holds, and no multiple of it. */
#define MANY_PAGES	1300
#define MANY_SIZE	(MANY_PAGES * PAGE_SIZE)
#define MANY_WORDS	((MANY_PAGES + 63) / 64)

static void guest_touches_many_pages(void)
{
	for (int i = 0; i < MANY_PAGES; i++)
		(void)*page(i);
	guest_sync(0);
	for (int i = 0; i < MANY_PAGES; i += 2)
		*page(i) = 1;
	guest_sync(1);
	for (int i = MANY_PAGES - 1; i >= 0; i--)
		*page(i) = 2;
	guest_sync(2);
	guest_done();
}

/* How many of the slot's pages have another mark than @odd and @even say. */
static int wrong_marks(const uint64_t *marks, bool even, bool odd)
{
	int wrong = 0;

	for (int i = 0; i < MANY_PAGES; i++)
		wrong += !!(marks[i / 64] & BIT(i)) != (i % 2 ? odd : even);
	return wrong;
}

TEST(more_pages_than_the_cpu_notes)
{
	uint64_t marks[MANY_WORDS];
	struct kvm_dirty_log log = { .slot = LOG_SLOT, .dirty_bitmap = marks };
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct vm *vm = &machine.vm;
	uint32_t *memory = anonymous_memory(MANY_SIZE);

	/* there, so that reading maps it writable */
	memset(memory, 1, MANY_SIZE);
	machine_start(&machine, guest_touches_many_pages);
	ASSERT_EQ(0, vm_set_slot(vm, LOG_SLOT, KVM_MEM_LOG_DIRTY_PAGES, LOG_GPA,
				 MANY_SIZE, memory));
	ASSERT_SYNC(vcpu, 0);
	/* KVM counts what it maps writable as written, even if it is read */
	ASSERT_EQ(0, dev_ioctl(vm->fd, KVM_GET_DIRTY_LOG, &log));
	ASSERT_SYNC(vcpu, 1);
	ASSERT_EQ(0, dev_ioctl(vm->fd, KVM_GET_DIRTY_LOG, &log));
	EXPECT_EQ(0, wrong_marks(marks, true, false));
	ASSERT_SYNC(vcpu, 2);
	ASSERT_EQ(0, dev_ioctl(vm->fd, KVM_GET_DIRTY_LOG, &log));
	EXPECT_EQ(0, wrong_marks(marks, true, true));
	for (int i = 0; i < MANY_PAGES; i++)
		ASSERT_EQ(2, memory[i * PAGE_SIZE / sizeof(*memory)]);
	ASSERT_EQ(0, dev_ioctl(vm->fd, KVM_GET_DIRTY_LOG, &log));
	EXPECT_EQ(0, wrong_marks(marks, false, false));
	ASSERT_DONE(vcpu);
}

/* What a slot's pages were marked for does not come up in the slot after it. */
TEST(another_slot_starts_without_marks)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct vm *vm = &machine.vm;

	start(&machine, KVM_MEM_LOG_DIRTY_PAGES);
	ASSERT_SYNC(vcpu, 0);
	ASSERT_SYNC(vcpu, 1);
	ASSERT_EQ(0, vm_set_slot(vm, LOG_SLOT, 0, LOG_GPA, 0, NULL));
	ASSERT_EQ(0, vm_set_slot(vm, LOG_SLOT, KVM_MEM_LOG_DIRTY_PAGES, LOG_GPA,
				 LOG_SIZE, anonymous_memory(LOG_SIZE)));
	ASSERT_EQ(0, get_log(vm, LOG_SLOT));
	EXPECT_LOG(0, 0, 0, 0);
	ASSERT_SYNC(vcpu, 2);
	ASSERT_EQ(0, get_log(vm, LOG_SLOT));
	EXPECT_LOG(BIT(3) | BIT(4), 0, 0, 0);
}

/* The marks of a slot move with it. */
TEST(marks_move)
{
	struct kvm_userspace_memory_region region = {
		.slot = LOG_SLOT, .flags = KVM_MEM_LOG_DIRTY_PAGES,
		.guest_phys_addr = LOG_GPA, .memory_size = LOG_SIZE,
	};
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct vm *vm = &machine.vm;

	machine_start(&machine, guest_touches_pages);
	region.userspace_addr = (uint64_t)anonymous_memory(LOG_SIZE);
	ASSERT_EQ(0, dev_ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region));
	ASSERT_SYNC(vcpu, 0);
	ASSERT_SYNC(vcpu, 1);
	region.guest_phys_addr = LOG_GPA - LOG_SIZE;
	ASSERT_EQ(0, dev_ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region));
	ASSERT_EQ(0, get_log(vm, LOG_SLOT));
	EXPECT_LOG(BIT(3), 0, BIT(130), BIT(199));
	region.guest_phys_addr = LOG_GPA;
	ASSERT_EQ(0, dev_ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region));
	ASSERT_SYNC(vcpu, 2);
	ASSERT_EQ(0, get_log(vm, LOG_SLOT));
	EXPECT_LOG(BIT(3) | BIT(4), 0, 0, 0);
}

/* Two slots, so that the end of one log is not the end of the other. */
TEST(one_log_ends_another_goes_on)
{
	struct kvm_userspace_memory_region region = {
		.slot = LOG_SLOT + 1, .flags = KVM_MEM_LOG_DIRTY_PAGES,
		.guest_phys_addr = LOG_GPA + LOG_SIZE, .memory_size = LOG_SIZE,
	};
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct vm *vm = &machine.vm;

	start(&machine, KVM_MEM_LOG_DIRTY_PAGES);
	region.userspace_addr = (uint64_t)anonymous_memory(LOG_SIZE);
	ASSERT_EQ(0, dev_ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region));
	ASSERT_SYNC(vcpu, 0);
	region.flags = 0;
	ASSERT_EQ(0, dev_ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region));
	ASSERT_SYNC(vcpu, 1);
	ASSERT_EQ(0, get_log(vm, LOG_SLOT));
	EXPECT_LOG(BIT(3), 0, BIT(130), BIT(199));
	ASSERT_EQ(0, vm_set_slot(vm, LOG_SLOT + 1, 0, LOG_GPA + LOG_SIZE, 0, NULL));
	ASSERT_SYNC(vcpu, 2);
	ASSERT_EQ(0, get_log(vm, LOG_SLOT));
	EXPECT_LOG(BIT(3) | BIT(4), 0, 0, 0);
}

TEST(refusals)
{
	struct kvm_dirty_log nowhere = { .slot = LOG_SLOT };
	uint64_t bits[LOG_WORDS] = {};
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct vm *vm = &machine.vm;

	start(&machine, KVM_MEM_LOG_DIRTY_PAGES);
	ASSERT_SYNC(vcpu, 0);
	ASSERT_SYNC(vcpu, 1);
	EXPECT_EQ(-ENOENT, get_log(vm, LOG_SLOT + 1));
	EXPECT_EQ(-ENOENT, get_log(vm, SLOT_RAM));
	EXPECT_EQ(-EINVAL, get_log(vm, 0x7fff));
	EXPECT_EQ(-EINVAL, get_log(vm, 2 << 16));
	EXPECT_EQ(-EFAULT, dev_ioctl(vm->fd, KVM_GET_DIRTY_LOG, NULL));
	EXPECT_EQ(-EFAULT, dev_ioctl(vm->fd, KVM_CLEAR_DIRTY_LOG, NULL));

	EXPECT_EQ(-EINVAL, clear_log(vm, LOG_SLOT, 1, 64, bits));
	EXPECT_EQ(-EINVAL, clear_log(vm, LOG_SLOT, 0, 63, bits));
	EXPECT_EQ(-EINVAL, clear_log(vm, LOG_SLOT, 0, LOG_PAGES + 1, bits));
	EXPECT_EQ(-EINVAL, clear_log(vm, LOG_SLOT, 256, 0, bits));
	EXPECT_EQ(0, clear_log(vm, LOG_SLOT, 192, 0, bits));
	EXPECT_EQ(-EFAULT, clear_log(vm, LOG_SLOT, 0, LOG_PAGES, NULL));
	EXPECT_EQ(-ENOENT, clear_log(vm, SLOT_RAM, 0, 64, bits));
	EXPECT_EQ(-EINVAL, dev_ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION,
				     &(struct kvm_userspace_memory_region){
					     .slot = LOG_SLOT, .flags = 4 }));
	/* there is nowhere to copy it to */
	EXPECT_EQ(-EFAULT, dev_ioctl(vm->fd, KVM_GET_DIRTY_LOG, &nowhere));
}

TEST_HARNESS_MAIN
