// SPDX-License-Identifier: GPL-2.0
/*
 * Segment, control and table registers as the KVM ABI has them:
 * KVM_GET_SREGS, KVM_SET_SREGS and their successors.
 *
 * All functions here need the vCPU mutex and the VMCS current.
 */
#include <linux/bitfield.h>
#include <linux/kvm.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "msr_table.h"
#include "regs.h"
#include "vmx/event.h"
#include "vmx/guest.h"

/* ---- segments ---- */

/* Access rights as in the VMCS ("Guest Register State"). */
#define SEG_AR_TYPE		GENMASK(3, 0)
#define SEG_AR_S		BIT(4)
#define SEG_AR_DPL		GENMASK(6, 5)
#define SEG_AR_P		BIT(7)
#define SEG_AR_AVL		BIT(12)
#define SEG_AR_L		BIT(13)
#define SEG_AR_DB		BIT(14)
#define SEG_AR_G		BIT(15)
#define SEG_AR_UNUSABLE	BIT(16)

#define SEG_AR_TYPE_ACCESSED	BIT(0)

static void segment_to_kvm(struct vcpu *vcpu, enum vmx_sreg reg,
			   struct kvm_segment *to)
{
	struct vmx_segment from;
	u32 ar;

	vmx_get_segment(&vcpu->vmx, reg, &from);
	ar = from.access_rights;

	memset(to, 0, sizeof(*to));
	to->base = from.base;
	to->limit = from.limit;
	to->selector = from.selector;
	to->type = FIELD_GET(SEG_AR_TYPE, ar);
	to->s = FIELD_GET(SEG_AR_S, ar);
	to->dpl = FIELD_GET(SEG_AR_DPL, ar);
	to->avl = FIELD_GET(SEG_AR_AVL, ar);
	to->l = FIELD_GET(SEG_AR_L, ar);
	to->db = FIELD_GET(SEG_AR_DB, ar);
	to->g = FIELD_GET(SEG_AR_G, ar);
	to->unusable = FIELD_GET(SEG_AR_UNUSABLE, ar);
	/*
	 * A usable segment is present; VMMs that don't keep "unusable" find
	 * it again in "present", as on KVM.
	 */
	to->present = !to->unusable;
}

static void segment_from_kvm(struct vcpu *vcpu, enum vmx_sreg reg,
			     const struct kvm_segment *from)
{
	bool unusable = from->unusable || !from->present;
	struct vmx_segment to = {
		.base = from->base,
		.limit = from->limit,
		.selector = from->selector,
		.access_rights = FIELD_PREP(SEG_AR_TYPE, from->type & 15) |
				 FIELD_PREP(SEG_AR_S, from->s & 1) |
				 FIELD_PREP(SEG_AR_DPL, from->dpl & 3) |
				 FIELD_PREP(SEG_AR_P, from->present & 1) |
				 FIELD_PREP(SEG_AR_AVL, from->avl & 1) |
				 FIELD_PREP(SEG_AR_L, from->l & 1) |
				 FIELD_PREP(SEG_AR_DB, from->db & 1) |
				 FIELD_PREP(SEG_AR_G, from->g & 1) |
				 FIELD_PREP(SEG_AR_UNUSABLE, unusable),
	};

	/*
	 * VM entry wants every usable segment accessed, which many VMMs forget
	 * and KVM mends.
	 */
	if (reg != VMX_LDTR)
		to.access_rights |= SEG_AR_TYPE_ACCESSED;
	vmx_set_segment(&vcpu->vmx, reg, &to);
}

/* ---- special registers ---- */

/* struct kvm_sregs2 begins as struct kvm_sregs does, up to its last member. */
static_assert(offsetof(struct kvm_sregs, interrupt_bitmap) ==
	      offsetof(struct kvm_sregs2, flags));

static void get_common(struct vcpu *vcpu, struct kvm_sregs *sregs)
{
	struct vmx_vcpu *v = &vcpu->vmx;

	segment_to_kvm(vcpu, VMX_CS, &sregs->cs);
	segment_to_kvm(vcpu, VMX_DS, &sregs->ds);
	segment_to_kvm(vcpu, VMX_ES, &sregs->es);
	segment_to_kvm(vcpu, VMX_FS, &sregs->fs);
	segment_to_kvm(vcpu, VMX_GS, &sregs->gs);
	segment_to_kvm(vcpu, VMX_SS, &sregs->ss);
	segment_to_kvm(vcpu, VMX_TR, &sregs->tr);
	segment_to_kvm(vcpu, VMX_LDTR, &sregs->ldt);
	sregs->idt.base = vmcs_read_natural(v, GUEST_IDTR_BASE);
	sregs->idt.limit = vmcs_read32(v, GUEST_IDTR_LIMIT);
	sregs->gdt.base = vmcs_read_natural(v, GUEST_GDTR_BASE);
	sregs->gdt.limit = vmcs_read32(v, GUEST_GDTR_LIMIT);

	sregs->cr0 = vmx_guest_cr0(v);
	sregs->cr2 = v->cr2;
	sregs->cr3 = vmx_hw_cr3(v);
	sregs->cr4 = vmx_guest_cr4(v);
	sregs->cr8 = vcpu->cr8;
	sregs->efer = vmx_guest_efer(v);
	sregs->apic_base = vcpu->apic_base;
}

