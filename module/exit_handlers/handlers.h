/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exit handlers: one file per family, one row per exit reason in table.c.
 *
 * A handler runs with the vCPU mutex held and the VMCS current (preemption
 * disabled). One that must sleep brackets that part with vmx_vcpu_put() and
 * vmx_vcpu_load() and reads what it needs of the exit first.
 */
#ifndef MINIVMX_EXIT_HANDLERS_H
#define MINIVMX_EXIT_HANDLERS_H

#include <asm/trapnr.h>

#include "../vcpu.h"
#include "../vmx/event.h"

/* What the loop does next. A handler may also return a negative errno. */
enum exit_action {
	EXIT_RESUME,		/* enter again at the same or a handler-set RIP */
	EXIT_NEXT_INSN,		/* the loop moves RIP past the instruction, then enters */
	EXIT_TO_USER,		/* vcpu_exit_to_user() was called; RIP is as it must be */
	EXIT_TO_USER_NEXT_INSN,	/* likewise, but the loop moves RIP first */
};

typedef int (*exit_handler_t)(struct vcpu *vcpu);

/* Indexed by basic exit reason; NULL ends in KVM_EXIT_UNKNOWN. */
#define NR_EXIT_HANDLERS	(EXIT_REASON_NOTIFY + 1)
extern const exit_handler_t exit_handlers[NR_EXIT_HANDLERS];

/* Quick exits have reasons below 64. The mask keeps speculation there too. */
#define QUICK_EXIT_MASK		63
static_assert(NR_EXIT_HANDLERS > QUICK_EXIT_MASK);

/**
 * exit_is_quick() - can the last exit be handled with interrupts disabled?
 * @v: the vCPU; that there was no exit, or a failed entry, is not quick
 *
 * Its handler neither waits nor takes long, and touches nothing but the vCPU.
 */
static inline bool exit_is_quick(const struct vmx_vcpu *v)
{
	const u64 quick = BIT_ULL(EXIT_REASON_CPUID) |
			  BIT_ULL(EXIT_REASON_INVD) |
			  BIT_ULL(EXIT_REASON_VMCALL) |
			  BIT_ULL(EXIT_REASON_MSR_READ) |
			  BIT_ULL(EXIT_REASON_MSR_WRITE) |
			  BIT_ULL(EXIT_REASON_MWAIT_INSTRUCTION) |
			  BIT_ULL(EXIT_REASON_MONITOR_INSTRUCTION) |
			  BIT_ULL(EXIT_REASON_WBINVD) |
			  BIT_ULL(EXIT_REASON_XSETBV);

	u32 reason = v->exit.reason;

	if (reason > QUICK_EXIT_MASK)
		return false;
	if (quick & BIT_ULL(reason))
		return true;
	/* Elsewhere some need guest memory. */
	return reason == EXIT_REASON_CR_ACCESS &&
	       (v->entry_controls & VM_ENTRY_IA32E_MODE);
}

/**
 * vcpu_exit_to_user() - say why KVM_RUN returns
 * @vcpu: the vCPU
 * @reason: KVM_EXIT_*
 *
 * The only place where kvm_run->exit_reason is set; the loop asserts that it
 * was called if and only if a handler returns EXIT_TO_USER*.
 *
 * Return: EXIT_TO_USER, for handlers to return.
 */
static inline int vcpu_exit_to_user(struct vcpu *vcpu, u32 reason)
{
	vcpu->exit_to_user = true;
	vcpu->run->exit_reason = reason;
	return EXIT_TO_USER;
}

/* What the guest gets instead of the instruction's effect: #GP(0), #UD. */
static inline int raise_gp(struct vcpu *vcpu)
{
	vmx_queue_exception(&vcpu->vmx, X86_TRAP_GP, true, 0);
	return EXIT_RESUME;
}

static inline int raise_ud(struct vcpu *vcpu)
{
	vmx_queue_exception(&vcpu->vmx, X86_TRAP_UD, false, 0);
	return EXIT_RESUME;
}

/* table.c: an exit that nobody handles. */
int handle_unknown(struct vcpu *vcpu);

/* cpuid.c */
int handle_cpuid(struct vcpu *vcpu);
/* cr.c */
int handle_cr_access(struct vcpu *vcpu);
int handle_xsetbv(struct vcpu *vcpu);
/* dr.c */
int handle_dr_access(struct vcpu *vcpu);
/* ept.c */
int handle_ept_violation(struct vcpu *vcpu);
int handle_ept_misconfig(struct vcpu *vcpu);
int handle_pml_full(struct vcpu *vcpu);
/* exception.c */
int handle_exception_nmi(struct vcpu *vcpu);
int handle_triple_fault(struct vcpu *vcpu);
int handle_task_switch(struct vcpu *vcpu);
/* hlt.c */
int handle_hlt(struct vcpu *vcpu);
/* hypercall.c */
int handle_vmcall(struct vcpu *vcpu);
/* insn.c */
int handle_nop(struct vcpu *vcpu);
int handle_monitor_mwait(struct vcpu *vcpu);
int handle_undefined(struct vcpu *vcpu);
int handle_rdpmc(struct vcpu *vcpu);
/* interrupt.c */
int handle_external_interrupt(struct vcpu *vcpu);
int handle_interrupt_window(struct vcpu *vcpu);
int handle_nmi_window(struct vcpu *vcpu);
/* io.c */
int handle_io(struct vcpu *vcpu);
/* msr.c */
int handle_rdmsr(struct vcpu *vcpu);
int handle_wrmsr(struct vcpu *vcpu);

#endif /* MINIVMX_EXIT_HANDLERS_H */
