// SPDX-License-Identifier: GPL-2.0
/*
 * The VM file: creation, ioctls and lifetime of a virtual machine.
 */
#include <linux/anon_inodes.h>
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/kvm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "clock.h"
#include "coalesced.h"
#include "dirty_log.h"
#include "ioeventfd.h"
#include "msr_filter.h"
#include "stats.h"
#include "system.h"
#include "vcpu.h"
#include "vm.h"
#include "vmx/ept.h"
#include "vmx/vmcs.h"
#include "vmx/vmxon.h"

/**
 * vm_get() - take a reference to a VM
 * @vm: a VM to which the caller already holds a reference
 */
void vm_get(struct vm *vm)
{
	refcount_inc(&vm->users);
}

/**
 * vm_put() - drop a reference to a VM, and destroy it with the last one
 * @vm: the VM
 *
 * Context: may sleep; no lock of the VM held.
 */
void vm_put(struct vm *vm)
{
	if (!refcount_dec_and_test(&vm->users))
		return;

	vcpus_destroy(vm);
	iobuses_destroy(vm);
	coalesced_destroy(vm);
	memslots_destroy(vm);
	ept_destroy(&vm->vmx.ept);
	msr_filter_destroy(vm);
	vmx_vm_destroy(&vm->vmx);
	vmx_root_put();
	mmdrop(vm->mm);
	kfree(vm);
}

/* What vm_put() undoes, but for the caller's file. */
static struct vm *vm_alloc(void)
{
	struct vm *vm;
	int r;

	vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	if (!vm)
		return ERR_PTR(-ENOMEM);

	r = vmx_root_get();
	if (r)
		goto out_free;
	r = vmx_vm_create(&vm->vmx);
	if (r)
		goto out_root;
	r = ept_create(&vm->vmx.ept);
	if (r)
		goto out_vmx;

	refcount_set(&vm->users, 1);
	mutex_init(&vm->lock);
	xa_init(&vm->vcpus);
	init_rwsem(&vm->slots_sem);
	memslots_init(vm);
	spin_lock_init(&vm->ring_lock);
	tsc_vm_init(vm);
	clock_init(vm);
	vm->creator = task_pid_nr(current);
	vm->mm = current->mm;
	mmgrab(vm->mm);
	return vm;

out_vmx:
	vmx_vm_destroy(&vm->vmx);
out_root:
	vmx_root_put();
out_free:
	kfree(vm);
	return ERR_PTR(r);
}

static int vm_set_memory_region(struct vm *vm, void __user *argp)
{
	struct kvm_userspace_memory_region region;

	if (copy_from_user(&region, argp, sizeof(region)))
		return -EFAULT;
	return memslot_set(vm, &region);
}

/*
 * The TSS and the identity map are where KVM hides pages for CPUs without
 * unrestricted guest. MiniVMX requires the feature, so it checks the address
 * as KVM does and needs nothing else of it.
 */
static int vm_set_tss_addr(unsigned long addr)
{
	return addr > (u32)(-3 * PAGE_SIZE) ? -EINVAL : 0;
}

static int vm_set_identity_map_addr(struct vm *vm, void __user *argp)
{
	u64 addr;
	int r;

	mutex_lock(&vm->lock);
	if (vm->nr_vcpus)
		r = -EINVAL;
	else
		r = copy_from_user(&addr, argp, sizeof(addr)) ? -EFAULT : 0;
	mutex_unlock(&vm->lock);
	return r;
}

static int vm_get_dirty_log(struct vm *vm, void __user *argp)
{
	struct kvm_dirty_log log;

	if (copy_from_user(&log, argp, sizeof(log)))
		return -EFAULT;
	return dirty_log_get(vm, &log);
}

static int vm_clear_dirty_log(struct vm *vm, void __user *argp)
{
	struct kvm_clear_dirty_log log;

	if (copy_from_user(&log, argp, sizeof(log)))
		return -EFAULT;
	return dirty_log_clear(vm, &log);
}

static int vm_set_msr_filter(struct vm *vm, void __user *argp)
{
	struct kvm_msr_filter filter;

	if (copy_from_user(&filter, argp, sizeof(filter)))
		return -EFAULT;
	return msr_filter_set(vm, &filter);
}

static int vm_set_ioeventfd(struct vm *vm, void __user *argp)
{
	struct kvm_ioeventfd arg;

	if (copy_from_user(&arg, argp, sizeof(arg)))
		return -EFAULT;
	return ioeventfd_set(vm, &arg);
}

