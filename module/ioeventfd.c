// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_IOEVENTFD: a write of the guest signals an eventfd, and the VMM's thread
 * behind it does the rest while the guest goes on.
 */
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/kvm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat.h"
#include "ioeventfd.h"
#include "iobus.h"
#include "vm.h"

#define IOEVENTFD_FLAGS	((1 << kvm_ioeventfd_flag_nr_max) - 1)

struct ioeventfd {
	struct iobus_device dev;	/* (c), as all members */
	struct eventfd_ctx *eventfd;
	u64 datamatch;
	bool any_data;			/* datamatch does not count */
};

static const struct iobus_ops ioeventfd_ops;

static struct ioeventfd *to_ioeventfd(const struct iobus_device *dev)
{
	return container_of(dev, struct ioeventfd, dev);
}

/* Address and length must be the eventfd's own. */
static bool ioeventfd_write(struct iobus_device *dev, u64 addr,
			    unsigned int len, const void *data)
{
	const struct ioeventfd *p = to_ioeventfd(dev);
	u64 value = 0;

	if (dev->len && (addr != dev->addr || len != dev->len))
		return false;
	if (!p->any_data) {
		memcpy(&value, data, len);
		if (value != p->datamatch)
			return false;
	}
	compat_eventfd_signal(p->eventfd);
	return true;
}

static void ioeventfd_release(struct iobus_device *dev)
{
	struct ioeventfd *p = to_ioeventfd(dev);

	eventfd_ctx_put(p->eventfd);
	kfree(p);
}

static const struct iobus_ops ioeventfd_ops = {
	.write = ioeventfd_write,
	.release = ioeventfd_release,
};

/* As on KVM, a flag that only s390 has a use for is taken, and means nothing. */
static enum iobus_id bus_of(const struct kvm_ioeventfd *arg)
{
	if (arg->flags & KVM_IOEVENTFD_FLAG_PIO)
		return IOBUS_PIO;
	if (arg->flags & KVM_IOEVENTFD_FLAG_VIRTIO_CCW_NOTIFY)
		return IOBUS_CCW;
	return IOBUS_MMIO;
}

/* Would one write concern both? */
static bool collides(const struct iobus_device *dev, const void *arg)
{
	const struct ioeventfd *new = arg, *old = to_ioeventfd(dev);

	if (dev->ops != &ioeventfd_ops || dev->addr != new->dev.addr)
		return false;
	if (!dev->len || !new->dev.len)
		return true;
	return dev->len == new->dev.len &&
	       (old->any_data || new->any_data ||
		old->datamatch == new->datamatch);
}

/* At most one: two of them would collide. */
static bool is_same(const struct iobus_device *dev, const void *arg)
{
	const struct ioeventfd *wanted = arg, *p = to_ioeventfd(dev);

	return dev->ops == &ioeventfd_ops && p->eventfd == wanted->eventfd &&
	       dev->addr == wanted->dev.addr && dev->len == wanted->dev.len &&
	       p->any_data == wanted->any_data &&
	       (p->any_data || p->datamatch == wanted->datamatch);
}

static int ioeventfd_add(struct vm *vm, enum iobus_id bus, struct ioeventfd *p)
{
	int r = -EEXIST;

	mutex_lock(&vm->lock);
	if (!iobus_has(vm, bus, collides, p))
		r = iobus_add(vm, bus, &p->dev);
	mutex_unlock(&vm->lock);
	return r;
}

static int ioeventfd_remove(struct vm *vm, enum iobus_id bus,
			    const struct ioeventfd *p)
{
	int nr;

	mutex_lock(&vm->lock);
	nr = iobus_remove(vm, bus, is_same, p);
	mutex_unlock(&vm->lock);
	if (nr < 0)
		return nr;
	return nr ? 0 : -ENOENT;
}

static struct ioeventfd *ioeventfd_alloc(const struct kvm_ioeventfd *arg)
{
	struct eventfd_ctx *eventfd = eventfd_ctx_fdget(arg->fd);
	struct ioeventfd *p;

	if (IS_ERR(eventfd))
		return ERR_CAST(eventfd);
	p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p) {
		eventfd_ctx_put(eventfd);
		return ERR_PTR(-ENOMEM);
	}

	p->dev.ops = &ioeventfd_ops;
	p->dev.addr = arg->addr;
	p->dev.len = arg->len;
	p->eventfd = eventfd;
	p->datamatch = arg->datamatch;
	p->any_data = !(arg->flags & KVM_IOEVENTFD_FLAG_DATAMATCH);
	return p;
}

static bool may_assign(const struct kvm_ioeventfd *arg)
{
	switch (arg->len) {
	case 0:
		/* Data of no length can't be compared. */
		if (arg->flags & KVM_IOEVENTFD_FLAG_DATAMATCH)
			return false;
		break;
	case 1:
	case 2:
	case 4:
	case 8:
		break;
	default:
		return false;
	}
	return arg->addr + arg->len >= arg->addr &&
	       !(arg->flags & ~IOEVENTFD_FLAGS);
}

/**
 * ioeventfd_set() - KVM_IOEVENTFD
 * @vm: the VM
 * @arg: address, length, data to compare, eventfd, KVM_IOEVENTFD_FLAG_*
 *
 * After KVM_IOEVENTFD_FLAG_DEASSIGN has succeeded the guest does not signal
 * the eventfd any more.
 *
 * Context: may sleep; takes vm->lock.
 * Return: 0; -EINVAL for what no access can match, for unknown flags (not
 * looked at to deassign, as on KVM) and for a descriptor that is no eventfd;
 * -EBADF: no descriptor; -EEXIST: another one would get the same write;
 * -ENOENT: nothing to deassign; -ENOSPC: too many coalesced zones; -ENOMEM.
 */
int ioeventfd_set(struct vm *vm, const struct kvm_ioeventfd *arg)
{
	bool assign = !(arg->flags & KVM_IOEVENTFD_FLAG_DEASSIGN);
	enum iobus_id bus = bus_of(arg);
	struct ioeventfd *p;
	int r;

	if (assign && !may_assign(arg))
		return -EINVAL;
	p = ioeventfd_alloc(arg);
	if (IS_ERR(p))
		return PTR_ERR(p);

	r = assign ? ioeventfd_add(vm, bus, p) : ioeventfd_remove(vm, bus, p);
	/* The bus has it now; but one that says what to remove was but that. */
	if (r || !assign)
		ioeventfd_release(&p->dev);
	return r;
}
