/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_PIC_H
#define MINIVMM_PIC_H

#include <stdbool.h>
#include <stdint.h>

struct bus;

/* One 8259A. Each byte is a set of its eight inputs. */
struct pic_chip {
	uint8_t lines;		/* levels at the inputs */
	uint8_t level;		/* ELCR: level-triggered inputs */
	uint8_t irr;		/* requested */
	uint8_t imr;		/* masked */
	uint8_t isr;		/* in service */

	uint8_t vector;		/* ICW2: vector of input 0 */
	uint8_t lowest;		/* the input with the lowest priority */
	uint8_t init;		/* the next ICW expected, 0: initialized */
	bool single;		/* ICW1: no ICW3 follows */
	bool needs_icw4;
	bool auto_eoi;
	bool rotate_auto_eoi;
	bool special_mask;
	bool nested;		/* special fully nested mode */
	bool read_isr;		/* OCW3: which register a read gives */
	bool poll;		/* OCW3: the next read acknowledges */
};

/* The PC's interrupt controller: two 8259A, the slave on the master's input 2. */
struct pic {
	struct pic_chip master, slave;
	bool pending;		/* the CPU's INTR pin */
};

/**
 * pic_init() - reset both chips and attach them
 * @pic:	the pair
 * @ports:	the I/O ports
 */
void pic_init(struct pic *pic, struct bus *ports);

/**
 * pic_set_irq() - drive an interrupt line
 * @pic:	the pair
 * @irq:	0..15 without 2
 * @level:	the line's new level
 */
void pic_set_irq(struct pic *pic, unsigned int irq, bool level);

/**
 * pic_acknowledge() - the CPU's interrupt-acknowledge cycle
 * @pic:	the pair
 *
 * Return: the vector; that of input 7, without anything in service, when the
 * request has gone meanwhile (a spurious interrupt)
 */
uint8_t pic_acknowledge(struct pic *pic);

#endif
