/* SPDX-License-Identifier: GPL-2.0 */
/* Rows of entry_check_rules.h: "Checks on VMX Controls". */

#define PAGE_ADDRESS_RULE(symbol, id, title, control, field)		\
	ENTRY_RULE(symbol, id, EXECUTION_CONTROLS,			\
		   "With " control ", the " title			\
		   " must be 4-KiB aligned and within the physical-address width", \
		   MODULE_SETS "write the physical address of a page",	\
		   field)

#define MSR_AREA_ADDRESS_RULE(symbol, id, section, title, field, count)	\
	ENTRY_RULE(symbol, id, section,					\
		   "With a non-zero count, the " title			\
		   " address must be 16-byte aligned and within the physical-address width", \
		   MODULE_SETS "write the physical address of the area, or count 0", \
		   field, count)

#define MSR_AREA_END_RULE(symbol, id, section, title, field, count)	\
	ENTRY_RULE(symbol, id, section,					\
		   "The last byte of the " title			\
		   " area must be within the physical-address width",	\
		   MODULE_SETS "write the number of entries that the area has", \
		   field, count)

ENTRY_RULE(PIN_BASED_RESERVED, "control.pin_based.reserved", EXECUTION_CONTROLS,
	   "Each pin-based control must have a setting that the processor allows",
	   MODULE_SETS "follow IA32_VMX_(TRUE_)PINBASED_CTLS",
	   PIN_BASED_VM_EXEC_CONTROL)
ENTRY_RULE(PROC_BASED_RESERVED, "control.proc_based.reserved", EXECUTION_CONTROLS,
	   "Each primary processor-based control must have a setting that the processor allows",
	   MODULE_SETS "follow IA32_VMX_(TRUE_)PROCBASED_CTLS",
	   CPU_BASED_VM_EXEC_CONTROL)
ENTRY_RULE(PROC_BASED2_RESERVED, "control.proc_based2.reserved", EXECUTION_CONTROLS,
	   "Each secondary processor-based control must have a setting that the processor allows",
	   MODULE_SETS "follow IA32_VMX_PROCBASED_CTLS2",
	   SECONDARY_VM_EXEC_CONTROL)
ENTRY_RULE(PROC_BASED3_RESERVED, "control.proc_based3.reserved", EXECUTION_CONTROLS,
	   "Each tertiary processor-based control must have a setting that the processor allows",
	   MODULE_SETS "follow IA32_VMX_PROCBASED_CTLS3",
	   TERTIARY_VM_EXEC_CONTROL)
ENTRY_RULE(CR3_TARGET_COUNT, "control.cr3_target.count", EXECUTION_CONTROLS,
	   "The CR3-target count must not exceed what IA32_VMX_MISC names",
	   MODULE_SETS "write 0 to 4",
	   CR3_TARGET_COUNT)
PAGE_ADDRESS_RULE(IO_BITMAP_A, "control.io_bitmap_a.address",
		  "address of I/O bitmap A", "\"use I/O bitmaps\"", IO_BITMAP_A)
PAGE_ADDRESS_RULE(IO_BITMAP_B, "control.io_bitmap_b.address",
		  "address of I/O bitmap B", "\"use I/O bitmaps\"", IO_BITMAP_B)
PAGE_ADDRESS_RULE(MSR_BITMAP, "control.msr_bitmap.address",
		  "MSR-bitmap address", "\"use MSR bitmaps\"", MSR_BITMAP)
PAGE_ADDRESS_RULE(VIRTUAL_APIC, "control.virtual_apic.address",
		  "virtual-APIC address", "\"use TPR shadow\"", VIRTUAL_APIC_PAGE_ADDR)
ENTRY_RULE(TPR_THRESHOLD_RESERVED, "control.tpr_threshold.reserved", EXECUTION_CONTROLS,
	   "Without virtual-interrupt delivery, bits 31:4 of the TPR threshold must be 0",
	   MODULE_SETS "write a priority class, 0 to 15",
	   TPR_THRESHOLD)
