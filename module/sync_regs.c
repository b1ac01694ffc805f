// SPDX-License-Identifier: GPL-2.0
/*
 * Registers in kvm_run, which spare the VMM the ioctls: KVM_CAP_SYNC_REGS.
 *
 * The VMM may change kvm_run at any time, so each block is copied before
 * anybody looks at it.
 */
#include <linux/kvm.h>
#include <linux/string.h>

#include "events.h"
#include "regs.h"
#include "sync_regs.h"

static void accept_regs(struct vcpu *vcpu)
{
	struct kvm_regs regs = vcpu->run->s.regs.regs;

	barrier();
	regs_set(vcpu, &regs);
}

static int accept_sregs(struct vcpu *vcpu)
{
	struct kvm_sregs sregs = vcpu->run->s.regs.sregs;

	barrier();
	return regs_set_sregs(vcpu, &sregs);
}

static int accept_events(struct vcpu *vcpu)
{
	struct kvm_vcpu_events events = vcpu->run->s.regs.events;

	barrier();
	return events_set(vcpu, &events);
}

/**
 * sync_regs_accept() - take over what the VMM says it has changed
 * @vcpu: the vCPU; kvm_run->kvm_dirty_regs says which blocks, and loses the
 *	bits of those that were accepted
 *
 * Context: vcpu->mutex held, the VMCS current; may put and load the vCPU.
 * Return: 0; -EINVAL for an unknown block here or in kvm_valid_regs, and for
 * values that the block's ioctl refuses.
 */
int sync_regs_accept(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	u64 dirty = READ_ONCE(run->kvm_dirty_regs);

	if ((READ_ONCE(run->kvm_valid_regs) | dirty) &
	    ~(u64)KVM_SYNC_X86_VALID_FIELDS)
		return -EINVAL;
	if (likely(!dirty))
		return 0;

	if (dirty & KVM_SYNC_X86_REGS) {
		accept_regs(vcpu);
		run->kvm_dirty_regs &= ~KVM_SYNC_X86_REGS;
	}
	if (dirty & KVM_SYNC_X86_SREGS) {
		if (accept_sregs(vcpu))
			return -EINVAL;
		run->kvm_dirty_regs &= ~KVM_SYNC_X86_SREGS;
	}
	if (dirty & KVM_SYNC_X86_EVENTS) {
		if (accept_events(vcpu))
			return -EINVAL;
		run->kvm_dirty_regs &= ~KVM_SYNC_X86_EVENTS;
	}
	return 0;
}

/**
 * sync_regs_report() - give the VMM the blocks that it asked for
 * @vcpu: the vCPU; kvm_run->kvm_valid_regs says which
 *
 * Context: vcpu->mutex held, the VMCS current.
 */
void sync_regs_report(struct vcpu *vcpu)
{
	u64 wanted = READ_ONCE(vcpu->run->kvm_valid_regs);
	struct kvm_sync_regs *to = &vcpu->run->s.regs;

	BUILD_BUG_ON(sizeof(*to) > SYNC_REGS_SIZE_BYTES);

	if (likely(!wanted))
		return;
	if (wanted & KVM_SYNC_X86_REGS)
		regs_get(vcpu, &to->regs);
	if (wanted & KVM_SYNC_X86_SREGS)
		regs_get_sregs(vcpu, &to->sregs);
	if (wanted & KVM_SYNC_X86_EVENTS)
		events_get(vcpu, &to->events);
}
