// SPDX-License-Identifier: GPL-2.0
/* SDM: "Checks on Host-State Area" and "Checks Related to Address-Space Size". */
#include "entry_check_internal.h"

#define SELECTOR_RPL_TI		7

static void require_canonical(struct entry_check *c, u32 field,
			      enum entry_rule_id rule)
{
	entry_require(c, entry_canonical(entry_field(c, field), c->caps->linear_bits),
		      rule);
}

static void check_efer(struct entry_check *c)
{
	u64 efer = entry_field(c, HOST_IA32_EFER);
	u64 mode = c->exit & VM_EXIT_HOST_ADDR_SPACE_SIZE ? EFER_LMA | EFER_LME : 0;

	entry_require(c, !(efer & ~c->caps->efer_bits), RULE_HOST_EFER_RESERVED);
	entry_require(c, (efer & (EFER_LMA | EFER_LME)) == mode, RULE_HOST_EFER_MODE);
}

/* SDM: Checks on Host Control Registers, MSRs, and SSP. */
static void check_registers(struct entry_check *c)
{
	const struct vmx_entry_caps *caps = c->caps;
	u64 cr0 = entry_field(c, HOST_CR0);
	u64 cr4 = entry_field(c, HOST_CR4);

	entry_require(c, !(~cr0 & caps->cr0_fixed0) && !(cr0 & ~caps->cr0_fixed1),
		      RULE_HOST_CR0);
	entry_require(c, !(~cr4 & caps->cr4_fixed0) && !(cr4 & ~caps->cr4_fixed1),
		      RULE_HOST_CR4);
	entry_require(c, !(cr4 & X86_CR4_CET) || cr0 & X86_CR0_WP, RULE_HOST_CET);
	entry_require(c, entry_cr3_valid(c, entry_field(c, HOST_CR3)), RULE_HOST_CR3);
	require_canonical(c, HOST_IA32_SYSENTER_ESP, RULE_HOST_SYSENTER_ESP);
	require_canonical(c, HOST_IA32_SYSENTER_EIP, RULE_HOST_SYSENTER_EIP);
	if (c->exit & VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL)
		entry_require(c, !(entry_field(c, HOST_IA32_PERF_GLOBAL_CTRL) &
				   ~caps->perf_global_ctrl_bits), RULE_HOST_PERF_GLOBAL_CTRL);
	if (c->exit & VM_EXIT_LOAD_IA32_PAT)
		entry_require(c, entry_pat_valid(entry_field(c, HOST_IA32_PAT)),
			      RULE_HOST_PAT);
	if (c->exit & VM_EXIT_LOAD_IA32_EFER)
		check_efer(c);
	if (c->exit & EXIT_LOAD_CET_STATE) {
		entry_require(c, entry_s_cet_valid(entry_field(c, HOST_S_CET)),
			      RULE_HOST_S_CET_RESERVED);
		entry_require(c, !(entry_field(c, HOST_SSP) & 3), RULE_HOST_SSP_ALIGNED);
		require_canonical(c, HOST_INTR_SSP_TABLE, RULE_HOST_SSP_TABLE);
	}
	if (c->exit & EXIT_LOAD_PKRS)
		entry_require(c, !(entry_field(c, HOST_IA32_PKRS) >> 32), RULE_HOST_PKRS);
}

/* SDM: Checks on Host Segment and Descriptor-Table Registers. */
static void check_segments(struct entry_check *c)
{
	unsigned int i;

	for (i = 0; i <= RULE_HOST_TR - RULE_HOST_ES; i++)
		entry_require(c, !(entry_field(c, HOST_ES_SELECTOR + 2 * i) & SELECTOR_RPL_TI),
			      RULE_HOST_ES + i);
	entry_require(c, entry_field(c, HOST_CS_SELECTOR), RULE_HOST_CS_NULL);
	entry_require(c, entry_field(c, HOST_TR_SELECTOR), RULE_HOST_TR_NULL);
	entry_require(c, entry_field(c, HOST_SS_SELECTOR) ||
		      c->exit & VM_EXIT_HOST_ADDR_SPACE_SIZE, RULE_HOST_SS_NULL);
	require_canonical(c, HOST_FS_BASE, RULE_HOST_FS_BASE);
	require_canonical(c, HOST_GS_BASE, RULE_HOST_GS_BASE);
	require_canonical(c, HOST_GDTR_BASE, RULE_HOST_GDTR_BASE);
	require_canonical(c, HOST_IDTR_BASE, RULE_HOST_IDTR_BASE);
	require_canonical(c, HOST_TR_BASE, RULE_HOST_TR_BASE);
}

static void check_32_bit_host(struct entry_check *c)
{
	entry_require(c, !(entry_field(c, HOST_CR4) & X86_CR4_PCIDE), RULE_HOST_PCIDE);
	entry_require(c, !(entry_field(c, HOST_RIP) >> 32), RULE_HOST_RIP_HIGH);
	if (c->exit & EXIT_LOAD_CET_STATE)
		entry_require(c, !(entry_field(c, HOST_S_CET) >> 32) &&
			      !(entry_field(c, HOST_SSP) >> 32), RULE_HOST_CET_HIGH);
}

static void check_64_bit_host(struct entry_check *c)
{
	u64 cr4 = entry_field(c, HOST_CR4);
	/* RIP and SSP are linear addresses in the host's own paging mode */
	unsigned int bits = cr4 & X86_CR4_LA57 ? 57 : 48;

	entry_require(c, cr4 & X86_CR4_PAE, RULE_HOST_PAE);
	entry_require(c, entry_canonical(entry_field(c, HOST_RIP), bits), RULE_HOST_RIP);
	if (c->exit & EXIT_LOAD_CET_STATE)
		entry_require(c, entry_canonical(entry_field(c, HOST_S_CET),
						 c->caps->linear_bits) &&
			      entry_canonical(entry_field(c, HOST_SSP), bits),
			      RULE_HOST_CET_CANONICAL);
}

void entry_check_host_state(struct entry_check *c)
{
	bool wide = c->exit & VM_EXIT_HOST_ADDR_SPACE_SIZE;

	check_registers(c);
	check_segments(c);
	if (c->view->host_ia32e)
		entry_require(c, wide, RULE_HOST_IA32E);
	else
		entry_require(c, !wide && !c->ia32e, RULE_HOST_NOT_IA32E);
	if (wide)
		check_64_bit_host(c);
	else
		check_32_bit_host(c);
}
