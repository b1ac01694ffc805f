// SPDX-License-Identifier: GPL-2.0
/*
 * A VM's clock: nanoseconds since its creation, which a VMM reads, keeps with a
 * saved VM and sets again. No guest sees it, for there is no paravirtual clock.
 */
#include <linux/kvm.h>
#include <linux/ktime.h>
#include <linux/uaccess.h>

#include "clock.h"
#include "vm.h"

/* What KVM_GET_CLOCK may have set on KVM, and can therefore come back. */
#define CLOCK_FLAGS	(KVM_CLOCK_TSC_STABLE | KVM_CLOCK_REALTIME | KVM_CLOCK_HOST_TSC)

/**
 * clock_init() - start a new VM's clock
 * @vm: the VM
 */
void clock_init(struct vm *vm)
{
	WRITE_ONCE(vm->clock_start, ktime_get_boottime_ns());
}

/**
 * clock_get() - KVM_GET_CLOCK
 * @vm: the VM
 * @argp: where struct kvm_clock_data goes
 *
 * No flag is set: the time is not tied to a TSC.
 *
 * Return: 0 or -EFAULT.
 */
int clock_get(struct vm *vm, void __user *argp)
{
	struct kvm_clock_data data = {
		.clock = ktime_get_boottime_ns() - READ_ONCE(vm->clock_start),
	};

	return copy_to_user(argp, &data, sizeof(data)) ? -EFAULT : 0;
}

/**
 * clock_set() - KVM_SET_CLOCK
 * @vm: the VM
 * @argp: struct kvm_clock_data; with KVM_CLOCK_REALTIME, the time that has passed
 *	since its time of day is added
 *
 * Return: 0, -EFAULT, or -EINVAL for an unknown flag.
 */
int clock_set(struct vm *vm, void __user *argp)
{
	struct kvm_clock_data data;

	if (copy_from_user(&data, argp, sizeof(data)))
		return -EFAULT;
	if (data.flags & ~CLOCK_FLAGS)
		return -EINVAL;

	if (data.flags & KVM_CLOCK_REALTIME) {
		u64 now = ktime_get_real_ns();

		/* A clock does not go back, whatever the time of day does. */
		if (now > data.realtime)
			data.clock += now - data.realtime;
	}
	WRITE_ONCE(vm->clock_start, ktime_get_boottime_ns() - data.clock);
	return 0;
}
