/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_IMAGE_H
#define MINIVMM_IMAGE_H

#include <stddef.h>
#include <stdint.h>

struct ram;

/* A file that goes into the guest's memory. */
struct image {
	const char *path;
	const uint8_t *data;
	size_t size;		/* bytes, at least one */
};

/**
 * image_open() - map a file
 * @image:	filled in
 * @path:	the file
 *
 * Does not return unless it is a regular, readable file with something in it.
 */
void image_open(struct image *image, const char *path);

/**
 * image_at() - a piece of a file
 * @image:	the file
 * @offset:	bytes
 * @len:	bytes
 *
 * Return: its address, or NULL unless all of it is in the file
 */
const void *image_at(const struct image *image, uint64_t offset, uint64_t len);

/**
 * image_place() - copy a piece of a file into the guest's memory
 * @image:	the file
 * @offset:	bytes, a piece that image_at() has found
 * @len:	bytes to copy
 * @ram:	the guest's memory
 * @gpa:	where to
 * @room:	bytes that must be there, at least @len
 *
 * Does not return when the memory is too small.
 */
void image_place(const struct image *image, uint64_t offset, uint64_t len,
		 const struct ram *ram, uint64_t gpa, uint64_t room);

#endif
