// SPDX-License-Identifier: GPL-2.0
/*
 * Linked into KVM's selftests with --wrap=ioctl: their VMs come without the
 * in-kernel interrupt controllers that the library creates for each of them,
 * on KVM as on MiniVMX, which has none.
 */
#include <linux/kvm.h>
#include <stdarg.h>
#include <sys/ioctl.h>

int __real_ioctl(int fd, unsigned long request, void *argument);

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	void *argument;
	va_list list;

	if (request == KVM_CREATE_IRQCHIP)
		return 0;
	va_start(list, request);
	argument = va_arg(list, void *);
	va_end(list);
	return __real_ioctl(fd, request, argument);
}
