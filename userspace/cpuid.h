/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_CPUID_H
#define MINIVMM_CPUID_H

#include <stdint.h>

struct ram;
struct vm;

/**
 * cpuid_set() - tell the guest what its CPU is (KVM_SET_CPUID2)
 * @vm:		the VM, whose device says what can be had
 * @vcpu_fd:	the vCPU
 * @ram:	must fit into the CPU's physical addresses
 *
 * The guest's CPU is the host's with one thread, no local APIC (interrupts come
 * from the 8259 pair) and none of KVM's paravirtual features.
 *
 * Does not return when the device refuses it, or the RAM does not fit.
 */
void cpuid_set(const struct vm *vm, int vcpu_fd, const struct ram *ram);

#endif