ENTRY_RULE(TPR_THRESHOLD_VTPR, "control.tpr_threshold.vtpr", EXECUTION_CONTROLS,
	   "Without APIC-access virtualization and virtual-interrupt delivery, the TPR threshold must not exceed bits 7:4 of VTPR",
	   MODULE_SETS "lower the threshold to the virtual TPR's class",
	   TPR_THRESHOLD, VIRTUAL_APIC_PAGE_ADDR)
ENTRY_RULE(VIRTUAL_NMIS, "control.virtual_nmis", EXECUTION_CONTROLS,
	   "\"Virtual NMIs\" requires \"NMI exiting\"",
	   MODULE_SETS "set both controls or neither",
	   PIN_BASED_VM_EXEC_CONTROL)
ENTRY_RULE(NMI_WINDOW, "control.nmi_window", EXECUTION_CONTROLS,
	   "\"NMI-window exiting\" requires \"virtual NMIs\"",
	   MODULE_SETS "set \"virtual NMIs\" before asking for an NMI window",
	   PIN_BASED_VM_EXEC_CONTROL, CPU_BASED_VM_EXEC_CONTROL)
PAGE_ADDRESS_RULE(APIC_ACCESS, "control.apic_access.address",
		  "APIC-access address", "\"virtualize APIC accesses\"", APIC_ACCESS_ADDR)
ENTRY_RULE(TPR_SHADOW, "control.tpr_shadow", EXECUTION_CONTROLS,
	   "\"Virtualize x2APIC mode\", \"APIC-register virtualization\" and \"virtual-interrupt delivery\" require \"use TPR shadow\"",
	   MODULE_SETS "set \"use TPR shadow\" and a virtual-APIC address",
	   CPU_BASED_VM_EXEC_CONTROL, SECONDARY_VM_EXEC_CONTROL)
ENTRY_RULE(IPI_TPR_SHADOW, "control.ipi_virtualization.tpr_shadow", EXECUTION_CONTROLS,
	   "\"IPI virtualization\" requires \"use TPR shadow\"",
	   MODULE_SETS "set \"use TPR shadow\" and a virtual-APIC address",
	   CPU_BASED_VM_EXEC_CONTROL, TERTIARY_VM_EXEC_CONTROL)
ENTRY_RULE(VIRTUAL_X2APIC, "control.virtual_x2apic", EXECUTION_CONTROLS,
	   "\"Virtualize x2APIC mode\" excludes \"virtualize APIC accesses\"",
	   MODULE_SETS "choose by the mode of the guest's APIC",
	   SECONDARY_VM_EXEC_CONTROL)
ENTRY_RULE(VIRTUAL_INTR_DELIVERY, "control.virtual_interrupt_delivery", EXECUTION_CONTROLS,
	   "\"Virtual-interrupt delivery\" requires \"external-interrupt exiting\"",
	   MODULE_SETS "set \"external-interrupt exiting\"",
	   PIN_BASED_VM_EXEC_CONTROL, SECONDARY_VM_EXEC_CONTROL)
ENTRY_RULE(POSTED_DELIVERY, "control.posted_interrupts.delivery", EXECUTION_CONTROLS,
	   "\"Process posted interrupts\" requires \"virtual-interrupt delivery\"",
	   MODULE_SETS "set \"virtual-interrupt delivery\"",
	   PIN_BASED_VM_EXEC_CONTROL, CPU_BASED_VM_EXEC_CONTROL)
ENTRY_RULE(POSTED_ACKNOWLEDGE, "control.posted_interrupts.acknowledge", EXECUTION_CONTROLS,
	   "\"Process posted interrupts\" requires \"acknowledge interrupt on exit\"",
	   MODULE_SETS "set \"acknowledge interrupt on exit\"",
	   PIN_BASED_VM_EXEC_CONTROL, VM_EXIT_CONTROLS)
ENTRY_RULE(POSTED_VECTOR, "control.posted_interrupts.vector", EXECUTION_CONTROLS,
	   "The posted-interrupt notification vector must be 0 to 255",
	   MODULE_SETS "write the vector that the host reserved",
	   POSTED_INTR_NV)
