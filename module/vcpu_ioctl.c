// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctls of a vCPU file: copying, checks of what was copied, and who does
 * the rest.
 */
#include <linux/kvm.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "events.h"
#include "explain.h"
#include "guest_debug.h"
#include "mce.h"
#include "minivmx.h"
#include "regs.h"
#include "run.h"
#include "vcpu.h"
#include "vmx/event.h"

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

static long vcpu_get_sregs2(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_sregs2 sregs2;

	vmx_vcpu_load(&vcpu->vmx);
	regs_get_sregs2(vcpu, &sregs2);
	vmx_vcpu_put(&vcpu->vmx);
	return copy_to_user(argp, &sregs2, sizeof(sregs2)) ? -EFAULT : 0;
}

static long vcpu_set_sregs2(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_sregs2 sregs2;
	int r;

	if (copy_from_user(&sregs2, argp, sizeof(sregs2)))
		return -EFAULT;
	vmx_vcpu_load(&vcpu->vmx);
	r = regs_set_sregs2(vcpu, &sregs2);
	vmx_vcpu_put(&vcpu->vmx);
	return r;
}

static long vcpu_get_debugregs(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_debugregs dregs;

	vmx_vcpu_load(&vcpu->vmx);
	regs_get_debugregs(vcpu, &dregs);
	vmx_vcpu_put(&vcpu->vmx);
	return copy_to_user(argp, &dregs, sizeof(dregs)) ? -EFAULT : 0;
}

static long vcpu_set_debugregs(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_debugregs dregs;
	int r;

	if (copy_from_user(&dregs, argp, sizeof(dregs)))
		return -EFAULT;
	vmx_vcpu_load(&vcpu->vmx);
	r = regs_set_debugregs(vcpu, &dregs);
	vmx_vcpu_put(&vcpu->vmx);
	return r;
}

static long vcpu_get_events(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_vcpu_events events;

	vmx_vcpu_load(&vcpu->vmx);
	events_get(vcpu, &events);
	vmx_vcpu_put(&vcpu->vmx);
	return copy_to_user(argp, &events, sizeof(events)) ? -EFAULT : 0;
}

static long vcpu_set_events(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_vcpu_events events;
	int r;

	if (copy_from_user(&events, argp, sizeof(events)))
		return -EFAULT;
	vmx_vcpu_load(&vcpu->vmx);
	r = events_set(vcpu, &events);
	vmx_vcpu_put(&vcpu->vmx);
	return r;
}

static long vcpu_get_xcrs(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_xcrs xcrs;

	memset(&xcrs, 0, sizeof(xcrs));
	regs_get_xcrs(vcpu, &xcrs);
	return copy_to_user(argp, &xcrs, sizeof(xcrs)) ? -EFAULT : 0;
}

static long vcpu_set_xcrs(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_xcrs xcrs;

	if (copy_from_user(&xcrs, argp, sizeof(xcrs)))
		return -EFAULT;
	return regs_set_xcrs(vcpu, &xcrs);
}

static long vcpu_get_xsave(struct vcpu *vcpu, void __user *argp)
{
	unsigned int size = fpu_xsave_size(vcpu);
	void *xsave;
	long r;

	xsave = kzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!xsave)
		return -ENOMEM;
	fpu_get_xsave(vcpu, xsave);
	r = copy_to_user(argp, xsave, size) ? -EFAULT : 0;
	kfree(xsave);
	return r;
}

