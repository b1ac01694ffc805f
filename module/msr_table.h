/* SPDX-License-Identifier: GPL-2.0 */
/* Which MSRs there are: the table of msr.c and what its rows refer to. */
#ifndef MINIVMX_MSR_TABLE_H
#define MINIVMX_MSR_TABLE_H

#include "msr.h"

#define MSR_LISTED		BIT(0)	/* in KVM_GET_MSR_INDEX_LIST */
#define MSR_CONSTANT		BIT(1)	/* reads as .constant, writes are unknown */
#define MSR_WRITES_IGNORED	BIT(2)	/* with MSR_CONSTANT: they do not */

/*
 * A run of MSRs. Their values are in struct msr_state, unless the row is
 * MSR_CONSTANT or has functions of its own for them. A function that returns
 * int returns 0, or 1 if the instruction must raise #GP(0).
 */
struct msr_row {
	u32 first;
	u16 nr;
	u16 flags;
	/* X86_FEATURE_*: needed of the host, and for a guest in its CPUID; or 0 */
	u16 feature;
	u16 state;	/* offset of the first one's value in struct msr_state */
	u64 constant;
	/* Whether the MSR is there, besides .feature. */
	bool (*exists)(const struct vcpu *vcpu, u32 index,
		       enum msr_origin origin);
	/*
	 * Which bits of a value may not be as they are; 0: it can be written.
	 * A row with .set has it for explanations only.
	 */
	u64 (*wrong_bits)(const struct vcpu *vcpu, u32 index, u64 data,
			  enum msr_origin origin);
	int (*get)(struct vcpu *vcpu, u32 index, u64 *data,
		   enum msr_origin origin);
	int (*set)(struct vcpu *vcpu, u32 index, u64 data,
		   enum msr_origin origin);
};

extern const struct msr_row msr_rows[];
extern const unsigned int msr_nr_rows;
#define MSR_MAX_ROWS	U8_MAX	/* msr_access.c has their numbers in bytes */

const struct msr_row *msr_find_row(u32 index);
bool msr_row_exists(const struct vcpu *vcpu, const struct msr_row *row,
		    u32 index, enum msr_origin origin);

/* msr_refusal.c */
void msr_explain_refusal(struct vcpu *vcpu, u32 index, u64 data);

/* msr_cpu.c: in the CPU or in the VMCS while the guest runs */
int msr_get_vmcs(struct vcpu *vcpu, u32 index, u64 *data,
		 enum msr_origin origin);
int msr_set_vmcs(struct vcpu *vcpu, u32 index, u64 data,
		 enum msr_origin origin);
int msr_get_switched(struct vcpu *vcpu, u32 index, u64 *data,
		     enum msr_origin origin);
int msr_set_switched(struct vcpu *vcpu, u32 index, u64 data,
		     enum msr_origin origin);
int msr_get_efer(struct vcpu *vcpu, u32 index, u64 *data,
		 enum msr_origin origin);
int msr_set_efer(struct vcpu *vcpu, u32 index, u64 data,
		 enum msr_origin origin);
int msr_get_apic_base(struct vcpu *vcpu, u32 index, u64 *data,
		      enum msr_origin origin);
int msr_set_apic_base(struct vcpu *vcpu, u32 index, u64 data,
		      enum msr_origin origin);
int msr_get_xss(struct vcpu *vcpu, u32 index, u64 *data,
		enum msr_origin origin);
int msr_set_xss(struct vcpu *vcpu, u32 index, u64 data,
		enum msr_origin origin);
int msr_set_debugctl(struct vcpu *vcpu, u32 index, u64 data,
		     enum msr_origin origin);
bool msr_spec_ctrl_exists(const struct vcpu *vcpu, u32 index,
			  enum msr_origin origin);
int msr_get_spec_ctrl(struct vcpu *vcpu, u32 index, u64 *data,
		      enum msr_origin origin);
int msr_set_spec_ctrl(struct vcpu *vcpu, u32 index, u64 data,
		      enum msr_origin origin);
int msr_set_pred_cmd(struct vcpu *vcpu, u32 index, u64 data,
		     enum msr_origin origin);
bool msr_tsc_aux_exists(const struct vcpu *vcpu, u32 index,
			enum msr_origin origin);

/* tsc.c */
int msr_get_tsc(struct vcpu *vcpu, u32 index, u64 *data,
		enum msr_origin origin);
int msr_set_tsc(struct vcpu *vcpu, u32 index, u64 data,
		enum msr_origin origin);
int msr_set_tsc_adjust(struct vcpu *vcpu, u32 index, u64 data,
		       enum msr_origin origin);

/* msr_values.c */
u64 msr_address_wrong_bits(const struct vcpu *vcpu, u64 address);
u64 msr_vmcs_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			enum msr_origin origin);
u64 msr_switched_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			    enum msr_origin origin);
u64 msr_efer_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			enum msr_origin origin);
u64 msr_apic_base_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			     enum msr_origin origin);
u64 msr_xss_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
		       enum msr_origin origin);
u64 msr_spec_ctrl_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			     enum msr_origin origin);
u64 msr_pred_cmd_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			    enum msr_origin origin);
u64 msr_debugctl_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			    enum msr_origin origin);

/* msr_mtrr.c */
u64 msr_mtrr_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			enum msr_origin origin);
u64 msr_pat_wrong_bits(u64 pat);

/* msr_mce.c */
bool msr_mcg_ctl_exists(const struct vcpu *vcpu, u32 index,
			enum msr_origin origin);
u64 msr_mcg_ctl_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			   enum msr_origin origin);
bool msr_mce_bank_exists(const struct vcpu *vcpu, u32 index,
			 enum msr_origin origin);
u64 msr_mce_bank_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			    enum msr_origin origin);
bool msr_mce_ctl2_exists(const struct vcpu *vcpu, u32 index,
			 enum msr_origin origin);
u64 msr_mce_ctl2_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			    enum msr_origin origin);

/* msr_unknown.c */
int msr_unknown(u32 index);

/* msr_list.c */
u64 msr_arch_capabilities(void);

#endif /* MINIVMX_MSR_TABLE_H */
