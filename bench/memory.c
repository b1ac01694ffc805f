// SPDX-License-Identifier: GPL-2.0
/* Rows of memory that the guest touches for the first time. */
#include "bench.h"

/* Inside of the first GiB, which is mapped, and above everything else. */
#define GPA_FRESH	0x20000000ull
#define LARGE_PAGE	(2ull << 20)

static uint64_t stride;
static int touched;

static void guest_touches(void)
{
	for (int i = 0; i < touched; i++) {
		volatile uint8_t *page = (void *)(GPA_FRESH + i * stride);
		uint64_t start = rdtsc();

		*page = 1;
		samples[i] = rdtsc() - start;
	}
	guest_done();
}

static uint8_t *aligned_memory(size_t size)
{
	uint64_t memory = (uint64_t)anonymous_memory(size + LARGE_PAGE);

	return (uint8_t *)((memory + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1));
}

/* Without @populated the host has no page there either. */
static int measure_fresh(const struct row *row, uint64_t page, int advice,
			 bool populated)
{
	struct machine machine;
	uint8_t *memory;
	size_t size;

	touched = page == LARGE_PAGE ? 8 : MAX_SAMPLES;
	stride = page;
	size = touched * page;
	memory = aligned_memory(size);
	if (madvise(memory, size, advice))
		return ABSENT;
	if (populated)
		for (size_t at = 0; at < size; at += PAGE_SIZE)
			((volatile uint8_t *)memory)[at] = 1;

	machine_start(&machine, row->guest);
	if (vm_set_slot(&machine.vm, SLOT_FREE, 0, GPA_FRESH, size, memory))
		die("memory slot");
	expect_exit(&machine.vcpu, KVM_EXIT_IO);
	machine_destroy(&machine);
	munmap(memory, size);
	return touched;
}

static int small_fresh(const struct row *row)
{
	return measure_fresh(row, PAGE_SIZE, MADV_NOHUGEPAGE, false);
}

static int small_populated(const struct row *row)
{
	return measure_fresh(row, PAGE_SIZE, MADV_NOHUGEPAGE, true);
}

static int large_fresh(const struct row *row)
{
	return measure_fresh(row, LARGE_PAGE, MADV_HUGEPAGE, false);
}

static int large_populated(const struct row *row)
{
	return measure_fresh(row, LARGE_PAGE, MADV_HUGEPAGE, true);
}

#define MEMORY_ROW(text, function)					\
	{ .name = text, .unit = "ticks", .measure = function,		\
	  .guest = guest_touches }

const struct row memory_rows[] = {
	MEMORY_ROW("EPT violation, 4 KiB", small_populated),
	MEMORY_ROW("EPT violation, 2 MiB", large_populated),
	MEMORY_ROW("EPT violation, 4 KiB new to the host", small_fresh),
	MEMORY_ROW("EPT violation, 2 MiB new to the host", large_fresh),
	{ .name = NULL },
};
