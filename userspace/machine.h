/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_MACHINE_H
#define MINIVMM_MACHINE_H

#include <stdint.h>

#include "bus.h"
#include "i8042.h"
#include "pic.h"
#include "pit.h"
#include "power.h"
#include "ram.h"
#include "rtc.h"
#include "serial.h"

/* A PC: everything but its CPU. */
struct machine {
	struct ram ram;
	struct bus ports;	/* I/O ports */
	struct bus mmio;	/* memory where there is no RAM */
	struct power power;
	struct pic pic;
	struct pit pit;
	struct serial serial;
	struct rtc rtc;
	struct i8042 i8042;
	uint64_t alarm;		/* ns, what wakeup_at() was last told */
};

/**
 * machine_init() - reset all devices of a PC that has its RAM
 * @pc:	the PC, zeroed but for its RAM
 */
void machine_init(struct machine *pc);

/**
 * machine_update() - let the devices see the time and what was typed
 * @pc:	the PC
 */
void machine_update(struct machine *pc);

/**
 * machine_arm() - have machine_update() called in time for the next event
 * @pc:	the PC
 *
 * Cheap when nothing has changed, so it can be called before each KVM_RUN.
 */
void machine_arm(struct machine *pc);

/**
 * machine_wait() - sleep until a device may have something for the CPU
 * @pc:	the PC
 */
void machine_wait(struct machine *pc);

#endif