ENTRY_RULE(POSTED_DESCRIPTOR, "control.posted_interrupts.descriptor", EXECUTION_CONTROLS,
	   "The posted-interrupt descriptor address must be 64-byte aligned and within the physical-address width",
	   MODULE_SETS "write the descriptor's physical address",
	   POSTED_INTR_DESC_ADDR)
ENTRY_RULE(VPID, "control.vpid", EXECUTION_CONTROLS,
	   "With \"enable VPID\", the VPID must not be 0: that is the host's",
	   MODULE_SETS "allocate a VPID, or clear the control",
	   VIRTUAL_PROCESSOR_ID, SECONDARY_VM_EXEC_CONTROL)
ENTRY_RULE(EPTP_MEMORY_TYPE, "control.eptp.memory_type", EXECUTION_CONTROLS,
	   "EPTP bits 2:0 must be a memory type that IA32_VMX_EPT_VPID_CAP offers",
	   MODULE_SETS "write 6 (write-back) or 0 (uncacheable)",
	   EPT_POINTER)
ENTRY_RULE(EPTP_WALK_LENGTH, "control.eptp.walk_length", EXECUTION_CONTROLS,
	   "EPTP bits 5:3 must be a page-walk length minus 1 that IA32_VMX_EPT_VPID_CAP offers",
	   MODULE_SETS "write 3 for four levels",
	   EPT_POINTER)
ENTRY_RULE(EPTP_ACCESSED_DIRTY, "control.eptp.accessed_dirty", EXECUTION_CONTROLS,
	   "EPTP bit 6 must be 0 on a processor without accessed and dirty flags for EPT",
	   MODULE_SETS "look at IA32_VMX_EPT_VPID_CAP[21] first",
	   EPT_POINTER)
ENTRY_RULE(EPTP_RESERVED, "control.eptp.reserved", EXECUTION_CONTROLS,
	   "EPTP's reserved bits and those beyond the physical-address width must be 0",
	   MODULE_SETS "write the physical address of the EPT PML4 table",
	   EPT_POINTER)
ENTRY_RULE(PML_EPT, "control.pml.ept", EXECUTION_CONTROLS,
	   "\"Enable PML\" requires \"enable EPT\"",
	   MODULE_SETS "set \"enable EPT\"",
	   SECONDARY_VM_EXEC_CONTROL)
PAGE_ADDRESS_RULE(PML_ADDRESS, "control.pml.address",
		  "PML address", "\"enable PML\"", PML_ADDRESS)
ENTRY_RULE(UNRESTRICTED_EPT, "control.unrestricted_guest.ept", EXECUTION_CONTROLS,
	   "\"Unrestricted guest\" requires \"enable EPT\"",
	   MODULE_SETS "set \"enable EPT\"",
	   SECONDARY_VM_EXEC_CONTROL)
ENTRY_RULE(MODE_BASED_EPT, "control.mode_based_execute.ept", EXECUTION_CONTROLS,
	   "\"Mode-based execute control for EPT\" requires \"enable EPT\"",
	   MODULE_SETS "set \"enable EPT\"",
	   SECONDARY_VM_EXEC_CONTROL)
ENTRY_RULE(SUB_PAGE_EPT, "control.sub_page_write.ept", EXECUTION_CONTROLS,
	   "\"Sub-page write permissions for EPT\" requires \"enable EPT\"",
	   MODULE_SETS "set \"enable EPT\"",
	   SECONDARY_VM_EXEC_CONTROL)
PAGE_ADDRESS_RULE(SUB_PAGE_TABLE, "control.sub_page_write.address",
		  "sub-page-permission-table pointer",
		  "\"sub-page write permissions for EPT\"", SPP_TABLE_POINTER)
ENTRY_RULE(VM_FUNCTIONS_RESERVED, "control.vm_functions.reserved", EXECUTION_CONTROLS,
	   "Only VM functions that IA32_VMX_VMFUNC offers may be enabled",
	   MODULE_SETS "follow IA32_VMX_VMFUNC",
	   VM_FUNCTION_CONTROL)
ENTRY_RULE(EPTP_SWITCHING_EPT, "control.eptp_switching.ept", EXECUTION_CONTROLS,
	   "\"EPTP switching\" requires \"enable EPT\"",
	   MODULE_SETS "set \"enable EPT\"",
	   VM_FUNCTION_CONTROL, SECONDARY_VM_EXEC_CONTROL)
