/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_I8042_H
#define MINIVMM_I8042_H

#include <stdbool.h>
#include <stdint.h>

struct bus;
struct power;

/*
 * The PC's keyboard controller with nothing plugged in. Guests come to it to
 * reset the machine, which ends minivmm.
 */
struct i8042 {
	struct power *power;
	uint8_t config;		/* the command byte */
	uint8_t command;	/* waits for its parameter, or 0 */
	uint8_t output;		/* the output port */
	uint8_t answer;
	bool answered;		/* the answer waits to be read ... */
	bool from_aux;		/* ... as if it came from the mouse */
};

/**
 * i8042_init() - reset the controller and attach it
 * @i8042:	the controller
 * @ports:	the I/O ports
 * @power:	what a reset turns off
 */
void i8042_init(struct i8042 *i8042, struct bus *ports, struct power *power);

#endif
