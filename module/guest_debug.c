// SPDX-License-Identifier: GPL-2.0
/*
 * A debugger in the VMM: KVM_SET_GUEST_DEBUG and KVM_EXIT_DEBUG.
 *
 * A single step is one with RFLAGS.TF, which the VMM does not see; hardware
 * breakpoints take the place of the guest's own in the CPU; software
 * breakpoints are the VMM's INT3s, whose #BP exits.
 */
#include <linux/kvm.h>
#include <linux/percpu.h>
#include <asm/debugreg.h>
#include <asm/processor-flags.h>
#include <asm/trapnr.h>

#include "exit_handlers/handlers.h"
#include "guest_debug.h"
#include "regs.h"
#include "vmx/event.h"
#include "vmx/guest.h"
#include "vmx/vmcs.h"

#define SHADOWS	(GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS)

static unsigned long linear_rip(struct vcpu *vcpu)
{
	struct vmx_segment cs;

	if (regs_long_mode(vcpu))
		return vmx_rip(&vcpu->vmx);
	vmx_get_segment(&vcpu->vmx, VMX_CS, &cs);
	return (u32)(cs.base + vmx_rip(&vcpu->vmx));
}

/**
 * guest_debug_rflags() - RFLAGS without a debugger's TF
 * @vcpu: the vCPU
 *
 * As on KVM, the guest's own TF can't be told from it.
 *
 * Context: the VMCS is current.
 */
unsigned long guest_debug_rflags(struct vcpu *vcpu)
{
	unsigned long rflags = vmx_rflags(&vcpu->vmx);

	return guest_debug_single_steps(vcpu) ? rflags & ~X86_EFLAGS_TF :
						rflags;
}

/**
 * guest_debug_set_rflags() - set RFLAGS, with TF if a debugger wants a step
 * @vcpu: the vCPU
 * @rflags: the VMM's idea of it
 *
 * As on KVM, the step is wanted where the guest was when the VMM asked for it.
 *
 * Context: the VMCS is current, RIP is the one that RFLAGS goes with.
 */
void guest_debug_set_rflags(struct vcpu *vcpu, unsigned long rflags)
{
	if (guest_debug_single_steps(vcpu) &&
	    linear_rip(vcpu) == vcpu->guest_debug_rip)
		rflags |= X86_EFLAGS_TF;
	vmx_set_rflags(&vcpu->vmx, rflags);
}

static int inject(struct vcpu *vcpu, u32 control)
{
	const struct vmx_events *ev = &vcpu->vmx.events;

	if ((ev->exception.info && !ev->exception_injected) || ev->triple_fault)
		return -EBUSY;
	vmx_queue_exception(&vcpu->vmx,
			    control & KVM_GUESTDBG_INJECT_DB ? X86_TRAP_DB :
							       X86_TRAP_BP,
			    false, 0);
	return 0;
}

static void set_breakpoints(struct vcpu *vcpu,
			    const struct kvm_guest_debug *dbg)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	u32 bitmap = v->exception_bitmap & ~(BIT(X86_TRAP_BP) | BIT(X86_TRAP_UD));
	unsigned int i;

	if (guest_debug_uses_dr(vcpu)) {
		for (i = 0; i < ARRAY_SIZE(v->debugger_dr); i++)
			v->debugger_dr[i] = dbg->arch.debugreg[i];
		vmx_set_debugger_dr7(v, true, dbg->arch.debugreg[7]);
	} else {
		vmx_set_debugger_dr7(v, false, 0);
	}

	if (vcpu->guest_debug & KVM_GUESTDBG_USE_SW_BP)
		bitmap |= BIT(X86_TRAP_BP);
	/* whose frame would show the debugger's TF; other faults' does, as on KVM */
	if (guest_debug_single_steps(vcpu))
		bitmap |= BIT(X86_TRAP_UD);
	vmx_set_exception_bitmap(v, bitmap);
}

/**
 * guest_debug_set() - KVM_SET_GUEST_DEBUG
 * @vcpu: the vCPU
 * @dbg: what is to end in KVM_EXIT_DEBUG, and an exception to inject; as on
 *	KVM, unknown bits of control are ignored
 *
 * Context: vcpu->mutex held, the VMCS current.
 * Return: 0; -EBUSY with nothing changed if an exception is to be injected and
 * another one, or the shutdown, waits; -EINVAL for a DR7 that no CPU would take.
 */
