/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_DEBUGEXIT_H
#define MINIVMM_DEBUGEXIT_H

struct bus;
struct power;

/**
 * debugexit_init() - attach the port by which a test guest ends
 * @ports:	the I/O ports
 * @power:	what it turns off
 *
 * A byte written to port F4h ends minivmm with the exit status
 * (byte << 1) | 1, as QEMU's isa-debug-exit does.
 */
void debugexit_init(struct bus *ports, struct power *power);

#endif
