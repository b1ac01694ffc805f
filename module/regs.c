// SPDX-License-Identifier: GPL-2.0
/*
 * Registers between the KVM ABI and the VMCS, and the architecture's rules for
 * writing control registers.
 *
 * All functions here need the vCPU mutex and the VMCS current. Those that say
 * so may put and load the vCPU because they read guest memory.
 */
#include <linux/kvm.h>
#include <asm/apicdef.h>
#include <asm/fpu/xcr.h>
#include <asm/processor.h>
#include <asm/msr-index.h>

#include "fpu.h"
#include "guest_debug.h"
#include "memslot.h"
#include "msr.h"
#include "regs.h"
#include "vmx/event.h"
#include "vmx/guest.h"

#define CR0_DEFINED	(X86_CR0_PE | X86_CR0_MP | X86_CR0_EM | X86_CR0_TS | \
			 X86_CR0_ET | X86_CR0_NE | X86_CR0_WP | X86_CR0_AM | \
			 X86_CR0_NW | X86_CR0_CD | X86_CR0_PG)

/* Changes of these reload the PDPTEs when PAE paging is on ("PAE paging"). */
#define CR0_PDPTE_BITS	(X86_CR0_CD | X86_CR0_NW | X86_CR0_PG)
#define CR4_PDPTE_BITS	(X86_CR4_PGE | X86_CR4_PSE | X86_CR4_PAE | X86_CR4_SMEP)

#define EFER_DEFINED	(EFER_SCE | EFER_LME | EFER_LMA | EFER_NX)

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

	if (!(vmx_hw_cr0(v) & X86_CR0_PE))
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

/* ---- control registers ---- */

static bool in_ia32e_mode(struct vmx_vcpu *v)
{
	return v->entry_controls & VM_ENTRY_IA32E_MODE;
}

/**
 * regs_is_pae_paging() - would these control registers mean PAE paging?
 * @cr0: CR0
 * @cr4: CR4
 * @efer: IA32_EFER
 *
 * SDM: "PAE Paging".
 */
bool regs_is_pae_paging(unsigned long cr0, unsigned long cr4, u64 efer)
{
	return (cr0 & X86_CR0_PG) && (cr4 & X86_CR4_PAE) && !(efer & EFER_LMA);
}

/**
 * regs_is_legal_gpa() - can this be a guest-physical address of the vCPU?
 * @vcpu: the vCPU
 * @gpa: any value
 */
bool regs_is_legal_gpa(struct vcpu *vcpu, u64 gpa)
{
	return !(gpa >> vcpu->cpuid.maxphyaddr);
}

/**
 * regs_load_pdptes() - load the PDPTEs from guest memory
 * @vcpu: the vCPU, which is put and loaded
 * @cr3: says where they are
 *
 * With EPT the CPU takes the PDPTEs from the VMCS at VM entry, so whoever turns
 * PAE paging on outside of the guest loads them. SDM: "PDPTE Registers".
 *
 * Return: 0, or 1 if they can't be read or are bad.
 */
int regs_load_pdptes(struct vcpu *vcpu, unsigned long cr3)
{
	u64 reserved = GENMASK_ULL(63, vcpu->cpuid.maxphyaddr) |
		       GENMASK_ULL(8, 5) | GENMASK_ULL(2, 1);
	u64 pdpte[4];
	int i, r;

	vmx_vcpu_put(&vcpu->vmx);
	r = guest_read(vcpu->vm, cr3 & GENMASK_ULL(31, 5), pdpte,
		       sizeof(pdpte));
	vmx_vcpu_load(&vcpu->vmx);
	if (r)
		return 1;

	for (i = 0; i < ARRAY_SIZE(pdpte); i++)
		if ((pdpte[i] & _PAGE_PRESENT) && (pdpte[i] & reserved))
			return 1;
	vmx_set_guest_pdptes(&vcpu->vmx, pdpte);
	return 0;
}

/**
 * regs_is_valid_cr0() - is this a combination of bits that CR0 can have?
 * @cr0: any value
 *
 * SDM: "Control Registers".
 */
bool regs_is_valid_cr0(unsigned long cr0)
{
	if (cr0 >> 32)
		return false;
	if ((cr0 & X86_CR0_NW) && !(cr0 & X86_CR0_CD))
		return false;
	if ((cr0 & X86_CR0_PG) && !(cr0 & X86_CR0_PE))
		return false;
	return true;
}

/* "Initializing IA-32e Mode": the 16-bit TSS of a loader is not allowed in it. */
static void fix_tr_for_long_mode(struct vmx_vcpu *v)
{
	u32 ar = vmcs_read32(v, GUEST_TR_AR_BYTES);

	if ((ar & VMX_AR_TYPE_MASK) != VMX_AR_TYPE_BUSY_64_TSS)
		vmcs_write32(v, GUEST_TR_AR_BYTES,
			     (ar & ~VMX_AR_TYPE_MASK) | VMX_AR_TYPE_BUSY_64_TSS);
}

