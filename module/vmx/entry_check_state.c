// SPDX-License-Identifier: GPL-2.0
/* SDM: "Checks on Guest Non-Register State" and "Loading MSRs". */
#ifdef __KERNEL__
#include <linux/errno.h>
#else
#include <errno.h>
#endif

#include "entry_check_internal.h"

#define BLOCKING		(GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS)
#define INTERRUPTIBILITY_BITS	GENMASK(4, 0)

#define PENDING_RESERVED_BITS	(GENMASK_ULL(63, 17) | BIT(15) | BIT(13) | GENMASK(10, 4))
#define PENDING_BUS_LOCK	BIT(11)
#define PENDING_ENABLED		BIT(12)
#define PENDING_BS		BIT(14)
#define PENDING_RTM_BIT		BIT(16)

#define LINK_POINTER_NONE	(~0ull)
#define SHADOW_VMCS		BIT(31)

#define VECTOR_DB		1
#define VECTOR_MC		18

/* The recommended maximum of the area: beyond it the SDM promises nothing */
#define MSR_LOAD_MAX(misc)	((vmx_misc_max_msr(misc) + 1) * VMX_MISC_MSR_LIST_MULTIPLIER)

static bool activity_supported(const struct entry_check *c, u32 activity)
{
	return activity == GUEST_ACTIVITY_ACTIVE ||
	       (activity <= GUEST_ACTIVITY_WAIT_SIPI &&
		c->caps->misc & (VMX_MISC_ACTIVITY_HLT << (activity - GUEST_ACTIVITY_HLT)));
}

/* May the event of this entry be injected into a guest in @activity? */
static bool activity_takes_event(const struct entry_check *c, u32 activity)
{
	u32 vector = c->event & INTR_INFO_VECTOR_MASK;
	bool exception = entry_injects(c, INTR_TYPE_HARD_EXCEPTION);
	bool nmi = entry_injects(c, INTR_TYPE_NMI_INTR);

	if (!c->event)
		return true;
	switch (activity) {
	case GUEST_ACTIVITY_HLT:
		return nmi || entry_injects(c, INTR_TYPE_EXT_INTR) ||
		       (exception && (vector == VECTOR_DB || vector == VECTOR_MC)) ||
		       entry_injects(c, INTR_TYPE_OTHER_EVENT);
	case GUEST_ACTIVITY_SHUTDOWN:
		return nmi || (exception && vector == VECTOR_MC);
	case GUEST_ACTIVITY_WAIT_SIPI:
		return false;
	default:
		return true;
	}
}

static void check_activity(struct entry_check *c, u32 interruptibility)
{
	u32 activity = entry_field(c, GUEST_ACTIVITY_STATE);
	u32 ss_dpl = VMX_AR_DPL((u32)entry_field(c, GUEST_SS_AR_BYTES));

	entry_require(c, activity_supported(c, activity), RULE_ACTIVITY_SUPPORTED);
	entry_require(c, activity != GUEST_ACTIVITY_HLT || !ss_dpl, RULE_ACTIVITY_HLT);
	entry_require(c, activity == GUEST_ACTIVITY_ACTIVE || !(interruptibility & BLOCKING),
		      RULE_ACTIVITY_BLOCKING);
	entry_require(c, activity_takes_event(c, activity), RULE_ACTIVITY_EVENT);
}

static void check_interruptibility(struct entry_check *c, u32 state)
{
	bool nmi = entry_injects(c, INTR_TYPE_NMI_INTR);

	entry_require(c, !(state & ~INTERRUPTIBILITY_BITS), RULE_INTERRUPTIBILITY_RESERVED);
	entry_require(c, (state & BLOCKING) != BLOCKING, RULE_INTERRUPTIBILITY_BOTH);
	entry_require(c, !(state & GUEST_INTR_STATE_STI) ||
		      entry_field(c, GUEST_RFLAGS) & X86_EFLAGS_IF,
		      RULE_INTERRUPTIBILITY_STI_IF);
	entry_require(c, !(state & BLOCKING) || !entry_injects(c, INTR_TYPE_EXT_INTR),
		      RULE_INTERRUPTIBILITY_INTERRUPT);
	entry_require(c, !(state & GUEST_INTR_STATE_MOV_SS) || !nmi,
		      RULE_INTERRUPTIBILITY_NMI_MOV_SS);
	entry_require(c, !(state & GUEST_INTR_STATE_SMI), RULE_INTERRUPTIBILITY_SMI);
	entry_require(c, !c->caps->sti_blocks_nmi || !(state & GUEST_INTR_STATE_STI) || !nmi,
		      RULE_INTERRUPTIBILITY_NMI_STI);
	entry_require(c, !(c->pin & PIN_BASED_VIRTUAL_NMIS) ||
		      !(state & GUEST_INTR_STATE_NMI) || !nmi,
		      RULE_INTERRUPTIBILITY_VIRTUAL_NMI);
	entry_require(c, !(state & GUEST_INTR_STATE_ENCLAVE_INTR) ||
		      (!(state & GUEST_INTR_STATE_MOV_SS) && c->caps->sgx),
		      RULE_INTERRUPTIBILITY_ENCLAVE);
}

