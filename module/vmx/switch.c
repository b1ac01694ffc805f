// SPDX-License-Identifier: GPL-2.0
/*
 * MSRs that neither VM entry nor the kernel itself looks at: SYSCALL's, TSC_AUX
 * and KERNEL_GS_BASE matter to user mode and to the guest only. They change
 * hands once per stay in the kernel, and only if the two sides' values differ.
 */
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <asm/cpufeature.h>
#include <asm/fsgsbase.h>
#include <asm/msr.h>

#include "../compat.h"
#include "enter.h"
#include "vmcs_access.h"

static const u32 msr_index[VMX_NR_SWITCHED_MSRS] = {
	[VMX_MSR_STAR]		 = MSR_STAR,
	[VMX_MSR_LSTAR]		 = MSR_LSTAR,
	[VMX_MSR_CSTAR]		 = MSR_CSTAR,
	[VMX_MSR_SFMASK]	 = MSR_SYSCALL_MASK,
	[VMX_MSR_TSC_AUX]	 = MSR_TSC_AUX,
	[VMX_MSR_KERNEL_GS_BASE] = MSR_KERNEL_GS_BASE,
};

/*
 * The host's values, but for KERNEL_GS_BASE, which is the task's. The kernel
 * writes these MSRs when a CPU comes online and never again.
 */
static DEFINE_PER_CPU(u64 [VMX_MSR_KERNEL_GS_BASE], host_msrs);

/*
 * CSTAR is for SYSCALL in compatibility mode, which no CPU with VMX has: the
 * guest's value is kept, but not loaded.
 */
static bool is_loaded(enum vmx_switched_msr msr)
{
	switch (msr) {
	case VMX_MSR_CSTAR:
		return false;
	case VMX_MSR_TSC_AUX:
		return cpu_feature_enabled(X86_FEATURE_RDTSCP) ||
		       cpu_feature_enabled(X86_FEATURE_RDPID);
	default:
		return true;
	}
}

/**
 * vmx_read_host_msrs() - read this CPU's host values, which don't change
 *
 * Context: once per CPU that comes into VMX root operation, on that CPU.
 */
void vmx_read_host_msrs(void)
{
	u64 *host = this_cpu_ptr(host_msrs);
	enum vmx_switched_msr msr;

	for (msr = 0; msr < VMX_MSR_KERNEL_GS_BASE; msr++)
		if (is_loaded(msr))
			rdmsrl(msr_index[msr], host[msr]);
}

/*
 * While swapped the kernel's own GS base is away, so nothing may be
 * instrumented, and interrupts are off; NMIs find the right base themselves.
 */
static noinstr u64 exchange_inactive_gs_base(u64 new)
{
	u64 old;

	asm volatile("swapgs\n\t"
		     "rdgsbase %[old]\n\t"
		     "wrgsbase %[new]\n\t"
		     "swapgs"
		     : [old] "=&r" (old)
		     : [new] "r" (new)
		     : "memory");
	return old;
}

static u64 exchange_kernel_gs_base(u64 new)
{
	unsigned long flags;
	u64 old;

	if (cpu_feature_enabled(X86_FEATURE_FSGSBASE) && compat_has_swapgs()) {
		local_irq_save(flags);
		old = exchange_inactive_gs_base(new);
		local_irq_restore(flags);
	} else {
		rdmsrl(MSR_KERNEL_GS_BASE, old);
		if (old != new)
			wrmsrl(MSR_KERNEL_GS_BASE, new);
	}
	return old;
}

/* From one side's values to the other's; they differ in none or few. */
static __always_inline void load_msrs(const u64 *from, const u64 *to,
				      enum vmx_switched_msr first,
				      enum vmx_switched_msr end)
{
	enum vmx_switched_msr msr;

	for (msr = first; msr < end; msr++)
		if (from[msr] != to[msr] && is_loaded(msr))
			wrmsrl(msr_index[msr], to[msr]);
}

/**
 * vmx_load_syscall_msrs() - give the guest its MSRs for SYSCALL
 * @v: the vCPU
 *
 * Part of vmx_load_guest_msrs(), or later when the guest sets EFER.SCE: as long
 * as SYSCALL is undefined in the guest nobody can tell whose these are.
 *
 * Context: preemption disabled by vmx_vcpu_load().
 */
void vmx_load_syscall_msrs(struct vmx_vcpu *v)
{
	if (v->syscall_msrs_loaded)
		return;
	load_msrs(this_cpu_ptr(host_msrs), v->msr, VMX_MSR_STAR,
		  VMX_MSR_TSC_AUX);
	v->syscall_msrs_loaded = true;
}

/**
 * vmx_load_guest_msrs() - give the guest its MSRs
 * @v: the vCPU
 *
 * Context: preemption disabled by vmx_vcpu_load(); not loaded yet.
 */
void vmx_load_guest_msrs(struct vmx_vcpu *v)
{
	vmcs_assert_current(v);

	if (v->efer & EFER_SCE)
		vmx_load_syscall_msrs(v);
	load_msrs(this_cpu_ptr(host_msrs), v->msr, VMX_MSR_TSC_AUX,
		  VMX_MSR_KERNEL_GS_BASE);
	v->host_kernel_gs_base =
		exchange_kernel_gs_base(v->msr[VMX_MSR_KERNEL_GS_BASE]);
	v->guest_msrs_loaded = true;
}

/**
 * vmx_load_host_msrs() - give the task its MSRs back
 * @v: the vCPU
 *
 * The guest can have written KERNEL_GS_BASE without an exit, the others not.
 *
 * Context: preemption disabled since vmx_load_guest_msrs(), on the same CPU.
 */
void vmx_load_host_msrs(struct vmx_vcpu *v)
{
	const u64 *host = this_cpu_ptr(host_msrs);

	vmcs_assert_current(v);

	v->msr[VMX_MSR_KERNEL_GS_BASE] =
		exchange_kernel_gs_base(v->host_kernel_gs_base);
	if (v->syscall_msrs_loaded)
		load_msrs(v->msr, host, VMX_MSR_STAR, VMX_MSR_TSC_AUX);
	load_msrs(v->msr, host, VMX_MSR_TSC_AUX, VMX_MSR_KERNEL_GS_BASE);
	v->syscall_msrs_loaded = false;
	v->guest_msrs_loaded = false;
}

/**
 * vmx_get_switched_msr() - the guest's value of an MSR that is switched here
 * @v: the vCPU
 * @msr: which
 *
 * Context: vCPU loaded if the guest's MSRs are.
 * Return: the value.
 */
u64 vmx_get_switched_msr(struct vmx_vcpu *v, enum vmx_switched_msr msr)
{
	if (v->guest_msrs_loaded && msr == VMX_MSR_KERNEL_GS_BASE)
		rdmsrl(MSR_KERNEL_GS_BASE, v->msr[msr]);
	return v->msr[msr];
}

/**
 * vmx_set_switched_msr() - change the guest's value of such an MSR
 * @v: the vCPU
 * @msr: which
 * @value: its new value: canonical where it is an address, reserved bits zero
 *
 * Context: vCPU loaded if the guest's MSRs are.
 */
void vmx_set_switched_msr(struct vmx_vcpu *v, enum vmx_switched_msr msr,
			  u64 value)
{
	bool in_cpu = v->guest_msrs_loaded &&
		      (msr >= VMX_MSR_TSC_AUX || v->syscall_msrs_loaded);

	v->msr[msr] = value;
	if (in_cpu && is_loaded(msr))
		wrmsrl(msr_index[msr], value);
}
