// SPDX-License-Identifier: GPL-2.0
/*
 * SDM: "Checks on Guest Control Registers, Debug Registers, and MSRs", "Checks
 * on Guest Descriptor-Table Registers", "Checks on Guest RIP, RFLAGS, and SSP"
 * and "Checks on Guest Page-Directory-Pointer-Table Entries".
 */
#include "entry_check_internal.h"

#define RFLAGS_RESERVED_BITS	(GENMASK_ULL(63, 22) | BIT(15) | BIT(5) | BIT(3))
#define BNDCFGS_RESERVED_BITS	GENMASK_ULL(11, 2)
#define BNDCFGS_BASE_BITS	GENMASK_ULL(63, 12)
#define PDPTE_PRESENT		BIT(0)
#define PDPTE_RESERVED_BITS	(GENMASK_ULL(8, 5) | GENMASK_ULL(2, 1))

static void require_canonical(struct entry_check *c, u32 field,
			      enum entry_rule_id rule)
{
	entry_require(c, entry_canonical(entry_field(c, field), c->caps->linear_bits),
		      rule);
}

static void check_control_registers(struct entry_check *c)
{
	const struct vmx_entry_caps *caps = c->caps;
	u64 cr0 = entry_field(c, GUEST_CR0);
	u64 cr4 = entry_field(c, GUEST_CR4);
	u64 fixed0 = caps->cr0_fixed0;

	if (c->unrestricted)
		fixed0 &= ~(u64)(X86_CR0_PE | X86_CR0_PG);

	entry_require(c, !(~cr0 & fixed0) && !(cr0 & ~caps->cr0_fixed1), RULE_GUEST_CR0);
	entry_require(c, !(cr0 & X86_CR0_PG) || cr0 & X86_CR0_PE, RULE_GUEST_CR0_PG);
	entry_require(c, !(~cr4 & caps->cr4_fixed0) && !(cr4 & ~caps->cr4_fixed1),
		      RULE_GUEST_CR4);
	entry_require(c, !(cr4 & X86_CR4_CET) || cr0 & X86_CR0_WP, RULE_GUEST_CET);
	if (c->entry & VM_ENTRY_LOAD_DEBUG_CONTROLS)
		entry_require(c, !(entry_field(c, GUEST_IA32_DEBUGCTL) &
				   ~caps->debugctl_bits), RULE_GUEST_DEBUGCTL);
	if (c->ia32e) {
		entry_require(c, cr0 & X86_CR0_PG, RULE_GUEST_IA32E_PG);
		entry_require(c, cr4 & X86_CR4_PAE, RULE_GUEST_IA32E_PAE);
	} else {
		entry_require(c, !(cr4 & X86_CR4_PCIDE), RULE_GUEST_PCIDE);
	}
	entry_require(c, entry_cr3_valid(c, entry_field(c, GUEST_CR3)), RULE_GUEST_CR3);
	if (c->entry & VM_ENTRY_LOAD_DEBUG_CONTROLS)
		entry_require(c, !(entry_field(c, GUEST_DR7) >> 32), RULE_GUEST_DR7);
}

static void check_efer(struct entry_check *c)
{
	u64 efer = entry_field(c, GUEST_IA32_EFER);
	bool lma = efer & EFER_LMA;
	bool lme = efer & EFER_LME;

	entry_require(c, !(efer & ~c->caps->efer_bits), RULE_GUEST_EFER_RESERVED);
	entry_require(c, lma == c->ia32e, RULE_GUEST_EFER_LMA);
	entry_require(c, lma == lme || !(entry_field(c, GUEST_CR0) & X86_CR0_PG),
		      RULE_GUEST_EFER_LME);
}

static void check_cet(struct entry_check *c)
{
	entry_require(c, entry_s_cet_valid(entry_field(c, GUEST_S_CET)),
		      RULE_GUEST_S_CET_RESERVED);
	require_canonical(c, GUEST_S_CET, RULE_GUEST_S_CET_CANONICAL);
	require_canonical(c, GUEST_INTR_SSP_TABLE, RULE_GUEST_SSP_TABLE);
}

static void check_bndcfgs(struct entry_check *c)
{
	u64 bndcfgs = entry_field(c, GUEST_BNDCFGS);

	entry_require(c, !(bndcfgs & BNDCFGS_RESERVED_BITS), RULE_GUEST_BNDCFGS_RESERVED);
	entry_require(c, entry_canonical(bndcfgs & BNDCFGS_BASE_BITS, c->caps->linear_bits),
		      RULE_GUEST_BNDCFGS_BASE);
}

/* With @control at entry, @field must have no bits but @bits. */
static void require_bits(struct entry_check *c, u32 control, u32 field, u64 bits,
			 enum entry_rule_id rule)
{
	if (c->entry & control)
		entry_require(c, !(entry_field(c, field) & ~bits), rule);
}

