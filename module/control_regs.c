// SPDX-License-Identifier: GPL-2.0
/*
 * The architecture's rules for writing control registers.
 *
 * All functions here need the vCPU mutex and the VMCS current. Those that say
 * so may put and load the vCPU because they read guest memory.
 */
#include <linux/kvm.h>
#include <asm/fpu/xcr.h>
#include <asm/processor.h>
#include <asm/msr-index.h>

#include "memslot.h"
#include "regs.h"
#include "vmx/guest.h"

#define CR0_DEFINED	(X86_CR0_PE | X86_CR0_MP | X86_CR0_EM | X86_CR0_TS | \
			 X86_CR0_ET | X86_CR0_NE | X86_CR0_WP | X86_CR0_AM | \
			 X86_CR0_NW | X86_CR0_CD | X86_CR0_PG)

/* Changes of these reload the PDPTEs when PAE paging is on ("PAE paging"). */
#define CR0_PDPTE_BITS	(X86_CR0_CD | X86_CR0_NW | X86_CR0_PG)
#define CR4_PDPTE_BITS	(X86_CR4_PGE | X86_CR4_PSE | X86_CR4_PAE | X86_CR4_SMEP)

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
	r = guest_mem_begin(vcpu->vm);
	if (!r) {
		r = guest_read(vcpu->vm, cr3 & GENMASK_ULL(31, 5), pdpte,
			       sizeof(pdpte));
		guest_mem_end(vcpu->vm);
	}
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

/* What depends on CR0's paging and cache bits. Returns 1 for #GP(0). */
static noinline int change_paging(struct vcpu *vcpu, unsigned long old,
			 unsigned long cr0)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	unsigned long cr4 = vmx_guest_cr4(v);
	u64 efer = vmx_guest_efer(v);

	if ((efer & EFER_LME) && !(old & X86_CR0_PG) && (cr0 & X86_CR0_PG) &&
	    (!(cr4 & X86_CR4_PAE) || (vmx_cs_ar(v) & VMX_AR_L_MASK)))
		return 1;
	if (!(cr0 & X86_CR0_PG) &&
	    (regs_long_mode(vcpu) || (cr4 & X86_CR4_PCIDE)))
		return 1;
	if (!(efer & EFER_LME) && (cr0 & X86_CR0_PG) && (cr4 & X86_CR4_PAE) &&
	    regs_load_pdptes(vcpu, vmx_hw_cr3(v)))
		return 1;

	if ((cr0 ^ old) & X86_CR0_PG)
		update_long_mode(v, cr0);
	return 0;
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

	if (!regs_is_valid_cr0(cr0))
		return 1;
	cr0 |= X86_CR0_ET;
	cr0 &= CR0_DEFINED;

	if (((cr0 ^ old) & CR0_PDPTE_BITS) && change_paging(vcpu, old, cr0))
		return 1;
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

	if (efer & ~REGS_EFER_DEFINED)
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

	vmx_set_xcr0(&vcpu->vmx, value);
	return 0;
}