/**
 * regs_get_sregs() - KVM_GET_SREGS
 * @vcpu: the vCPU
 * @sregs: filled
 */
void regs_get_sregs(struct vcpu *vcpu, struct kvm_sregs *sregs)
{
	u32 info = vcpu->vmx.events.interrupt.info;

	memset(sregs, 0, sizeof(*sregs));
	get_common(vcpu, sregs);
	if ((info & INTR_INFO_VALID_MASK) &&
	    (info & INTR_INFO_INTR_TYPE_MASK) == INTR_TYPE_EXT_INTR)
		__set_bit(info & INTR_INFO_VECTOR_MASK,
			  (unsigned long *)sregs->interrupt_bitmap);
}

static bool has_pae_paging(const struct kvm_sregs *sregs)
{
	return regs_is_pae_paging(sregs->cr0, sregs->cr4, sregs->efer);
}

/**
 * regs_get_sregs2() - KVM_GET_SREGS2
 * @vcpu: the vCPU
 * @sregs2: filled; the PDPTEs only with PAE paging
 */
void regs_get_sregs2(struct vcpu *vcpu, struct kvm_sregs2 *sregs2)
{
	struct kvm_sregs *sregs = (struct kvm_sregs *)sregs2;
	struct vmx_vcpu *v = &vcpu->vmx;

	memset(sregs2, 0, sizeof(*sregs2));
	get_common(vcpu, sregs);
	if (!has_pae_paging(sregs))
		return;

	sregs2->pdptrs[0] = vmcs_read64(v, GUEST_PDPTR0);
	sregs2->pdptrs[1] = vmcs_read64(v, GUEST_PDPTR1);
	sregs2->pdptrs[2] = vmcs_read64(v, GUEST_PDPTR2);
	sregs2->pdptrs[3] = vmcs_read64(v, GUEST_PDPTR3);
	sregs2->flags = KVM_SREGS2_FLAGS_PDPTRS_VALID;
}

static bool refuse(struct vcpu *vcpu, const char *what, u64 value,
		   const char *reason)
{
	explain_refusal(vcpu, KVM_SET_SREGS, what, value, reason);
	return false;
}

static bool refuse_bits(struct vcpu *vcpu, const char *what, u64 value, u64 bits,
			const char *reason)
{
	explain_refused_bits(vcpu, KVM_SET_SREGS, what, value, bits, reason);
	return false;
}

static int refuse_apic_base(struct vcpu *vcpu, u64 apic_base)
{
	u64 bits = msr_apic_base_wrong_bits(vcpu, MSR_IA32_APICBASE, apic_base,
					    MSR_FROM_VMM);

	return explain_refused_bits(vcpu, KVM_SET_SREGS, "kvm_sregs.apic_base",
				    apic_base, bits,
				    "IA32_APIC_BASE cannot have this value");
}

static bool are_valid_sregs(struct vcpu *vcpu, const struct kvm_sregs *sregs)
{
	if ((sregs->efer & EFER_LME) && (sregs->cr0 & X86_CR0_PG)) {
		if (!(sregs->cr4 & X86_CR4_PAE))
			return refuse(vcpu, "kvm_sregs.cr4", sregs->cr4,
				      "64-bit paging needs CR4.PAE");
		if (!(sregs->efer & EFER_LMA))
			return refuse(vcpu, "kvm_sregs.efer", sregs->efer,
				      "with CR0.PG and EFER.LME, EFER.LMA is 1");
		if (!regs_is_legal_gpa(vcpu, sregs->cr3))
			return refuse(vcpu, "kvm_sregs.cr3", sregs->cr3,
				      "CR3 has bits beyond the physical-address width of the guest's CPUID");
	} else if (sregs->efer & EFER_LMA) {
		return refuse(vcpu, "kvm_sregs.efer", sregs->efer,
			      "EFER.LMA needs CR0.PG and EFER.LME");
	} else if (sregs->cs.l) {
		return refuse(vcpu, "kvm_sregs.cs.l", sregs->cs.l,
			      "a 64-bit code segment needs CR0.PG and EFER.LME");
	}
	if (sregs->cr4 & vcpu->cpuid.cr4_reserved)
		return refuse_bits(vcpu, "kvm_sregs.cr4", sregs->cr4,
				   sregs->cr4 & vcpu->cpuid.cr4_reserved,
				   "CR4 has bits of features that the guest's CPUID does not have");
	if (!regs_is_valid_cr0(sregs->cr0))
		return refuse(vcpu, "kvm_sregs.cr0", sregs->cr0,
			      "CR0.PG needs PE, NW needs CD, and bits 63:32 are 0");
	return true;
}

