// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_REGISTER_COALESCED_MMIO: writes that the VMM need not see at once, such
 * as those to a frame buffer, wait in a ring until it comes by.
 *
 * A VM has one ring, a page that each of its vCPU files maps. The VMM may write
 * to it whenever and whatever it likes. Nothing but its two indices is ever read
 * here, each once per write of the guest, and a wrong one costs the VMM entries
 * of its own ring.
 */
#include <linux/build_bug.h>
#include <linux/gfp.h>
#include <linux/kvm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "coalesced.h"
#include "iobus.h"
#include "vm.h"

struct coalesced_zone {
	struct iobus_device dev;	/* (c), as all members */
	struct vm *vm;
	bool pio;
};

static struct coalesced_zone *to_zone(const struct iobus_device *dev)
{
	return container_of(dev, struct coalesced_zone, dev);
}

/* One entry is always unused: full is not empty. */
static bool ring_put(struct kvm_coalesced_mmio_ring *ring,
		     const struct kvm_coalesced_mmio *entry)
{
	u32 last = READ_ONCE(ring->last), next;

	if (last >= KVM_COALESCED_MMIO_MAX)
		return false;
	next = (last + 1) % KVM_COALESCED_MMIO_MAX;
	if (next == READ_ONCE(ring->first))
		return false;

	ring->coalesced_mmio[last] = *entry;
	/* The VMM sees the entry before it sees that there is one. */
	smp_store_release(&ring->last, next);
	return true;
}

/* A full ring makes the write one for the VMM, which empties the ring first. */
static bool zone_write(struct iobus_device *dev, u64 addr, unsigned int len,
		       const void *data)
{
	const struct coalesced_zone *zone = to_zone(dev);
	struct vm *vm = zone->vm;
	struct kvm_coalesced_mmio entry = {
		.phys_addr = addr,
		.len = len,
		.pio = zone->pio,
	};
	bool put;

	if (!dev->len)
		return false;

	memcpy(entry.data, data, len);
	spin_lock(&vm->ring_lock);
	put = ring_put(vm->ring, &entry);
	spin_unlock(&vm->ring_lock);
	return put;
}

static void zone_release(struct iobus_device *dev)
{
	kfree(to_zone(dev));
}

static const struct iobus_ops zone_ops = {
	.write = zone_write,
	.release = zone_release,
};

/* As on KVM: any zone that contains the one to unregister. */
static bool zone_contains(const struct iobus_device *dev, const void *arg)
{
	const struct kvm_coalesced_mmio_zone *inner = arg;
	u64 end = inner->addr + inner->size;

	return dev->ops == &zone_ops && inner->size <= INT_MAX &&
	       end >= inner->addr && inner->addr >= dev->addr &&
	       end <= dev->addr + dev->len;
}

static enum iobus_id bus_of(const struct kvm_coalesced_mmio_zone *arg)
{
	return arg->pio ? IOBUS_PIO : IOBUS_MMIO;
}

/**
 * coalesced_ring() - the page that the VMM shares
 * @vm: the VM
 *
 * Made when it is first wanted: few VMMs do.
 *
 * Context: may sleep.
 * Return: the ring, or NULL if there is no memory.
 */
struct kvm_coalesced_mmio_ring *coalesced_ring(struct vm *vm)
{
	unsigned long page;

	BUILD_BUG_ON(struct_size_t(struct kvm_coalesced_mmio_ring,
				   coalesced_mmio,
				   KVM_COALESCED_MMIO_MAX) > PAGE_SIZE);
	if (READ_ONCE(vm->ring))
		return vm->ring;
	page = get_zeroed_page(GFP_KERNEL_ACCOUNT);
	/* Another thread may have been faster. */
	if (page && cmpxchg(&vm->ring, NULL, (void *)page))
		free_page(page);
	return vm->ring;
}

/**
 * coalesced_destroy() - free the ring
 * @vm: the VM, without users and devices
 *
 * A mapping of the page has a reference of its own.
 */
void coalesced_destroy(struct vm *vm)
{
	free_page((unsigned long)vm->ring);
}

/**
 * coalesced_register() - KVM_REGISTER_COALESCED_MMIO
 * @vm: the VM
 * @arg: first address, size, and whether they are ports; as on KVM a zone may
 *	overlap others, and may lie where no access ever is
 *
 * Context: may sleep; takes vm->lock.
 * Return: 0; -EINVAL: neither ports nor memory; -ENOSPC: too many zones;
 * -ENOMEM.
 */
int coalesced_register(struct vm *vm, const struct kvm_coalesced_mmio_zone *arg)
{
	struct coalesced_zone *zone;
	int r;

	if (arg->pio > 1)
		return -EINVAL;
	if (!coalesced_ring(vm))
		return -ENOMEM;
	zone = kzalloc(sizeof(*zone), GFP_KERNEL_ACCOUNT);
	if (!zone)
		return -ENOMEM;

	zone->dev.ops = &zone_ops;
	zone->dev.addr = arg->addr;
	zone->dev.len = arg->size;
	zone->dev.limited = true;
	zone->vm = vm;
	zone->pio = arg->pio;

	mutex_lock(&vm->lock);
	r = iobus_add(vm, bus_of(arg), &zone->dev);
	mutex_unlock(&vm->lock);
	if (r)
		kfree(zone);
	return r;
}

/**
 * coalesced_unregister() - KVM_UNREGISTER_COALESCED_MMIO
 * @vm: the VM
 * @arg: every zone that contains this one goes
 *
 * Context: may sleep; takes vm->lock.
 * Return: 0, also if there was none; -EINVAL: neither ports nor memory; -ENOMEM.
 */
int coalesced_unregister(struct vm *vm,
			 const struct kvm_coalesced_mmio_zone *arg)
{
	int r;

	if (arg->pio > 1)
		return -EINVAL;
	mutex_lock(&vm->lock);
	r = iobus_remove(vm, bus_of(arg), zone_contains, arg);
	mutex_unlock(&vm->lock);
	return min(r, 0);
}
