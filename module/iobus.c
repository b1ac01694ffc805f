// SPDX-License-Identifier: GPL-2.0
/*
 * The lookup of devices inside the kernel.
 *
 * Each bus has a table of its devices, which is replaced as a whole. Those who
 * write to a device are in RCU read-side critical sections: a guest's access
 * takes no lock, and costs one load where there are no devices.
 *
 * The table is sorted by first address. Devices may overlap (an eventfd inside
 * a coalesced zone), so a write is offered to all that contain it, in order,
 * until one takes it. As on KVM, of devices with the same first address the one
 * that ends first comes first, and the elder one of two that end together.
 */
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "iobus.h"
#include "vm.h"

/* KVM's limit, which leaves out those that the VMM needs a descriptor for. */
#define IOBUS_MAX_LIMITED	1000

struct iobus_table {
	struct rcu_head rcu;
	unsigned int nr;
	struct iobus_entry {
		struct iobus_device *dev;
		u64 reach;	/* the highest end of this and all before it */
	} entries[];
};

/* A device that wraps around contains nothing, as on KVM. */
static u64 device_end(const struct iobus_device *dev)
{
	return dev->addr + dev->len;
}

static bool contains(const struct iobus_device *dev, u64 addr, unsigned int len)
{
	if (!dev->len)
		return addr == dev->addr;
	return addr >= dev->addr && addr + len <= device_end(dev);
}

/* ---- readers ---- */

