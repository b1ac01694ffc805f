// SPDX-License-Identifier: GPL-2.0
/* Files that go into the guest's memory. */
#include "image.h"

#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "power.h"
#include "ram.h"

void image_open(struct image *image, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat stat;
	void *data;

	if (fd < 0 || fstat(fd, &stat))
		err(STATUS_SETUP, "%s", path);
	if (!S_ISREG(stat.st_mode))
		errx(STATUS_SETUP, "%s is not a file", path);
	if (!stat.st_size)
		errx(STATUS_SETUP, "%s is empty", path);
	data = mmap(NULL, stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		err(STATUS_SETUP, "%s", path);
	close(fd);
	*image = (struct image){ path, data, stat.st_size };
}

const void *image_at(const struct image *image, uint64_t offset, uint64_t len)
{
	if (offset > image->size || len > image->size - offset)
		return NULL;
	return image->data + offset;
}

void image_place(const struct image *image, uint64_t offset, uint64_t len,
		 const struct ram *ram, uint64_t gpa, uint64_t room)
{
	void *host = ram_at(ram, gpa, room);

	if (!host)
		errx(STATUS_SETUP, "%s needs %" PRIu64 " KiB of guest memory at %#"
		     PRIx64 "; give the guest more (-m)", image->path,
		     (room + 1023) >> 10, gpa);
	memcpy(host, image->data + offset, len);
}
