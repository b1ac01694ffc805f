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

#include <asm/cpufeature.h>
#include <asm/processor-flags.h>

#include "vmcs_access.h"
#include "vmx.h"

static inline bool vmx_cache_miss(struct vmx_vcpu *v, enum vmx_cached_field f)
{
	if (v->cached & BIT(f))
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

/*
 * What the guest reads. SDM: "Guest/Host Masks and Read Shadows for CR0 and
 * CR4".
 */
#define VMX_CR0_GUEST_OWNED	X86_CR0_TS

static inline unsigned long vmx_guest_cr0(struct vmx_vcpu *v)
{
	return (vmx_hw_cr0(v) & VMX_CR0_GUEST_OWNED) |
	       (v->cr0_shadow & ~VMX_CR0_GUEST_OWNED);
}

static inline unsigned long vmx_guest_cr4(struct vmx_vcpu *v)
{
	return (vmx_hw_cr4(v) & v->cr4_guest_owned) |
	       (v->cr4_shadow & ~v->cr4_guest_owned);
}

/* It changes by vmx_set_guest_efer() only. */
static inline u64 vmx_guest_efer(const struct vmx_vcpu *v)
{
	return v->efer;
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

/* What enter.c lends to the guest: it notices in vmx_enter() and vmx_reenter(). */
static inline void vmx_set_xcr0(struct vmx_vcpu *v, u64 xcr0)
{
	if (xcr0 == v->xcr0)
		return;
	v->xcr0 = xcr0;
	v->dirty |= VMX_DIRTY_XSTATE;
}

static inline void vmx_set_xss(struct vmx_vcpu *v, u64 xss)
{
	v->xss = xss;
	v->dirty |= VMX_DIRTY_XSTATE;
}

/* Exit fields. */
static inline u16 vmx_exit_reason(const struct vmx_vcpu *v)
{
	return v->exit.reason;
}

static inline bool vmx_entry_failed(const struct vmx_vcpu *v)
{
	return v->exit.reason & VMX_EXIT_REASONS_FAILED_VMENTRY;
}

static inline enum vmx_entry_outcome vmx_entry_outcome(const struct vmx_vcpu *v)
{
	if (v->exit.reason == VMX_NO_EXIT_REASON)
		return v->exit.without;
	return vmx_entry_failed(v) ? VMX_ENTRY_REFUSED : VMX_ENTRY_EXITED;
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

/*
 * Is the length good after an EPT violation by an instruction's own access?
 * The SDM does not promise it; KVM finds CPUs to give it after an EPT
 * misconfiguration, unless they are a hypervisor's.
 */
static inline bool vmx_ept_violation_has_insn_len(void)
{
	return !boot_cpu_has(X86_FEATURE_HYPERVISOR);
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
bool vmx_skip_insn(struct vmx_vcpu *v);
void vmx_read_skip_fields(struct vmx_vcpu *v);
bool vmx_skip_special_insn(struct vmx_vcpu *v);

#define VMX_SKIP_SHADOWS	(GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS)

/*
 * vmx_skip_insn() for where the call itself counts. What it needs is read at
 * once where nothing of it is known yet: asking for each takes as long as
 * reading it. RIP is written at once, for it changes always; what else can
 * change and mostly doesn't is left to vmx_skip_special_insn().
 */
static __always_inline bool __vmx_skip_insn(struct vmx_vcpu *v)
{
	const u32 fields = BIT(VMX_CACHED_RIP) | BIT(VMX_CACHED_INSN_LEN) |
			   BIT(VMX_CACHED_RFLAGS) |
			   BIT(VMX_CACHED_INTERRUPTIBILITY);
	unsigned long rip;

	if (likely(!(v->cached & fields))) {
		v->rip = vmcs_read_natural(v, GUEST_RIP);
		v->insn_len = vmcs_read32(v, VM_EXIT_INSTRUCTION_LEN);
		v->rflags = vmcs_read_natural(v, GUEST_RFLAGS);
		v->interruptibility =
			vmcs_read32(v, GUEST_INTERRUPTIBILITY_INFO);
		v->cached |= fields;
	} else {
		vmx_read_skip_fields(v);
	}

	rip = v->rip + v->insn_len;
	if (unlikely(((rip ^ v->rip) >> 32) |
		     (v->interruptibility & VMX_SKIP_SHADOWS) |
		     (v->rflags & (X86_EFLAGS_RF | X86_EFLAGS_TF))))
		return vmx_skip_special_insn(v);
	vmcs_write_natural(v, GUEST_RIP, rip);
	v->rip = rip;
	return false;
}

#endif /* MINIVMX_VMX_GUEST_H */