PAGE_ADDRESS_RULE(EPTP_LIST, "control.eptp_switching.list",
		  "EPTP-list address", "\"EPTP switching\"", EPTP_LIST_ADDRESS)
PAGE_ADDRESS_RULE(VMREAD_BITMAP, "control.vmread_bitmap.address",
		  "VMREAD-bitmap address", "\"VMCS shadowing\"", VMREAD_BITMAP)
PAGE_ADDRESS_RULE(VMWRITE_BITMAP, "control.vmwrite_bitmap.address",
		  "VMWRITE-bitmap address", "\"VMCS shadowing\"", VMWRITE_BITMAP)
PAGE_ADDRESS_RULE(VE_INFORMATION, "control.ve_information.address",
		  "virtualization-exception information address",
		  "\"EPT-violation #VE\"", VE_INFORMATION_ADDRESS)
ENTRY_RULE(PT_GUEST_PHYSICAL, "control.pt_guest_physical", EXECUTION_CONTROLS,
	   "\"Intel PT uses guest physical addresses\" requires \"enable EPT\", \"load IA32_RTIT_CTL\" and \"clear IA32_RTIT_CTL\"",
	   MODULE_SETS "set all four controls or none",
	   SECONDARY_VM_EXEC_CONTROL, VM_ENTRY_CONTROLS, VM_EXIT_CONTROLS)
ENTRY_RULE(PID_POINTER_TABLE, "control.ipi_virtualization.table", EXECUTION_CONTROLS,
	   "With \"IPI virtualization\", the PID-pointer table must be 8-byte aligned and end within the physical-address width",
	   MODULE_SETS "write the table's physical address and its last index",
	   PID_POINTER_TABLE, LAST_PID_POINTER_INDEX)

ENTRY_RULE(EXIT_RESERVED, "control.exit.reserved", EXIT_CONTROLS,
	   "Each VM-exit control must have a setting that the processor allows",
	   MODULE_SETS "follow IA32_VMX_(TRUE_)EXIT_CTLS",
	   VM_EXIT_CONTROLS)
ENTRY_RULE(EXIT2_RESERVED, "control.exit2.reserved", EXIT_CONTROLS,
	   "Each secondary VM-exit control must have a setting that the processor allows",
	   MODULE_SETS "follow IA32_VMX_EXIT_CTLS2",
	   SECONDARY_VM_EXIT_CONTROLS)
ENTRY_RULE(SAVE_TIMER, "control.exit.save_preemption_timer", EXIT_CONTROLS,
	   "\"Save VMX-preemption timer value\" requires \"activate VMX-preemption timer\"",
	   MODULE_SETS "set or clear both controls",
	   VM_EXIT_CONTROLS, PIN_BASED_VM_EXEC_CONTROL)
MSR_AREA_ADDRESS_RULE(EXIT_MSR_STORE_ADDRESS, "control.exit.msr_store.address", EXIT_CONTROLS, "VM-exit MSR-store",
		      VM_EXIT_MSR_STORE_ADDR, VM_EXIT_MSR_STORE_COUNT)
MSR_AREA_END_RULE(EXIT_MSR_STORE_END, "control.exit.msr_store.end", EXIT_CONTROLS, "VM-exit MSR-store",
		      VM_EXIT_MSR_STORE_ADDR, VM_EXIT_MSR_STORE_COUNT)
MSR_AREA_ADDRESS_RULE(EXIT_MSR_LOAD_ADDRESS, "control.exit.msr_load.address", EXIT_CONTROLS, "VM-exit MSR-load",
		      VM_EXIT_MSR_LOAD_ADDR, VM_EXIT_MSR_LOAD_COUNT)
MSR_AREA_END_RULE(EXIT_MSR_LOAD_END, "control.exit.msr_load.end", EXIT_CONTROLS, "VM-exit MSR-load",
		      VM_EXIT_MSR_LOAD_ADDR, VM_EXIT_MSR_LOAD_COUNT)

