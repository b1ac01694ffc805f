// SPDX-License-Identifier: GPL-2.0
/*
 * The vCPU file: creation, lifetime and the mapping of kvm_run.
 */
#include <linux/anon_inodes.h>
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/kvm.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <asm/msr-index.h>

#include "coalesced.h"
#include "minivmx.h"
#include "regs.h"
#include "vcpu.h"

static void *vcpu_page(struct vcpu *vcpu, pgoff_t page)
{
	switch (page) {
	case VCPU_PAGE_RUN:
		return vcpu->run;
	case VCPU_PAGE_PIO:
		return vcpu->pio_data;
	case VCPU_PAGE_RING:
		return coalesced_ring(vcpu->vm);
	default:
		return NULL;
	}
}

static vm_fault_t vcpu_mmap_fault(struct vm_fault *vmf)
{
	struct vcpu *vcpu = vmf->vma->vm_file->private_data;
	void *page = vcpu_page(vcpu, vmf->pgoff);

	if (!page)
		return VM_FAULT_SIGBUS;

	vmf->page = virt_to_page(page);
	get_page(vmf->page);
	return 0;
}

static const struct vm_operations_struct vcpu_vm_ops = {
	.fault = vcpu_mmap_fault,
};

static int vcpu_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_ops = &vcpu_vm_ops;
	return 0;
}

static long vcpu_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vcpu *vcpu = file->private_data;
	long r;

	if (vcpu->vm->mm != current->mm || READ_ONCE(vcpu->vm->vmx.dead))
		return -EIO;
	if (_IOC_TYPE(cmd) != KVMIO && _IOC_TYPE(cmd) != MINIVMX_IO)
		return -EINVAL;

	if (mutex_lock_killable(&vcpu->mutex))
		return -EINTR;
	r = vcpu_ioctl_locked(vcpu, cmd, arg);
	mutex_unlock(&vcpu->mutex);
	return r;
}

static void vcpu_destroy(struct vcpu *vcpu)
{
	vmx_vcpu_destroy(&vcpu->vmx);
	cpuid_destroy(vcpu);
	fpu_destroy(vcpu);
	free_page((unsigned long)vcpu->pio_data);
	free_page((unsigned long)vcpu->run);
	mutex_destroy(&vcpu->mutex);
	kfree(vcpu);
}

/*
 * As on KVM, a vCPU lives as long as its VM, whose id stays taken: what a
 * closed vCPU file leaves behind is destroyed with the VM.
 */
static int vcpu_release(struct inode *inode, struct file *file)
{
	struct vcpu *vcpu = file->private_data;

	vm_put(vcpu->vm);
	return 0;
}

static const struct file_operations vcpu_fops = {
	.owner		= THIS_MODULE,
	.release	= vcpu_release,
	.unlocked_ioctl	= vcpu_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.mmap		= vcpu_mmap,
	.llseek		= noop_llseek,
};

static struct vcpu *vcpu_alloc(struct vm *vm, u32 id)
{
	struct vcpu *vcpu;
	int r = -ENOMEM;

	vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL_ACCOUNT);
	if (!vcpu)
		return ERR_PTR(r);

	vcpu->vm = vm;
	vcpu->id = id;
	mutex_init(&vcpu->mutex);
	BUILD_BUG_ON(sizeof(struct kvm_run) > PAGE_SIZE);
	vcpu->run = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	vcpu->pio_data = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!vcpu->run || !vcpu->pio_data)
		goto out_pages;

	r = fpu_create(vcpu);
	if (r)
		goto out_pages;
	r = vmx_vcpu_create(&vcpu->vmx, &vm->vmx);
	if (r)
		goto out_fpu;

	vcpu->mp_state = KVM_MP_STATE_RUNNABLE;
	cpuid_reset(vcpu);
	msr_reset(vcpu);
	regs_reset(vcpu);
	tsc_vcpu_init(vcpu);
	return vcpu;

out_fpu:
	fpu_destroy(vcpu);
out_pages:
	free_page((unsigned long)vcpu->pio_data);
	free_page((unsigned long)vcpu->run);
	mutex_destroy(&vcpu->mutex);
	kfree(vcpu);
	return ERR_PTR(r);
}

static int vcpu_publish(struct vm *vm, struct vcpu *vcpu)
{
	char name[sizeof("kvm-vcpu:4294967295")];
	int fd, r;

	lockdep_assert_held(&vm->lock);

	if (!vm->max_vcpu_id)
		vm->max_vcpu_id = VM_MAX_VCPU_ID;
	if (vcpu->id >= vm->max_vcpu_id)
		return -EINVAL;
	if (xa_load(&vm->vcpus, vcpu->id))
		return -EEXIST;
	if (vm->nr_vcpus >= VM_MAX_VCPUS)
		return -EINVAL;

	r = xa_err(xa_store(&vm->vcpus, vcpu->id, vcpu, GFP_KERNEL_ACCOUNT));
	if (r)
		return r;

	if (vcpu->id == vm->boot_cpu_id)
		vcpu->apic_base |= MSR_IA32_APICBASE_BSP;
	tsc_vcpu_synchronise(vcpu);
	vm_get(vm);
	snprintf(name, sizeof(name), "kvm-vcpu:%u", vcpu->id);
	/* Last: the vCPU is reachable as soon as there is a descriptor. */
	fd = anon_inode_getfd(name, &vcpu_fops, vcpu, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		xa_erase(&vm->vcpus, vcpu->id);
		/* Not the last reference: the caller's ioctl holds the VM file. */
		vm_put(vm);
		return fd;
	}
	vm->nr_vcpus++;
	return fd;
}

/**
 * vcpus_destroy() - destroy all vCPUs of a VM that nobody can reach any more
 * @vm: the VM, without users
 */
void vcpus_destroy(struct vm *vm)
{
	struct vcpu *vcpu;
	unsigned long id;

	xa_for_each(&vm->vcpus, id, vcpu)
		vcpu_destroy(vcpu);
	xa_destroy(&vm->vcpus);
}

/**
 * vcpu_create() - KVM_CREATE_VCPU
 * @vm: the VM
 * @id: the vCPU's id (its APIC ID), below VM_MAX_VCPU_ID
 *
 * Context: may sleep; takes vm->lock.
 * Return: a vCPU file descriptor; -EINVAL for an id too large or too many
 * vCPUs, -EEXIST for an id in use, -ENOMEM, or what getting a descriptor gives.
 */
int vcpu_create(struct vm *vm, u32 id)
{
	struct vcpu *vcpu;
	int fd;

	if (id >= VM_MAX_VCPU_ID)
		return -EINVAL;

	vcpu = vcpu_alloc(vm, id);
	if (IS_ERR(vcpu))
		return PTR_ERR(vcpu);

	mutex_lock(&vm->lock);
	fd = vcpu_publish(vm, vcpu);
	mutex_unlock(&vm->lock);
	if (fd < 0)
		vcpu_destroy(vcpu);
	return fd;
}
