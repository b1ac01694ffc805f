/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the VM-entry checks share. */
#ifndef MINIVMX_VMX_ENTRY_CHECK_INTERNAL_H
#define MINIVMX_VMX_ENTRY_CHECK_INTERNAL_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>
#include <asm/vmx.h>
#include "entry_check.h"

/* Fields and controls that the oldest supported kernel does not name */
#define VE_INFORMATION_ADDRESS		0x202a
#define SPP_TABLE_POINTER		0x2030
#define SECONDARY_VM_EXIT_CONTROLS	0x2044
#define GUEST_UINV			0x0814
#define GUEST_IA32_LBR_CTL		0x2816
#define GUEST_IA32_PKRS			0x2818
#define GUEST_S_CET			0x6828
#define GUEST_SSP			0x682a
#define GUEST_INTR_SSP_TABLE		0x682c
#define HOST_IA32_PKRS			0x2c06
#define HOST_S_CET			0x6c18
#define HOST_SSP			0x6c1a
#define HOST_INTR_SSP_TABLE		0x6c1c

#define PROC2_EPT_VIOLATION_VE		BIT(18)
#define PROC2_SUB_PAGE_WRITE		BIT(23)
#define EXIT_LOAD_CET_STATE		BIT(28)
#define EXIT_LOAD_PKRS			BIT(29)
#define EXIT_SECONDARY_CONTROLS		BIT(31)
#define ENTRY_LOAD_UINV			BIT(19)
#define ENTRY_LOAD_CET_STATE		BIT(20)
#define ENTRY_LOAD_LBR_CTL		BIT(21)
#define ENTRY_LOAD_PKRS			BIT(22)

enum entry_rule_id {
#define ENTRY_RULE(symbol, ...) RULE_##symbol,
#include "entry_check_rules.h"
#undef ENTRY_RULE
	NR_ENTRY_RULES
};

/*
 * One run of all checks. The controls are as the processor can act on them:
 * bits that it does not support are cleared, so that a control which is 1
 * implies that the fields it governs exist.
 */
struct entry_check {
	const struct vmcs_view *view;
	const struct vmx_entry_caps *caps;
	struct vmx_entry_violation *out;
	unsigned int max;
	unsigned int found;

	u32 pin;
	u32 proc;
	u32 proc2;
	u64 proc3;
	u32 exit;
	u32 entry;

	bool ia32e;		/* the guest will be IA-32e mode */
	bool unrestricted;	/* "unrestricted guest" */
	bool vm86;		/* the guest will be virtual-8086 */
	u32 event;		/* VM-entry interruption information, 0 unless valid */
};

static inline u64 entry_field(const struct entry_check *c, u32 field)
{
	return c->view->read(c->view, field);
}

static inline bool entry_injects(const struct entry_check *c, u32 type)
{
	return c->event && (c->event & INTR_INFO_INTR_TYPE_MASK) == type;
}

void entry_require(struct entry_check *c, bool kept, enum entry_rule_id rule);
void entry_require_item(struct entry_check *c, bool kept,
			enum entry_rule_id rule, const char *item, u32 number,
			u64 value);

bool entry_address_fits(const struct entry_check *c, u64 address, u64 size);
bool entry_address_valid(const struct entry_check *c, u64 address, u64 alignment);
bool entry_cr3_valid(const struct entry_check *c, u64 cr3);
bool entry_canonical(u64 address, unsigned int bits);
bool entry_pat_valid(u64 pat);
bool entry_s_cet_valid(u64 s_cet);

void entry_check_execution_controls(struct entry_check *c);
void entry_check_exit_controls(struct entry_check *c);
void entry_check_entry_controls(struct entry_check *c);
void entry_check_host_state(struct entry_check *c);
void entry_check_guest_registers(struct entry_check *c);
void entry_check_guest_segments(struct entry_check *c);
void entry_check_guest_tables(struct entry_check *c);
void entry_check_guest_rip(struct entry_check *c);
void entry_check_guest_non_register(struct entry_check *c);
void entry_check_guest_pdptes(struct entry_check *c);
void entry_check_msr_load(struct entry_check *c);

#endif /* MINIVMX_VMX_ENTRY_CHECK_INTERNAL_H */
