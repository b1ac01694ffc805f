/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was seen of one program on one device: each return of KVM_RUN, and the
 * state at the end.
 */
#ifndef DIFF_RECORD_H
#define DIFF_RECORD_H

#include <linux/kvm.h>

#include "world.h"

#define MAX_STEPS	24	/* KVM_RUNs of a program */
#define MAX_ACTIONS	6	/* calls of the VMM before a KVM_RUN */
#define MAX_DETAILS	10	/* members of kvm_run's union */
#define MAX_DATA	64	/* bytes to or from a device */
#define MAX_MSRS	192
#define MAX_CHANGES	256	/* of guest memory, in words of 8 bytes */

/* After KVM_RUN. */
struct step {
	int32_t action[MAX_ACTIONS];	/* what the VMM's calls returned */
	int32_t ret;			/* of KVM_RUN: 0 or a negative errno */
	uint32_t exit_reason;
	uint64_t detail[MAX_DETAILS];
	uint8_t data[MAX_DATA];
	uint32_t data_len;
	uint32_t flags;
	uint64_t cr8, apic_base;
	uint8_t if_flag, ready;
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	struct kvm_vcpu_events events;
};

struct change {
	uint32_t gpa;
	uint64_t value;
};

/* After the last KVM_RUN and what it left to complete. */
struct final {
	int32_t completion;	/* of the KVM_RUN with immediate_exit */
	int32_t mp_state;
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	struct kvm_vcpu_events events;
	struct kvm_debugregs debugregs;
	struct kvm_xcrs xcrs;
	struct kvm_xsave xsave;
	struct kvm_fpu fpu;
	uint64_t msrs[MAX_MSRS];
	uint32_t nr_changes;	/* may be more than are kept */
	uint64_t memory_hash;
	struct change changes[MAX_CHANGES];
};

struct record {
	bool timed_out;
	int32_t load[8];	/* what the calls that set the state returned */
	uint32_t nr_steps;
	struct step *steps;
	struct final final;
};

/* record.c: to a file, and back in the same order */
void record_write(const struct record *record, FILE *to);
void record_read(struct record *record, FILE *from);

#endif
