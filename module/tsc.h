/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_TSC_H
#define MINIVMX_TSC_H

#include <linux/spinlock.h>
#include <linux/types.h>

struct vcpu;
struct vm;

/*
 * What the vCPUs of a VM know of each other's time-stamp counters.
 *
 * Locking legend: (t) lock; (a) READ_ONCE/WRITE_ONCE
 */
struct vm_tsc {
	spinlock_t lock;
	u32 default_khz;	/* (a) frequency of new vCPUs */
	u32 khz;		/* (t) of the vCPU whose TSC was set last; 0: none */
	u64 offset;		/* (t) the offset that it got */
	u64 asked_offset;	/* (t) the offset that its VMM asked for */
};

bool tsc_can_scale(void);

void tsc_vm_init(struct vm *vm);
int tsc_vm_set_khz(struct vm *vm, u32 khz);
u32 tsc_vm_khz(struct vm *vm);

void tsc_vcpu_init(struct vcpu *vcpu);
void tsc_vcpu_synchronise(struct vcpu *vcpu);
int tsc_vcpu_set_khz(struct vcpu *vcpu, u32 khz);
long tsc_device_attr(struct vcpu *vcpu, unsigned int cmd, void __user *argp);

#endif /* MINIVMX_TSC_H */
