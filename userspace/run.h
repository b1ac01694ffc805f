/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_RUN_H
#define MINIVMM_RUN_H

struct machine;
struct vcpu;

/**
 * run_guest() - run until the PC is off
 * @pc:		the PC
 * @vcpu:	its CPU
 *
 * @pc's power says afterwards how it ended.
 */
void run_guest(struct machine *pc, struct vcpu *vcpu);

#endif