/* All devices that contain the access are at this index or behind it. */
static unsigned int first_candidate(const struct iobus_table *table, u64 addr,
				    unsigned int len)
{
	const struct iobus_entry *entry = table->entries;
	unsigned int low = 0, high = table->nr, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (entry[mid].dev->addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	while (low && (entry[low - 1].dev->addr == addr ||
		       entry[low - 1].reach >= addr + len))
		low--;
	return low;
}

/* The first device from @i on that contains the access, or NULL; @i moves behind. */
static struct iobus_device *next_device(const struct iobus_table *table,
					unsigned int *i, u64 addr,
					unsigned int len)
{
	struct iobus_device *dev;

	while (*i < table->nr) {
		dev = table->entries[(*i)++].dev;
		if (dev->addr > addr)
			break;
		if (contains(dev, addr, len))
			return dev;
	}
	return NULL;
}

/**
 * iobus_offer() - the part of iobus_write() with work to do
 * @bus: the bus
 * @addr: port or guest-physical address
 * @len: bytes, 1 to 8
 * @data: what is written
 *
 * Context: any in which spinning locks may be taken.
 * Return: true if a device has taken it.
 */
bool iobus_offer(const struct iobus *bus, u64 addr, unsigned int len,
		 const void *data)
{
	const struct iobus_table *table;
	struct iobus_device *dev;
	bool taken = false;
	unsigned int i;

	rcu_read_lock();
	table = rcu_dereference(bus->table);
	if (table) {
		i = first_candidate(table, addr, len);
		while (!taken && (dev = next_device(table, &i, addr, len)))
			taken = dev->ops->write(dev, addr, len, data);
	}
	rcu_read_unlock();
	return taken;
}

/**
 * iobus_offer_unseen() - the part of iobus_write_unseen() with work to do
 * @bus: the bus
 * @addr: port or guest-physical address
 *
 * A device that has to see the write, and would be asked first, ends it.
 *
 * Context: any in which spinning locks may be taken.
 * Return: true if a device has taken it.
 */
bool iobus_offer_unseen(const struct iobus *bus, u64 addr)
{
	const struct iobus_table *table;
	struct iobus_device *dev;
	bool taken = false;
	unsigned int i;

	rcu_read_lock();
	table = rcu_dereference(bus->table);
	if (table) {
		i = first_candidate(table, addr, 1);
		while (!taken && (dev = next_device(table, &i, addr, 1)) &&
		       !dev->len)
			taken = dev->ops->write(dev, addr, 0, NULL);
	}
	rcu_read_unlock();
	return taken;
}

/**
 * iobus_takes() - is there a device that may take such a write?
 * @bus: the bus
 * @addr: port or guest-physical address
 * @len: bytes, 1 to 8
 *
 * A snapshot: the VMM may change devices at any time.
 *
 * Context: any.
 */
bool iobus_takes(const struct iobus *bus, u64 addr, unsigned int len)
{
	const struct iobus_table *table;
	bool takes = false;
	unsigned int i;

	rcu_read_lock();
	table = rcu_dereference(bus->table);
	if (table) {
		i = first_candidate(table, addr, len);
		takes = next_device(table, &i, addr, len);
	}
	rcu_read_unlock();
	return takes;
}

/* ---- writers ---- */

static struct iobus_table *current_table(struct vm *vm, enum iobus_id id)
{
	return rcu_dereference_protected(vm->iobus[id].table,
					 lockdep_is_held(&vm->lock));
}

static struct iobus_table *table_alloc(unsigned int nr)
{
	struct iobus_table *table;

	return kmalloc(struct_size(table, entries, nr), GFP_KERNEL_ACCOUNT);
}

static void table_append(struct iobus_table *table, struct iobus_device *dev)
{
	struct iobus_entry *entry = &table->entries[table->nr];

	entry->dev = dev;
	entry->reach = device_end(dev);
	if (table->nr)
		entry->reach = max(entry->reach, entry[-1].reach);
	table->nr++;
}

static bool comes_before(const struct iobus_device *new,
			 const struct iobus_device *old)
{
	if (new->addr != old->addr)
		return new->addr < old->addr;
	return new->len && device_end(new) < device_end(old);
}

/**
 * iobus_add() - put a device on a bus
 * @vm: the VM
 * @id: which bus
 * @dev: the device, complete; the bus's until iobus_remove()
 *
 * The guest's next write may find it.
 *
 * Context: vm->lock held; may sleep.
 * Return: 0; -ENOSPC: too many; -ENOMEM.
 */
int iobus_add(struct vm *vm, enum iobus_id id, struct iobus_device *dev)
{
	struct iobus_table *old = current_table(vm, id), *new;
	struct iobus *bus = &vm->iobus[id];
	unsigned int i = 0, nr = old ? old->nr : 0;

	/* KVM's limit is on the others, but holds for all. */
	if (bus->nr_limited >= IOBUS_MAX_LIMITED)
		return -ENOSPC;
	new = table_alloc(nr + 1);
	if (!new)
		return -ENOMEM;

	new->nr = 0;
	for (; i < nr && !comes_before(dev, old->entries[i].dev); i++)
		table_append(new, old->entries[i].dev);
	table_append(new, dev);
	for (; i < nr; i++)
		table_append(new, old->entries[i].dev);

	bus->nr_limited += dev->limited;
	WRITE_ONCE(bus->nr_unseen, bus->nr_unseen + !dev->len);
	rcu_assign_pointer(bus->table, new);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

/**
 * iobus_has() - is there such a device?
 * @vm: the VM
 * @id: which bus
 * @match: whether a device is such a one
 * @arg: for @match
 *
 * Context: vm->lock held.
 */
bool iobus_has(struct vm *vm, enum iobus_id id, iobus_match_t match,
	       const void *arg)
{
	const struct iobus_table *table = current_table(vm, id);
	unsigned int i;

	for (i = 0; table && i < table->nr; i++)
		if (match(table->entries[i].dev, arg))
			return true;
	return false;
}

/* Those of @old that stay, or NULL for none. Returns how many go. */
static int table_without(const struct iobus_table *old, iobus_match_t match,
			 const void *arg, struct iobus_table **stay)
{
	struct iobus_table *new;
	unsigned int i;

	new = table_alloc(old->nr);
	if (!new)
		return -ENOMEM;
	new->nr = 0;
	for (i = 0; i < old->nr; i++)
		if (!match(old->entries[i].dev, arg))
			table_append(new, old->entries[i].dev);

	*stay = new;
	if (!new->nr) {
		kfree(new);
		*stay = NULL;
	}
	return *stay ? old->nr - new->nr : old->nr;
}

/**
 * iobus_remove() - take devices off a bus and release them
 * @vm: the VM
 * @id: which bus
 * @match: whether a device is to go
 * @arg: for @match
 *
 * No write of the guest reaches them afterwards.
 *
 * Context: vm->lock held; may sleep.
 * Return: how many there were; -ENOMEM with nothing changed.
 */
int iobus_remove(struct vm *vm, enum iobus_id id, iobus_match_t match,
		 const void *arg)
{
	struct iobus_table *old = current_table(vm, id), *new;
	struct iobus *bus = &vm->iobus[id];
	struct iobus_device *dev;
	unsigned int i;
	int nr;

	if (!iobus_has(vm, id, match, arg))
		return 0;
	nr = table_without(old, match, arg, &new);
	if (nr < 0)
		return nr;

	rcu_assign_pointer(bus->table, new);
	/* The VMM waits, and vCPUs are in the kernel for microseconds only. */
	synchronize_rcu_expedited();

	for (i = 0; i < old->nr; i++) {
		dev = old->entries[i].dev;
		if (!match(dev, arg))
			continue;
		bus->nr_limited -= dev->limited;
		WRITE_ONCE(bus->nr_unseen, bus->nr_unseen - !dev->len);
		dev->ops->release(dev);
	}
	kfree(old);
	return nr;
}

/**
 * iobuses_destroy() - release all devices of a VM
 * @vm: the VM, without users
 *
 * Context: may sleep.
 */
void iobuses_destroy(struct vm *vm)
{
	struct iobus_table *table;
	struct iobus_device *dev;
	unsigned int id, i;

	for (id = 0; id < NR_IOBUSES; id++) {
		table = rcu_dereference_protected(vm->iobus[id].table, true);
		for (i = 0; table && i < table->nr; i++) {
			dev = table->entries[i].dev;
			dev->ops->release(dev);
		}
		kfree(table);
	}
}
