// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's time-stamp counter, as the KVM ABI sees it: its frequency, its
 * offset, and how the vCPUs of a VM are kept in step.
 *
 * A VMM that restores or starts a VM writes the TSC of each vCPU in turn, and
 * between two writes time passes. As on KVM, a write of about what the TSC of
 * the vCPU before it should be by now means "the same", and so does 0.
 */
#include <linux/kvm.h>
#include <linux/math64.h>
#include <linux/uaccess.h>
#include <asm/msr.h>
#include <asm/tsc.h>

#include "cpuid.h"
#include "explain.h"
#include "msr_table.h"
#include "vcpu.h"
#include "vmx/vmcs.h"

/* As far off the host's, another frequency counts as the same: KVM's tolerance. */
#define TOLERANCE_PPM	250
#define PPM		1000000

/**
 * tsc_can_scale() - can vCPUs have another frequency than the host?
 */
bool tsc_can_scale(void)
{
	return vmx_has_tsc_scaling();
}

/* ---- frequency ---- */

/* KVM's limit: the largest multiplier, and an ioctl that returns an int. */
static u32 max_khz(void)
{
	u64 max = mul_u64_u64_shr(~0ULL, tsc_khz, VMX_TSC_FRACTION_BITS);

	return min_t(u64, max, S32_MAX);
}

static bool is_hosts(u32 khz)
{
	u32 tolerance = mul_u64_u32_div(tsc_khz, TOLERANCE_PPM, PPM);

	return khz >= tsc_khz - tolerance && khz <= tsc_khz + tolerance;
}

/* 0 if there is none. */
static u64 multiplier_for(u32 khz)
{
	if (is_hosts(khz))
		return VMX_TSC_UNSCALED;
	if (!tsc_can_scale() || !tsc_khz || khz >= max_khz())
		return 0;
	return mul_u64_u32_div(VMX_TSC_UNSCALED, khz, tsc_khz);
}

/**
 * tsc_vm_init() - the TSC of a VM without vCPUs
 * @vm: the VM
 */
void tsc_vm_init(struct vm *vm)
{
	spin_lock_init(&vm->tsc.lock);
	vm->tsc.default_khz = tsc_khz;
}

/**
 * tsc_vm_set_khz() - KVM_SET_TSC_KHZ on a VM
 * @vm: the VM
 * @khz: the frequency of vCPUs to be created, in kHz; 0 for the host's
 *
 * Return: 0; -EINVAL for a frequency that the CPU can't give.
 */
int tsc_vm_set_khz(struct vm *vm, u32 khz)
{
	if (!khz)
		khz = tsc_khz;
	if (!multiplier_for(khz))
		return -EINVAL;
	WRITE_ONCE(vm->tsc.default_khz, khz);
	return 0;
}

/**
 * tsc_vm_khz() - KVM_GET_TSC_KHZ on a VM
 * @vm: the VM
 *
 * Return: the frequency of vCPUs to be created, in kHz.
 */
u32 tsc_vm_khz(struct vm *vm)
{
	return READ_ONCE(vm->tsc.default_khz);
}

static void set_khz(struct vcpu *vcpu, u32 khz, u64 multiplier)
{
	vcpu->tsc_khz = khz;
	vmx_vcpu_load(&vcpu->vmx);
	vmx_set_tsc_multiplier(&vcpu->vmx, multiplier);
	vmx_vcpu_put(&vcpu->vmx);
}

/**
 * tsc_vcpu_set_khz() - KVM_SET_TSC_KHZ on a vCPU
 * @vcpu: the vCPU
 * @khz: the frequency in kHz; 0 for the host's
 *
 * The offset stays: whoever changes the frequency writes the TSC after it.
 *
 * Context: vcpu->mutex held; may sleep.
 * Return: 0; -EINVAL for a frequency that the CPU can't give.
 */
int tsc_vcpu_set_khz(struct vcpu *vcpu, u32 khz)
{
	u64 multiplier;

	if (!khz)
		khz = tsc_khz;
	multiplier = multiplier_for(khz);
	if (!multiplier)
		return explain_refusal(vcpu, KVM_SET_TSC_KHZ, "tsc_khz", khz,
				       tsc_can_scale() ?
				       "too far from the host's frequency" :
				       "this CPU's VMX has no TSC scaling: only the host's frequency");

	set_khz(vcpu, khz, multiplier);
	return 0;
}

/* ---- vCPUs in step ---- */

static void set_offset(struct vcpu *vcpu, u64 offset, u64 asked_offset)
{
	struct vm_tsc *tsc = &vcpu->vm->tsc;

	lockdep_assert_held(&tsc->lock);

	tsc->khz = vcpu->tsc_khz;
	tsc->offset = offset;
	tsc->asked_offset = asked_offset;
	vmx_set_tsc_offset(&vcpu->vmx, offset);
}

/* Less than a second from where the TSC set last should be by now. */
static bool is_near(const struct vcpu *vcpu, u64 asked_offset)
{
	s64 second = (s64)vcpu->tsc_khz * 1000;
	s64 difference = asked_offset - vcpu->vm->tsc.asked_offset;

	return difference > -second && difference < second;
}

/* The VMM sets a vCPU's TSC: the VMCS is current. */
static void synchronise(struct vcpu *vcpu, u64 value)
{
	struct vm_tsc *tsc = &vcpu->vm->tsc;
	u64 asked_offset, offset;

	spin_lock(&tsc->lock);
	asked_offset = value - vmx_scaled_tsc(&vcpu->vmx);
	offset = asked_offset;
	if (tsc->khz == vcpu->tsc_khz &&
	    (!value || is_near(vcpu, asked_offset)))
		offset = tsc->offset;
	set_offset(vcpu, offset, asked_offset);
	spin_unlock(&tsc->lock);
}

