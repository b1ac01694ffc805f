/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The SDM's checks at VM entry, performed in software: which of them does a
 * VMCS violate, and what is the cure? Pure C over a view of a VMCS: no VMX
 * instruction, no allocation, no state, so that it also runs in userspace.
 */
#ifndef MINIVMX_VMX_ENTRY_CHECK_H
#define MINIVMX_VMX_ENTRY_CHECK_H

#include <linux/types.h>

#define VMX_ENTRY_RULE_FIELDS	4

/*
 * What the processor supports, as far as the checks depend on it. A pair of
 * allowed settings has the capability MSR's format: bits 31:0 are the controls
 * that must be 1, bits 63:32 those that may be. Where IA32_VMX_BASIC[55] is 1,
 * the TRUE MSRs count. An MSR that the processor does not have is 0.
 */
struct vmx_entry_caps {
	u64 basic;		/* IA32_VMX_BASIC */
	u64 misc;		/* IA32_VMX_MISC */
	u64 pin_based;		/* allowed settings */
	u64 proc_based;		/* allowed settings */
	u64 proc_based2;	/* allowed settings */
	u64 proc_based3;	/* tertiary controls that may be 1 */
	u64 exit;		/* allowed settings */
	u64 exit2;		/* secondary VM-exit controls that may be 1 */
	u64 entry;		/* allowed settings */
	u64 cr0_fixed0, cr0_fixed1;
	u64 cr4_fixed0, cr4_fixed1;
	u64 ept_vpid;		/* IA32_VMX_EPT_VPID_CAP */
	u64 vmfunc;		/* IA32_VMX_VMFUNC */

	/* Bits of MSRs that the processor does not reserve */
	u64 efer_bits;
	u64 debugctl_bits;
	u64 perf_global_ctrl_bits;
	u64 rtit_ctl_bits;
	u64 lbr_ctl_bits;

	u8 phys_bits;		/* physical-address width, 32 to 52 */
	u8 linear_bits;		/* linear-address width, 48 or 57 */
	bool lam;		/* CR3 bits 62:61 may be 1 */
	bool sgx;
	bool rtm;
	bool bus_lock_debug;	/* pending debug exceptions have bit 11 */
	bool sti_blocks_nmi;	/* NMI injection needs blocking by STI to be 0 */
};

/*
 * A VMCS to check. Embed it to give the callbacks more to work with. Only
 * fields that @caps says exist are read; each callback may be called often.
 */
struct vmcs_view {
	const struct vmx_entry_caps *caps;
	u64 (*read)(const struct vmcs_view *view, u32 field);
	/*
	 * Copy from host-physical memory; 0 or a negative errno. May be NULL.
	 * Rules about memory that cannot be read count as kept.
	 */
	int (*read_memory)(const struct vmcs_view *view, u64 address,
			   void *data, unsigned int size);
	u64 vmcs_address;	/* physical address of the VMCS itself */
	bool host_ia32e;	/* IA32_EFER.LMA at VM entry */
	bool host_pt_tracing;	/* IA32_RTIT_CTL.TraceEn at VM entry */
};

/* A section of the SDM's chapter "VM Entries", and how its violation shows. */
struct vmx_entry_section {
	const char *name;
	u32 instruction_error;	/* of VMfailValid, or 0 */
	u32 exit_reason;	/* basic exit reason, or 0 */
	u32 qualification;	/* exit qualification, with exit_reason */
};

struct vmx_entry_rule {
	const char *id;		/* stable: "guest.cs.db" */
	const struct vmx_entry_section *section;
	const char *rule;	/* one sentence: what must hold */
	const char *remedy;	/* the usual cause and its cure */
	u32 nr_fields;
	u32 fields[VMX_ENTRY_RULE_FIELDS];	/* encodings of the fields involved */
};

struct vmx_entry_violation {
	const struct vmx_entry_rule *rule;
	u64 values[VMX_ENTRY_RULE_FIELDS];	/* of rule->fields */
	const char *item;	/* what else is involved, or NULL */
	u32 item_number;	/* which one, from 1; 0 if there is only one */
	u64 item_value;
};

int vmx_entry_check(const struct vmcs_view *view,
		    struct vmx_entry_violation *out, unsigned int max);
int vmx_entry_violation_print(const struct vmx_entry_violation *violation,
			      char *text, size_t size);
const struct vmx_entry_rule *vmx_entry_rule_at(unsigned int index);

struct vmx_msr_entry;
int vmx_entry_msr_load_entry(const struct vmcs_view *view, u32 number,
			     struct vmx_msr_entry *entry);

/* entry_check_inputs.c */
const char *vmx_entry_input_at(const struct vmcs_view *view, unsigned int index,
			       u64 *value);
int vmx_entry_input_set(struct vmcs_view *view, struct vmx_entry_caps *caps,
			const char *name, u64 value);

#endif /* MINIVMX_VMX_ENTRY_CHECK_H */
