/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_REPORT_H
#define MINIVMM_REPORT_H

struct vcpu;

/**
 * report_exit() - tell the user why the vCPU can't go on
 * @vcpu:	the vCPU, after a KVM_RUN whose exit ends the run
 *
 * Prints what the kernel reported, by name, and the registers.
 */
void report_exit(const struct vcpu *vcpu);

/**
 * report_registers() - print the vCPU's registers
 * @vcpu:	the vCPU
 */
void report_registers(const struct vcpu *vcpu);

/**
 * report_explanation() - print what MiniVMX explains
 * @vcpu:	the vCPU
 *
 * Of the last entry, of the checks that the vCPU violates now, and of the last
 * ioctl that was refused. Prints nothing on another device.
 */
void report_explanation(const struct vcpu *vcpu);

#endif
