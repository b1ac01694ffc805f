// SPDX-License-Identifier: GPL-2.0
/*
 * Guest state and controls that are read and written less often than guest.h's.
 *
 * All of this needs the vCPU's VMCS to be current.
 */
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "caps.h"
#include "enter.h"
#include "guest.h"
#include "insn.h"
#include "vmcs.h"
#include "vmcs_access.h"

/* ---- segments ---- */

/* The fields of one kind follow each other in the order of enum vmx_sreg. */
#define SEGMENT_FIELD(first, reg)	((first) + 2 * (reg))

/**
 * vmx_get_segment() - read a segment register
 * @v: the vCPU
 * @reg: which
 * @seg: filled
 *
 * SDM: "Guest Register State".
 */
void vmx_get_segment(struct vmx_vcpu *v, enum vmx_sreg reg,
		     struct vmx_segment *seg)
{
	seg->selector = vmcs_read_any(v, SEGMENT_FIELD(GUEST_ES_SELECTOR, reg));
	seg->base = vmcs_read_any(v, SEGMENT_FIELD(GUEST_ES_BASE, reg));
	seg->limit = vmcs_read_any(v, SEGMENT_FIELD(GUEST_ES_LIMIT, reg));
	seg->access_rights =
		vmcs_read_any(v, SEGMENT_FIELD(GUEST_ES_AR_BYTES, reg));
}

/**
 * vmx_set_segment() - write a segment register
 * @v: the vCPU
 * @reg: which
 * @seg: its value; VM entry checks it
 *
 * SDM: "Guest Register State".
 */
void vmx_set_segment(struct vmx_vcpu *v, enum vmx_sreg reg,
		     const struct vmx_segment *seg)
{
	vmcs_write_any(v, SEGMENT_FIELD(GUEST_ES_SELECTOR, reg), seg->selector);
	vmcs_write_any(v, SEGMENT_FIELD(GUEST_ES_BASE, reg), seg->base);
	vmcs_write_any(v, SEGMENT_FIELD(GUEST_ES_LIMIT, reg), seg->limit);
	vmcs_write_any(v, SEGMENT_FIELD(GUEST_ES_AR_BYTES, reg),
		       seg->access_rights);
	if (reg == VMX_CS) {
		v->cs_ar = seg->access_rights;
		v->cached |= BIT(VMX_CACHED_CS_AR);
	}
}

/* ---- registers and the instruction pointer ---- */

/**
 * vmx_write_back() - write the registers changed since the last exit
 * @v: the vCPU
 */
void vmx_write_back(struct vmx_vcpu *v)
{
	u32 dirty = v->dirty;

	if (dirty & BIT(VMX_CACHED_RIP))
		vmcs_write_natural(v, GUEST_RIP, v->rip);
	if (dirty & BIT(VMX_CACHED_RSP))
		vmcs_write_natural(v, GUEST_RSP, v->gpr[VMX_RSP]);
	if (dirty & BIT(VMX_CACHED_RFLAGS))
		vmcs_write_natural(v, GUEST_RFLAGS, v->rflags);
	if (dirty & BIT(VMX_CACHED_INTERRUPTIBILITY))
		vmcs_write32(v, GUEST_INTERRUPTIBILITY_INFO,
			     v->interruptibility);
	v->dirty = 0;
}

/* ---- completing an instruction ---- */

static bool in_64bit_mode(struct vmx_vcpu *v)
{
	return (v->entry_controls & VM_ENTRY_IA32E_MODE) &&
	       (vmx_cs_ar(v) & VMX_AR_L_MASK);
}

/**
 * vmx_read_skip_fields() - read what completing an instruction needs
 * @v: the vCPU
 *
 * For vmx_skip_insn() where some of it is known already.
 */
void vmx_read_skip_fields(struct vmx_vcpu *v)
{
	vmx_rip(v);
	vmx_insn_len(v);
	vmx_rflags(v);
	vmx_interruptibility(v);
}

/**
 * vmx_skip_special_insn() - vmx_skip_insn() where not only RIP changes
 * @v: the vCPU, all fields read
 *
 * Return: as vmx_skip_insn().
 */
bool vmx_skip_special_insn(struct vmx_vcpu *v)
{
	unsigned long rip = v->rip + v->insn_len;

	/* Only a carry out of the lower half needs to know the mode. */
	if ((rip ^ v->rip) >> 32 && !in_64bit_mode(v))
		rip = (u32)rip;
	vmcs_write_natural(v, GUEST_RIP, rip);
	v->rip = rip;

	if (v->interruptibility & VMX_SKIP_SHADOWS)
		vmx_set_interruptibility(v, v->interruptibility &
					    ~VMX_SKIP_SHADOWS);
	/* One that has not moved RIP was an iteration and goes on. */
	if ((v->rflags & X86_EFLAGS_RF) && v->insn_len)
		vmx_set_rflags(v, v->rflags & ~X86_EFLAGS_RF);
	return v->rflags & X86_EFLAGS_TF;
}

