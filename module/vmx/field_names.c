// SPDX-License-Identifier: GPL-2.0
#ifdef __KERNEL__
#include <linux/kernel.h>
#include <linux/string.h>
#else
#include <string.h>
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#endif

#include "field_names.h"

/*
 * Sorted by encoding. Numbers instead of the names of <asm/vmx.h>: userspace
 * has none, and an old kernel lacks some. A unit test compares both.
 */
static const struct vmcs_field_name field_names[] = {
	{ 0x0000, "VIRTUAL_PROCESSOR_ID", "Virtual-processor identifier (VPID)" },
	{ 0x0002, "POSTED_INTR_NV", "Posted-interrupt notification vector" },
	{ 0x0004, "EPTP_INDEX", "EPTP index" },
	{ 0x0006, "HLAT_PREFIX_SIZE", "HLAT prefix size" },
	{ 0x0008, "LAST_PID_POINTER_INDEX", "Last PID-pointer index" },
	{ 0x000a, "VIRTUAL_TIMER_VECTOR", "Virtual timer vector" },
	{ 0x0800, "GUEST_ES_SELECTOR", "Guest ES selector" },
	{ 0x0802, "GUEST_CS_SELECTOR", "Guest CS selector" },
	{ 0x0804, "GUEST_SS_SELECTOR", "Guest SS selector" },
	{ 0x0806, "GUEST_DS_SELECTOR", "Guest DS selector" },
	{ 0x0808, "GUEST_FS_SELECTOR", "Guest FS selector" },
	{ 0x080a, "GUEST_GS_SELECTOR", "Guest GS selector" },
	{ 0x080c, "GUEST_LDTR_SELECTOR", "Guest LDTR selector" },
	{ 0x080e, "GUEST_TR_SELECTOR", "Guest TR selector" },
	{ 0x0810, "GUEST_INTR_STATUS", "Guest interrupt status" },
	{ 0x0812, "GUEST_PML_INDEX", "PML index" },
	{ 0x0814, "GUEST_UINV", "Guest UINV" },
	{ 0x0c00, "HOST_ES_SELECTOR", "Host ES selector" },
	{ 0x0c02, "HOST_CS_SELECTOR", "Host CS selector" },
	{ 0x0c04, "HOST_SS_SELECTOR", "Host SS selector" },
	{ 0x0c06, "HOST_DS_SELECTOR", "Host DS selector" },
	{ 0x0c08, "HOST_FS_SELECTOR", "Host FS selector" },
	{ 0x0c0a, "HOST_GS_SELECTOR", "Host GS selector" },
	{ 0x0c0c, "HOST_TR_SELECTOR", "Host TR selector" },
	{ 0x2000, "IO_BITMAP_A", "Address of I/O bitmap A" },
	{ 0x2002, "IO_BITMAP_B", "Address of I/O bitmap B" },
	{ 0x2004, "MSR_BITMAP", "Address of MSR bitmaps" },
	{ 0x2006, "VM_EXIT_MSR_STORE_ADDR", "VM-exit MSR-store address" },
	{ 0x2008, "VM_EXIT_MSR_LOAD_ADDR", "VM-exit MSR-load address" },
	{ 0x200a, "VM_ENTRY_MSR_LOAD_ADDR", "VM-entry MSR-load address" },
	{ 0x200c, "EXECUTIVE_VMCS_POINTER", "Executive-VMCS pointer" },
	{ 0x200e, "PML_ADDRESS", "PML address" },
	{ 0x2010, "TSC_OFFSET", "TSC offset" },
	{ 0x2012, "VIRTUAL_APIC_PAGE_ADDR", "Virtual-APIC address" },
	{ 0x2014, "APIC_ACCESS_ADDR", "APIC-access address" },
	{ 0x2016, "POSTED_INTR_DESC_ADDR", "Posted-interrupt descriptor address" },
	{ 0x2018, "VM_FUNCTION_CONTROL", "VM-function controls" },
	{ 0x201a, "EPT_POINTER", "EPT pointer (EPTP)" },
	{ 0x201c, "EOI_EXIT_BITMAP0", "EOI-exit bitmap 0" },
	{ 0x201e, "EOI_EXIT_BITMAP1", "EOI-exit bitmap 1" },
	{ 0x2020, "EOI_EXIT_BITMAP2", "EOI-exit bitmap 2" },
	{ 0x2022, "EOI_EXIT_BITMAP3", "EOI-exit bitmap 3" },
	{ 0x2024, "EPTP_LIST_ADDRESS", "EPTP-list address" },
	{ 0x2026, "VMREAD_BITMAP", "VMREAD-bitmap address" },
	{ 0x2028, "VMWRITE_BITMAP", "VMWRITE-bitmap address" },
	{ 0x202a, "VE_INFORMATION_ADDRESS",
	  "Virtualization-exception information address" },
	{ 0x202c, "XSS_EXIT_BITMAP", "XSS-exiting bitmap" },
	{ 0x202e, "ENCLS_EXITING_BITMAP", "ENCLS-exiting bitmap" },
	{ 0x2030, "SPP_TABLE_POINTER", "Sub-page-permission-table pointer" },
	{ 0x2032, "TSC_MULTIPLIER", "TSC multiplier" },
	{ 0x2034, "TERTIARY_VM_EXEC_CONTROL",
	  "Tertiary processor-based VM-execution controls" },
	{ 0x2036, "ENCLV_EXITING_BITMAP", "ENCLV-exiting bitmap" },
	{ 0x2038, "LOW_PASID_DIRECTORY", "Low PASID directory address" },
	{ 0x203a, "HIGH_PASID_DIRECTORY", "High PASID directory address" },
	{ 0x203c, "SHARED_EPT_POINTER", "Shared EPT pointer" },
	{ 0x203e, "PCONFIG_EXITING_BITMAP", "PCONFIG-exiting bitmap" },
	{ 0x2040, "HLAT_POINTER",
	  "Hypervisor-managed linear-address translation pointer" },
	{ 0x2042, "PID_POINTER_TABLE", "PID-pointer table address" },
	{ 0x2044, "SECONDARY_VM_EXIT_CONTROLS", "Secondary VM-exit controls" },
	{ 0x204a, "IA32_SPEC_CTRL_MASK", "IA32_SPEC_CTRL mask" },
	{ 0x204c, "IA32_SPEC_CTRL_SHADOW", "IA32_SPEC_CTRL shadow" },
	{ 0x204e, "GUEST_DEADLINE_SHADOW", "Guest deadline shadow" },
	{ 0x2052, "INJECTED_EVENT_DATA", "Injected-event data" },
	{ 0x2400, "GUEST_PHYSICAL_ADDRESS", "Guest-physical address" },
	{ 0x2402, "MSR_DATA", "MSR data" },
	{ 0x2404, "ORIGINAL_EVENT_DATA", "Original-event data" },
	{ 0x2800, "VMCS_LINK_POINTER", "VMCS link pointer" },
	{ 0x2802, "GUEST_IA32_DEBUGCTL", "Guest IA32_DEBUGCTL" },
	{ 0x2804, "GUEST_IA32_PAT", "Guest IA32_PAT" },
	{ 0x2806, "GUEST_IA32_EFER", "Guest IA32_EFER" },
	{ 0x2808, "GUEST_IA32_PERF_GLOBAL_CTRL", "Guest IA32_PERF_GLOBAL_CTRL" },
	{ 0x280a, "GUEST_PDPTR0", "Guest PDPTE0" },
	{ 0x280c, "GUEST_PDPTR1", "Guest PDPTE1" },
	{ 0x280e, "GUEST_PDPTR2", "Guest PDPTE2" },
	{ 0x2810, "GUEST_PDPTR3", "Guest PDPTE3" },
	{ 0x2812, "GUEST_BNDCFGS", "Guest IA32_BNDCFGS" },
	{ 0x2814, "GUEST_IA32_RTIT_CTL", "Guest IA32_RTIT_CTL" },
	{ 0x2816, "GUEST_IA32_LBR_CTL", "Guest IA32_LBR_CTL" },
	{ 0x2818, "GUEST_IA32_PKRS", "Guest IA32_PKRS" },
	{ 0x281a, "GUEST_IA32_FRED_CONFIG", "Guest IA32_FRED_CONFIG" },
	{ 0x281c, "GUEST_IA32_FRED_RSP1", "Guest IA32_FRED_RSP1" },
	{ 0x281e, "GUEST_IA32_FRED_RSP2", "Guest IA32_FRED_RSP2" },
	{ 0x2820, "GUEST_IA32_FRED_RSP3", "Guest IA32_FRED_RSP3" },
	{ 0x2822, "GUEST_IA32_FRED_STKLVLS", "Guest IA32_FRED_STKLVLS" },
	{ 0x2824, "GUEST_IA32_FRED_SSP1", "Guest IA32_FRED_SSP1" },
	{ 0x2826, "GUEST_IA32_FRED_SSP2", "Guest IA32_FRED_SSP2" },
	{ 0x2828, "GUEST_IA32_FRED_SSP3", "Guest IA32_FRED_SSP3" },
	{ 0x282e, "GUEST_IA32_SPEC_CTRL", "Guest IA32_SPEC_CTRL" },
	{ 0x2830, "GUEST_DEADLINE", "Guest deadline" },
	{ 0x2c00, "HOST_IA32_PAT", "Host IA32_PAT" },
	{ 0x2c02, "HOST_IA32_EFER", "Host IA32_EFER" },
	{ 0x2c04, "HOST_IA32_PERF_GLOBAL_CTRL", "Host IA32_PERF_GLOBAL_CTRL" },
	{ 0x2c06, "HOST_IA32_PKRS", "Host IA32_PKRS" },
	{ 0x2c08, "HOST_IA32_FRED_CONFIG", "Host IA32_FRED_CONFIG" },
	{ 0x2c0a, "HOST_IA32_FRED_RSP1", "Host IA32_FRED_RSP1" },
	{ 0x2c0c, "HOST_IA32_FRED_RSP2", "Host IA32_FRED_RSP2" },
	{ 0x2c0e, "HOST_IA32_FRED_RSP3", "Host IA32_FRED_RSP3" },
	{ 0x2c10, "HOST_IA32_FRED_STKLVLS", "Host IA32_FRED_STKLVLS" },
	{ 0x2c12, "HOST_IA32_FRED_SSP1", "Host IA32_FRED_SSP1" },
	{ 0x2c14, "HOST_IA32_FRED_SSP2", "Host IA32_FRED_SSP2" },
	{ 0x2c16, "HOST_IA32_FRED_SSP3", "Host IA32_FRED_SSP3" },
	{ 0x2c1a, "HOST_IA32_SPEC_CTRL", "Host IA32_SPEC_CTRL" },
	{ 0x4000, "PIN_BASED_VM_EXEC_CONTROL", "Pin-based VM-execution controls" },
	{ 0x4002, "CPU_BASED_VM_EXEC_CONTROL",
	  "Primary processor-based VM-execution controls" },
	{ 0x4004, "EXCEPTION_BITMAP", "Exception bitmap" },
	{ 0x4006, "PAGE_FAULT_ERROR_CODE_MASK", "Page-fault error-code mask" },
	{ 0x4008, "PAGE_FAULT_ERROR_CODE_MATCH", "Page-fault error-code match" },
	{ 0x400a, "CR3_TARGET_COUNT", "CR3-target count" },
	{ 0x400c, "VM_EXIT_CONTROLS", "Primary VM-exit controls" },
	{ 0x400e, "VM_EXIT_MSR_STORE_COUNT", "VM-exit MSR-store count" },
	{ 0x4010, "VM_EXIT_MSR_LOAD_COUNT", "VM-exit MSR-load count" },
	{ 0x4012, "VM_ENTRY_CONTROLS", "VM-entry controls" },
	{ 0x4014, "VM_ENTRY_MSR_LOAD_COUNT", "VM-entry MSR-load count" },
	{ 0x4016, "VM_ENTRY_INTR_INFO_FIELD",
	  "VM-entry interruption-information field" },
	{ 0x4018, "VM_ENTRY_EXCEPTION_ERROR_CODE", "VM-entry exception error code" },
	{ 0x401a, "VM_ENTRY_INSTRUCTION_LEN", "VM-entry instruction length" },
	{ 0x401c, "TPR_THRESHOLD", "TPR threshold" },
	{ 0x401e, "SECONDARY_VM_EXEC_CONTROL",
	  "Secondary processor-based VM-execution controls" },
	{ 0x4020, "PLE_GAP", "PLE_Gap" },
	{ 0x4022, "PLE_WINDOW", "PLE_Window" },
	{ 0x4024, "NOTIFY_WINDOW", "Instruction-timeout control" },
	{ 0x4400, "VM_INSTRUCTION_ERROR", "VM-instruction error" },
	{ 0x4402, "VM_EXIT_REASON", "Exit reason" },
	{ 0x4404, "VM_EXIT_INTR_INFO", "VM-exit interruption information" },
	{ 0x4406, "VM_EXIT_INTR_ERROR_CODE", "VM-exit interruption error code" },
	{ 0x4408, "IDT_VECTORING_INFO_FIELD", "IDT-vectoring information field" },
	{ 0x440a, "IDT_VECTORING_ERROR_CODE", "IDT-vectoring error code" },
	{ 0x440c, "VM_EXIT_INSTRUCTION_LEN", "VM-exit instruction length" },
	{ 0x440e, "VMX_INSTRUCTION_INFO", "VM-exit instruction information" },
	{ 0x4800, "GUEST_ES_LIMIT", "Guest ES limit" },
	{ 0x4802, "GUEST_CS_LIMIT", "Guest CS limit" },
	{ 0x4804, "GUEST_SS_LIMIT", "Guest SS limit" },
	{ 0x4806, "GUEST_DS_LIMIT", "Guest DS limit" },
	{ 0x4808, "GUEST_FS_LIMIT", "Guest FS limit" },
	{ 0x480a, "GUEST_GS_LIMIT", "Guest GS limit" },
	{ 0x480c, "GUEST_LDTR_LIMIT", "Guest LDTR limit" },
	{ 0x480e, "GUEST_TR_LIMIT", "Guest TR limit" },
	{ 0x4810, "GUEST_GDTR_LIMIT", "Guest GDTR limit" },
	{ 0x4812, "GUEST_IDTR_LIMIT", "Guest IDTR limit" },
	{ 0x4814, "GUEST_ES_AR_BYTES", "Guest ES access rights" },
	{ 0x4816, "GUEST_CS_AR_BYTES", "Guest CS access rights" },
	{ 0x4818, "GUEST_SS_AR_BYTES", "Guest SS access rights" },
	{ 0x481a, "GUEST_DS_AR_BYTES", "Guest DS access rights" },
	{ 0x481c, "GUEST_FS_AR_BYTES", "Guest FS access rights" },
	{ 0x481e, "GUEST_GS_AR_BYTES", "Guest GS access rights" },
	{ 0x4820, "GUEST_LDTR_AR_BYTES", "Guest LDTR access rights" },
	{ 0x4822, "GUEST_TR_AR_BYTES", "Guest TR access rights" },
	{ 0x4824, "GUEST_INTERRUPTIBILITY_INFO", "Guest interruptibility state" },
	{ 0x4826, "GUEST_ACTIVITY_STATE", "Guest activity state" },
	{ 0x4828, "GUEST_SMBASE", "Guest SMBASE" },
	{ 0x482a, "GUEST_SYSENTER_CS", "Guest IA32_SYSENTER_CS" },
	{ 0x482e, "VMX_PREEMPTION_TIMER_VALUE", "VMX-preemption timer value" },
	{ 0x4c00, "HOST_IA32_SYSENTER_CS", "Host IA32_SYSENTER_CS" },
	{ 0x6000, "CR0_GUEST_HOST_MASK", "CR0 guest/host mask" },
	{ 0x6002, "CR4_GUEST_HOST_MASK", "CR4 guest/host mask" },
	{ 0x6004, "CR0_READ_SHADOW", "CR0 read shadow" },
	{ 0x6006, "CR4_READ_SHADOW", "CR4 read shadow" },
	{ 0x6008, "CR3_TARGET_VALUE0", "CR3-target value 0" },
	{ 0x600a, "CR3_TARGET_VALUE1", "CR3-target value 1" },
	{ 0x600c, "CR3_TARGET_VALUE2", "CR3-target value 2" },
	{ 0x600e, "CR3_TARGET_VALUE3", "CR3-target value 3" },
	{ 0x6400, "EXIT_QUALIFICATION", "Exit qualification" },
	{ 0x6402, "IO_RCX", "I/O RCX" },
	{ 0x6404, "IO_RSI", "I/O RSI" },
	{ 0x6406, "IO_RDI", "I/O RDI" },
	{ 0x6408, "IO_RIP", "I/O RIP" },
	{ 0x640a, "GUEST_LINEAR_ADDRESS", "Guest-linear address" },
	{ 0x6800, "GUEST_CR0", "Guest CR0" },
	{ 0x6802, "GUEST_CR3", "Guest CR3" },
	{ 0x6804, "GUEST_CR4", "Guest CR4" },
	{ 0x6806, "GUEST_ES_BASE", "Guest ES base" },
	{ 0x6808, "GUEST_CS_BASE", "Guest CS base" },
	{ 0x680a, "GUEST_SS_BASE", "Guest SS base" },
	{ 0x680c, "GUEST_DS_BASE", "Guest DS base" },
	{ 0x680e, "GUEST_FS_BASE", "Guest FS base" },
	{ 0x6810, "GUEST_GS_BASE", "Guest GS base" },
	{ 0x6812, "GUEST_LDTR_BASE", "Guest LDTR base" },
	{ 0x6814, "GUEST_TR_BASE", "Guest TR base" },
	{ 0x6816, "GUEST_GDTR_BASE", "Guest GDTR base" },
	{ 0x6818, "GUEST_IDTR_BASE", "Guest IDTR base" },
	{ 0x681a, "GUEST_DR7", "Guest DR7" },
	{ 0x681c, "GUEST_RSP", "Guest RSP" },
	{ 0x681e, "GUEST_RIP", "Guest RIP" },
	{ 0x6820, "GUEST_RFLAGS", "Guest RFLAGS" },
	{ 0x6822, "GUEST_PENDING_DBG_EXCEPTIONS", "Guest pending debug exceptions" },
	{ 0x6824, "GUEST_SYSENTER_ESP", "Guest IA32_SYSENTER_ESP" },
	{ 0x6826, "GUEST_SYSENTER_EIP", "Guest IA32_SYSENTER_EIP" },
	{ 0x6828, "GUEST_S_CET", "Guest IA32_S_CET" },
	{ 0x682a, "GUEST_SSP", "Guest SSP" },
	{ 0x682c, "GUEST_INTR_SSP_TABLE", "Guest IA32_INTERRUPT_SSP_TABLE_ADDR" },
	{ 0x6c00, "HOST_CR0", "Host CR0" },
	{ 0x6c02, "HOST_CR3", "Host CR3" },
	{ 0x6c04, "HOST_CR4", "Host CR4" },
	{ 0x6c06, "HOST_FS_BASE", "Host FS base" },
	{ 0x6c08, "HOST_GS_BASE", "Host GS base" },
	{ 0x6c0a, "HOST_TR_BASE", "Host TR base" },
	{ 0x6c0c, "HOST_GDTR_BASE", "Host GDTR base" },
	{ 0x6c0e, "HOST_IDTR_BASE", "Host IDTR base" },
	{ 0x6c10, "HOST_IA32_SYSENTER_ESP", "Host IA32_SYSENTER_ESP" },
	{ 0x6c12, "HOST_IA32_SYSENTER_EIP", "Host IA32_SYSENTER_EIP" },
	{ 0x6c14, "HOST_RSP", "Host RSP" },
	{ 0x6c16, "HOST_RIP", "Host RIP" },
	{ 0x6c18, "HOST_S_CET", "Host IA32_S_CET" },
	{ 0x6c1a, "HOST_SSP", "Host SSP" },
	{ 0x6c1c, "HOST_INTR_SSP_TABLE", "Host IA32_INTERRUPT_SSP_TABLE_ADDR" },
};