/* SDM: Checks on Guest Control Registers, Debug Registers, and MSRs. */
void entry_check_guest_registers(struct entry_check *c)
{
	const struct vmx_entry_caps *caps = c->caps;

	check_control_registers(c);
	require_canonical(c, GUEST_SYSENTER_ESP, RULE_GUEST_SYSENTER_ESP);
	require_canonical(c, GUEST_SYSENTER_EIP, RULE_GUEST_SYSENTER_EIP);
	require_bits(c, VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL, GUEST_IA32_PERF_GLOBAL_CTRL,
		     caps->perf_global_ctrl_bits, RULE_GUEST_PERF_GLOBAL_CTRL);
	if (c->entry & VM_ENTRY_LOAD_IA32_PAT)
		entry_require(c, entry_pat_valid(entry_field(c, GUEST_IA32_PAT)),
			      RULE_GUEST_PAT);
	if (c->entry & VM_ENTRY_LOAD_IA32_EFER)
		check_efer(c);
	if (c->entry & VM_ENTRY_LOAD_BNDCFGS)
		check_bndcfgs(c);
	require_bits(c, VM_ENTRY_LOAD_IA32_RTIT_CTL, GUEST_IA32_RTIT_CTL,
		     caps->rtit_ctl_bits, RULE_GUEST_RTIT_CTL);
	if (c->entry & ENTRY_LOAD_CET_STATE)
		check_cet(c);
	require_bits(c, ENTRY_LOAD_LBR_CTL, GUEST_IA32_LBR_CTL, caps->lbr_ctl_bits,
		     RULE_GUEST_LBR_CTL);
	require_bits(c, ENTRY_LOAD_PKRS, GUEST_IA32_PKRS, 0xffffffff, RULE_GUEST_PKRS);
	require_bits(c, ENTRY_LOAD_UINV, GUEST_UINV, 0xff, RULE_GUEST_UINV);
}

/* SDM: Checks on Guest Descriptor-Table Registers. */
void entry_check_guest_tables(struct entry_check *c)
{
	require_canonical(c, GUEST_GDTR_BASE, RULE_GDTR_BASE);
	require_canonical(c, GUEST_IDTR_BASE, RULE_IDTR_BASE);
	entry_require(c, !(entry_field(c, GUEST_GDTR_LIMIT) >> 16), RULE_GDTR_LIMIT);
	entry_require(c, !(entry_field(c, GUEST_IDTR_LIMIT) >> 16), RULE_IDTR_LIMIT);
}

/* SDM: Checks on Guest RIP, RFLAGS, and SSP. */
void entry_check_guest_rip(struct entry_check *c)
{
	bool wide = c->ia32e && entry_field(c, GUEST_CS_AR_BYTES) & VMX_AR_L_MASK;
	/* Bits 63:N equal, where a canonical address has bits 63:N-1 equal */
	unsigned int bits = c->caps->linear_bits + 1;
	u64 rflags = entry_field(c, GUEST_RFLAGS);
	u64 rip = entry_field(c, GUEST_RIP);
	u64 ssp;

	entry_require(c, wide || !(rip >> 32), RULE_RIP_HIGH);
	entry_require(c, !wide || entry_canonical(rip, bits), RULE_RIP_WIDTH);
	entry_require(c, !(rflags & RFLAGS_RESERVED_BITS), RULE_RFLAGS_RESERVED);
	entry_require(c, rflags & X86_EFLAGS_FIXED, RULE_RFLAGS_FIXED);
	entry_require(c, !c->vm86 ||
		      (!c->ia32e && entry_field(c, GUEST_CR0) & X86_CR0_PE),
		      RULE_RFLAGS_VM);
	entry_require(c, !entry_injects(c, INTR_TYPE_EXT_INTR) || rflags & X86_EFLAGS_IF,
		      RULE_RFLAGS_IF);

	if (!(c->entry & ENTRY_LOAD_CET_STATE))
		return;
	ssp = entry_field(c, GUEST_SSP);
	entry_require(c, !(ssp & 3), RULE_SSP_ALIGNED);
	entry_require(c, wide || !(ssp >> 32), RULE_SSP_HIGH);
	entry_require(c, !wide || entry_canonical(ssp, bits), RULE_SSP_WIDTH);
}

static void require_pdpte(struct entry_check *c, u64 pdpte, unsigned int number,
			  enum entry_rule_id rule)
{
	bool kept = !(pdpte & PDPTE_PRESENT) ||
		    (!(pdpte & PDPTE_RESERVED_BITS) && !(pdpte >> c->caps->phys_bits));

	entry_require_item(c, kept, rule, "PDPTE counted from 1:", number + 1, pdpte);
}

/* SDM: Checks on Guest Page-Directory-Pointer-Table Entries. */
void entry_check_guest_pdptes(struct entry_check *c)
{
	bool pae = entry_field(c, GUEST_CR0) & X86_CR0_PG &&
		   entry_field(c, GUEST_CR4) & X86_CR4_PAE && !c->ia32e;
	bool ept = c->proc2 & SECONDARY_EXEC_ENABLE_EPT;
	u64 table = entry_field(c, GUEST_CR3) & 0xffffffe0;
	u64 pdpte[4];
	unsigned int i;

	if (!pae)
		return;
	if (!ept && (!c->view->read_memory ||
		     c->view->read_memory(c->view, table, pdpte, sizeof(pdpte))))
		return;
	for (i = 0; i < 4; i++) {
		if (ept)
			require_pdpte(c, entry_field(c, GUEST_PDPTR0 + 2 * i), i,
				      RULE_PDPTE_FIELD);
		else
			require_pdpte(c, pdpte[i], i, RULE_PDPTE_MEMORY);
	}
}
