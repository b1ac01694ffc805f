/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest registers and exit fields as the rest of the module reads them: each
 * VMCS field is read at most once per exit, and only if somebody asks for it.
 *
 * All of these need the vCPU's VMCS to be current: preemption disabled between
 * vmx_vcpu_load() and vmx_vcpu_put().
 */
#ifndef MINIVMX_VMX_GUEST_H
#define MINIVMX_VMX_GUEST_H

#include "vmcs_access.h"
#include "vmx.h"

static inline bool vmx_cache_miss(struct vmx_vcpu *v, enum vmx_cached_field f)
{
	if (likely(v->cached & BIT(f)))
		return false;
	v->cached |= BIT(f);
	return true;
}

static inline void vmx_cache_dirty(struct vmx_vcpu *v, enum vmx_cached_field f)
{
	v->cached |= BIT(f);
	v->dirty |= BIT(f);
}

static inline unsigned long vmx_rip(struct vmx_vcpu *v)
{
	if (vmx_cache_miss(v, VMX_CACHED_RIP))
		v->rip = vmcs_read_natural(v, GUEST_RIP);
	return v->rip;
}

static inline void vmx_set_rip(struct vmx_vcpu *v, unsigned long rip)
{
	v->rip = rip;
	vmx_cache_dirty(v, VMX_CACHED_RIP);
}

static inline unsigned long vmx_rsp(struct vmx_vcpu *v)
{
	if (vmx_cache_miss(v, VMX_CACHED_RSP))
		v->gpr[VMX_RSP] = vmcs_read_natural(v, GUEST_RSP);
	return v->gpr[VMX_RSP];
}

static inline void vmx_set_rsp(struct vmx_vcpu *v, unsigned long rsp)
{
	v->gpr[VMX_RSP] = rsp;
	vmx_cache_dirty(v, VMX_CACHED_RSP);
}

static inline unsigned long vmx_gpr(struct vmx_vcpu *v, enum vmx_gpr reg)
{
	return reg == VMX_RSP ? vmx_rsp(v) : v->gpr[reg];
}

static inline void vmx_set_gpr(struct vmx_vcpu *v, enum vmx_gpr reg,
			       unsigned long value)
{
	if (reg == VMX_RSP)
		vmx_set_rsp(v, value);
	else
		v->gpr[reg] = value;
}

static inline unsigned long vmx_rflags(struct vmx_vcpu *v)
{
	if (vmx_cache_miss(v, VMX_CACHED_RFLAGS))
		v->rflags = vmcs_read_natural(v, GUEST_RFLAGS);
	return v->rflags;
}

static inline void vmx_set_rflags(struct vmx_vcpu *v, unsigned long rflags)
{
	v->rflags = rflags;
	vmx_cache_dirty(v, VMX_CACHED_RFLAGS);
}

static inline u32 vmx_interruptibility(struct vmx_vcpu *v)
{
	if (vmx_cache_miss(v, VMX_CACHED_INTERRUPTIBILITY))
		v->interruptibility =
			vmcs_read32(v, GUEST_INTERRUPTIBILITY_INFO);
	return v->interruptibility;
}

static inline void vmx_set_interruptibility(struct vmx_vcpu *v, u32 value)
{
	v->interruptibility = value;
	vmx_cache_dirty(v, VMX_CACHED_INTERRUPTIBILITY);
}

/* CR0, CR3, CR4 as the CPU sees them; the guest's own view needs the shadows. */
static inline unsigned long vmx_hw_cr0(struct vmx_vcpu *v)
{
	if (vmx_cache_miss(v, VMX_CACHED_CR0))
		v->cr0 = vmcs_read_natural(v, GUEST_CR0);
	return v->cr0;
}

static inline unsigned long vmx_hw_cr3(struct vmx_vcpu *v)
{
	if (vmx_cache_miss(v, VMX_CACHED_CR3))
		v->cr3 = vmcs_read_natural(v, GUEST_CR3);
	return v->cr3;
}

static inline unsigned long vmx_hw_cr4(struct vmx_vcpu *v)
{
	if (vmx_cache_miss(v, VMX_CACHED_CR4))
		v->cr4 = vmcs_read_natural(v, GUEST_CR4);
	return v->cr4;
}

static inline u32 vmx_cs_ar(struct vmx_vcpu *v)
{
	if (vmx_cache_miss(v, VMX_CACHED_CS_AR))
		v->cs_ar = vmcs_read32(v, GUEST_CS_AR_BYTES);
	return v->cs_ar;
}

/* DR7 as the CPU sees it: the guest's or a debugger's. */
static inline unsigned long vmx_hw_dr7(const struct vmx_vcpu *v)
{
	return v->debugger_has_dr ? v->debugger_dr7 : v->dr7;
}

/* Exit fields. */
static inline u16 vmx_exit_reason(const struct vmx_vcpu *v)
{
	return v->exit.reason;
}

static inline unsigned long vmx_qualification(struct vmx_vcpu *v)
{
	if (vmx_cache_miss(v, VMX_CACHED_QUALIFICATION))
		v->qualification = vmcs_read_natural(v, EXIT_QUALIFICATION);
	return v->qualification;
}

static inline u32 vmx_insn_len(struct vmx_vcpu *v)
{
	if (vmx_cache_miss(v, VMX_CACHED_INSN_LEN))
		v->insn_len = vmcs_read32(v, VM_EXIT_INSTRUCTION_LEN);
	return v->insn_len;
}

/* For exits without an instruction length: that which decoding has found. */
static inline void vmx_set_insn_len(struct vmx_vcpu *v, u32 len)
{
	v->insn_len = len;
	v->cached |= BIT(VMX_CACHED_INSN_LEN);
}

static inline u32 vmx_intr_info(struct vmx_vcpu *v)
{
	if (vmx_cache_miss(v, VMX_CACHED_INTR_INFO))
		v->intr_info = vmcs_read32(v, VM_EXIT_INTR_INFO);
	return v->intr_info;
}

/* Only of exits that can come in the delivery of an event: see vectoring.c. */
static inline u32 vmx_idt_vectoring(struct vmx_vcpu *v)
{
	if (vmx_cache_miss(v, VMX_CACHED_IDT_VECTORING))
		v->idt_vectoring = vmcs_read32(v, IDT_VECTORING_INFO_FIELD);
	return v->idt_vectoring;
}

/* guest.c: less frequent state. Same context. */
void vmx_get_segment(struct vmx_vcpu *v, enum vmx_sreg reg,
		     struct vmx_segment *seg);
void vmx_set_segment(struct vmx_vcpu *v, enum vmx_sreg reg,
		     const struct vmx_segment *seg);
void vmx_write_back(struct vmx_vcpu *v);
void vmx_skip_insn(struct vmx_vcpu *v);
void vmx_skip_insn_quietly(struct vmx_vcpu *v);	/* without single-step #DB: INT1 */

#endif /* MINIVMX_VMX_GUEST_H */
