/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_RAM_H
#define MINIVMM_RAM_H

#include <stdint.h>

/* A PC keeps the last GiB below 4 GiB for devices: RAM continues above it. */
#define RAM_HOLE_START	0xc0000000ULL
#define RAM_HOLE_END	0x100000000ULL
#define RAM_PAGE_SIZE	4096ULL

/* The guest's RAM: one host mapping, seen by the guest below and above the hole. */
struct ram {
	uint8_t *host;
	uint64_t size;		/* bytes */
};

/* One piece of RAM that is contiguous for the guest. */
struct ram_range {
	uint64_t gpa;
	uint64_t size;		/* bytes */
	uint8_t *host;
};

#define RAM_MAX_RANGES	2

/**
 * ram_create() - reserve the guest's RAM; pages are taken when first touched
 * @ram:	filled in
 * @size:	bytes, a multiple of %RAM_PAGE_SIZE
 *
 * Does not return when the host has no such address space.
 */
void ram_create(struct ram *ram, uint64_t size);

/**
 * ram_ranges() - what the guest sees of its RAM, in ascending order
 * @ram:	the RAM
 * @ranges:	filled in
 *
 * Return: the number of ranges, 1 or 2
 */
unsigned int ram_ranges(const struct ram *ram,
			struct ram_range ranges[RAM_MAX_RANGES]);

/**
 * ram_at() - the host's address of guest memory
 * @ram:	the RAM
 * @gpa:	guest-physical address
 * @len:	bytes
 *
 * Return: the address, or NULL unless all of it is RAM, contiguously
 */
void *ram_at(const struct ram *ram, uint64_t gpa, uint64_t len);

#endif
