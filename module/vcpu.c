// SPDX-License-Identifier: GPL-2.0
/*
 * The vCPU file: creation, ioctls and the mapping of kvm_run.
 */
#include <linux/anon_inodes.h>
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/kvm.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "regs.h"
#include "run.h"
#include "vcpu.h"
#include "vmx/event.h"

static void *vcpu_page(struct vcpu *vcpu, pgoff_t page)
{
	switch (page) {
	case VCPU_PAGE_RUN:
		return vcpu->run;
	case VCPU_PAGE_PIO:
		return vcpu->pio_data;
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

static long vcpu_get_regs(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_regs regs;

	vmx_vcpu_load(&vcpu->vmx);
	regs_get(vcpu, &regs);
	vmx_vcpu_put(&vcpu->vmx);
	return copy_to_user(argp, &regs, sizeof(regs)) ? -EFAULT : 0;
}

static long vcpu_set_regs(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_regs regs;

	if (copy_from_user(&regs, argp, sizeof(regs)))
		return -EFAULT;
	vmx_vcpu_load(&vcpu->vmx);
	regs_set(vcpu, &regs);
	vmx_vcpu_put(&vcpu->vmx);
	return 0;
}

static long vcpu_get_sregs(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_sregs sregs;

	vmx_vcpu_load(&vcpu->vmx);
	regs_get_sregs(vcpu, &sregs);
	vmx_vcpu_put(&vcpu->vmx);
	return copy_to_user(argp, &sregs, sizeof(sregs)) ? -EFAULT : 0;
}

static long vcpu_set_sregs(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_sregs sregs;
	int r;

	if (copy_from_user(&sregs, argp, sizeof(sregs)))
		return -EFAULT;
	vmx_vcpu_load(&vcpu->vmx);
	r = regs_set_sregs(vcpu, &sregs);
	vmx_vcpu_put(&vcpu->vmx);
	return r;
}

static long vcpu_get_fpu(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_fpu fpu;
	int r;

	memset(&fpu, 0, sizeof(fpu));
	r = fpu_get(vcpu, &fpu);
	if (r)
		return r;
	return copy_to_user(argp, &fpu, sizeof(fpu)) ? -EFAULT : 0;
}

static long vcpu_set_fpu(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_fpu fpu;

	if (copy_from_user(&fpu, argp, sizeof(fpu)))
		return -EFAULT;
	return fpu_set(vcpu, &fpu);
}

static long vcpu_interrupt(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_interrupt irq;

	if (copy_from_user(&irq, argp, sizeof(irq)))
		return -EFAULT;
	if (irq.irq >= KVM_NR_INTERRUPTS)
		return -EINVAL;
	/* As on KVM, a second one replaces one not yet taken. */
	vmx_queue_interrupt(&vcpu->vmx, irq.irq);
	return 0;
}

static long vcpu_set_signal_mask(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_signal_mask __user *user_mask = argp;
	struct kvm_signal_mask mask;
	sigset_t sigset;

	if (!argp) {
		vcpu->sigmask_set = false;
		return 0;
	}
	if (copy_from_user(&mask, argp, sizeof(mask)))
		return -EFAULT;
	if (mask.len != sizeof(sigset))
		return -EINVAL;
	if (copy_from_user(&sigset, user_mask->sigset, sizeof(sigset)))
		return -EFAULT;

	sigdelsetmask(&sigset, sigmask(SIGKILL) | sigmask(SIGSTOP));
	vcpu->sigmask = sigset;
	vcpu->sigmask_set = true;
	return 0;
}

static long vcpu_get_mp_state(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_mp_state state = { .mp_state = vcpu->mp_state };

	return copy_to_user(argp, &state, sizeof(state)) ? -EFAULT : 0;
}

static long vcpu_set_mp_state(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_mp_state state;

	if (copy_from_user(&state, argp, sizeof(state)))
		return -EFAULT;
	/* The other states belong to an in-kernel local APIC. */
	if (state.mp_state != KVM_MP_STATE_RUNNABLE)
		return -EINVAL;
	vcpu->mp_state = state.mp_state;
	return 0;
}

static long vcpu_ioctl_locked(struct vcpu *vcpu, unsigned int cmd,
			      unsigned long arg)
{
	void __user *argp = (void __user *)arg;

	switch (cmd) {
	case KVM_RUN:
		return arg ? -EINVAL : vcpu_run(vcpu);
	case KVM_GET_REGS:
		return vcpu_get_regs(vcpu, argp);
	case KVM_SET_REGS:
		return vcpu_set_regs(vcpu, argp);
	case KVM_GET_SREGS:
		return vcpu_get_sregs(vcpu, argp);
	case KVM_SET_SREGS:
		return vcpu_set_sregs(vcpu, argp);
	case KVM_GET_FPU:
		return vcpu_get_fpu(vcpu, argp);
	case KVM_SET_FPU:
		return vcpu_set_fpu(vcpu, argp);
	case KVM_GET_MSRS:
		return msr_ioctl_get(vcpu, argp);
	case KVM_SET_MSRS:
		return msr_ioctl_set(vcpu, argp);
	case KVM_SET_CPUID2:
		return cpuid_set(vcpu, argp);
	case KVM_GET_CPUID2:
		return cpuid_get(vcpu, argp);
	case KVM_INTERRUPT:
		return vcpu_interrupt(vcpu, argp);
	case KVM_NMI:
		vmx_queue_nmi(&vcpu->vmx);
		return 0;
	case KVM_SET_SIGNAL_MASK:
		return vcpu_set_signal_mask(vcpu, argp);
	case KVM_GET_MP_STATE:
		return vcpu_get_mp_state(vcpu, argp);
	case KVM_SET_MP_STATE:
		return vcpu_set_mp_state(vcpu, argp);
	default:
		return -EINVAL;
	}
}

static long vcpu_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vcpu *vcpu = file->private_data;
	long r;

	if (vcpu->vm->mm != current->mm || READ_ONCE(vcpu->vm->vmx.dead))
		return -EIO;
	if (_IOC_TYPE(cmd) != KVMIO)
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

	if (xa_load(&vm->vcpus, vcpu->id))
		return -EEXIST;
	if (vm->nr_vcpus >= VM_MAX_VCPUS)
		return -EINVAL;

	r = xa_err(xa_store(&vm->vcpus, vcpu->id, vcpu, GFP_KERNEL_ACCOUNT));
	if (r)
		return r;

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
