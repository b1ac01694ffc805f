// SPDX-License-Identifier: GPL-2.0
/*
 * MSRs whose values are in the CPU or in the VMCS while the guest runs.
 *
 * All functions here need the VMCS to be current. For those that fill a place
 * in the table of MSRs: 0, or 1 if the instruction must raise #GP(0).
 */
#include <asm/apicdef.h>
#include <asm/msr.h>
#include <asm/page.h>

#include "cpuid_features.h"
#include "msr_table.h"
#include "regs.h"
#include "vcpu.h"
#include "vmx/enter.h"

/**
 * msr_get_vmcs() - RDMSR of an MSR that has a field in the guest-state area
 * @vcpu: the vCPU
 * @index: the MSR
 * @data: set to its value
 * @origin: unused
 *
 * SDM: "Guest Register State".
 */
int msr_get_vmcs(struct vcpu *vcpu, u32 index, u64 *data,
		 enum msr_origin origin)
{
	struct vmx_vcpu *v = &vcpu->vmx;

	switch (index) {
	case MSR_FS_BASE:
		*data = vmcs_read_natural(v, GUEST_FS_BASE);
		return 0;
	case MSR_GS_BASE:
		*data = vmcs_read_natural(v, GUEST_GS_BASE);
		return 0;
	case MSR_IA32_SYSENTER_CS:
		*data = vmcs_read32(v, GUEST_SYSENTER_CS);
		return 0;
	case MSR_IA32_SYSENTER_ESP:
		*data = vmcs_read_natural(v, GUEST_SYSENTER_ESP);
		return 0;
	case MSR_IA32_SYSENTER_EIP:
		*data = vmcs_read_natural(v, GUEST_SYSENTER_EIP);
		return 0;
	case MSR_IA32_CR_PAT:
		*data = vmcs_read64(v, GUEST_IA32_PAT);
		return 0;
	default:
		return 1;
	}
}

/**
 * msr_set_vmcs() - WRMSR of an MSR that has a field in the guest-state area
 * @vcpu: the vCPU
 * @index: the MSR
 * @data: the value
 * @origin: unused
 */
int msr_set_vmcs(struct vcpu *vcpu, u32 index, u64 data,
		 enum msr_origin origin)
{
	struct vmx_vcpu *v = &vcpu->vmx;

	switch (index) {
	case MSR_FS_BASE:
	case MSR_GS_BASE:
		if (msr_vmcs_wrong_bits(vcpu, index, data, origin))
			return 1;
		if (index == MSR_FS_BASE)
			vmcs_write_natural(v, GUEST_FS_BASE, data);
		else
			vmcs_write_natural(v, GUEST_GS_BASE, data);
		return 0;
	case MSR_IA32_SYSENTER_CS:
		vmcs_write32(v, GUEST_SYSENTER_CS, data);
		return 0;
	case MSR_IA32_SYSENTER_ESP:
	case MSR_IA32_SYSENTER_EIP:
		/* As on KVM: made canonical, or VM entry would fail. */
		data ^= msr_address_wrong_bits(vcpu, data);
		if (index == MSR_IA32_SYSENTER_ESP)
			vmcs_write_natural(v, GUEST_SYSENTER_ESP, data);
		else
			vmcs_write_natural(v, GUEST_SYSENTER_EIP, data);
		return 0;
	case MSR_IA32_CR_PAT:
		if (msr_pat_wrong_bits(data))
			return 1;
		vmcs_write64(v, GUEST_IA32_PAT, data);
		return 0;
	default:
		return 1;
	}
}

static enum vmx_switched_msr switched_msr(u32 index)
{
	switch (index) {
	case MSR_STAR:
		return VMX_MSR_STAR;
	case MSR_LSTAR:
		return VMX_MSR_LSTAR;
	case MSR_CSTAR:
		return VMX_MSR_CSTAR;
	case MSR_SYSCALL_MASK:
		return VMX_MSR_SFMASK;
	case MSR_TSC_AUX:
		return VMX_MSR_TSC_AUX;
	case MSR_KERNEL_GS_BASE:
		return VMX_MSR_KERNEL_GS_BASE;
	default:
		return VMX_NR_SWITCHED_MSRS;
	}
}

/**
 * msr_get_switched() - RDMSR of an MSR that is switched in software
 * @vcpu: the vCPU
 * @index: the MSR
 * @data: set to its value
 * @origin: unused
 */
int msr_get_switched(struct vcpu *vcpu, u32 index, u64 *data,
		     enum msr_origin origin)
{
	enum vmx_switched_msr i = switched_msr(index);

	if (i == VMX_NR_SWITCHED_MSRS)
		return 1;
	*data = vmx_get_switched_msr(&vcpu->vmx, i);
	return 0;
}

/**
 * msr_set_switched() - WRMSR of an MSR that is switched in software
 * @vcpu: the vCPU
 * @index: the MSR
 * @data: the value
 * @origin: unused
 *
 * Nothing that the CPU would refuse may get as far as vmx_set_switched_msr().
 */
int msr_set_switched(struct vcpu *vcpu, u32 index, u64 data,
		     enum msr_origin origin)
{
	enum vmx_switched_msr i = switched_msr(index);

	if (i == VMX_NR_SWITCHED_MSRS ||
	    msr_switched_wrong_bits(vcpu, index, data, origin))
		return 1;
	/* Where the upper half is not refused it is ignored. */
	if (i == VMX_MSR_TSC_AUX)
		data = (u32)data;
	vmx_set_switched_msr(&vcpu->vmx, i, data);
	return 0;
}