/**
 * vmcs_field_by_encoding() - the name of a VMCS field
 * @encoding: field encoding as VMREAD takes it, with the access type "full"
 *
 * SDM: Field Encoding in VMCS.
 *
 * Return: the field, or NULL if the SDM does not define the encoding.
 * Context: any.
 */
const struct vmcs_field_name *vmcs_field_by_encoding(__u32 encoding)
{
	unsigned int low = 0, high = ARRAY_SIZE(field_names);

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (field_names[middle].encoding == encoding)
			return &field_names[middle];
		if (field_names[middle].encoding < encoding)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/**
 * vmcs_field_by_name() - the VMCS field of a name
 * @name: name as in enum vmcs_field of <asm/vmx.h> ("GUEST_CS_AR_BYTES") or as
 *        in the SDM ("Guest CS access rights"), case-sensitive
 *
 * Return: the field, or NULL if no field has the name.
 * Context: any.
 */
const struct vmcs_field_name *vmcs_field_by_name(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(field_names); i++) {
		if (!strcmp(field_names[i].name, name) ||
		    !strcmp(field_names[i].title, name))
			return &field_names[i];
	}
	return NULL;
}

/**
 * vmcs_field_at() - walk over all VMCS fields
 * @index: 0 for the first field, in the order of encodings
 *
 * Whether a processor has a field depends on its capability MSRs; VMREAD of
 * one that it does not have fails.
 *
 * Return: the field, or NULL behind the last one.
 * Context: any.
 */
const struct vmcs_field_name *vmcs_field_at(unsigned int index)
{
	return index < ARRAY_SIZE(field_names) ? &field_names[index] : NULL;
}
