/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_SERIAL_H
#define MINIVMM_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERIAL_FIFO	16

struct bus;
struct pic;

/* The PC's first serial port, a 16550A on a line that is never slow. */
struct serial {
	struct pic *pic;
	uint8_t ier, fcr, lcr, mcr, scratch;
	uint16_t divisor;
	uint8_t errors;		/* LSR's error bits, until read */
	bool sent;		/* the transmitter's interrupt is due */
	bool talking;		/* bytes were sent since LSR was last read */

	uint8_t fifo[SERIAL_FIFO];	/* received */
	unsigned int first, count;
};

/**
 * serial_init() - reset the port and attach it
 * @serial:	the port
 * @ports:	the I/O ports
 * @pic:	where IRQ 4 goes
 */
void serial_init(struct serial *serial, struct bus *ports, struct pic *pic);

/**
 * serial_room() - how much it can receive now
 * @serial:	the port
 *
 * Return: bytes
 */
size_t serial_room(const struct serial *serial);

/**
 * serial_receive() - bytes arrive on the line
 * @serial:	the port
 * @data:	the bytes
 * @len:	how many; those beyond serial_room() overrun
 */
void serial_receive(struct serial *serial, const uint8_t *data, size_t len);

#endif