/* EFER.LMA follows CR0.PG while EFER.LME is set. */
static void update_long_mode(struct vmx_vcpu *v, unsigned long cr0)
{
	u64 efer = vmx_guest_efer(v);

	if ((efer & EFER_LME) && (cr0 & X86_CR0_PG)) {
		if (efer & EFER_LMA)
			return;
		fix_tr_for_long_mode(v);
		vmx_set_guest_efer(v, efer | EFER_LMA);
	} else if (efer & EFER_LMA) {
		vmx_set_guest_efer(v, efer & ~EFER_LMA);
	}
}

/**
 * regs_write_cr0() - MOV to CR0, LMSW, CLTS
 * @vcpu: the vCPU
 * @cr0: the guest's new CR0
 *
 * SDM: "Control Registers", "Initializing IA-32e Mode". May put and load the
 * vCPU to read PDPTEs.
 *
 * Return: 0, or 1 if the instruction must raise #GP(0).
 */
int regs_write_cr0(struct vcpu *vcpu, unsigned long cr0)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	unsigned long old = vmx_guest_cr0(v);
	unsigned long cr4 = vmx_guest_cr4(v);
	u64 efer = vmx_guest_efer(v);

	if (!regs_is_valid_cr0(cr0))
		return 1;
	cr0 |= X86_CR0_ET;
	cr0 &= CR0_DEFINED;

	if ((efer & EFER_LME) && !(old & X86_CR0_PG) && (cr0 & X86_CR0_PG) &&
	    (!(cr4 & X86_CR4_PAE) || (vmx_cs_ar(v) & VMX_AR_L_MASK)))
		return 1;
	if (!(cr0 & X86_CR0_PG) &&
	    (regs_long_mode(vcpu) || (cr4 & X86_CR4_PCIDE)))
		return 1;
	if (!(efer & EFER_LME) && (cr0 & X86_CR0_PG) && (cr4 & X86_CR4_PAE) &&
	    ((cr0 ^ old) & CR0_PDPTE_BITS) && regs_load_pdptes(vcpu, vmx_hw_cr3(v)))
		return 1;

	if ((cr0 ^ old) & X86_CR0_PG)
		update_long_mode(v, cr0);
	vmx_set_guest_cr0(v, cr0);
	if ((cr0 ^ old) & (X86_CR0_PG | X86_CR0_WP | X86_CR0_PE))
		vmx_flush_linear(v);
	return 0;
}

/**
 * regs_write_cr3() - MOV to CR3 that exits
 * @vcpu: the vCPU
 * @cr3: the guest's new CR3
 *
 * May put and load the vCPU to read PDPTEs.
 *
 * Return: 0, or 1 if the instruction must raise #GP(0).
 */
int regs_write_cr3(struct vcpu *vcpu, unsigned long cr3)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	unsigned long cr4 = vmx_guest_cr4(v);

	if (cr4 & X86_CR4_PCIDE)
		cr3 &= ~X86_CR3_PCID_NOFLUSH;
	if (!regs_is_legal_gpa(vcpu, cr3))
		return 1;
	if (regs_is_pae_paging(vmx_guest_cr0(v), cr4, vmx_guest_efer(v)) &&
	    regs_load_pdptes(vcpu, cr3))
		return 1;

	vmx_set_guest_cr3(v, cr3);
	vmx_flush_linear(v);
	return 0;
}

/**
 * regs_write_cr4() - MOV to CR4
 * @vcpu: the vCPU
 * @cr4: the guest's new CR4
 *
 * May put and load the vCPU to read PDPTEs.
 *
 * Return: 0, or 1 if the instruction must raise #GP(0).
 */
int regs_write_cr4(struct vcpu *vcpu, unsigned long cr4)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	unsigned long old = vmx_guest_cr4(v);
	unsigned long changed = cr4 ^ old;

	if (cr4 & vcpu->cpuid.cr4_reserved)
		return 1;

	if (in_ia32e_mode(v)) {
		if (!(cr4 & X86_CR4_PAE) || (changed & X86_CR4_LA57))
			return 1;
	} else if (regs_is_pae_paging(vmx_guest_cr0(v), cr4, 0) &&
		   (changed & CR4_PDPTE_BITS) &&
		   regs_load_pdptes(vcpu, vmx_hw_cr3(v))) {
		return 1;
	}
	if ((cr4 & X86_CR4_PCIDE) && (changed & X86_CR4_PCIDE) &&
	    ((vmx_hw_cr3(v) & X86_CR3_PCID_MASK) || !in_ia32e_mode(v)))
		return 1;

	vmx_set_guest_cr4(v, cr4);
	if (changed & (X86_CR4_PGE | X86_CR4_PCIDE | X86_CR4_PAE |
		       X86_CR4_PSE | X86_CR4_SMEP | X86_CR4_SMAP | X86_CR4_PKE))
		vmx_flush_linear(v);
	return 0;
}