static void check_pending_debug(struct entry_check *c, u32 interruptibility)
{
	u64 pending = entry_field(c, GUEST_PENDING_DBG_EXCEPTIONS);
	bool single_step = entry_field(c, GUEST_RFLAGS) & X86_EFLAGS_TF &&
			   !(entry_field(c, GUEST_IA32_DEBUGCTL) & DEBUGCTLMSR_BTF);
	u64 reserved = PENDING_RESERVED_BITS;

	if (!c->caps->bus_lock_debug)
		reserved |= PENDING_BUS_LOCK;
	entry_require(c, !(pending & reserved), RULE_PENDING_RESERVED);
	if (interruptibility & BLOCKING ||
	    entry_field(c, GUEST_ACTIVITY_STATE) == GUEST_ACTIVITY_HLT) {
		entry_require(c, !single_step || pending & PENDING_BS, RULE_PENDING_BS_SET);
		entry_require(c, single_step || !(pending & PENDING_BS),
			      RULE_PENDING_BS_CLEAR);
	}
	entry_require(c, !(pending & PENDING_RTM_BIT) ||
		      (c->caps->rtm && pending & PENDING_ENABLED &&
		       !(pending & GENMASK(11, 0)) &&
		       !(interruptibility & GUEST_INTR_STATE_MOV_SS)), RULE_PENDING_RTM);
}

static void check_link_pointer(struct entry_check *c)
{
	u64 pointer = entry_field(c, VMCS_LINK_POINTER);
	bool valid = entry_address_valid(c, pointer, 4096);
	bool shadowing = c->proc2 & SECONDARY_EXEC_SHADOW_VMCS;
	u32 header;

	if (pointer == LINK_POINTER_NONE)
		return;
	entry_require(c, valid, RULE_LINK_ADDRESS);
	if (valid && c->view->read_memory &&
	    !c->view->read_memory(c->view, pointer, &header, sizeof(header))) {
		entry_require_item(c, (header & ~SHADOW_VMCS) ==
				   vmx_basic_vmcs_revision_id(c->caps->basic),
				   RULE_LINK_REVISION, "linked revision identifier", 0, header);
		entry_require_item(c, !!(header & SHADOW_VMCS) == shadowing,
				   RULE_LINK_SHADOW, "linked revision identifier", 0, header);
	}
	entry_require(c, pointer != c->view->vmcs_address, RULE_LINK_CURRENT);
}

/* SDM: Checks on Guest Non-Register State. */
void entry_check_guest_non_register(struct entry_check *c)
{
	u32 interruptibility = entry_field(c, GUEST_INTERRUPTIBILITY_INFO);

	check_activity(c, interruptibility);
	check_interruptibility(c, interruptibility);
	check_pending_debug(c, interruptibility);
	check_link_pointer(c);
}

/* Would WRMSR accept @value? MSRs whose format depends on the model count as valid. */
static bool msr_value_valid(const struct entry_check *c, u32 msr, u64 value)
{
	switch (msr) {
	case MSR_IA32_SYSENTER_ESP:
	case MSR_IA32_SYSENTER_EIP:
	case MSR_LSTAR:
	case MSR_CSTAR:
	case MSR_KERNEL_GS_BASE:
	case MSR_IA32_DS_AREA:
		return entry_canonical(value, c->caps->linear_bits);
	case MSR_IA32_CR_PAT:
		return entry_pat_valid(value);
	case MSR_EFER:
		return !(value & ~c->caps->efer_bits);
	case MSR_SYSCALL_MASK:
	case MSR_TSC_AUX:
		return !(value >> 32);
	default:
		return true;
	}
}

static void check_msr_entry(struct entry_check *c, const struct vmx_msr_entry *entry,
			    u32 number)
{
	u32 msr = entry->index;

	entry_require_item(c, !entry->reserved, RULE_MSR_LOAD_RESERVED,
			   "bits 63:32 of entry", number, entry->reserved);
	entry_require_item(c, msr != MSR_FS_BASE && msr != MSR_GS_BASE, RULE_MSR_LOAD_BASE,
			   "MSR of entry", number, msr);
	entry_require_item(c, msr >> 8 != 8, RULE_MSR_LOAD_X2APIC, "MSR of entry", number, msr);
	entry_require_item(c, msr != MSR_IA32_SMM_MONITOR_CTL && msr != MSR_IA32_SMBASE,
			   RULE_MSR_LOAD_SMM, "MSR of entry", number, msr);
	entry_require_item(c, msr != MSR_IA32_UCODE_WRITE, RULE_MSR_LOAD_MODEL,
			   "MSR of entry", number, msr);
	entry_require_item(c, msr_value_valid(c, msr, entry->value), RULE_MSR_LOAD_VALUE,
			   "value of entry", number, entry->value);
}

/**
 * vmx_entry_msr_load_entry() - read an entry of the VM-entry MSR-load area
 * @view: the VMCS
 * @number: which, from 1
 * @entry: set to it
 *
 * Return: 0; -EFAULT, or what @view's callback says, if it cannot be read.
 * Context: as for vmx_entry_check().
 */
int vmx_entry_msr_load_entry(const struct vmcs_view *view, u32 number,
			     struct vmx_msr_entry *entry)
{
	u64 address = view->read(view, VM_ENTRY_MSR_LOAD_ADDR);

	if (!view->read_memory || !number)
		return -EFAULT;
	return view->read_memory(view, address + (u64)(number - 1) * sizeof(*entry),
				 entry, sizeof(*entry));
}

/* SDM: Loading MSRs. */
void entry_check_msr_load(struct entry_check *c)
{
	u64 address = entry_field(c, VM_ENTRY_MSR_LOAD_ADDR);
	u32 count = entry_field(c, VM_ENTRY_MSR_LOAD_COUNT);
	u32 max = MSR_LOAD_MAX(c->caps->misc);
	struct vmx_msr_entry entry;
	u32 i;

	if (count > max)
		count = max;
	for (i = 1; i <= count; i++, address += sizeof(entry)) {
		if (!entry_address_valid(c, address, sizeof(entry)) ||
		    vmx_entry_msr_load_entry(c->view, i, &entry))
			return;
		check_msr_entry(c, &entry, i);
	}
}
