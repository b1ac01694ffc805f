// SPDX-License-Identifier: GPL-2.0
/* The guest's RAM. */
#include "ram.h"

#include <err.h>
#include <inttypes.h>
#include <stddef.h>
#include <sys/mman.h>

#include "power.h"

#define HUGE_PAGE_SIZE	(2ULL << 20)

void ram_create(struct ram *ram, uint64_t size)
{
	uintptr_t map;
	void *host;

	/*
	 * MAP_NORESERVE: a guest may have more RAM than the host, as long as
	 * it does not touch all of it.
	 */
	host = size > UINT64_MAX - HUGE_PAGE_SIZE ? MAP_FAILED :
		mmap(NULL, size + HUGE_PAGE_SIZE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (host == MAP_FAILED)
		errx(STATUS_SETUP, "this host's address space has no room for %"
		     PRIu64 " MiB of guest memory; try a smaller -m", size >> 20);

	/* Large pages need the same alignment in both address spaces. */
	map = ((uintptr_t)host + HUGE_PAGE_SIZE - 1) & -HUGE_PAGE_SIZE;
	ram->host = (uint8_t *)map;
	ram->size = size;

	/* Only a hint, and a host without large pages works as well. */
	madvise(ram->host, size, MADV_HUGEPAGE);
}

unsigned int ram_ranges(const struct ram *ram,
			struct ram_range ranges[RAM_MAX_RANGES])
{
	uint64_t low = ram->size;

	if (low > RAM_HOLE_START)
		low = RAM_HOLE_START;
	ranges[0] = (struct ram_range){ 0, low, ram->host };
	if (low == ram->size)
		return 1;
	ranges[1] = (struct ram_range){ RAM_HOLE_END, ram->size - low,
					ram->host + low };
	return 2;
}

void *ram_at(const struct ram *ram, uint64_t gpa, uint64_t len)
{
	struct ram_range ranges[RAM_MAX_RANGES];
	unsigned int i, count = ram_ranges(ram, ranges);

	for (i = 0; i < count; i++) {
		uint64_t offset = gpa - ranges[i].gpa;

		if (gpa >= ranges[i].gpa && offset <= ranges[i].size &&
		    len <= ranges[i].size - offset)
			return ranges[i].host + offset;
	}
	return NULL;
}
