// SPDX-License-Identifier: GPL-2.0
/* SDM: "Checks on VMX Controls". */
#include "entry_check_internal.h"

#define APIC_TPR		0x80
#define EPTP_SHADOW_STACK	BIT_ULL(7)
#define EPTP_ACCESSED_DIRTY	BIT_ULL(6)
#define EPT_CAP_SHADOW_STACK	BIT_ULL(23)
#define BASIC_ANY_ERROR_CODE	BIT_ULL(56)

/* The exceptions that push an error code: #DF, #TS, #NP, #SS, #GP, #PF, #AC */
#define ERROR_CODE_VECTORS	(BIT(8) | GENMASK(14, 10) | BIT(17))

#define PID_POINTER_SIZE	8

/* Controls that must be 1 and are not, or that must be 0 and are not. */
static void require_allowed(struct entry_check *c, u64 controls, u64 must,
			    u64 may, enum entry_rule_id rule)
{
	u64 forbidden = (must & ~controls) | (controls & ~may);

	entry_require_item(c, !forbidden, rule, "controls with a forbidden setting", 0,
			   forbidden);
}

static void require_settings(struct entry_check *c, u32 field, u64 allowed,
			     enum entry_rule_id rule)
{
	require_allowed(c, entry_field(c, field), (u32)allowed, allowed >> 32, rule);
}

static void require_page(struct entry_check *c, u32 field, enum entry_rule_id rule)
{
	entry_require(c, entry_address_valid(c, entry_field(c, field), 4096), rule);
}

static void check_tpr_threshold(struct entry_check *c)
{
	u32 threshold = entry_field(c, TPR_THRESHOLD);
	u64 apic = entry_field(c, VIRTUAL_APIC_PAGE_ADDR);
	u32 vtpr;

	entry_require(c, !(threshold & ~0xfu), RULE_TPR_THRESHOLD_RESERVED);

	if (c->proc2 & SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES ||
	    !entry_address_valid(c, apic, 4096) || !c->view->read_memory ||
	    c->view->read_memory(c->view, apic + APIC_TPR, &vtpr, sizeof(vtpr)))
		return;
	entry_require_item(c, (threshold & 0xf) <= (vtpr >> 4 & 0xf),
			   RULE_TPR_THRESHOLD_VTPR, "VTPR", 0, vtpr);
}

static void check_apic(struct entry_check *c)
{
	const u32 need_shadow = SECONDARY_EXEC_VIRTUALIZE_X2APIC_MODE |
				SECONDARY_EXEC_APIC_REGISTER_VIRT |
				SECONDARY_EXEC_VIRTUAL_INTR_DELIVERY;
	bool shadow = c->proc & CPU_BASED_TPR_SHADOW;

	if (c->proc2 & SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES)
		require_page(c, APIC_ACCESS_ADDR, RULE_APIC_ACCESS);
	entry_require(c, shadow || !(c->proc2 & need_shadow), RULE_TPR_SHADOW);
	entry_require(c, shadow || !(c->proc3 & TERTIARY_EXEC_IPI_VIRT),
		      RULE_IPI_TPR_SHADOW);
	entry_require(c, !(c->proc2 & SECONDARY_EXEC_VIRTUALIZE_X2APIC_MODE) ||
		      !(c->proc2 & SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES),
		      RULE_VIRTUAL_X2APIC);
	entry_require(c, !(c->proc2 & SECONDARY_EXEC_VIRTUAL_INTR_DELIVERY) ||
		      c->pin & PIN_BASED_EXT_INTR_MASK, RULE_VIRTUAL_INTR_DELIVERY);
}

static void check_posted_interrupts(struct entry_check *c)
{
	if (!(c->pin & PIN_BASED_POSTED_INTR))
		return;
	entry_require(c, c->proc2 & SECONDARY_EXEC_VIRTUAL_INTR_DELIVERY,
		      RULE_POSTED_DELIVERY);
	entry_require(c, c->exit & VM_EXIT_ACK_INTR_ON_EXIT, RULE_POSTED_ACKNOWLEDGE);
	entry_require(c, entry_field(c, POSTED_INTR_NV) <= 0xff, RULE_POSTED_VECTOR);
	entry_require(c, entry_address_valid(c, entry_field(c, POSTED_INTR_DESC_ADDR), 64),
		      RULE_POSTED_DESCRIPTOR);
}

