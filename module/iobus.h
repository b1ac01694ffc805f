/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Devices inside the kernel that take writes of the guest, so that the VMM need
 * not be asked: which of them it is, by address.
 */
#ifndef MINIVMX_IOBUS_H
#define MINIVMX_IOBUS_H

#include <linux/rcupdate.h>
#include <linux/types.h>

struct vm;
struct iobus_device;
struct iobus_table;

enum iobus_id {
	IOBUS_PIO,		/* ports */
	IOBUS_MMIO,		/* guest-physical addresses */
	IOBUS_CCW,		/* another architecture's: nothing is ever written */
	NR_IOBUSES
};

/*
 * write(): the guest writes @len bytes, 1 to 8, that lie in the device; false
 *	if the device does not want them. Where the device's own len is 0, @len
 *	may be 0 and @data NULL: nobody has looked. RCU read-side critical
 *	section; preemption may be disabled.
 * release(): free the device, which nobody uses any more. May sleep.
 */
struct iobus_ops {
	bool (*write)(struct iobus_device *dev, u64 addr, unsigned int len,
		      const void *data);
	void (*release)(struct iobus_device *dev);
};

/* Constant once it is on a bus. */
struct iobus_device {
	const struct iobus_ops *ops;
	u64 addr;
	u64 len;	/* bytes; 0: any number of them that begin at addr */
	bool limited;	/* counts towards IOBUS_MAX_LIMITED */
};

struct iobus {
	struct iobus_table __rcu *table;	/* (l) for writing; NULL: no devices */
	unsigned int nr_limited;		/* (l) devices with limited set */
	unsigned int nr_unseen;			/* (l) for writing: with a len of 0 */
};

typedef bool (*iobus_match_t)(const struct iobus_device *dev, const void *arg);

int iobus_add(struct vm *vm, enum iobus_id id, struct iobus_device *dev);
int iobus_remove(struct vm *vm, enum iobus_id id, iobus_match_t match,
		 const void *arg);
bool iobus_has(struct vm *vm, enum iobus_id id, iobus_match_t match,
	       const void *arg);
void iobuses_destroy(struct vm *vm);

bool iobus_takes(const struct iobus *bus, u64 addr, unsigned int len);
bool iobus_offer(const struct iobus *bus, u64 addr, unsigned int len,
		 const void *data);

bool iobus_offer_unseen(const struct iobus *bus, u64 addr);

/**
 * iobus_write() - offer a write to the devices inside the kernel
 * @bus: the bus
 * @addr: port or guest-physical address
 * @len: bytes, 1 to 8
 * @data: what is written
 *
 * Context: any in which spinning locks may be taken.
 * Return: true if a device has taken it; else it is for the VMM.
 */
static inline bool iobus_write(const struct iobus *bus, u64 addr,
			       unsigned int len, const void *data)
{
	return unlikely(rcu_access_pointer(bus->table)) &&
	       iobus_offer(bus, addr, len, data);
}

/**
 * iobus_write_unseen() - offer a write of which only the address is known
 * @bus: the bus
 * @addr: port or guest-physical address
 *
 * Context: as iobus_write().
 * Return: true if a device has taken it; false also if it depends on the rest.
 */
static inline bool iobus_write_unseen(const struct iobus *bus, u64 addr)
{
	return unlikely(READ_ONCE(bus->nr_unseen)) &&
	       iobus_offer_unseen(bus, addr);
}

#endif /* MINIVMX_IOBUS_H */
