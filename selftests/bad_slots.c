// SPDX-License-Identifier: GPL-2.0
/* Memory slots and their log, with each argument wrong in turn. */
#include "test.h"
#include "trial.h"

/* ---- memory slots ---- */

#define SLOT(what, number, slot_flags, gpa, bytes, host)		\
	GIVEN(VM, KVM_SET_USER_MEMORY_REGION, what,			\
	      struct kvm_userspace_memory_region, .slot = number,	\
	      .flags = slot_flags, .guest_phys_addr = gpa,		\
	      .memory_size = bytes, .userspace_addr = host)

#define SIZE	0x10000ull

static const struct trial bad_slots[] = {
	SLOT("size of 1", FREE, 0, GPA_FREE, 1, HOST_FREE),
	SLOT("size not of pages", FREE, 0, GPA_FREE, SIZE + 8, HOST_FREE),
	SLOT("size of half a page", FREE, 0, GPA_FREE, 0x800, HOST_FREE),
	SLOT("size of 2^31 pages", FREE, 0, GPA_FREE, 1ull << 43, HOST_FREE),
	SLOT("size of 2^52", FREE, 0, GPA_FREE, 1ull << 52, HOST_FREE),
	SLOT("size of 2^63", FREE, 0, GPA_FREE, 1ull << 63, HOST_FREE),
	SLOT("size of all but a page", FREE, 0, GPA_FREE, -PAGE_SIZE, HOST_FREE),
	SLOT("deletion of what is not there", FREE, 0, GPA_FREE, 0, HOST_FREE),
	SLOT("address not of a page", FREE, 0, GPA_FREE + 1, SIZE, HOST_FREE),
	SLOT("address in the middle", FREE, 0, GPA_FREE + 0x800, SIZE, HOST_FREE),
	SLOT("address that wraps", FREE, 0, -SIZE, 2 * SIZE, HOST_FREE),
	SLOT("address at the end", FREE, 0, -SIZE, SIZE, HOST_FREE),
	SLOT("address of 2^52", FREE, 0, 1ull << 52, SIZE, HOST_FREE),
	SLOT("address of 2^52 less half", FREE, 0, (1ull << 52) - SIZE / 2, SIZE, HOST_FREE),
	SLOT("host address not of a page", FREE, 0, GPA_FREE, SIZE, HOST_FREE + 8),
	SLOT("host address without memory", FREE, 0, GPA_FREE, SIZE, NO_MEMORY),
	SLOT("that again, deleted", FREE, 0, GPA_FREE, 0, 0),
	SLOT("host address of the last page", FREE, 0, GPA_FREE, SIZE, LAST_USER),
	SLOT("host address of the kernel", FREE, 0, GPA_FREE, SIZE, KERNEL),
	SLOT("host address not canonical", FREE, 0, GPA_FREE, SIZE, NOT_CANONICAL),
	SLOT("host address that wraps", FREE, 0, GPA_FREE, SIZE, -PAGE_SIZE),
	SLOT("flag 2", FREE, 1u << 2, GPA_FREE, SIZE, HOST_FREE),
	SLOT("flag 3", FREE, 1u << 3, GPA_FREE, SIZE, HOST_FREE),
	SLOT("flag 16", FREE, 1u << 16, GPA_FREE, SIZE, HOST_FREE),
	SLOT("flag 31", FREE, 1u << 31, GPA_FREE, SIZE, HOST_FREE),
	SLOT("all flags", FREE, -1, GPA_FREE, SIZE, HOST_FREE),
	SLOT("number 32764", 32764, 0, GPA_FREE, SIZE, HOST_FREE),
	SLOT("number 32767", 32767, 0, GPA_FREE, SIZE, HOST_FREE),
	SLOT("number 65535", 0xffff, 0, GPA_FREE, SIZE, HOST_FREE),
	SLOT("address space 2", 2 << 16, 0, GPA_FREE, SIZE, HOST_FREE),
	SLOT("address space 65535", -1, 0, GPA_FREE, SIZE, HOST_FREE),
	SLOT("over RAM", FREE, 0, 0, SIZE, HOST_FREE),
	SLOT("over the end of RAM", FREE, 0, RAM_SIZE - PAGE_SIZE, SIZE, HOST_FREE),
	SLOT("over the start of another", FREE, 0, GPA_LOGGED - PAGE_SIZE, SIZE, HOST_FREE),
	SLOT("over the end of another", FREE, 0, GPA_LOGGED + LOGGED_SIZE - PAGE_SIZE,
	     SIZE, HOST_FREE),
	SLOT("in another", FREE, 0, GPA_LOGGED + PAGE_SIZE, SIZE, HOST_FREE),
	SLOT("around two others", FREE, 0, GPA_LOGGED - PAGE_SIZE, 0x20000000, HOST_FREE),
	SLOT("exactly another", FREE, 0, GPA_LOGGED, LOGGED_SIZE, HOST_FREE),
	SLOT("before another", FREE, 0, GPA_LOGGED - SIZE, SIZE, HOST_FREE),
	SLOT("moved over another", FREE, 0, GPA_LOGGED, SIZE, HOST_FREE),
	SLOT("moved to where it cannot be", FREE, 0, 1ull << 52, SIZE, HOST_FREE),
	SLOT("moved to its own middle", FREE, 0, GPA_LOGGED - SIZE - PAGE_SIZE, SIZE, HOST_FREE),
	SLOT("moved, unaligned", FREE, 0, GPA_LOGGED - SIZE - 8, SIZE, HOST_FREE),
	SLOT("made longer", FREE, 0, GPA_LOGGED - SIZE, SIZE + PAGE_SIZE, HOST_FREE),
	SLOT("made shorter", FREE, 0, GPA_LOGGED - SIZE, SIZE - PAGE_SIZE, HOST_FREE),
	SLOT("other host memory", FREE, 0, GPA_LOGGED - SIZE, SIZE, HOST_FREE + PAGE_SIZE),
	SLOT("made read-only", FREE, KVM_MEM_READONLY, GPA_LOGGED - SIZE, SIZE, HOST_FREE),
	SLOT("deleted, with an unknown flag", FREE, 1u << 5, 0, 0, 0),
	SLOT("deleted, unaligned", FREE, 0, 8, 0, 8),
	SLOT("deleted", FREE, 0, 0, 0, 0),
	SLOT("deleted again", FREE, 0, 0, 0, 0),
	SLOT("made writable", READONLY, 0, GPA_READONLY, READONLY_SIZE, HOST_READONLY),
	SLOT("read-only and logged", FREE, KVM_MEM_READONLY | KVM_MEM_LOG_DIRTY_PAGES,
	     GPA_FREE, SIZE, HOST_FREE),
	SLOT("that again, deleted", FREE, 0, 0, 0, 0),
};