static void check_eptp(struct entry_check *c)
{
	u64 eptp = entry_field(c, EPT_POINTER);
	u64 cap = c->caps->ept_vpid;
	u64 type = eptp & VMX_EPTP_MT_MASK;
	u64 walk = eptp & VMX_EPTP_PWL_MASK;
	u64 reserved = GENMASK_ULL(11, 7);

	if (cap & EPT_CAP_SHADOW_STACK)
		reserved &= ~EPTP_SHADOW_STACK;

	entry_require(c, (type == VMX_EPTP_MT_WB && cap & VMX_EPTP_WB_BIT) ||
		      (type == VMX_EPTP_MT_UC && cap & VMX_EPTP_UC_BIT),
		      RULE_EPTP_MEMORY_TYPE);
	entry_require(c, (walk == VMX_EPTP_PWL_4 && cap & VMX_EPT_PAGE_WALK_4_BIT) ||
		      (walk == VMX_EPTP_PWL_5 && cap & VMX_EPT_PAGE_WALK_5_BIT),
		      RULE_EPTP_WALK_LENGTH);
	entry_require(c, !(eptp & EPTP_ACCESSED_DIRTY) || cap & VMX_EPT_AD_BIT,
		      RULE_EPTP_ACCESSED_DIRTY);
	entry_require(c, !(eptp & reserved) && !(eptp >> c->caps->phys_bits),
		      RULE_EPTP_RESERVED);
}

static void check_vm_functions(struct entry_check *c)
{
	u64 functions;

	if (!(c->proc2 & SECONDARY_EXEC_ENABLE_VMFUNC))
		return;
	functions = entry_field(c, VM_FUNCTION_CONTROL);
	require_allowed(c, functions, 0, c->caps->vmfunc, RULE_VM_FUNCTIONS_RESERVED);
	if (!(functions & c->caps->vmfunc & VMX_VMFUNC_EPTP_SWITCHING))
		return;
	entry_require(c, c->proc2 & SECONDARY_EXEC_ENABLE_EPT, RULE_EPTP_SWITCHING_EPT);
	require_page(c, EPTP_LIST_ADDRESS, RULE_EPTP_LIST);
}

static void check_ept(struct entry_check *c)
{
	bool ept = c->proc2 & SECONDARY_EXEC_ENABLE_EPT;

	if (ept)
		check_eptp(c);
	if (c->proc2 & SECONDARY_EXEC_ENABLE_PML) {
		entry_require(c, ept, RULE_PML_EPT);
		require_page(c, PML_ADDRESS, RULE_PML_ADDRESS);
	}
	entry_require(c, ept || !c->unrestricted, RULE_UNRESTRICTED_EPT);
	entry_require(c, ept || !(c->proc2 & SECONDARY_EXEC_MODE_BASED_EPT_EXEC),
		      RULE_MODE_BASED_EPT);
	if (c->proc2 & PROC2_SUB_PAGE_WRITE) {
		entry_require(c, ept, RULE_SUB_PAGE_EPT);
		require_page(c, SPP_TABLE_POINTER, RULE_SUB_PAGE_TABLE);
	}
	check_vm_functions(c);
}

static void check_tracing_and_ipis(struct entry_check *c)
{
	u64 table, size;

	entry_require(c, !(c->proc2 & SECONDARY_EXEC_PT_USE_GPA) ||
		      (c->proc2 & SECONDARY_EXEC_ENABLE_EPT &&
		       c->entry & VM_ENTRY_LOAD_IA32_RTIT_CTL &&
		       c->exit & VM_EXIT_CLEAR_IA32_RTIT_CTL),
		      RULE_PT_GUEST_PHYSICAL);

	if (!(c->proc3 & TERTIARY_EXEC_IPI_VIRT))
		return;
	table = entry_field(c, PID_POINTER_TABLE);
	size = (entry_field(c, LAST_PID_POINTER_INDEX) + 1) * PID_POINTER_SIZE;
	entry_require(c, !(table & (PID_POINTER_SIZE - 1)) &&
		      entry_address_fits(c, table, size), RULE_PID_POINTER_TABLE);
}