static int vm_set_coalesced_zone(struct vm *vm, unsigned int cmd,
				 void __user *argp)
{
	struct kvm_coalesced_mmio_zone zone;

	if (copy_from_user(&zone, argp, sizeof(zone)))
		return -EFAULT;
	return cmd == KVM_REGISTER_COALESCED_MMIO ?
		       coalesced_register(vm, &zone) :
		       coalesced_unregister(vm, &zone);
}

static int vm_set_boot_cpu_id(struct vm *vm, u32 id)
{
	int r = 0;

	mutex_lock(&vm->lock);
	if (vm->nr_vcpus)
		r = -EBUSY;
	else
		vm->boot_cpu_id = id;
	mutex_unlock(&vm->lock);
	return r;
}

/* As on KVM for a VM without an in-kernel interrupt controller. */
static int vm_set_gsi_routing(void __user *argp)
{
	struct kvm_irq_routing routing;

	return copy_from_user(&routing, argp, sizeof(routing)) ? -EFAULT :
								 -EINVAL;
}

/* There is nobody to take it: KVM's error for a VM without local APICs. */
static int vm_signal_msi(void __user *argp)
{
	struct kvm_msi msi;

	return copy_from_user(&msi, argp, sizeof(msi)) ? -EFAULT : -EINVAL;
}

static long vm_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vm *vm = file->private_data;
	void __user *argp = (void __user *)arg;

	/* Guest memory is the creator's: nobody else can run or map it. */
	if (vm->mm != current->mm || READ_ONCE(vm->vmx.dead))
		return -EIO;

	switch (cmd) {
	case KVM_CREATE_VCPU:
		return vcpu_create(vm, arg); /* 32 bits of it, as KVM */
	case KVM_CHECK_EXTENSION:
		return system_check_extension(arg);
	case KVM_SET_USER_MEMORY_REGION:
		return vm_set_memory_region(vm, argp);
	case KVM_SET_TSS_ADDR:
		return vm_set_tss_addr(arg);
	case KVM_SET_BOOT_CPU_ID:
		return vm_set_boot_cpu_id(vm, arg); /* 32 bits of it, as KVM */
	case KVM_SET_IDENTITY_MAP_ADDR:
		return vm_set_identity_map_addr(vm, argp);
	case KVM_GET_DIRTY_LOG:
		return vm_get_dirty_log(vm, argp);
	case KVM_CLEAR_DIRTY_LOG:
		return vm_clear_dirty_log(vm, argp);
	case KVM_X86_SET_MSR_FILTER:
		return vm_set_msr_filter(vm, argp);
	case KVM_IOEVENTFD:
		return vm_set_ioeventfd(vm, argp);
	case KVM_REGISTER_COALESCED_MMIO:
	case KVM_UNREGISTER_COALESCED_MMIO:
		return vm_set_coalesced_zone(vm, cmd, argp);
	case KVM_GET_STATS_FD:
		return stats_vm_fd(vm);
	case KVM_SET_NR_MMU_PAGES:
		return memslots_set_mmu_pages(vm, arg);
	case KVM_GET_NR_MMU_PAGES:
		return memslots_mmu_pages(vm);
	case KVM_ENABLE_CAP:
		return vm_enable_cap(vm, argp);
	case KVM_SET_GSI_ROUTING:
		return vm_set_gsi_routing(argp);
	case KVM_SIGNAL_MSI:
		return vm_signal_msi(argp);
	case KVM_GET_CLOCK:
		return clock_get(vm, argp);
	case KVM_SET_CLOCK:
		return clock_set(vm, argp);
	case KVM_SET_TSC_KHZ:
		return tsc_vm_set_khz(vm, arg);
	case KVM_GET_TSC_KHZ:
		return tsc_vm_khz(vm);
	default:
		return -ENOTTY;
	}
}

static int vm_release(struct inode *inode, struct file *file)
{
	vm_put(file->private_data);
	return 0;
}

static const struct file_operations vm_fops = {
	.owner		= THIS_MODULE,
	.release	= vm_release,
	.unlocked_ioctl	= vm_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.llseek		= noop_llseek,
};

/**
 * vm_create() - KVM_CREATE_VM
 * @type: machine type; 0 is the only one, as on KVM for x86
 *
 * Context: may sleep.
 * Return: a VM file descriptor; -EINVAL for another @type, -EBUSY if another
 * hypervisor owns VMX on a CPU, -ENOMEM, or what getting a descriptor gives.
 */
int vm_create(unsigned long type)
{
	struct vm *vm;
	int fd;

	if (type)
		return -EINVAL;

	vm = vm_alloc();
	if (IS_ERR(vm))
		return PTR_ERR(vm);

	/* Last: the VM is reachable as soon as there is a descriptor. */
	fd = anon_inode_getfd("kvm-vm", &vm_fops, vm, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		vm_put(vm);
	return fd;
}
