// SPDX-License-Identifier: GPL-2.0
/*
 * What a VMM must ask for before it can happen: KVM_ENABLE_CAP on a VM.
 */
#include <linux/kvm.h>
#include <linux/uaccess.h>
#include <asm/cpufeature.h>

#include "dirty_log.h"
#include "msr_filter.h"
#include "vm.h"
#include "vmx/vmcs.h"

/* ---- KVM_CAP_X86_DISABLE_EXITS ---- */

/* Waiting in MWAIT must neither miss interrupts nor stop the local APIC's timer. */
static bool can_wait_in_mwait(void)
{
	return boot_cpu_has(X86_FEATURE_MWAIT) &&
	       !boot_cpu_has_bug(X86_BUG_MONITOR) &&
	       boot_cpu_has(X86_FEATURE_ARAT);
}

/**
 * vm_exits_to_disable() - the value of KVM_CAP_X86_DISABLE_EXITS
 *
 * Return: KVM_X86_DISABLE_EXITS_*.
 */
int vm_exits_to_disable(void)
{
	int exits = KVM_X86_DISABLE_EXITS_HLT | KVM_X86_DISABLE_EXITS_PAUSE |
		    KVM_X86_DISABLE_EXITS_CSTATE;

	if (can_wait_in_mwait())
		exits |= KVM_X86_DISABLE_EXITS_MWAIT;
	return exits;
}

/* PAUSE never exits: nothing looks for guests that spin. */
static int vm_disable_exits(struct vm *vm, u64 exits)
{
	u32 controls = 0;

	if (exits & ~(u64)vm_exits_to_disable())
		return -EINVAL;

	if (exits & KVM_X86_DISABLE_EXITS_HLT)
		controls |= CPU_BASED_HLT_EXITING;
	if (exits & KVM_X86_DISABLE_EXITS_MWAIT)
		controls |= CPU_BASED_MWAIT_EXITING | CPU_BASED_MONITOR_EXITING;

	mutex_lock(&vm->lock);
	vmx_forgo_exiting(&vm->vmx, controls);
	if (exits & KVM_X86_DISABLE_EXITS_CSTATE) {
		vmx_pass_residency_msrs(&vm->vmx);
		msr_filter_apply(vm);
	}
	mutex_unlock(&vm->lock);
	return 0;
}

/* ---- the others ---- */

static int vm_enable_manual_dirty_log(struct vm *vm, u64 caps)
{
	if (caps & ~(u64)DIRTY_LOG_MANUAL_CAPS)
		return -EINVAL;
	if (caps && !(caps & KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE))
		return -EINVAL;
	WRITE_ONCE(vm->manual_dirty_log, caps);
	return 0;
}

static int vm_enable_user_space_msr(struct vm *vm, u64 reasons)
{
	if (reasons & ~(u64)MSR_EXIT_REASONS)
		return -EINVAL;
	WRITE_ONCE(vm->user_space_msr, reasons);
	return 0;
}

static int vm_exit_on_hypercalls(struct vm *vm, u64 numbers)
{
	if (numbers & ~(u64)VM_HYPERCALL_EXITS)
		return -EINVAL;
	WRITE_ONCE(vm->hypercall_exits, numbers);
	return 0;
}

/* Once; the first vCPU settles it, too. */
static int vm_limit_vcpu_ids(struct vm *vm, u64 limit)
{
	int r = 0;

	if (limit > VM_MAX_VCPU_ID)
		return -EINVAL;
	mutex_lock(&vm->lock);
	if (!vm->max_vcpu_id)
		vm->max_vcpu_id = limit;
	else if (vm->max_vcpu_id != limit)
		r = -EINVAL;
	mutex_unlock(&vm->lock);
	return r;
}

/**
 * vm_enable_cap() - KVM_ENABLE_CAP on a VM
 * @vm: the VM
 * @argp: struct kvm_enable_cap
 *
 * Context: may sleep; takes vm->lock.
 * Return: 0; -EINVAL for a capability that can't be enabled, or not with these
 * arguments, or not any more; -EFAULT.
 */
int vm_enable_cap(struct vm *vm, void __user *argp)
{
	struct kvm_enable_cap cap;

	if (copy_from_user(&cap, argp, sizeof(cap)))
		return -EFAULT;
	if (cap.flags)
		return -EINVAL;

	switch (cap.cap) {
	case KVM_CAP_DISABLE_QUIRKS2:
		if (cap.args[0] & ~(u64)VM_QUIRKS)
			return -EINVAL;
		fallthrough;
	case KVM_CAP_DISABLE_QUIRKS:
		WRITE_ONCE(vm->disabled_quirks, cap.args[0]);
		return 0;
	case KVM_CAP_X86_DISABLE_EXITS:
		return vm_disable_exits(vm, cap.args[0]);
	case KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2:
		return vm_enable_manual_dirty_log(vm, cap.args[0]);
	case KVM_CAP_EXIT_HYPERCALL:
		return vm_exit_on_hypercalls(vm, cap.args[0]);
	case KVM_CAP_MAX_VCPU_ID:
		return vm_limit_vcpu_ids(vm, cap.args[0]);
	case KVM_CAP_MSR_PLATFORM_INFO:
		WRITE_ONCE(vm->hide_platform_info, !cap.args[0]);
		return 0;
	case KVM_CAP_X86_USER_SPACE_MSR:
		return vm_enable_user_space_msr(vm, cap.args[0]);
	case KVM_CAP_EXCEPTION_PAYLOAD:
		WRITE_ONCE(vm->exception_payload, cap.args[0]);
		return 0;
	case KVM_CAP_X86_TRIPLE_FAULT_EVENT:
		WRITE_ONCE(vm->triple_fault_event, cap.args[0]);
		return 0;
	case KVM_CAP_EXIT_ON_EMULATION_FAILURE:
		if (cap.args[0] & ~1ull)
			return -EINVAL;
		WRITE_ONCE(vm->exit_on_emulation_failure, cap.args[0]);
		return 0;
	default:
		return -EINVAL;
	}
}