/* SDM: VM-Execution Control Fields. */
void entry_check_execution_controls(struct entry_check *c)
{
	const struct vmx_entry_caps *caps = c->caps;

	require_settings(c, PIN_BASED_VM_EXEC_CONTROL, caps->pin_based,
			 RULE_PIN_BASED_RESERVED);
	require_settings(c, CPU_BASED_VM_EXEC_CONTROL, caps->proc_based,
			 RULE_PROC_BASED_RESERVED);
	if (c->proc & CPU_BASED_ACTIVATE_SECONDARY_CONTROLS)
		require_settings(c, SECONDARY_VM_EXEC_CONTROL, caps->proc_based2,
				 RULE_PROC_BASED2_RESERVED);
	if (c->proc & CPU_BASED_ACTIVATE_TERTIARY_CONTROLS)
		require_allowed(c, entry_field(c, TERTIARY_VM_EXEC_CONTROL), 0,
				caps->proc_based3, RULE_PROC_BASED3_RESERVED);

	entry_require(c, entry_field(c, CR3_TARGET_COUNT) <= (u32)vmx_misc_cr3_count(caps->misc),
		      RULE_CR3_TARGET_COUNT);
	if (c->proc & CPU_BASED_USE_IO_BITMAPS) {
		require_page(c, IO_BITMAP_A, RULE_IO_BITMAP_A);
		require_page(c, IO_BITMAP_B, RULE_IO_BITMAP_B);
	}
	if (c->proc & CPU_BASED_USE_MSR_BITMAPS)
		require_page(c, MSR_BITMAP, RULE_MSR_BITMAP);
	if (c->proc & CPU_BASED_TPR_SHADOW) {
		require_page(c, VIRTUAL_APIC_PAGE_ADDR, RULE_VIRTUAL_APIC);
		if (!(c->proc2 & SECONDARY_EXEC_VIRTUAL_INTR_DELIVERY))
			check_tpr_threshold(c);
	}
	entry_require(c, !(c->pin & PIN_BASED_VIRTUAL_NMIS) ||
		      c->pin & PIN_BASED_NMI_EXITING, RULE_VIRTUAL_NMIS);
	entry_require(c, !(c->proc & CPU_BASED_NMI_WINDOW_EXITING) ||
		      c->pin & PIN_BASED_VIRTUAL_NMIS, RULE_NMI_WINDOW);

	check_apic(c);
	check_posted_interrupts(c);
	entry_require(c, !(c->proc2 & SECONDARY_EXEC_ENABLE_VPID) ||
		      entry_field(c, VIRTUAL_PROCESSOR_ID), RULE_VPID);
	check_ept(c);
	if (c->proc2 & SECONDARY_EXEC_SHADOW_VMCS) {
		require_page(c, VMREAD_BITMAP, RULE_VMREAD_BITMAP);
		require_page(c, VMWRITE_BITMAP, RULE_VMWRITE_BITMAP);
	}
	if (c->proc2 & PROC2_EPT_VIOLATION_VE)
		require_page(c, VE_INFORMATION_ADDRESS, RULE_VE_INFORMATION);
	check_tracing_and_ipis(c);
}

/* An area of MSR entries; the rule about its end follows that about @address. */
static void check_msr_area(struct entry_check *c, u32 address_field,
			   u32 count_field, enum entry_rule_id address_rule,
			   enum entry_rule_id end_rule)
{
	u64 count = (u32)entry_field(c, count_field);
	u64 address;

	if (!count)
		return;
	address = entry_field(c, address_field);
	entry_require(c, entry_address_valid(c, address, 16), address_rule);
	if (entry_address_fits(c, address, 1))
		entry_require(c, entry_address_fits(c, address,
						    count * sizeof(struct vmx_msr_entry)),
			      end_rule);
}

/* SDM: VM-Exit Control Fields. */
void entry_check_exit_controls(struct entry_check *c)
{
	require_settings(c, VM_EXIT_CONTROLS, c->caps->exit, RULE_EXIT_RESERVED);
	if (c->exit & EXIT_SECONDARY_CONTROLS)
		require_allowed(c, entry_field(c, SECONDARY_VM_EXIT_CONTROLS), 0,
				c->caps->exit2, RULE_EXIT2_RESERVED);
	entry_require(c, !(c->exit & VM_EXIT_SAVE_VMX_PREEMPTION_TIMER) ||
		      c->pin & PIN_BASED_VMX_PREEMPTION_TIMER, RULE_SAVE_TIMER);
	check_msr_area(c, VM_EXIT_MSR_STORE_ADDR, VM_EXIT_MSR_STORE_COUNT,
		       RULE_EXIT_MSR_STORE_ADDRESS, RULE_EXIT_MSR_STORE_END);
	check_msr_area(c, VM_EXIT_MSR_LOAD_ADDR, VM_EXIT_MSR_LOAD_COUNT,
		       RULE_EXIT_MSR_LOAD_ADDRESS, RULE_EXIT_MSR_LOAD_END);
}

