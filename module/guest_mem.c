// SPDX-License-Identifier: GPL-2.0
/*
 * Reading and writing guest memory, through the addresses at which the VMM
 * has it. All by threads that run in vm->mm: KVM_RUN and the vCPU's ioctls.
 *
 * Slots stand still from guest_mem_begin() to guest_mem_end(), for as many
 * accesses as belong together.
 */
#include <linux/kvm.h>
#include <linux/mm.h>
#include <linux/uaccess.h>

#include "dirty_log.h"
#include "memslot.h"
#include "vm.h"

/**
 * guest_mem_begin() - the accesses to guest memory that follow belong together
 * @vm: the VM
 *
 * Between pagefault_disable() and pagefault_enable() neither this nor the
 * accesses sleep.
 *
 * Context: may sleep, with the VMCS not current; or page faults disabled.
 * Return: 0; -EINTR if the process is being killed; -EIO: called by another one;
 * -EBUSY: not without sleeping.
 */
int guest_mem_begin(struct vm *vm)
{
	if (current->mm != vm->mm)
		return -EIO;
	if (pagefault_disabled())
		return down_read_trylock(&vm->slots_sem) ? 0 : -EBUSY;
	might_sleep();
	return down_read_killable(&vm->slots_sem);
}

/**
 * guest_mem_end() - the last of the accesses is over
 * @vm: the VM
 */
void guest_mem_end(struct vm *vm)
{
	up_read(&vm->slots_sem);
}

/* Memory that can't be had now may be there for those who can wait. */
static int copy_failed(void)
{
	return pagefault_disabled() ? -EBUSY : -EFAULT;
}

/*
 * The VMM's address of @gpa, of which @len bytes are wanted; how many bytes of
 * the slot follow in *@room. What is to be written is marked in the slot's log.
 */
static int guest_address(struct vm *vm, u64 gpa, bool write, unsigned int len,
			 void __user **address, u64 *room)
{
	struct memslot *slot = memslot_find(vm, gpa);

	if (!slot)
		return -ENXIO;
	if (write && (slot->flags & KVM_MEM_READONLY))
		return -EROFS;
	*address = (void __user *)(slot->hva + (gpa - slot->gpa));
	*room = slot->size - (gpa - slot->gpa);
	if (write)
		dirty_log_mark(slot, gpa, min_t(u64, len, *room));
	return 0;
}

/*
 * Page-table entries and instructions, without the checks that any length needs.
 * Two words that overlap have all bytes from 8 to 16.
 */
static bool copy_in(void *buf, const void __user *src, unsigned int n)
{
	switch (n) {
	case 4:
		return !get_user(*(u32 *)buf, (const u32 __user *)src);
	case 8 ... 16:
		return !get_user(*(u64 *)buf, (const u64 __user *)src) &&
		       !get_user(*(u64 *)(buf + n - 8),
				 (const u64 __user *)(src + n - 8));
	default:
		return !copy_from_user(buf, src, n);
	}
}

/**
 * guest_read() - copy from guest memory
 * @vm: the VM
 * @gpa: any guest-physical address
 * @buf: destination; undefined contents on an error
 * @len: bytes, any number; they may span slots
 *
 * Context: between guest_mem_begin() and guest_mem_end().
 * Return: 0; -ENXIO if some of it is in no slot; -EFAULT if the VMM has no
 * memory there; -EBUSY: not without sleeping.
 */
int guest_read(struct vm *vm, u64 gpa, void *buf, unsigned int len)
{
	void __user *src;
	unsigned int n;
	u64 room;
	int r;

	for (; len; gpa += n, buf += n, len -= n) {
		r = guest_address(vm, gpa, false, len, &src, &room);
		if (r)
			return r;
		n = min_t(u64, len, room);
		if (!copy_in(buf, src, n))
			return copy_failed();
	}
	return 0;
}

/**
 * guest_word() - where the VMM has eight bytes of guest memory
 * @vm: the VM
 * @gpa: any guest-physical address
 * @address: set to it; good as long as slots.generation stays
 *
 * Context: between guest_mem_begin() and guest_mem_end().
 * Return: whether all of them lie in one slot.
 */
bool guest_word(struct vm *vm, u64 gpa, const u64 __user **address)
{
	void __user *at;
	u64 room;

	if (guest_address(vm, gpa, false, sizeof(u64), &at, &room) ||
	    room < sizeof(u64))
		return false;
	*address = at;
	return true;
}

/**
 * guest_write() - copy to guest memory
 * @vm: the VM
 * @gpa: any guest-physical address
 * @buf: source
 * @len: bytes, any number; they may span slots
 *
 * Context: as guest_read().
 * Return: as guest_read(), and -EROFS for a read-only slot. What lies before
 * the address of the error has been written.
 */
int guest_write(struct vm *vm, u64 gpa, const void *buf, unsigned int len)
{
	void __user *dst;
	unsigned int n;
	u64 room;
	int r;

	for (; len; gpa += n, buf += n, len -= n) {
		r = guest_address(vm, gpa, true, len, &dst, &room);
		if (r)
			return r;
		n = min_t(u64, len, room);
		if (copy_to_user(dst, buf, n))
			return copy_failed();
	}
	return 0;
}

/**
 * guest_cmpxchg() - replace a value in guest memory if nobody else has
 * @vm: the VM
 * @gpa: guest-physical address, a multiple of @len
 * @old: the expected value
 * @new: the value to put there
 * @len: 4 or 8
 *
 * Context: as guest_read().
 * Return: 0; 1 if the value was another one; else as guest_write().
 */
int guest_cmpxchg(struct vm *vm, u64 gpa, u64 old, u64 new, unsigned int len)
{
	void __user *address;
	u32 old32 = old;
	u64 room;
	int r;

	if (WARN_ON_ONCE((len != 4 && len != 8) || gpa % len))
		return -EFAULT;
	r = guest_address(vm, gpa, true, len, &address, &room);
	if (r)
		return r;
	if (len == 8)
		r = __try_cmpxchg_user((u64 __user *)address, &old, new, fault8);
	else
		r = __try_cmpxchg_user((u32 __user *)address, &old32, (u32)new,
				       fault4);
	return r < 0 ? copy_failed() : r;
}
