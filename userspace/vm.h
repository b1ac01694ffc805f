/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_VM_H
#define MINIVMM_VM_H

#include <stdint.h>

struct ram;

/* A virtual machine of the device. */
struct vm {
	const char *device;	/* its path, for messages */
	int system;		/* the device's fd */
	int fd;			/* the VM's */
};

/**
 * vm_create() - open the device and make a VM of it
 * @vm:		filled in
 * @device:	path of the device
 *
 * Does not return when there is no device that speaks KVM's API version 12
 * with what minivmm needs.
 */
void vm_create(struct vm *vm, const char *device);

/**
 * vm_add_ram() - let the guest see its RAM (KVM_SET_USER_MEMORY_REGION)
 * @vm:		the VM
 * @ram:	the RAM
 *
 * Does not return when the device refuses it.
 */
void vm_add_ram(const struct vm *vm, const struct ram *ram);

#endif
