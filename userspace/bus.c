// SPDX-License-Identifier: GPL-2.0
/* Which device answers at an address. */
#include "bus.h"

#include <assert.h>
#include <stddef.h>

void bus_attach(struct bus *bus, const struct bus_region *region)
{
	assert(bus->count < BUS_MAX_REGIONS);
	bus->regions[bus->count++] = *region;
}

static const struct bus_region *bus_find(const struct bus *bus, uint64_t addr)
{
	const struct bus_region *region;

	for (region = bus->regions; region < bus->regions + bus->count; region++)
		if (addr - region->base < region->len)
			return region;
	return NULL;
}

void bus_read(const struct bus *bus, uint64_t addr, uint8_t *data,
	      unsigned int len)
{
	for (; len; len--, addr++, data++) {
		const struct bus_region *region = bus_find(bus, addr);

		*data = region ? region->read(region->device,
					      addr - region->base) : 0xff;
	}
}

void bus_write(const struct bus *bus, uint64_t addr, const uint8_t *data,
	       unsigned int len)
{
	for (; len; len--, addr++, data++) {
		const struct bus_region *region = bus_find(bus, addr);

		if (region)
			region->write(region->device, addr - region->base, *data);
	}
}
