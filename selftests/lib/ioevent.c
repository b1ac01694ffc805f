// SPDX-License-Identifier: GPL-2.0
/* Eventfds that a guest's writes signal. */
#include <sys/eventfd.h>

#include "ioevent.h"

int ioevent_new(void)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0)
		die("eventfd");
	return fd;
}

/* How often it has been signalled since the last time. */
uint64_t ioevent_take(int fd)
{
	uint64_t count = 0;

	if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		die("read of an eventfd");
	return count;
}

int ioevent_assign(struct vm *vm, int fd, uint32_t flags, uint64_t address,
		   uint32_t length, uint64_t match)
{
	struct kvm_ioeventfd arg = {
		.fd = fd, .flags = flags, .addr = address, .len = length,
		.datamatch = match,
	};

	return dev_ioctl(vm->fd, KVM_IOEVENTFD, &arg);
}

int ioevent_deassign(struct vm *vm, int fd, uint32_t flags, uint64_t address,
		     uint32_t length, uint64_t match)
{
	return ioevent_assign(vm, fd, flags | KVM_IOEVENTFD_FLAG_DEASSIGN,
			      address, length, match);
}