/**
 * vmx_skip_insn() - complete the instruction that has caused the exit
 * @v: the vCPU
 *
 * RIP moves past it, and blocking by STI and MOV SS ends. Only for exits that
 * provide the instruction's length. A single-step trap after it is the caller's
 * to raise.
 *
 * SDM: "Information for VM Exits Due to Instruction Execution".
 *
 * Return: true if single-stepping (RFLAGS.TF) traps after the instruction.
 */
bool vmx_skip_insn(struct vmx_vcpu *v)
{
	return __vmx_skip_insn(v);
}

/* ---- controls ---- */

/**
 * vmx_set_proc_controls() - change primary processor-based controls
 * @v: the vCPU
 * @set: bits to set; they must be in vmx_caps.proc_allowed
 * @clear: bits to clear
 */
void vmx_set_proc_controls(struct vmx_vcpu *v, u32 set, u32 clear)
{
	u32 controls = (v->proc_controls & ~clear) | set;

	if (controls == v->proc_controls)
		return;
	v->proc_controls = controls;
	vmcs_write32(v, CPU_BASED_VM_EXEC_CONTROL, controls);
}

/**
 * vmx_set_proc2_controls() - change secondary processor-based controls
 * @v: the vCPU
 * @set: bits to set; those that the CPU doesn't have are left out
 * @clear: bits to clear
 */
void vmx_set_proc2_controls(struct vmx_vcpu *v, u32 set, u32 clear)
{
	u32 controls = (v->proc2_controls & ~clear) |
		       (set & vmx_caps.proc2_allowed);

	if (controls == v->proc2_controls)
		return;
	v->proc2_controls = controls;
	vmcs_write32(v, SECONDARY_VM_EXEC_CONTROL, controls);
}

/**
 * vmx_set_entry_controls() - change VM-entry controls
 * @v: the vCPU
 * @set: bits to set
 * @clear: bits to clear
 */
void vmx_set_entry_controls(struct vmx_vcpu *v, u32 set, u32 clear)
{
	u32 controls = (v->entry_controls & ~clear) | set;

	if (controls == v->entry_controls)
		return;
	v->entry_controls = controls;
	vmcs_write32(v, VM_ENTRY_CONTROLS, controls);
}

/**
 * vmx_set_exception_bitmap() - choose the exceptions that cause VM exits
 * @v: the vCPU
 * @bitmap: by vector; #DB, #AC and #MC must be among them
 */
void vmx_set_exception_bitmap(struct vmx_vcpu *v, u32 bitmap)
{
	if (bitmap == v->exception_bitmap)
		return;
	v->exception_bitmap = bitmap;
	vmcs_write32(v, EXCEPTION_BITMAP, bitmap);
}

/* ---- control and debug registers ---- */

/**
 * vmx_set_guest_cr0() - give the guest a new CR0
 * @v: the vCPU
 * @cr0: the guest's value, checked by the caller
 *
 * VMX fixes CR0.NE; unrestricted guest frees PE and PG. VM entry does not load
 * CD and NW, so they live in the read shadow only.
 *
 * SDM: "Checks on Guest Control Registers, Debug Registers, and MSRs".
 */
void vmx_set_guest_cr0(struct vmx_vcpu *v, unsigned long cr0)
{
	const unsigned long freed = X86_CR0_PE | X86_CR0_PG;
	unsigned long hw = cr0 & ~(X86_CR0_CD | X86_CR0_NW);

	hw |= vmx_caps.cr0_fixed0 & ~freed;
	vmcs_write_natural(v, CR0_READ_SHADOW, cr0);
	vmcs_write_natural(v, GUEST_CR0, hw);
	v->cr0_shadow = cr0;
	v->cr0 = hw;
	v->cached |= BIT(VMX_CACHED_CR0);
}

/**
 * vmx_set_guest_cr3() - give the guest a new CR3
 * @v: the vCPU
 * @cr3: the guest's value, checked by the caller
 *
 * Translations are not flushed, and PDPTEs not loaded, by this.
 */
void vmx_set_guest_cr3(struct vmx_vcpu *v, unsigned long cr3)
{
	vmcs_write_natural(v, GUEST_CR3, cr3);
	v->cr3 = cr3;
	v->cached |= BIT(VMX_CACHED_CR3);
}

/**
 * vmx_set_guest_cr4() - give the guest a new CR4
 * @v: the vCPU
 * @cr4: the guest's value, checked by the caller
 *
 * VMX fixes CR4.VMXE, and CR4.MCE is the host's.
 */
