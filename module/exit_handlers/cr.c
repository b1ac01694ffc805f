// SPDX-License-Identifier: GPL-2.0
/*
 * Control-register accesses and XSETBV.
 */
#include <linux/bitfield.h>

#include "../regs.h"
#include "../vmx/guest.h"
#include "handlers.h"

/* "Exit Qualification for Control-Register Accesses" */
#define CR_QUAL_NUMBER		GENMASK(3, 0)
#define CR_QUAL_ACCESS		GENMASK(5, 4)
#define CR_QUAL_GPR		GENMASK(11, 8)
#define CR_QUAL_LMSW_SOURCE	GENMASK(31, 16)

enum cr_access { CR_MOV_TO, CR_MOV_FROM, CR_CLTS, CR_LMSW };

/* Lowering the task priority may let an interrupt of the VMM's APIC through. */
static int mov_to_cr8(struct vcpu *vcpu, unsigned long value)
{
	u64 old = vcpu->cr8;

	if (regs_write_cr8(vcpu, value))
		return raise_gp(vcpu);
	if (old <= value)
		return EXIT_NEXT_INSN;
	vcpu_exit_to_user(vcpu, KVM_EXIT_SET_TPR);
	return EXIT_TO_USER_NEXT_INSN;
}

static int mov_to_cr(struct vcpu *vcpu, unsigned int cr, unsigned long value)
{
	int r;

	switch (cr) {
	case 0:
		r = regs_write_cr0(vcpu, value);
		break;
	case 3:
		r = regs_write_cr3(vcpu, value);
		break;
	case 4:
		r = regs_write_cr4(vcpu, value);
		break;
	case 8:
		return mov_to_cr8(vcpu, value);
	default:
		return handle_unknown(vcpu);
	}
	return r ? raise_gp(vcpu) : EXIT_NEXT_INSN;
}

static int mov_from_cr(struct vcpu *vcpu, unsigned int cr, enum vmx_gpr gpr)
{
	struct vmx_vcpu *v = &vcpu->vmx;

	switch (cr) {
	case 3:
		vmx_set_gpr(v, gpr, vmx_hw_cr3(v));
		return EXIT_NEXT_INSN;
	case 8:
		vmx_set_gpr(v, gpr, vcpu->cr8);
		return EXIT_NEXT_INSN;
	default:
		return handle_unknown(vcpu);
	}
}

/* LMSW writes CR0.PE, MP, EM and TS, and can set PE but not clear it. */
static unsigned long lmsw(unsigned long cr0, u16 source)
{
	const unsigned long mask = X86_CR0_MP | X86_CR0_EM | X86_CR0_TS;

	return (cr0 & ~mask) | (source & (mask | X86_CR0_PE));
}

/**
 * handle_cr_access() - EXIT_REASON_CR_ACCESS
 * @vcpu: the vCPU
 *
 * In IA-32e mode, where no PDPTEs are read from guest memory, this is a quick
 * exit: see exit_is_quick().
 *
 * Return: an enum exit_action.
 */
int handle_cr_access(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	unsigned long qual = vmx_qualification(v);
	unsigned int cr = FIELD_GET(CR_QUAL_NUMBER, qual);
	enum vmx_gpr gpr = FIELD_GET(CR_QUAL_GPR, qual);
	unsigned long cr0, value;

	switch (FIELD_GET(CR_QUAL_ACCESS, qual)) {
	case CR_MOV_TO:
		value = vmx_gpr(v, gpr);
		if (unlikely(value >> 32) && !regs_long_mode(vcpu))
			value = (u32)value;
		return mov_to_cr(vcpu, cr, value);
	case CR_MOV_FROM:
		return mov_from_cr(vcpu, cr, gpr);
	case CR_CLTS:
		cr0 = vmx_guest_cr0(v) & ~X86_CR0_TS;
		return mov_to_cr(vcpu, 0, cr0);
	default:
		cr0 = lmsw(vmx_guest_cr0(v),
			   FIELD_GET(CR_QUAL_LMSW_SOURCE, qual));
		return mov_to_cr(vcpu, 0, cr0);
	}
}

/**
 * handle_xsetbv() - EXIT_REASON_XSETBV
 * @vcpu: the vCPU
 *
 * The CPU has checked CR4.OSXSAVE before the exit, but not the CPL.
 *
 * Return: an enum exit_action.
 */
int handle_xsetbv(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	u64 value = (u64)v->gpr[VMX_RDX] << 32 | (u32)v->gpr[VMX_RAX];

	if (regs_cpl(vcpu) || regs_write_xcr(vcpu, v->gpr[VMX_RCX], value))
		return raise_gp(vcpu);
	return EXIT_NEXT_INSN;
}