ENTRY_RULE(ENTRY_RESERVED, "control.entry.reserved", ENTRY_CONTROLS,
	   "Each VM-entry control must have a setting that the processor allows",
	   MODULE_SETS "follow IA32_VMX_(TRUE_)ENTRY_CTLS",
	   VM_ENTRY_CONTROLS)
ENTRY_RULE(EVENT_TYPE, "control.event.type", ENTRY_CONTROLS,
	   "The type of the injected event must not be 1, nor 7 on a processor without the monitor trap flag",
	   MODULE_SETS "bits 10:8 are 0 (interrupt), 2 (NMI), 3 to 6 (exceptions, software interrupts)",
	   VM_ENTRY_INTR_INFO_FIELD)
ENTRY_RULE(EVENT_VECTOR, "control.event.vector", ENTRY_CONTROLS,
	   "An injected NMI has vector 2, a hardware exception at most 31, another event 0",
	   "kvm_vcpu_events.exception.nr is an exception's vector, 0 to 31",
	   VM_ENTRY_INTR_INFO_FIELD)
ENTRY_RULE(EVENT_ERROR_CODE_BIT, "control.event.deliver_error_code", ENTRY_CONTROLS,
	   "An error code is delivered exactly by hardware exceptions that have one (8, 10 to 14, 17), and never in real-address mode",
	   "Set kvm_vcpu_events.exception.has_error_code as the exception demands: 0 with CR0.PE 0",
	   VM_ENTRY_INTR_INFO_FIELD, GUEST_CR0)
ENTRY_RULE(EVENT_RESERVED, "control.event.reserved", ENTRY_CONTROLS,
	   "Bits 30:12 of the VM-entry interruption information must be 0",
	   MODULE_SETS "an exit's interruption information has more bits than may be injected",
	   VM_ENTRY_INTR_INFO_FIELD)
ENTRY_RULE(EVENT_ERROR_CODE, "control.event.error_code", ENTRY_CONTROLS,
	   "Bits 31:16 of an injected error code must be 0",
	   "kvm_vcpu_events.exception.error_code has at most 16 bits",
	   VM_ENTRY_EXCEPTION_ERROR_CODE, VM_ENTRY_INTR_INFO_FIELD)
ENTRY_RULE(EVENT_LENGTH, "control.event.instruction_length", ENTRY_CONTROLS,
	   "The VM-entry instruction length of a software interrupt or exception must be 1 to 15 (0 where IA32_VMX_MISC[30] is 1)",
	   MODULE_SETS "write the length of the INT, INT3, INTO or INT1 instruction",
	   VM_ENTRY_INSTRUCTION_LEN, VM_ENTRY_INTR_INFO_FIELD)
MSR_AREA_ADDRESS_RULE(ENTRY_MSR_LOAD_ADDRESS, "control.entry.msr_load.address", ENTRY_CONTROLS, "VM-entry MSR-load",
		      VM_ENTRY_MSR_LOAD_ADDR, VM_ENTRY_MSR_LOAD_COUNT)
MSR_AREA_END_RULE(ENTRY_MSR_LOAD_END, "control.entry.msr_load.end", ENTRY_CONTROLS, "VM-entry MSR-load",
		      VM_ENTRY_MSR_LOAD_ADDR, VM_ENTRY_MSR_LOAD_COUNT)
ENTRY_RULE(ENTRY_TO_SMM, "control.entry.smm", ENTRY_CONTROLS,
	   "\"Entry to SMM\" and \"deactivate dual-monitor treatment\" must be 0 outside SMM",
	   MODULE_SETS "clear bits 11:10",
	   VM_ENTRY_CONTROLS)
ENTRY_RULE(ENTRY_PT_TRACING, "control.entry.pt_tracing", ENTRY_CONTROLS,
	   "\"Load IA32_RTIT_CTL\" must be 0 while Intel PT traces the host",
	   MODULE_SETS "stop tracing before VM entry, or clear the control",
	   VM_ENTRY_CONTROLS)

#undef MSR_AREA_END_RULE
#undef MSR_AREA_ADDRESS_RULE
#undef PAGE_ADDRESS_RULE
