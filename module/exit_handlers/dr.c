// SPDX-License-Identifier: GPL-2.0
/*
 * Debug-register accesses.
 *
 * Every MOV DR exits. The registers are loaded into the CPU only while the
 * guest has breakpoints enabled in DR7 (see vmx/enter.c), so a guest that
 * merely initializes them costs nothing afterwards.
 */
#include <linux/bitfield.h>
#include <linux/nospec.h>
#include <asm/processor-flags.h>
#include <asm/trapnr.h>

#include "../guest_debug.h"
#include "../regs.h"
#include "../vmx/event.h"
#include "../vmx/guest.h"
#include "../vmx/vmcs.h"
#include "handlers.h"

/* "Exit Qualification for MOV DR" */
#define DR_QUAL_NUMBER		GENMASK(2, 0)
#define DR_QUAL_FROM		BIT(4)
#define DR_QUAL_GPR		GENMASK(11, 8)

/* "Debug Registers": the bits that software can change, and those that read 1. */
#define DR6_CHANGEABLE		0x0000e00ful
#define DR6_ONES		0xffff0ff0ul
#define DR6_RTM			BIT(16)
#define DR6_ACCESS_DETECTED	BIT(13)
#define DR7_CHANGEABLE		0xffff2bfful
#define DR7_ONES		0x00000400ul
#define DR7_GENERAL_DETECT	BIT(13)

static unsigned long read_dr(struct vcpu *vcpu, unsigned int dr)
{
	struct vmx_vcpu *v = &vcpu->vmx;

	if (dr < 4)
		return v->dr[array_index_nospec(dr, 4)];
	return dr == 6 ? v->dr6 : v->dr7;
}

/* DR6 with the bits that this guest can't change as the CPU has them. */
static unsigned long fixed_dr6(struct vcpu *vcpu, unsigned long value)
{
	unsigned long ones = DR6_ONES;

	if (cpuid_has(vcpu, X86_FEATURE_RTM))
		ones &= ~DR6_RTM;
	return (value & (DR6_CHANGEABLE | (DR6_ONES ^ ones))) | ones;
}

static unsigned long fixed_dr7(unsigned long value)
{
	return (value & DR7_CHANGEABLE) | DR7_ONES;
}

/* 0, or 1 for #GP: the upper half of DR6 and DR7 is reserved. */
static int write_dr(struct vcpu *vcpu, unsigned int dr, unsigned long value)
{
	struct vmx_vcpu *v = &vcpu->vmx;

	if (dr < 4) {
		v->dr[array_index_nospec(dr, 4)] = value;
		return 0;
	}
	if (value >> 32)
		return 1;
	if (dr == 6)
		v->dr6 = fixed_dr6(vcpu, value);
	else
		vmx_set_guest_dr7(v, fixed_dr7(value));
	return 0;
}

/**
 * handle_dr_access() - EXIT_REASON_DR_ACCESS
 * @vcpu: the vCPU
 *
 * The exit comes before every fault of the instruction, so all of them are
 * checked here, in the CPU's order: #UD for DR4/DR5 with CR4.DE, #GP for CPL,
 * #DB for general detect.
 *
 * Return: an enum exit_action.
 */
int handle_dr_access(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	unsigned long qual = vmx_qualification(v);
	unsigned int dr = FIELD_GET(DR_QUAL_NUMBER, qual);
	enum vmx_gpr gpr = FIELD_GET(DR_QUAL_GPR, qual);
	unsigned long value;

	if (dr == 4 || dr == 5) {
		if (vmx_guest_cr4(v) & X86_CR4_DE)
			return raise_ud(vcpu);
		dr += 2;
	}
	if (regs_cpl(vcpu))
		return raise_gp(vcpu);
	if (vmx_hw_dr7(v) & DR7_GENERAL_DETECT) {
		if (guest_debug_uses_dr(vcpu))
			return guest_debug_exit(vcpu, X86_TRAP_DB,
						DR6_ACCESS_DETECTED);
		vmx_queue_debug_exception(v, DR6_ACCESS_DETECTED);
		return EXIT_RESUME;
	}

	/* As on KVM, the VMM's values get into the CPU with the first access. */
	if (!vcpu->guest_debug) {
		v->dr6 = fixed_dr6(vcpu, v->dr6);
		if (v->dr7 != fixed_dr7(v->dr7))
			vmx_set_guest_dr7(v, fixed_dr7(v->dr7));
	}

	if (qual & DR_QUAL_FROM) {
		vmx_set_gpr(v, gpr, read_dr(vcpu, dr));
		return EXIT_NEXT_INSN;
	}
	value = vmx_gpr(v, gpr);
	if (!regs_long_mode(vcpu))
		value = (u32)value;
	return write_dr(vcpu, dr, value) ? raise_gp(vcpu) :
					   EXIT_NEXT_INSN;
}
