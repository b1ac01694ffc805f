/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_PIT_H
#define MINIVMM_PIT_H

#include <stdbool.h>
#include <stdint.h>

#define PIT_HZ	1193182ULL

struct bus;
struct pic;

/* How the bytes of a 16-bit count pass through the 8-bit port. */
enum pit_access { PIT_LATCH, PIT_LOW, PIT_HIGH, PIT_LOW_HIGH };

/* One counter of the 8254. It is not stepped: its value follows from the time. */
struct pit_counter {
	enum pit_access access;
	uint8_t mode;		/* 0..5 */
	bool gate;
	bool loaded;		/* false from the control word to the count */

	uint32_t reload;	/* 1..65536 */
	uint64_t start;		/* ns, when the count was loaded or triggered */
	uint32_t held;		/* the count while the gate holds it */

	bool write_high;	/* the next byte written is the high one */
	uint8_t write_low;	/* the low one, waiting for it */
	bool read_high;		/* the next byte read is the high one */

	bool count_latched, status_latched;
	uint16_t latched_count;
	uint8_t latched_status;
};

/* The 8254: counter 0 on IRQ 0, 1 for DRAM refresh, 2 on the speaker. */
struct pit {
	struct pit_counter counters[3];
	bool speaker;		/* port 61h, bit 1 */
	struct pic *pic;
	uint64_t deadline;	/* ns, counter 0's next edge, or CLOCK_NEVER */
};

/**
 * pit_init() - reset the timer and attach it
 * @pit:	the timer
 * @ports:	the I/O ports
 * @pic:	where IRQ 0 goes
 */
void pit_init(struct pit *pit, struct bus *ports, struct pic *pic);

/**
 * pit_update() - raise IRQ 0 if the time for it has come
 * @pit:	the timer
 * @now:	clock_now()
 *
 * Edges that nobody came to see become one, as on a PC with interrupts off.
 */
void pit_update(struct pit *pit, uint64_t now);

#endif