static void set_segments(struct vcpu *vcpu, const struct kvm_sregs *sregs)
{
	segment_from_kvm(vcpu, VMX_CS, &sregs->cs);
	segment_from_kvm(vcpu, VMX_DS, &sregs->ds);
	segment_from_kvm(vcpu, VMX_ES, &sregs->es);
	segment_from_kvm(vcpu, VMX_FS, &sregs->fs);
	segment_from_kvm(vcpu, VMX_GS, &sregs->gs);
	segment_from_kvm(vcpu, VMX_SS, &sregs->ss);
	segment_from_kvm(vcpu, VMX_TR, &sregs->tr);
	segment_from_kvm(vcpu, VMX_LDTR, &sregs->ldt);
}

/* @pdptes: NULL to load them from guest memory where PAE paging needs them. */
static int set_common(struct vcpu *vcpu, const struct kvm_sregs *sregs,
		      const u64 *pdptes)
{
	struct vmx_vcpu *v = &vcpu->vmx;

	if (!are_valid_sregs(vcpu, sregs))
		return -EINVAL;
	if (msr_set(vcpu, MSR_IA32_APICBASE, sregs->apic_base, MSR_FROM_VMM))
		return refuse_apic_base(vcpu, sregs->apic_base);

	vmcs_write_natural(v, GUEST_IDTR_BASE, sregs->idt.base);
	vmcs_write32(v, GUEST_IDTR_LIMIT, sregs->idt.limit);
	vmcs_write_natural(v, GUEST_GDTR_BASE, sregs->gdt.base);
	vmcs_write32(v, GUEST_GDTR_LIMIT, sregs->gdt.limit);

	v->cr2 = sregs->cr2;
	vmx_set_guest_cr3(v, sregs->cr3);
	/* As on KVM, a priority out of range leaves the old one. */
	regs_write_cr8(vcpu, sregs->cr8);
	vmx_set_guest_efer(v, sregs->efer);
	vmx_set_guest_cr0(v, sregs->cr0);
	vmx_set_guest_cr4(v, sregs->cr4);
	if (pdptes)
		vmx_set_guest_pdptes(v, pdptes);
	else if (has_pae_paging(sregs))
		/* As on KVM, bad ones are found out by the guest's first access. */
		regs_load_pdptes(vcpu, sregs->cr3);
	set_segments(vcpu, sregs);
	vmx_flush_linear(v);
	return 0;
}

/**
 * regs_set_sregs() - KVM_SET_SREGS
 * @vcpu: the vCPU
 * @sregs: the values
 *
 * May put and load the vCPU to read PDPTEs.
 *
 * Return: 0; -EINVAL with nothing changed for values that KVM refuses.
 */
int regs_set_sregs(struct vcpu *vcpu, const struct kvm_sregs *sregs)
{
	unsigned int vector;
	int r;

	r = set_common(vcpu, sregs, NULL);
	if (r)
		return r;

	vector = find_first_bit((const unsigned long *)sregs->interrupt_bitmap,
				KVM_NR_INTERRUPTS);
	if (vector < KVM_NR_INTERRUPTS)
		vmx_queue_interrupt(&vcpu->vmx, vector);
	return 0;
}

/**
 * regs_set_sregs2() - KVM_SET_SREGS2
 * @vcpu: the vCPU
 * @sregs2: the values; with KVM_SREGS2_FLAGS_PDPTRS_VALID the PDPTEs too
 *
 * May put and load the vCPU to read PDPTEs.
 *
 * Return: 0; -EINVAL with nothing changed for values that KVM refuses, an
 * unknown flag, and PDPTEs without PAE paging.
 */
int regs_set_sregs2(struct vcpu *vcpu, const struct kvm_sregs2 *sregs2)
{
	const struct kvm_sregs *sregs = (const struct kvm_sregs *)sregs2;
	bool have_pdptes = sregs2->flags & KVM_SREGS2_FLAGS_PDPTRS_VALID;
	int r;

	if (sregs2->flags & ~KVM_SREGS2_FLAGS_PDPTRS_VALID)
		return explain_refusal(vcpu, KVM_SET_SREGS2, "kvm_sregs2.flags",
				       sregs2->flags, "there is no such flag");
	if (have_pdptes && !has_pae_paging(sregs))
		return explain_refusal(vcpu, KVM_SET_SREGS2, "kvm_sregs2.flags",
				       sregs2->flags,
				       "PDPTEs need PAE paging: CR0.PG, CR4.PAE and no EFER.LME");
	r = set_common(vcpu, sregs, have_pdptes ? sregs2->pdptrs : NULL);
	if (r)
		vcpu->refusal.request = KVM_SET_SREGS2;
	return r;
}