/**
 * tsc_vcpu_init() - the frequency of a vCPU just created
 * @vcpu: the vCPU, its VMCS initialised
 *
 * Context: may sleep; nobody else knows the vCPU.
 */
void tsc_vcpu_init(struct vcpu *vcpu)
{
	u32 khz = tsc_vm_khz(vcpu->vm);

	set_khz(vcpu, khz, multiplier_for(khz));
}

/**
 * tsc_vcpu_synchronise() - start the TSC of a vCPU that becomes one of its VM's
 * @vcpu: the vCPU
 *
 * As on KVM: from 0 for the first one, and in step with it for the others.
 *
 * Context: may sleep; nobody else knows the vCPU.
 */
void tsc_vcpu_synchronise(struct vcpu *vcpu)
{
	vmx_vcpu_load(&vcpu->vmx);
	synchronise(vcpu, 0);
	vmx_vcpu_put(&vcpu->vmx);
}

/* ---- MSRs ---- */

/**
 * msr_get_tsc() - RDMSR of IA32_TIME_STAMP_COUNTER
 * @vcpu: the vCPU
 * @index: unused
 * @data: set to the guest's time-stamp counter
 * @origin: unused
 */
int msr_get_tsc(struct vcpu *vcpu, u32 index, u64 *data,
		enum msr_origin origin)
{
	*data = vmx_scaled_tsc(&vcpu->vmx) + vcpu->vmx.tsc_offset;
	return 0;
}

/**
 * msr_set_tsc() - WRMSR of IA32_TIME_STAMP_COUNTER
 * @vcpu: the vCPU
 * @index: unused
 * @data: the value
 * @origin: a guest's write shows in IA32_TSC_ADJUST
 *
 * SDM: "IA32_TSC_ADJUST MSR".
 */
int msr_set_tsc(struct vcpu *vcpu, u32 index, u64 data,
		enum msr_origin origin)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	u64 offset;

	if (origin == MSR_FROM_VMM) {
		synchronise(vcpu, data);
		return 0;
	}
	offset = data - vmx_scaled_tsc(v);
	vcpu->msrs.tsc_adjust += offset - v->tsc_offset;
	vmx_set_tsc_offset(v, offset);
	return 0;
}

/**
 * msr_set_tsc_adjust() - WRMSR of IA32_TSC_ADJUST
 * @vcpu: the vCPU
 * @index: unused
 * @data: the value
 * @origin: only a guest's write moves its TSC; the VMM restores both
 *
 * As on KVM, a guest without this feature in its CPUID writes in vain.
 */
int msr_set_tsc_adjust(struct vcpu *vcpu, u32 index, u64 data,
		       enum msr_origin origin)
{
	struct vmx_vcpu *v = &vcpu->vmx;

	if (!cpuid_has(vcpu, X86_FEATURE_TSC_ADJUST))
		return 0;
	if (origin == MSR_FROM_GUEST)
		vmx_set_tsc_offset(v, v->tsc_offset + data -
				      vcpu->msrs.tsc_adjust);
	vcpu->msrs.tsc_adjust = data;
	return 0;
}

/* ---- KVM_VCPU_TSC_CTRL ---- */

static long get_offset_attr(struct vcpu *vcpu, u64 __user *argp)
{
	return put_user(vcpu->vmx.tsc_offset, argp) ? -EFAULT : 0;
}

static long set_offset_attr(struct vcpu *vcpu, u64 __user *argp)
{
	struct vm_tsc *tsc = &vcpu->vm->tsc;
	u64 offset;

	if (get_user(offset, argp))
		return -EFAULT;
	vmx_vcpu_load(&vcpu->vmx);
	spin_lock(&tsc->lock);
	set_offset(vcpu, offset, offset);
	spin_unlock(&tsc->lock);
	vmx_vcpu_put(&vcpu->vmx);
	return 0;
}

/**
 * tsc_device_attr() - KVM_HAS_, KVM_GET_ and KVM_SET_DEVICE_ATTR on a vCPU
 * @vcpu: the vCPU
 * @cmd: which of them
 * @argp: struct kvm_device_attr; KVM_VCPU_TSC_OFFSET is the only attribute
 *
 * KVM API: "GROUP: KVM_VCPU_TSC_CTRL" (Documentation/virt/kvm/devices/vcpu.rst).
 *
 * Context: vcpu->mutex held; may sleep.
 * Return: 0; -ENXIO for another attribute; -EFAULT.
 */
long tsc_device_attr(struct vcpu *vcpu, unsigned int cmd, void __user *argp)
{
	struct kvm_device_attr attr;
	u64 __user *value;

	lockdep_assert_held(&vcpu->mutex);

	if (copy_from_user(&attr, argp, sizeof(attr)))
		return -EFAULT;
	if (attr.group != KVM_VCPU_TSC_CTRL ||
	    attr.attr != KVM_VCPU_TSC_OFFSET)
		return -ENXIO;

	value = u64_to_user_ptr(attr.addr);
	switch (cmd) {
	case KVM_HAS_DEVICE_ATTR:
		return 0;
	case KVM_GET_DEVICE_ATTR:
		return get_offset_attr(vcpu, value);
	default:
		return set_offset_attr(vcpu, value);
	}
}
