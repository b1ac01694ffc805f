// SPDX-License-Identifier: GPL-2.0
/* Putting a guest into its memory: what all boot protocols share. */
#include "boot.h"

#include <err.h>
#include <inttypes.h>
#include <string.h>

#include "power.h"
#include "ram.h"

/* A flat binary starts where, and as, a PC's firmware starts a boot sector. */
#define FLAT_GPA	0x7c00
#define FLAT_END	0x9fc00

/* The end of what a PC's firmware leaves of the first 640 KiB. */
#define BASE_END	0x9fc00ULL
#define FIRMWARE_START	0xf0000ULL
#define MIB		0x100000ULL

unsigned int boot_memory_map(const struct ram *ram,
			     struct boot_range map[BOOT_MAX_RANGES])
{
	struct ram_range ranges[RAM_MAX_RANGES];
	unsigned int i, used = 0, count = ram_ranges(ram, ranges);
	uint64_t low = ranges[0].size;

	map[used++] = (struct boot_range){ 0, low < BASE_END ? low : BASE_END,
					   BOOT_RANGE_RAM };
	map[used++] = (struct boot_range){ FIRMWARE_START, MIB - FIRMWARE_START,
					   BOOT_RANGE_RESERVED };
	if (low > MIB)
		map[used++] = (struct boot_range){ MIB, low - MIB,
						   BOOT_RANGE_RAM };
	for (i = 1; i < count; i++)
		map[used++] = (struct boot_range){ ranges[i].gpa, ranges[i].size,
						   BOOT_RANGE_RAM };
	return used;
}

void boot_place_cmdline(const struct ram *ram, const char *cmdline,
			uint64_t max)
{
	size_t len = strlen(cmdline);
	char *place;

	if (max >= BOOT_CMDLINE_MAX)
		max = BOOT_CMDLINE_MAX - 1;
	if (len > max)
		errx(STATUS_SETUP, "the command line has %zu bytes; this kernel takes %"
		     PRIu64, len, max);
	place = ram_at(ram, BOOT_CMDLINE_GPA, len + 1);
	if (!place)
		errx(STATUS_SETUP, "the guest's memory is too small for its command line; give it more (-m)");
	memcpy(place, cmdline, len + 1);
}

uint64_t boot_place_initrd(const struct ram *ram, const struct image *initrd,
			   uint64_t bottom, uint64_t top)
{
	struct ram_range ranges[RAM_MAX_RANGES];
	uint64_t gpa;

	ram_ranges(ram, ranges);
	if (top > ranges[0].size)
		top = ranges[0].size;
	gpa = (top - initrd->size) & -RAM_PAGE_SIZE;
	if (initrd->size > top || gpa < bottom)
		errx(STATUS_SETUP, "%s (%zu KiB) does not fit between the kernel's end (%"
		     PRIu64 " MiB) and %" PRIu64 " MiB; give the guest more memory (-m)",
		     initrd->path, initrd->size >> 10, bottom >> 20, top >> 20);
	image_place(initrd, 0, initrd->size, ram, gpa, initrd->size);
	return gpa;
}

static void load_flat(const struct ram *ram, const char *path,
		      struct cpu_start *start)
{
	struct image flat;

	image_open(&flat, path);
	if (flat.size > FLAT_END - FLAT_GPA)
		errx(STATUS_SETUP, "%s has %zu bytes; a flat binary must fit between %#x and %#x",
		     path, flat.size, FLAT_GPA, FLAT_END);
	image_place(&flat, 0, flat.size, ram, FLAT_GPA, flat.size);
	*start = (struct cpu_start){ .mode = CPU_REAL, .rip = FLAT_GPA,
				     .rsp = FLAT_GPA };
}

void boot_load(const struct ram *ram, const struct boot_files *files,
	       struct cpu_start *start)
{
	struct image kernel;

	if (files->flat) {
		load_flat(ram, files->flat, start);
		return;
	}
	image_open(&kernel, files->kernel);
	if (bzimage_detect(&kernel))
		bzimage_load(ram, &kernel, files, start);
	else if (pvh_detect(&kernel))
		pvh_load(ram, &kernel, files, start);
	else
		errx(STATUS_SETUP, "%s is neither a bzImage nor an ELF file; a flat binary is given without -k",
		     files->kernel);
}