void vmx_set_guest_cr4(struct vmx_vcpu *v, unsigned long cr4)
{
	unsigned long hw = cr4 & ~X86_CR4_MCE;

	hw |= vmx_caps.cr4_always;
	vmcs_write_natural(v, CR4_READ_SHADOW, cr4);
	vmcs_write_natural(v, GUEST_CR4, hw);
	if ((cr4 ^ v->cr4_shadow) & (X86_CR4_OSXSAVE | X86_CR4_PKE))
		v->dirty |= VMX_DIRTY_XSTATE;
	v->cr4_shadow = cr4;
	v->cr4 = hw;
	v->cached |= BIT(VMX_CACHED_CR4);
}

/**
 * vmx_set_cr4_guest_owned() - choose the CR4 bits that change without an exit
 * @v: the vCPU
 * @allowed: the bits that this guest may set at all; of VMX_CR4_GUEST_OWNED the
 * others exit, so that #GP can be raised
 */
void vmx_set_cr4_guest_owned(struct vmx_vcpu *v, unsigned long allowed)
{
	unsigned long owned = allowed & VMX_CR4_GUEST_OWNED;
	unsigned long cr4 = vmx_guest_cr4(v);

	if (owned == v->cr4_guest_owned)
		return;
	v->cr4_guest_owned = owned;
	vmcs_write_natural(v, CR4_GUEST_HOST_MASK, ~owned);
	vmx_set_guest_cr4(v, cr4);
}

/**
 * vmx_set_guest_efer() - give the guest a new IA32_EFER
 * @v: the vCPU
 * @efer: its value; EFER.LMA chooses IA-32e mode
 */
void vmx_set_guest_efer(struct vmx_vcpu *v, u64 efer)
{
	if (efer & EFER_LMA)
		vmx_set_entry_controls(v, VM_ENTRY_IA32E_MODE, 0);
	else
		vmx_set_entry_controls(v, 0, VM_ENTRY_IA32E_MODE);
	vmcs_write64(v, GUEST_IA32_EFER, efer);
	v->efer = efer;
	if ((efer & EFER_SCE) && v->guest_msrs_loaded)
		vmx_load_syscall_msrs(v);
}

/**
 * vmx_set_guest_pdptes() - load the PDPTEs of a guest with PAE paging
 * @v: the vCPU
 * @pdpte: the four entries
 */
void vmx_set_guest_pdptes(struct vmx_vcpu *v, const u64 pdpte[4])
{
	vmcs_write64(v, GUEST_PDPTR0, pdpte[0]);
	vmcs_write64(v, GUEST_PDPTR1, pdpte[1]);
	vmcs_write64(v, GUEST_PDPTR2, pdpte[2]);
	vmcs_write64(v, GUEST_PDPTR3, pdpte[3]);
}

/**
 * vmx_set_guest_dr7() - give the guest a new DR7
 * @v: the vCPU
 * @dr7: its value; the upper half is zero
 *
 * If it enables breakpoints, DR0-DR3 are loaded before each entry.
 */
void vmx_set_guest_dr7(struct vmx_vcpu *v, unsigned long dr7)
{
	v->dr7 = dr7;
	vmcs_write_natural(v, GUEST_DR7, vmx_hw_dr7(v));
}

/**
 * vmx_set_debugger_dr7() - put a debugger's breakpoints in place of the guest's
 * @v: the vCPU; debugger_dr has the addresses
 * @has_dr: false: the guest's own are effective
 * @dr7: the debugger's DR7; the upper half is zero
 */
void vmx_set_debugger_dr7(struct vmx_vcpu *v, bool has_dr, unsigned long dr7)
{
	v->debugger_has_dr = has_dr;
	v->debugger_dr7 = dr7;
	vmcs_write_natural(v, GUEST_DR7, vmx_hw_dr7(v));
}

/**
 * vmx_flush_linear() - forget the guest's linear translations
 * @v: the vCPU
 *
 * For emulated changes of CR0, CR3, CR4 and IA32_EFER that the CPU would
 * answer with a flush. Without VPID each VM entry flushes anyway.
 *
 * SDM: "Operations that Invalidate Cached Mappings".
 */
void vmx_flush_linear(struct vmx_vcpu *v)
{
	bool single = vmx_caps.ept_vpid & VMX_CAP_INVVPID_SINGLE;
	enum vmx_outcome outcome;

	vmcs_assert_current(v);
	if (!v->vpid)
		return;
	outcome = invvpid(single ? VMX_VPID_EXTENT_SINGLE_CONTEXT :
				   VMX_VPID_EXTENT_ALL_CONTEXT, v->vpid, 0);
	if (outcome != VMX_SUCCEED)
		vmx_insn_failed(v, "INVVPID", v->vpid, outcome);
}
