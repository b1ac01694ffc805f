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

#include "../vcpu.h"

/* What the loop does next. A handler may also return a negative errno. */
enum exit_action {
	EXIT_RESUME,		/* enter again at the same or a handler-set RIP */
	EXIT_NEXT_INSN,		/* the loop moves RIP past the instruction, then enters */
	EXIT_TO_USER,		/* kvm_run->exit_reason is set; RIP is as it must be */
};

typedef int (*exit_handler_t)(struct vcpu *vcpu);

#endif /* MINIVMX_EXIT_HANDLERS_H */
