// SPDX-License-Identifier: GPL-2.0
/*
 * Registers between the KVM ABI and the VMCS; control_regs.c has the rules for
 * writing control registers.
 *
 * All functions here need the vCPU mutex and the VMCS current, unless they say
 * otherwise.
 */
#include <linux/kvm.h>
#include <asm/apicdef.h>
#include <asm/fpu/xcr.h>
#include <asm/processor.h>
#include <asm/msr-index.h>

#include "fpu.h"
#include "guest_debug.h"
#include "msr.h"
#include "regs.h"
#include "vmx/event.h"
#include "vmx/guest.h"

/* ---- general-purpose registers ---- */

/**
 * regs_get() - KVM_GET_REGS
 * @vcpu: the vCPU
 * @regs: filled
 */
void regs_get(struct vcpu *vcpu, struct kvm_regs *regs)
{
	struct vmx_vcpu *v = &vcpu->vmx;

	regs->rax = v->gpr[VMX_RAX];
	regs->rbx = v->gpr[VMX_RBX];
	regs->rcx = v->gpr[VMX_RCX];
	regs->rdx = v->gpr[VMX_RDX];
	regs->rsi = v->gpr[VMX_RSI];
	regs->rdi = v->gpr[VMX_RDI];
	regs->rsp = vmx_rsp(v);
	regs->rbp = v->gpr[VMX_RBP];
	regs->r8 = v->gpr[VMX_R8];
	regs->r9 = v->gpr[VMX_R9];
	regs->r10 = v->gpr[VMX_R10];
	regs->r11 = v->gpr[VMX_R11];
	regs->r12 = v->gpr[VMX_R12];
	regs->r13 = v->gpr[VMX_R13];
	regs->r14 = v->gpr[VMX_R14];
	regs->r15 = v->gpr[VMX_R15];
	regs->rip = vmx_rip(v);
	regs->rflags = guest_debug_rflags(vcpu);
}

/**
 * regs_set() - KVM_SET_REGS
 * @vcpu: the vCPU
 * @regs: the values
 *
 * As on KVM an exception that waits for its delivery is dropped: it belonged to
 * the registers that are overwritten.
 */
void regs_set(struct vcpu *vcpu, const struct kvm_regs *regs)
{
	struct vmx_vcpu *v = &vcpu->vmx;

	v->gpr[VMX_RAX] = regs->rax;
	v->gpr[VMX_RBX] = regs->rbx;
	v->gpr[VMX_RCX] = regs->rcx;
	v->gpr[VMX_RDX] = regs->rdx;
	v->gpr[VMX_RSI] = regs->rsi;
	v->gpr[VMX_RDI] = regs->rdi;
	vmx_set_rsp(v, regs->rsp);
	v->gpr[VMX_RBP] = regs->rbp;
	v->gpr[VMX_R8] = regs->r8;
	v->gpr[VMX_R9] = regs->r9;
	v->gpr[VMX_R10] = regs->r10;
	v->gpr[VMX_R11] = regs->r11;
	v->gpr[VMX_R12] = regs->r12;
	v->gpr[VMX_R13] = regs->r13;
	v->gpr[VMX_R14] = regs->r14;
	v->gpr[VMX_R15] = regs->r15;
	vmx_set_rip(v, regs->rip);
	guest_debug_set_rflags(vcpu, regs->rflags | X86_EFLAGS_FIXED);
	vmx_drop_queued_exception(v);
	if (!guest_debug_single_steps(vcpu))
		vmx_drop_step(v);
}

/**
 * regs_cpl() - current privilege level
 * @vcpu: the vCPU
 *
 * Return: 0..3: the DPL of SS, which the SDM defines to be the CPL.
 */
unsigned int regs_cpl(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;

	/* CR0.PE is never the guest's own, so the shadow is right. */
	if (!(v->cr0_shadow & X86_CR0_PE))
		return 0;
	return VMX_AR_DPL(vmcs_read32(v, GUEST_SS_AR_BYTES));
}

/**
 * regs_long_mode() - is the vCPU in 64-bit mode?
 * @vcpu: the vCPU
 *
 * Return: true in IA-32e mode with a 64-bit code segment.
 */
bool regs_long_mode(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;

	return (v->entry_controls & VM_ENTRY_IA32E_MODE) &&
	       (vmx_cs_ar(v) & VMX_AR_L_MASK);
}

/* ---- extended control registers ---- */

/**
 * regs_get_xcrs() - KVM_GET_XCRS
 * @vcpu: the vCPU
 * @xcrs: filled in, zeroed by the caller
 *
 * Context: the VMCS need not be current.
 */
void regs_get_xcrs(struct vcpu *vcpu, struct kvm_xcrs *xcrs)
{
	if (!boot_cpu_has(X86_FEATURE_XSAVE))
		return;
	xcrs->nr_xcrs = 1;
	xcrs->xcrs[0].xcr = XCR_XFEATURE_ENABLED_MASK;
	xcrs->xcrs[0].value = vcpu->vmx.xcr0;
}