static long vcpu_set_xsave(struct vcpu *vcpu, void __user *argp)
{
	void *xsave = memdup_user(argp, fpu_xsave_size(vcpu));
	long r;

	if (IS_ERR(xsave))
		return PTR_ERR(xsave);
	r = fpu_set_xsave(vcpu, xsave);
	kfree(xsave);
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

static long vcpu_setup_mce(struct vcpu *vcpu, void __user *argp)
{
	u64 mcg_cap;

	if (copy_from_user(&mcg_cap, argp, sizeof(mcg_cap)))
		return -EFAULT;
	return mce_vcpu_setup(vcpu, mcg_cap);
}

static long vcpu_set_mce(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_x86_mce mce;

	if (copy_from_user(&mce, argp, sizeof(mce)))
		return -EFAULT;
	return mce_vcpu_inject(vcpu, &mce);
}

static long vcpu_set_guest_debug(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_guest_debug dbg;
	int r;

	if (copy_from_user(&dbg, argp, sizeof(dbg)))
		return -EFAULT;
	vmx_vcpu_load(&vcpu->vmx);
	r = guest_debug_set(vcpu, &dbg);
	vmx_vcpu_put(&vcpu->vmx);
	return r;
}

static long vcpu_enable_cap(struct vcpu *vcpu, void __user *argp)
{
	struct kvm_enable_cap cap;

	if (copy_from_user(&cap, argp, sizeof(cap)))
		return -EFAULT;
	/*
	 * Paravirtual features that CPUID does not have are refused, asked for
	 * or not: there is none but NOP_IO_DELAY, which has nothing to refuse.
	 */
	if (!cap.flags && cap.cap == KVM_CAP_ENFORCE_PV_FEATURE_CPUID)
		return 0;
	return -EINVAL;
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

/* Blocks of state, in and out. */
static long vcpu_state_ioctl(struct vcpu *vcpu, unsigned int cmd,
			     void __user *argp)
{
	switch (cmd) {
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
	case KVM_GET_SREGS2:
		return vcpu_get_sregs2(vcpu, argp);
	case KVM_SET_SREGS2:
		return vcpu_set_sregs2(vcpu, argp);
	case KVM_GET_DEBUGREGS:
		return vcpu_get_debugregs(vcpu, argp);
	case KVM_SET_DEBUGREGS:
		return vcpu_set_debugregs(vcpu, argp);
	case KVM_GET_VCPU_EVENTS:
		return vcpu_get_events(vcpu, argp);
	case KVM_SET_VCPU_EVENTS:
		return vcpu_set_events(vcpu, argp);
	case KVM_GET_XCRS:
		return vcpu_get_xcrs(vcpu, argp);
	case KVM_SET_XCRS:
		return vcpu_set_xcrs(vcpu, argp);
	case KVM_GET_XSAVE:
	case KVM_GET_XSAVE2:
		return vcpu_get_xsave(vcpu, argp);
	case KVM_SET_XSAVE:
		return vcpu_set_xsave(vcpu, argp);
	case KVM_GET_MP_STATE:
		return vcpu_get_mp_state(vcpu, argp);
	case KVM_SET_MP_STATE:
		return vcpu_set_mp_state(vcpu, argp);
	default:
		return -EINVAL;
	}
}

/**
 * vcpu_ioctl_locked() - an ioctl of a vCPU file
 * @vcpu: the vCPU
 * @cmd: KVM_*
 * @arg: its argument: a number or an address in the VMM
 *
 * Context: vcpu->mutex held; may sleep.
 * Return: what the KVM API says of @cmd; -EINVAL for one that is not known.
 */
long vcpu_ioctl_locked(struct vcpu *vcpu, unsigned int cmd, unsigned long arg)
{
	void __user *argp = (void __user *)arg;

	if (_IOC_TYPE(cmd) == MINIVMX_IO)
		return explain_ioctl(vcpu, cmd, argp);

	switch (cmd) {
	case KVM_RUN:
		return arg ? -EINVAL : vcpu_run(vcpu);
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
	case KVM_SET_GUEST_DEBUG:
		return vcpu_set_guest_debug(vcpu, argp);
	case KVM_GET_STATS_FD:
		return stats_vcpu_fd(vcpu);
	case KVM_GET_TSC_KHZ:
		return vcpu->tsc_khz;
	case KVM_SET_TSC_KHZ:
		return tsc_vcpu_set_khz(vcpu, arg);
	case KVM_HAS_DEVICE_ATTR:
	case KVM_GET_DEVICE_ATTR:
	case KVM_SET_DEVICE_ATTR:
		return tsc_device_attr(vcpu, cmd, argp);
	case KVM_X86_SETUP_MCE:
		return vcpu_setup_mce(vcpu, argp);
	case KVM_X86_SET_MCE:
		return vcpu_set_mce(vcpu, argp);
	case KVM_ENABLE_CAP:
		return vcpu_enable_cap(vcpu, argp);
	default:
		return vcpu_state_ioctl(vcpu, cmd, argp);
	}
}