TEST(slots)
{
	TRY_ALL(bad_slots);
}

/* ---- the dirty log ---- */

#define GET_LOG(what, number, bitmap)					\
	GIVEN(VM, KVM_GET_DIRTY_LOG, what, struct kvm_dirty_log,	\
	      .slot = number, .dirty_bitmap = (void *)(bitmap))

#define CLEAR_LOG(what, number, first, pages, bitmap)			\
	GIVEN(VM, KVM_CLEAR_DIRTY_LOG, what, struct kvm_clear_dirty_log,	\
	      .slot = number, .first_page = first, .num_pages = pages,	\
	      .dirty_bitmap = (void *)(bitmap))

static const struct trial bad_dirty_log[] = {
	GET_LOG("no such slot", FREE, HOST_BITMAP),
	GET_LOG("no log", READONLY, HOST_BITMAP),
	GET_LOG("number 32767", 32767, HOST_BITMAP),
	GET_LOG("number 65535", 0xffff, HOST_BITMAP),
	GET_LOG("address space 2", 2 << 16 | LOGGED, HOST_BITMAP),
	GET_LOG("address space 65535", 0xffff << 16 | LOGGED, HOST_BITMAP),
	GET_LOG("nowhere", LOGGED, 0),
	GET_LOG("no memory", LOGGED, NO_MEMORY),
	GET_LOG("half of it memory", LOGGED, NO_MEMORY - 8),
	GET_LOG("kernel", LOGGED, KERNEL),
	GET_LOG("not canonical", LOGGED, NOT_CANONICAL),
	GET_LOG("wraps", LOGGED, -8),
	GET_LOG("unaligned", LOGGED, HOST_BITMAP + 1),
	CLEAR_LOG("no such slot", FREE, 0, 64, HOST_BITMAP),
	CLEAR_LOG("no log", READONLY, 0, 16, HOST_BITMAP),
	CLEAR_LOG("number 32767", 32767, 0, 64, HOST_BITMAP),
	CLEAR_LOG("number 65535", 0xffff, 0, 64, HOST_BITMAP),
	CLEAR_LOG("address space 2", 2 << 16 | LOGGED, 0, 64, HOST_BITMAP),
	CLEAR_LOG("nothing", LOGGED, 0, 0, HOST_BITMAP),
	CLEAR_LOG("nothing, at the end", LOGGED, LOGGED_PAGES, 0, HOST_BITMAP),
	CLEAR_LOG("first page 1", LOGGED, 1, 64, HOST_BITMAP),
	CLEAR_LOG("first page 63", LOGGED, 63, 64, HOST_BITMAP),
	CLEAR_LOG("1 page", LOGGED, 0, 1, HOST_BITMAP),
	CLEAR_LOG("63 pages", LOGGED, 0, 63, HOST_BITMAP),
	CLEAR_LOG("up to the end", LOGGED, 64, LOGGED_PAGES - 64, HOST_BITMAP),
	CLEAR_LOG("one beyond the end", LOGGED, 64, LOGGED_PAGES - 63, HOST_BITMAP),
	CLEAR_LOG("64 beyond the end", LOGGED, 64, 64, HOST_BITMAP),
	CLEAR_LOG("first page beyond the end", LOGGED, 128, 64, HOST_BITMAP),
	CLEAR_LOG("first page 2^63", LOGGED, 1ull << 63, 64, HOST_BITMAP),
	CLEAR_LOG("a sum that wraps", LOGGED, -64ull, 128, HOST_BITMAP),
	CLEAR_LOG("2^32 - 1 pages", LOGGED, 0, -1, HOST_BITMAP),
	CLEAR_LOG("2^32 - 64 pages", LOGGED, 0, -64, HOST_BITMAP),
	CLEAR_LOG("nowhere", LOGGED, 0, 64, 0),
	CLEAR_LOG("no memory", LOGGED, 0, 64, NO_MEMORY),
	CLEAR_LOG("half of it memory", LOGGED, 0, LOGGED_PAGES, NO_MEMORY - 8),
	CLEAR_LOG("kernel", LOGGED, 0, 64, KERNEL),
	CLEAR_LOG("not canonical", LOGGED, 0, 64, NOT_CANONICAL),
	CLEAR_LOG("unaligned", LOGGED, 0, 64, HOST_BITMAP + 1),
};

TEST(dirty_log)
{
	TRY_ALL(bad_dirty_log);
}

TEST_HARNESS_MAIN