static int refuse_xcrs(struct vcpu *vcpu, const char *what, u64 value,
		       const char *reason)
{
	return explain_refusal(vcpu, KVM_SET_XCRS, what, value, reason);
}

/**
 * regs_set_xcrs() - KVM_SET_XCRS
 * @vcpu: the vCPU
 * @xcrs: the values; as on KVM, only the first one for XCR0 counts
 *
 * Context: the VMCS need not be current.
 * Return: 0, or -EINVAL.
 */
int regs_set_xcrs(struct vcpu *vcpu, const struct kvm_xcrs *xcrs)
{
	u32 i;

	if (!boot_cpu_has(X86_FEATURE_XSAVE))
		return refuse_xcrs(vcpu, "kvm_xcrs.nr_xcrs", xcrs->nr_xcrs,
				   "the CPU has no XSAVE, so no XCR0");
	if (xcrs->nr_xcrs > KVM_MAX_XCRS)
		return refuse_xcrs(vcpu, "kvm_xcrs.nr_xcrs", xcrs->nr_xcrs,
				   "there is room for 16 registers");
	if (xcrs->flags)
		return refuse_xcrs(vcpu, "kvm_xcrs.flags", xcrs->flags,
				   "there are no flags");

	for (i = 0; i < xcrs->nr_xcrs; i++)
		if (xcrs->xcrs[i].xcr == XCR_XFEATURE_ENABLED_MASK)
			break;
	if (i == xcrs->nr_xcrs ||
	    !regs_write_xcr(vcpu, XCR_XFEATURE_ENABLED_MASK, xcrs->xcrs[i].value))
		return 0;
	return explain_refused_bits(vcpu, KVM_SET_XCRS, "XCR0", xcrs->xcrs[i].value,
				    xcrs->xcrs[i].value & ~vcpu->cpuid.xcr0_supported &
				    ~(u64)XFEATURE_MASK_FP,
				    "XCR0 has x87 state, and else only complete sets of what the guest's CPUID has");
}

/* ---- debug registers ---- */

/**
 * regs_get_debugregs() - KVM_GET_DEBUGREGS
 * @vcpu: the vCPU
 * @dregs: filled
 */
void regs_get_debugregs(struct vcpu *vcpu, struct kvm_debugregs *dregs)
{
	const struct vmx_vcpu *v = &vcpu->vmx;
	int i;

	memset(dregs, 0, sizeof(*dregs));
	for (i = 0; i < ARRAY_SIZE(dregs->db); i++)
		dregs->db[i] = v->dr[i];
	dregs->dr6 = v->dr6;
	dregs->dr7 = v->dr7;
}

static int refuse_high_half(struct vcpu *vcpu, const char *what, u64 value)
{
	return explain_refused_bits(vcpu, KVM_SET_DEBUGREGS, what, value,
				    value & GENMASK_ULL(63, 32),
				    "bits 63:32 must be 0");
}

/**
 * regs_set_debugregs() - KVM_SET_DEBUGREGS
 * @vcpu: the vCPU
 * @dregs: the values
 *
 * Return: 0; -EINVAL with nothing changed for a flag (there is none) and for
 * the upper halves of DR6 and DR7.
 */
int regs_set_debugregs(struct vcpu *vcpu, const struct kvm_debugregs *dregs)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	int i;

	if (dregs->flags)
		return explain_refusal(vcpu, KVM_SET_DEBUGREGS, "kvm_debugregs.flags",
				       dregs->flags, "there are no flags");
	if (dregs->dr6 >> 32)
		return refuse_high_half(vcpu, "kvm_debugregs.dr6", dregs->dr6);
	if (dregs->dr7 >> 32)
		return refuse_high_half(vcpu, "kvm_debugregs.dr7", dregs->dr7);

	for (i = 0; i < ARRAY_SIZE(dregs->db); i++)
		v->dr[i] = dregs->db[i];
	v->dr6 = dregs->dr6;
	vmx_set_guest_dr7(v, dregs->dr7);
	return 0;
}

/**
 * regs_reset() - registers after RESET that the VMX room does not know
 * @vcpu: a vCPU just created, its VMCS with the state after RESET
 *
 * SDM: "IA-32 Processor States Following Power-up, Reset, or INIT".
 * Unlike its neighbours this one runs without the VMCS loaded.
 */
void regs_reset(struct vcpu *vcpu)
{
	/* EDX identifies the processor: family 6, as on KVM. */
	vcpu->vmx.gpr[VMX_RDX] = 0x600;
	vmx_set_xcr0(&vcpu->vmx, XFEATURE_MASK_FP);
	vcpu->cr8 = 0;
	vcpu->apic_base = APIC_DEFAULT_PHYS_BASE | MSR_IA32_APICBASE_ENABLE;
}
