// SPDX-License-Identifier: GPL-2.0
/* Linux's 64-bit boot protocol (Documentation/x86/boot.rst in Linux). */
#include "boot.h"

#include <asm/bootparam.h>
#include <err.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "power.h"
#include "ram.h"

#define HEADER_OFFSET	0x1f1
#define HEADER_MAGIC	0x53726448	/* "HdrS" */
#define VERSION_64BIT	0x020c		/* the first with xloadflags */
#define SECTOR_SIZE	512ULL
#define ENTRY_64BIT	0x200
#define LOADER_OTHER	0xff		/* a boot loader without its own number */

#define PAGE_PRESENT	0x01
#define PAGE_WRITE	0x02
#define PAGE_LARGE	0x80
#define PAGE_ENTRIES	512
#define LARGE_SIZE	(2ULL << 20)
#define MAPPED_GIB	4ULL

/* The header as far as every bzImage has it; its true end is in .jump. */
static const struct setup_header *header_of(const struct image *kernel)
{
	return image_at(kernel, HEADER_OFFSET, sizeof(struct setup_header));
}

bool bzimage_detect(const struct image *kernel)
{
	const struct setup_header *header = header_of(kernel);

	return header && header->header == HEADER_MAGIC;
}

static void check_header(const struct image *kernel,
			 const struct setup_header *header)
{
	if (header->version < VERSION_64BIT)
		errx(STATUS_SETUP, "%s speaks version %u.%u of the boot protocol; 2.12 or later is needed",
		     kernel->path, header->version >> 8, header->version & 0xff);
	if (!(header->xloadflags & XLF_KERNEL_64))
		errx(STATUS_SETUP, "%s has no 64-bit entry point: is it a 32-bit kernel?",
		     kernel->path);
}

/* Maps the first 4 GiB to themselves, in pages of 2 MiB. */
static void place_page_tables(const struct ram *ram)
{
	const uint64_t flags = PAGE_PRESENT | PAGE_WRITE;
	uint64_t *pml4, *pdpt, *pd, i;

	pml4 = ram_at(ram, BOOT_PAGE_TABLES_GPA,
		      (2 + MAPPED_GIB) * RAM_PAGE_SIZE);
	pdpt = pml4 + PAGE_ENTRIES;
	pd = pdpt + PAGE_ENTRIES;
	pml4[0] = (BOOT_PAGE_TABLES_GPA + RAM_PAGE_SIZE) | flags;
	for (i = 0; i < MAPPED_GIB; i++)
		pdpt[i] = (BOOT_PAGE_TABLES_GPA + (2 + i) * RAM_PAGE_SIZE) |
			flags;
	for (i = 0; i < MAPPED_GIB * PAGE_ENTRIES; i++)
		pd[i] = i * LARGE_SIZE | flags | PAGE_LARGE;
}

static void set_memory_map(struct boot_params *params, const struct ram *ram)
{
	struct boot_range map[BOOT_MAX_RANGES];
	unsigned int i, count = boot_memory_map(ram, map);

	for (i = 0; i < count; i++)
		params->e820_table[i] = (struct boot_e820_entry){
			map[i].gpa, map[i].size, map[i].type };
	params->e820_entries = count;
}

/* The protected-mode part of the kernel. Returns its first byte's address. */
static uint64_t place_kernel(const struct ram *ram, const struct image *kernel,
			     const struct setup_header *header)
{
	uint64_t setup = ((header->setup_sects ? header->setup_sects : 4) + 1) *
		SECTOR_SIZE;
	uint64_t size = header->syssize * 16ULL;
	uint64_t gpa = header->relocatable_kernel ? header->pref_address :
		header->code32_start;

	/* The image's last paragraph may be cut short. */
	if (kernel->size > setup && size > kernel->size - setup &&
	    size - (kernel->size - setup) < 16)
		size = kernel->size - setup;
	if (!size || !image_at(kernel, setup, size))
		errx(STATUS_SETUP, "%s is truncated: %zu bytes, where its header promises %"
		     PRIu64, kernel->path, kernel->size, setup + size);
	image_place(kernel, setup, size, ram, gpa,
		    size > header->init_size ? size : header->init_size);
	return gpa;
}

static void place_params(const struct ram *ram, const struct boot_params *params)
{
	memcpy(ram_at(ram, BOOT_PARAMS_GPA, sizeof(*params)), params,
	       sizeof(*params));
	memcpy(ram_at(ram, BOOT_GDT_GPA, sizeof(boot_gdt64)), boot_gdt64,
	       sizeof(boot_gdt64));
	place_page_tables(ram);
}

void bzimage_load(const struct ram *ram, const struct image *kernel,
		  const struct boot_files *files, struct cpu_start *start)
{
	const struct setup_header *header = header_of(kernel);
	struct boot_params params = { 0 };
	uint64_t gpa;

	check_header(kernel, header);
	/* First: it needs memory above all that the others need. */
	gpa = place_kernel(ram, kernel, header);

	params.hdr = *header;
	params.hdr.type_of_loader = LOADER_OTHER;
	params.hdr.code32_start = gpa;
	boot_place_cmdline(ram, files->cmdline, header->cmdline_size);
	params.hdr.cmd_line_ptr = BOOT_CMDLINE_GPA;
	if (files->initrd) {
		struct image initrd;

		image_open(&initrd, files->initrd);
		params.hdr.ramdisk_image =
			boot_place_initrd(ram, &initrd, gpa + header->init_size,
					  header->initrd_addr_max + 1ULL);
		params.hdr.ramdisk_size = initrd.size;
	}
	set_memory_map(&params, ram);
	place_params(ram, &params);
	*start = (struct cpu_start){
		.mode = CPU_LONG, .rip = gpa + ENTRY_64BIT,
		.rsp = BOOT_STACK_GPA, .rsi = BOOT_PARAMS_GPA,
		.cr3 = BOOT_PAGE_TABLES_GPA, .gdt = BOOT_GDT_GPA,
	};
}
