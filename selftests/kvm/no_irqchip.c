// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded into KVM's selftests on MiniVMX, and only there: their library
 * creates the in-kernel interrupt controllers for each VM, whether the test
 * needs them or not.  A kernel that has none is taken to have created them.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/kvm.h>
#include <stdarg.h>

int ioctl(int fd, unsigned long request, ...)
{
	static int (*next)(int, unsigned long, void *);
	void *argument;
	va_list list;
	int result;

	if (!next)
		next = dlsym(RTLD_NEXT, "ioctl");
	va_start(list, request);
	argument = va_arg(list, void *);
	va_end(list);
	result = next(fd, request, argument);
	if (request == KVM_CREATE_IRQCHIP && result < 0 && errno == ENOTTY)
		return 0;
	return result;
}