/**
 * regs_write_cr8() - MOV to CR8, kvm_run->cr8
 * @vcpu: the vCPU
 * @cr8: task priority, 0..15
 *
 * Return: 0, or 1 if a reserved bit is set.
 */
int regs_write_cr8(struct vcpu *vcpu, unsigned long cr8)
{
	if (cr8 & ~0xful)
		return 1;
	vcpu->cr8 = cr8;
	return 0;
}

/**
 * regs_write_efer() - WRMSR of IA32_EFER, KVM_SET_MSRS
 * @vcpu: the vCPU
 * @efer: the new value; EFER.LMA is kept as it is
 * @from_vmm: the VMM may change EFER.LME while paging is on
 *
 * Return: 0, or 1 if the instruction must raise #GP(0).
 */
int regs_write_efer(struct vcpu *vcpu, u64 efer, bool from_vmm)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	u64 old = vmx_guest_efer(v);

	if (efer & ~EFER_DEFINED)
		return 1;
	if (!from_vmm) {
		if ((efer & (EFER_LME | EFER_LMA)) &&
		    !cpuid_has(vcpu, X86_FEATURE_LM))
			return 1;
		if ((efer & EFER_NX) && !cpuid_has(vcpu, X86_FEATURE_NX))
			return 1;
		if ((vmx_guest_cr0(v) & X86_CR0_PG) &&
		    ((efer ^ old) & EFER_LME))
			return 1;
	}

	efer = (efer & ~EFER_LMA) | (old & EFER_LMA);
	vmx_set_guest_efer(v, efer);
	if ((efer ^ old) & EFER_NX)
		vmx_flush_linear(v);
	return 0;
}

/**
 * regs_write_xcr() - XSETBV
 * @vcpu: the vCPU
 * @index: number of the extended control register; only XCR0 exists
 * @value: its new value
 *
 * SDM: XSETBV, "XSAVE-Supported Features and State-Component Bitmaps".
 *
 * Return: 0, or 1 if the instruction must raise #GP(0).
 */
int regs_write_xcr(struct vcpu *vcpu, u32 index, u64 value)
{
	if (index != XCR_XFEATURE_ENABLED_MASK)
		return 1;
	if (!(value & XFEATURE_MASK_FP))
		return 1;
	if ((value & XFEATURE_MASK_YMM) && !(value & XFEATURE_MASK_SSE))
		return 1;
	if (value & ~(vcpu->cpuid.xcr0_supported | XFEATURE_MASK_FP))
		return 1;
	if (!(value & XFEATURE_MASK_BNDREGS) != !(value & XFEATURE_MASK_BNDCSR))
		return 1;
	if ((value & XFEATURE_MASK_AVX512) &&
	    ((value & XFEATURE_MASK_AVX512) != XFEATURE_MASK_AVX512 ||
	     !(value & XFEATURE_MASK_YMM)))
		return 1;

	vcpu->vmx.xcr0 = value;
	return 0;
}

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
		return -EINVAL;
	if (xcrs->nr_xcrs > KVM_MAX_XCRS || xcrs->flags)
		return explain_refusal(vcpu, KVM_SET_XCRS, "kvm_xcrs.flags",
				       xcrs->flags,
				       "there are no flags, and no more than 16 registers");

	for (i = 0; i < xcrs->nr_xcrs; i++)
		if (xcrs->xcrs[i].xcr == XCR_XFEATURE_ENABLED_MASK)
			break;
	if (i == xcrs->nr_xcrs ||
	    !regs_write_xcr(vcpu, XCR_XFEATURE_ENABLED_MASK, xcrs->xcrs[i].value))
		return 0;
	return explain_refusal(vcpu, KVM_SET_XCRS, "XCR0", xcrs->xcrs[i].value,
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

	if (dregs->flags || dregs->dr6 >> 32 || dregs->dr7 >> 32)
		return explain_refusal(vcpu, KVM_SET_DEBUGREGS, "kvm_debugregs.dr7",
				       dregs->dr7,
				       "there are no flags, and bits 63:32 of DR6 and DR7 are 0");

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
	vcpu->vmx.xcr0 = XFEATURE_MASK_FP;
	vcpu->cr8 = 0;
	vcpu->apic_base = APIC_DEFAULT_PHYS_BASE | MSR_IA32_APICBASE_ENABLE;
	if (!vcpu->id)
		vcpu->apic_base |= MSR_IA32_APICBASE_BSP;
}
