// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's time-stamp counter: the host's, multiplied and with an offset.
 *
 * SDM: "Changes to Instruction Behavior in VMX Non-Root Operation", RDTSC.
 */
#include <linux/math64.h>
#include <asm/msr.h>

#include "caps.h"
#include "vmcs.h"
#include "vmcs_access.h"

/**
 * vmx_has_tsc_scaling() - can a guest's TSC run at a frequency of its own?
 *
 * SDM: "Secondary Processor-Based VM-Execution Controls", use TSC scaling.
 */
bool vmx_has_tsc_scaling(void)
{
	return vmx_caps.proc2_allowed & SECONDARY_EXEC_TSC_SCALING;
}

/**
 * vmx_scaled_tsc() - the host's TSC at the guest's frequency
 * @v: the vCPU
 *
 * Context: any; vCPU mutex held.
 * Return: the guest's TSC without its offset, now.
 */
u64 vmx_scaled_tsc(const struct vmx_vcpu *v)
{
	u64 tsc = rdtsc();

	if (v->tsc_multiplier == VMX_TSC_UNSCALED)
		return tsc;
	return mul_u64_u64_shr(tsc, v->tsc_multiplier, VMX_TSC_FRACTION_BITS);
}

/**
 * vmx_set_tsc_offset() - what is added to the scaled TSC for the guest
 * @v: the vCPU
 * @offset: in ticks of the guest's TSC, modulo 2^64
 *
 * Context: the VMCS is current.
 */
void vmx_set_tsc_offset(struct vmx_vcpu *v, u64 offset)
{
	if (offset == v->tsc_offset)
		return;
	v->tsc_offset = offset;
	vmcs_write64(v, TSC_OFFSET, offset);
}

/**
 * vmx_set_tsc_multiplier() - choose the frequency of the guest's TSC
 * @v: the vCPU
 * @multiplier: guest's frequency by host's, with VMX_TSC_FRACTION_BITS; not 0;
 * other than VMX_TSC_UNSCALED only if vmx_has_tsc_scaling()
 *
 * SDM: "TSC multiplier" under "VM-Execution Control Fields".
 *
 * Context: the VMCS is current.
 */
void vmx_set_tsc_multiplier(struct vmx_vcpu *v, u64 multiplier)
{
	if (multiplier == v->tsc_multiplier)
		return;
	v->tsc_multiplier = multiplier;
	if (multiplier == VMX_TSC_UNSCALED) {
		vmx_set_proc2_controls(v, 0, SECONDARY_EXEC_TSC_SCALING);
		return;
	}
	vmcs_write64(v, TSC_MULTIPLIER, multiplier);
	vmx_set_proc2_controls(v, SECONDARY_EXEC_TSC_SCALING, 0);
}
