// SPDX-License-Identifier: GPL-2.0
/* Xen's PVH boot protocol for ELF files, which Linux's vmlinux speaks. */
#include "boot.h"

#include <elf.h>
#include <err.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "power.h"
#include "ram.h"

#define NOTE_NAME		"Xen"
#define NOTE_PHYS32_ENTRY	18
#define START_MAGIC		0x336ec578
#define START_VERSION		1	/* the first with a memory map */

/* The ABI's structures (xen/include/public/arch-x86/hvm/start_info.h in Xen). */
struct start_info {
	uint32_t magic, version, flags, module_count;
	uint64_t modules, cmdline, rsdp;
	uint64_t map;
	uint32_t map_count, reserved;
};

struct start_module {
	uint64_t gpa, size, cmdline, reserved;
};

struct start_map_entry {
	uint64_t gpa, size;
	uint32_t type, reserved;
};

/* All of it, as it lies at BOOT_PVH_GPA. */
struct start {
	struct start_info info;
	struct start_module initrd;
	struct start_map_entry map[BOOT_MAX_RANGES];
};

bool pvh_detect(const struct image *kernel)
{
	const void *ident = image_at(kernel, 0, SELFMAG);

	return ident && !memcmp(ident, ELFMAG, SELFMAG);
}

static const Elf64_Ehdr *check_elf(const struct image *kernel)
{
	const Elf64_Ehdr *elf = image_at(kernel, 0, sizeof(*elf));

	if (!elf || elf->e_ident[EI_CLASS] != ELFCLASS64 ||
	    elf->e_ident[EI_DATA] != ELFDATA2LSB || elf->e_machine != EM_X86_64)
		errx(STATUS_SETUP, "%s is not an ELF file for 64-bit x86",
		     kernel->path);
	if (elf->e_phentsize != sizeof(Elf64_Phdr) || !elf->e_phnum)
		errx(STATUS_SETUP, "%s has no program headers: is it an object file?",
		     kernel->path);
	return elf;
}

static const Elf64_Phdr *segments_of(const struct image *kernel,
				     const Elf64_Ehdr *elf)
{
	const Elf64_Phdr *segments = image_at(kernel, elf->e_phoff,
					      elf->e_phnum * sizeof(*segments));

	if (!segments || elf->e_phoff % _Alignof(Elf64_Phdr))
		errx(STATUS_SETUP, "%s is truncated: its program headers are beyond its end",
		     kernel->path);
	return segments;
}

/* Looks for the entry point in one PT_NOTE segment; 0 if it is not there. */
static uint64_t entry_in_notes(const struct image *kernel,
			       const Elf64_Phdr *segment)
{
	uint64_t offset = segment->p_offset, end = offset + segment->p_filesz;
	const Elf64_Nhdr *note;

	for (; end >= offset && end - offset >= sizeof(*note);) {
		uint64_t name = offset + sizeof(*note), desc;
		const uint32_t *value;

		note = image_at(kernel, offset, sizeof(*note));
		if (!note || offset % 4)
			return 0;
		desc = name + ((note->n_namesz + 3ULL) & ~3ULL);
		offset = desc + ((note->n_descsz + 3ULL) & ~3ULL);
		value = image_at(kernel, desc, sizeof(*value));
		if (note->n_type == NOTE_PHYS32_ENTRY && value &&
		    note->n_namesz == sizeof(NOTE_NAME) &&
		    !memcmp(note + 1, NOTE_NAME, sizeof(NOTE_NAME)))
			return *value;
	}
	return 0;
}

static uint64_t find_entry(const struct image *kernel, const Elf64_Phdr *segment,
			   unsigned int count)
{
	uint64_t entry = 0;

	for (; count && !entry; count--, segment++)
		if (segment->p_type == PT_NOTE)
			entry = entry_in_notes(kernel, segment);
	if (!entry)
		errx(STATUS_SETUP, "%s has no PVH note, so its entry point is unknown; for Linux, set CONFIG_PVH or boot the bzImage",
		     kernel->path);
	return entry;
}

/* Returns the end of the highest segment. */
static uint64_t place_segments(const struct ram *ram, const struct image *kernel,
			       const Elf64_Phdr *segment, unsigned int count)
{
	uint64_t end = 0;

	for (; count; count--, segment++) {
		if (segment->p_type != PT_LOAD || !segment->p_memsz)
			continue;
		if (segment->p_filesz > segment->p_memsz ||
		    !image_at(kernel, segment->p_offset, segment->p_filesz))
			errx(STATUS_SETUP, "%s is truncated: a segment ends beyond its end",
			     kernel->path);
		image_place(kernel, segment->p_offset, segment->p_filesz, ram,
			    segment->p_paddr, segment->p_memsz);
		if (segment->p_paddr + segment->p_memsz > end)
			end = segment->p_paddr + segment->p_memsz;
	}
	if (!end)
		errx(STATUS_SETUP, "%s has nothing to load", kernel->path);
	return end;
}

static void place_start(const struct ram *ram, struct start *start)
{
	struct boot_range map[BOOT_MAX_RANGES];
	unsigned int i, count = boot_memory_map(ram, map);
	void *place = ram_at(ram, BOOT_PVH_GPA, sizeof(*start));

	for (i = 0; i < count; i++)
		start->map[i] = (struct start_map_entry){
			map[i].gpa, map[i].size, map[i].type, 0 };
	start->info.magic = START_MAGIC;
	start->info.version = START_VERSION;
	start->info.cmdline = BOOT_CMDLINE_GPA;
	start->info.map = BOOT_PVH_GPA + offsetof(struct start, map);
	start->info.map_count = count;
	memcpy(place, start, sizeof(*start));
	memcpy(ram_at(ram, BOOT_GDT_GPA, sizeof(boot_gdt32)), boot_gdt32,
	       sizeof(boot_gdt32));
}

void pvh_load(const struct ram *ram, const struct image *kernel,
	      const struct boot_files *files, struct cpu_start *cpu)
{
	const Elf64_Ehdr *elf = check_elf(kernel);
	const Elf64_Phdr *segments = segments_of(kernel, elf);
	uint64_t entry = find_entry(kernel, segments, elf->e_phnum);
	uint64_t end = place_segments(ram, kernel, segments, elf->e_phnum);
	struct start start = { 0 };

	boot_place_cmdline(ram, files->cmdline, BOOT_CMDLINE_MAX - 1);
	if (files->initrd) {
		struct image initrd;

		image_open(&initrd, files->initrd);
		start.initrd.gpa = boot_place_initrd(ram, &initrd, end,
						     RAM_HOLE_START);
		start.initrd.size = initrd.size;
		start.info.modules = BOOT_PVH_GPA +
			offsetof(struct start, initrd);
		start.info.module_count = 1;
	}
	place_start(ram, &start);
	*cpu = (struct cpu_start){
		.mode = CPU_PROTECTED, .rip = entry, .rsp = BOOT_STACK_GPA,
		.rbx = BOOT_PVH_GPA, .gdt = BOOT_GDT_GPA,
	};
}