/**
 * msr_tsc_aux_exists() - whether IA32_TSC_AUX is there
 * @vcpu: the vCPU
 * @index: unused
 * @origin: the guest needs one of the instructions that read it
 */
bool msr_tsc_aux_exists(const struct vcpu *vcpu, u32 index,
			enum msr_origin origin)
{
	return origin == MSR_FROM_VMM ||
	       cpuid_has(vcpu, X86_FEATURE_RDTSCP) ||
	       cpuid_has(vcpu, X86_FEATURE_RDPID);
}

/**
 * msr_get_efer() - RDMSR of IA32_EFER
 * @vcpu: the vCPU
 * @index: unused
 * @data: set to its value
 * @origin: unused
 */
int msr_get_efer(struct vcpu *vcpu, u32 index, u64 *data,
		 enum msr_origin origin)
{
	*data = vmx_guest_efer(&vcpu->vmx);
	return 0;
}

/**
 * msr_set_efer() - WRMSR of IA32_EFER
 * @vcpu: the vCPU
 * @index: unused
 * @data: the value
 * @origin: see regs_write_efer()
 */
int msr_set_efer(struct vcpu *vcpu, u32 index, u64 data,
		 enum msr_origin origin)
{
	return regs_write_efer(vcpu, data, origin == MSR_FROM_VMM);
}

/**
 * msr_get_apic_base() - RDMSR of IA32_APIC_BASE
 * @vcpu: the vCPU
 * @index: unused
 * @data: set to its value
 * @origin: unused
 */
int msr_get_apic_base(struct vcpu *vcpu, u32 index, u64 *data,
		      enum msr_origin origin)
{
	*data = vcpu->apic_base;
	return 0;
}

/**
 * msr_set_apic_base() - WRMSR of IA32_APIC_BASE
 * @vcpu: the vCPU
 * @index: unused
 * @data: the value
 * @origin: see msr_apic_base_wrong_bits()
 */
int msr_set_apic_base(struct vcpu *vcpu, u32 index, u64 data,
		      enum msr_origin origin)
{
	if (msr_apic_base_wrong_bits(vcpu, index, data, origin))
		return 1;
	vcpu->apic_base = data;
	return 0;
}

/**
 * msr_get_xss() - RDMSR of IA32_XSS
 * @vcpu: the vCPU
 * @index: unused
 * @data: set to its value
 * @origin: unused
 */
int msr_get_xss(struct vcpu *vcpu, u32 index, u64 *data,
		enum msr_origin origin)
{
	*data = vcpu->vmx.xss;
	return 0;
}

/**
 * msr_set_xss() - WRMSR of IA32_XSS
 * @vcpu: the vCPU
 * @index: unused
 * @data: the value
 * @origin: unused
 */
int msr_set_xss(struct vcpu *vcpu, u32 index, u64 data,
		enum msr_origin origin)
{
	if (msr_xss_wrong_bits(vcpu, index, data, origin))
		return 1;
	vmx_set_xss(&vcpu->vmx, data);
	return 0;
}

/**
 * msr_spec_ctrl_exists() - whether IA32_SPEC_CTRL is there
 * @vcpu: the vCPU
 * @index: unused
 * @origin: the guest needs one of the features that it controls
 */
bool msr_spec_ctrl_exists(const struct vcpu *vcpu, u32 index,
			  enum msr_origin origin)
{
	return origin == MSR_FROM_VMM ||
	       cpuid_has(vcpu, X86_FEATURE_SPEC_CTRL) ||
	       cpuid_has(vcpu, X86_FEATURE_INTEL_STIBP) ||
	       cpuid_has(vcpu, X86_FEATURE_SPEC_CTRL_SSBD);
}

/**
 * msr_get_spec_ctrl() - RDMSR of IA32_SPEC_CTRL
 * @vcpu: the vCPU
 * @index: unused
 * @data: set to its value
 * @origin: unused
 */
int msr_get_spec_ctrl(struct vcpu *vcpu, u32 index, u64 *data,
		      enum msr_origin origin)
{
	*data = vcpu->vmx.spec_ctrl;
	return 0;
}

/**
 * msr_set_spec_ctrl() - WRMSR of IA32_SPEC_CTRL
 * @vcpu: the vCPU
 * @index: unused
 * @data: the value
 * @origin: unused
 */
int msr_set_spec_ctrl(struct vcpu *vcpu, u32 index, u64 data,
		      enum msr_origin origin)
{
	if (msr_spec_ctrl_wrong_bits(vcpu, index, data, origin))
		return 1;
	vcpu->vmx.spec_ctrl = data;
	return 0;
}

/**
 * msr_set_pred_cmd() - WRMSR of IA32_PRED_CMD
 * @vcpu: the vCPU
 * @index: unused
 * @data: the command
 * @origin: the VMM's writes have nothing to restore
 */
int msr_set_pred_cmd(struct vcpu *vcpu, u32 index, u64 data,
		     enum msr_origin origin)
{
	if (msr_pred_cmd_wrong_bits(vcpu, index, data, origin))
		return 1;
	if (data && origin == MSR_FROM_GUEST)
		wrmsrl(MSR_IA32_PRED_CMD, PRED_CMD_IBPB);
	return 0;
}

/**
 * msr_set_debugctl() - WRMSR of IA32_DEBUGCTL
 * @vcpu: the vCPU
 * @index: unused
 * @data: the value
 * @origin: unused
 */
int msr_set_debugctl(struct vcpu *vcpu, u32 index, u64 data,
		     enum msr_origin origin)
{
	return msr_debugctl_wrong_bits(vcpu, index, data, origin) ? 1 : 0;
}
