/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_BUS_H
#define MINIVMM_BUS_H

#include <stdint.h>

#define BUS_MAX_REGIONS	16

/*
 * A device's addresses. All of the PC's devices here are eight bits wide; the
 * bus splits wider accesses into bytes, as the ISA bus does.
 */
struct bus_region {
	uint64_t base;
	unsigned int len;
	void *device;
	uint8_t (*read)(void *device, unsigned int offset);
	void (*write)(void *device, unsigned int offset, uint8_t value);
};

/* An address space: I/O ports, or memory where there is no RAM. */
struct bus {
	struct bus_region regions[BUS_MAX_REGIONS];
	unsigned int count;
};

/**
 * bus_attach() - give a device its addresses
 * @bus:	the bus
 * @region:	the addresses; must not overlap those already attached
 */
void bus_attach(struct bus *bus, const struct bus_region *region);

/**
 * bus_read() - one access of the guest
 * @bus:	the bus
 * @addr:	where
 * @data:	filled in; all-ones where nobody answers, as on a PC
 * @len:	bytes
 */
void bus_read(const struct bus *bus, uint64_t addr, uint8_t *data,
	      unsigned int len);

/**
 * bus_write() - one access of the guest
 * @bus:	the bus
 * @addr:	where; writes that nobody takes are lost, as on a PC
 * @data:	the bytes
 * @len:	bytes
 */
void bus_write(const struct bus *bus, uint64_t addr, const uint8_t *data,
	       unsigned int len);

#endif
