// SPDX-License-Identifier: GPL-2.0
/* The port by which a test guest ends. */
#include "debugexit.h"

#include "bus.h"
#include "power.h"

#define DEBUGEXIT_PORT	0xf4

static uint8_t debugexit_read(void *device, unsigned int offset)
{
	(void)device;
	(void)offset;
	return 0xff;
}

static void debugexit_write(void *device, unsigned int offset, uint8_t value)
{
	(void)offset;
	/* A process's exit status has eight bits. */
	power_off(device, (value << 1 | 1) & 0xff,
		  "the guest wrote to the debug-exit port");
}

void debugexit_init(struct bus *ports, struct power *power)
{
	bus_attach(ports, &(struct bus_region){
		.base = DEBUGEXIT_PORT, .len = 1, .device = power,
		.read = debugexit_read, .write = debugexit_write });
}
