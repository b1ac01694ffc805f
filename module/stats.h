/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is counted, by KVM's names: see KVM_GET_STATS_FD in stats.c. Each member
 * is a statistic of its own, in this order.
 *
 * Only the vCPU's own thread counts, so that no atomic operation is needed;
 * whoever reads may come at any time.
 */
#ifndef MINIVMX_STATS_H
#define MINIVMX_STATS_H

#include <linux/types.h>

struct vcpu;
struct vm;

struct vcpu_stats {
	u64 pf_taken;		/* EPT violations, */
	u64 pf_fixed;		/*   those of a slot's memory, which is mapped now, */
	u64 pf_emulate;		/*   and those of MMIO */
	u64 pf_guest;		/* page faults that the emulation raised */
	u64 tlb_flush;		/* INVEPT before an entry */
	u64 exits;		/* entries, and so exits of all kinds */
	u64 io_exits;		/* IN, OUT, INS, OUTS */
	u64 mmio_exits;		/* KVM_EXIT_MMIO */
	u64 signal_exits;	/* KVM_RUN ended by a signal */
	u64 irq_window_exits;
	u64 nmi_window_exits;
	u64 halt_exits;		/* HLT */
	u64 request_irq_exits;	/* KVM_EXIT_IRQ_WINDOW_OPEN */
	u64 irq_exits;		/* the host's interrupts */
	u64 insn_emulation;	/* instructions, or iterations of one, decoded */
	u64 insn_emulation_fail;
	u64 hypercalls;
	u64 irq_injections;
	u64 nmi_injections;
};

struct vm_stats {
	u64 remote_tlb_flush_requests;	/* translations were taken away */
};

int stats_vcpu_fd(struct vcpu *vcpu);
int stats_vm_fd(struct vm *vm);

#endif /* MINIVMX_STATS_H */
