/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_BOOT_H
#define MINIVMM_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#include "image.h"
#include "vcpu.h"

struct ram;

/* Where a boot protocol's data lies: in the first 640 KiB, out of the way. */
#define BOOT_GDT_GPA		0x500
#define BOOT_PVH_GPA		0x6000
#define BOOT_PARAMS_GPA		0x7000
#define BOOT_STACK_GPA		0x9000		/* its end */
#define BOOT_PAGE_TABLES_GPA	0x9000
#define BOOT_CMDLINE_GPA	0x20000
#define BOOT_CMDLINE_MAX	0x10000

/* What the user wants to boot; the unused is NULL. */
struct boot_files {
	const char *kernel;	/* bzImage, or ELF with a PVH note */
	const char *initrd;
	const char *cmdline;
	const char *flat;	/* in place of all the others */
};

/* One entry of the memory map that a guest is given. */
struct boot_range {
	uint64_t gpa;
	uint64_t size;
	uint32_t type;
};

#define BOOT_RANGE_RAM		1
#define BOOT_RANGE_RESERVED	2
#define BOOT_MAX_RANGES		4

/**
 * boot_load() - put a guest into its memory
 * @ram:	the memory, still empty
 * @files:	what to boot
 * @start:	filled in: how its CPU starts
 *
 * Does not return when a file is not what it should be, or does not fit.
 */
void boot_load(const struct ram *ram, const struct boot_files *files,
	       struct cpu_start *start);

/**
 * boot_memory_map() - what is where, as a PC's firmware would tell
 * @ram:	the memory
 * @map:	filled in
 *
 * Return: the number of entries
 */
unsigned int boot_memory_map(const struct ram *ram,
			     struct boot_range map[BOOT_MAX_RANGES]);

/**
 * boot_place_cmdline() - put the command line at %BOOT_CMDLINE_GPA
 * @ram:	the memory
 * @cmdline:	the command line
 * @max:	the longest that the kernel takes, in bytes without the NUL
 */
void boot_place_cmdline(const struct ram *ram, const char *cmdline,
			uint64_t max);

/**
 * boot_place_initrd() - put the initrd as high as it may be
 * @ram:	the memory
 * @initrd:	the initrd
 * @bottom:	the end of the kernel
 * @top:	the first address that the kernel does not reach
 *
 * Return: its guest-physical address
 */
uint64_t boot_place_initrd(const struct ram *ram, const struct image *initrd,
			   uint64_t bottom, uint64_t top);

/**
 * bzimage_detect() - is this a Linux kernel image?
 * @kernel:	the file
 *
 * Return: true for anything that has the boot protocol's signature
 */
bool bzimage_detect(const struct image *kernel);

/**
 * bzimage_load() - load a bzImage by Linux's 64-bit boot protocol
 * @ram:	the memory
 * @kernel:	what bzimage_detect() has recognized
 * @files:	the initrd and command line
 * @start:	filled in
 */
void bzimage_load(const struct ram *ram, const struct image *kernel,
		  const struct boot_files *files, struct cpu_start *start);

/**
 * pvh_detect() - is this an ELF file?
 * @kernel:	the file
 *
 * Return: true for any ELF file
 */
bool pvh_detect(const struct image *kernel);

/**
 * pvh_load() - load a 64-bit ELF file by its PVH note
 * @ram:	the memory
 * @kernel:	what pvh_detect() has recognized
 * @files:	the initrd and command line
 * @start:	filled in
 */
void pvh_load(const struct ram *ram, const struct image *kernel,
	      const struct boot_files *files, struct cpu_start *start);

#endif