int guest_debug_set(struct vcpu *vcpu, const struct kvm_guest_debug *dbg)
{
	unsigned long rflags;
	int r;

	if ((dbg->control & KVM_GUESTDBG_ENABLE) &&
	    (dbg->control & KVM_GUESTDBG_USE_HW_BP) &&
	    dbg->arch.debugreg[7] >> 32)
		return -EINVAL;
	if (dbg->control & (KVM_GUESTDBG_INJECT_DB | KVM_GUESTDBG_INJECT_BP)) {
		r = inject(vcpu, dbg->control);
		if (r)
			return r;
	}

	/* While the old debugger's TF can still be told. */
	rflags = guest_debug_rflags(vcpu);
	vcpu->guest_debug = dbg->control;
	if (!(dbg->control & KVM_GUESTDBG_ENABLE))
		vcpu->guest_debug = 0;

	set_breakpoints(vcpu, dbg);
	vcpu->vmx.events.nmi_held = vcpu->guest_debug & KVM_GUESTDBG_BLOCKIRQ;
	if (guest_debug_single_steps(vcpu))
		vcpu->guest_debug_rip = linear_rip(vcpu);
	guest_debug_set_rflags(vcpu, rflags);
	return 0;
}

/**
 * guest_debug_exit() - KVM_EXIT_DEBUG
 * @vcpu: the vCPU
 * @vector: X86_TRAP_DB or X86_TRAP_BP
 * @dr6: for #DB: the conditions found, as in the exit qualification
 *
 * Context: the VMCS is current.
 * Return: EXIT_TO_USER.
 */
int guest_debug_exit(struct vcpu *vcpu, u8 vector, unsigned long dr6)
{
	struct kvm_debug_exit_arch *debug = &vcpu->run->debug.arch;

	if (vector == X86_TRAP_DB) {
		debug->dr6 = dr6 | DR6_RESERVED;
		debug->dr7 = vmx_hw_dr7(&vcpu->vmx);
	}
	debug->pc = linear_rip(vcpu);
	debug->exception = vector;
	return vcpu_exit_to_user(vcpu, KVM_EXIT_DEBUG);
}

/**
 * guest_debug_step() - the single-step trap after an instruction
 * @vcpu: the vCPU; the instruction was carried out for it, with RFLAGS.TF set
 *
 * As on KVM the guest's own trap is an exception that waits, so that the VMM
 * finds it in KVM_GET_VCPU_EVENTS.
 *
 * Context: the VMCS is current.
 * Return: EXIT_TO_USER for a debugger's step, else EXIT_RESUME.
 */
int guest_debug_step(struct vcpu *vcpu)
{
	if (guest_debug_single_steps(vcpu))
		return guest_debug_exit(vcpu, X86_TRAP_DB, DR_STEP);
	vmx_queue_debug_exception(&vcpu->vmx, DR_STEP);
	return EXIT_RESUME;
}

/**
 * guest_debug_step_later() - guest_debug_step() if there is another exit first
 * @vcpu: the vCPU
 *
 * A debugger's step, which KVM loses here, is the next exit, unless the VMM
 * sends the vCPU elsewhere.
 *
 * Context: the VMCS is current.
 */
void guest_debug_step_later(struct vcpu *vcpu)
{
	if (!guest_debug_single_steps(vcpu)) {
		vmx_queue_debug_exception(&vcpu->vmx, DR_STEP);
		return;
	}
	vcpu->guest_debug_owes_step = true;
	vcpu->guest_debug_owed_rip = linear_rip(vcpu);
}

/**
 * guest_debug_owed_step() - the step that had to wait for another exit
 * @vcpu: the vCPU
 *
 * Context: the VMCS is current.
 * Return: EXIT_TO_USER, or EXIT_RESUME if there is none.
 */
int guest_debug_owed_step(struct vcpu *vcpu)
{
	bool owed = vcpu->guest_debug_owes_step &&
		    vcpu->guest_debug_owed_rip == linear_rip(vcpu);

	vcpu->guest_debug_owes_step = false;
	if (!owed || !guest_debug_single_steps(vcpu))
		return EXIT_RESUME;
	return guest_debug_exit(vcpu, X86_TRAP_DB, DR_STEP);
}

/**
 * guest_debug_before_enter() - fit a debugger's step to what the entry does
 * @vcpu: the vCPU
 *
 * VM entry wants a step in the shadow of STI and MOV SS to be pending already
 * ("Checks on Guest Non-Register State"), which is not so for a debugger's.
 * And a fault for the guest must not show it the debugger's TF.
 *
 * Context: the VMCS is current.
 */
void guest_debug_before_enter(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	u32 interruptibility = vmx_interruptibility(v);

	if (!guest_debug_single_steps(vcpu))
		return;
	if (interruptibility & SHADOWS)
		vmx_set_interruptibility(v, interruptibility & ~SHADOWS);
	if (vmx_fault_waits(v))
		guest_debug_set_rflags(vcpu, guest_debug_rflags(vcpu));
}