static bool event_type_supported(const struct entry_check *c)
{
	u32 type = c->event & INTR_INFO_INTR_TYPE_MASK;

	if (type == INTR_TYPE_OTHER_EVENT)
		return c->caps->proc_based >> 32 & CPU_BASED_MONITOR_TRAP_FLAG;
	return type != INTR_TYPE_RESERVED;
}

static bool event_vector_valid(const struct entry_check *c)
{
	u32 vector = c->event & INTR_INFO_VECTOR_MASK;

	switch (c->event & INTR_INFO_INTR_TYPE_MASK) {
	case INTR_TYPE_NMI_INTR:
		return vector == 2;
	case INTR_TYPE_HARD_EXCEPTION:
		return vector <= 31;
	case INTR_TYPE_OTHER_EVENT:
		return vector == 0;
	default:
		return true;
	}
}

static bool event_error_code_bit_valid(const struct entry_check *c)
{
	u32 vector = c->event & INTR_INFO_VECTOR_MASK;
	bool deliver = c->event & INTR_INFO_DELIVER_CODE_MASK;

	if (!entry_injects(c, INTR_TYPE_HARD_EXCEPTION) ||
	    (c->unrestricted && !(entry_field(c, GUEST_CR0) & X86_CR0_PE)))
		return !deliver;
	if (c->caps->basic & BASIC_ANY_ERROR_CODE)
		return true;
	return deliver == (vector <= 31 && ERROR_CODE_VECTORS >> vector & 1);
}

static bool event_length_valid(const struct entry_check *c)
{
	u32 length;

	if (!entry_injects(c, INTR_TYPE_SOFT_INTR) &&
	    !entry_injects(c, INTR_TYPE_SOFT_EXCEPTION) &&
	    !entry_injects(c, INTR_TYPE_PRIV_SW_EXCEPTION))
		return true;
	length = entry_field(c, VM_ENTRY_INSTRUCTION_LEN);
	return length <= 15 && (length || c->caps->misc & VMX_MISC_ZERO_LEN_INS);
}

static void check_event(struct entry_check *c)
{
	if (!c->event)
		return;
	entry_require(c, event_type_supported(c), RULE_EVENT_TYPE);
	entry_require(c, event_vector_valid(c), RULE_EVENT_VECTOR);
	entry_require(c, event_error_code_bit_valid(c), RULE_EVENT_ERROR_CODE_BIT);
	entry_require(c, !(c->event & INTR_INFO_RESVD_BITS_MASK), RULE_EVENT_RESERVED);
	entry_require(c, !(c->event & INTR_INFO_DELIVER_CODE_MASK) ||
		      !((u32)entry_field(c, VM_ENTRY_EXCEPTION_ERROR_CODE) >> 16),
		      RULE_EVENT_ERROR_CODE);
	entry_require(c, event_length_valid(c), RULE_EVENT_LENGTH);
}

/* SDM: VM-Entry Control Fields. */
void entry_check_entry_controls(struct entry_check *c)
{
	require_settings(c, VM_ENTRY_CONTROLS, c->caps->entry, RULE_ENTRY_RESERVED);
	check_event(c);
	check_msr_area(c, VM_ENTRY_MSR_LOAD_ADDR, VM_ENTRY_MSR_LOAD_COUNT,
		       RULE_ENTRY_MSR_LOAD_ADDRESS, RULE_ENTRY_MSR_LOAD_END);
	entry_require(c, !(c->entry & (VM_ENTRY_SMM | VM_ENTRY_DEACT_DUAL_MONITOR)),
		      RULE_ENTRY_TO_SMM);
	entry_require(c, !(c->entry & VM_ENTRY_LOAD_IA32_RTIT_CTL) ||
		      !c->view->host_pt_tracing, RULE_ENTRY_PT_TRACING);
}
