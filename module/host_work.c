// SPDX-License-Identifier: GPL-2.0
/*
 * What the host kernel wants of a task before it goes (back) to a guest:
 * signals, rescheduling, task work. The kernel does it in one exported function
 * made for KVM; this is the only file that sees KVM's structures.
 */
#include <linux/kvm_host.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "host_work.h"

/**
 * host_work() - do the host's pending work
 *
 * Context: process context, interrupts and preemption enabled, no VMCS loaded.
 * Return: 0, or -EINTR if a signal is pending.
 */
int host_work(void)
{
	/*
	 * The kernel's function reports a signal in the vCPU of KVM that it is
	 * called for. Ours is no such vCPU, so it gets this one, of which only
	 * the exit reason and a counter are written and nothing is read.
	 */
	static struct kvm_run scratch_run;
	static struct kvm_vcpu scratch_vcpu = { .run = &scratch_run };

	if (signal_pending(current))
		return -EINTR;
	return xfer_to_guest_mode_handle_work(&scratch_vcpu) ? -EINTR : 0;
}
