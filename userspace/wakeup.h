/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_WAKEUP_H
#define MINIVMM_WAKEUP_H

#include <stdbool.h>
#include <stdint.h>

struct kvm_run;

/*
 * What takes the vCPU out of KVM_RUN: a timer, input, or the wish to end. A
 * signal sets kvm_run's immediate_exit, so none is lost between a look at it
 * and KVM_RUN.
 */

/**
 * wakeup_init() - catch the signals
 * @run:	the vCPU's shared page
 */
void wakeup_init(struct kvm_run *run);

/**
 * wakeup_taken() - has there been one since the last call?
 *
 * Return: true if devices should be looked after before the guest goes on
 */
bool wakeup_taken(void);

/**
 * wakeup_wait() - sleep until there is one, and take it
 */
void wakeup_wait(void);

/**
 * wakeup_soon() - have the devices looked after before the guest goes on
 */
void wakeup_soon(void);

/**
 * wakeup_at() - set the timer, in place of its last setting
 * @deadline:	clock_now() time in ns, or CLOCK_NEVER
 */
void wakeup_at(uint64_t deadline);

/**
 * wakeup_signal() - did a signal ask minivmm to end?
 *
 * Return: its number, or 0
 */
int wakeup_signal(void);

#endif
