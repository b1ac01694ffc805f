/* SPDX-License-Identifier: GPL-2.0 */
/* The time stamp counter on both sides, and the offset between them. */
#ifndef SELFTESTS_TSC_H
#define SELFTESTS_TSC_H

#include "vm.h"

#define MSR_IA32_TSC_ADJUST	0x3b

static inline uint64_t read_tsc(void)
{
	uint32_t low, high;

	/* not before what comes before it, not after what comes after it */
	asm volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high)
		     : : "memory");
	return low | (uint64_t)high << 32;
}

static inline int tsc_attribute(struct vcpu *vcpu, unsigned long request,
				uint64_t *offset)
{
	struct kvm_device_attr attr = {
		.group = KVM_VCPU_TSC_CTRL,
		.attr = KVM_VCPU_TSC_OFFSET,
		.addr = (uintptr_t)offset,
	};

	return dev_ioctl(vcpu->fd, request, &attr);
}

static inline uint64_t tsc_offset(struct vcpu *vcpu)
{
	uint64_t offset;

	if (tsc_attribute(vcpu, KVM_GET_DEVICE_ATTR, &offset))
		die("read a vCPU's TSC offset");
	return offset;
}

static inline uint32_t tsc_khz(struct vcpu *vcpu)
{
	return dev_ioctl(vcpu->fd, KVM_GET_TSC_KHZ, NULL);
}

#endif
