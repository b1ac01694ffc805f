/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rows of entry_check_rules.h: descriptor-table registers, RIP, RFLAGS and SSP,
 * non-register state, PDPTEs, and the MSRs loaded at VM entry.
 */

ENTRY_RULE(GDTR_BASE, "guest.gdtr.base", GUEST_TABLES,
	   "GDTR's base must be canonical",
	   "Correct kvm_sregs.gdt.base",
	   GUEST_GDTR_BASE)
ENTRY_RULE(IDTR_BASE, "guest.idtr.base", GUEST_TABLES,
	   "IDTR's base must be canonical",
	   "Correct kvm_sregs.idt.base",
	   GUEST_IDTR_BASE)
ENTRY_RULE(GDTR_LIMIT, "guest.gdtr.limit", GUEST_TABLES,
	   "Bits 31:16 of GDTR's limit must be 0",
	   MODULE_SETS "kvm_sregs.gdt.limit has 16 bits",
	   GUEST_GDTR_LIMIT)
ENTRY_RULE(IDTR_LIMIT, "guest.idtr.limit", GUEST_TABLES,
	   "Bits 31:16 of IDTR's limit must be 0",
	   MODULE_SETS "kvm_sregs.idt.limit has 16 bits",
	   GUEST_IDTR_LIMIT)

ENTRY_RULE(RIP_HIGH, "guest.rip.high", GUEST_RIP,
	   "Bits 63:32 of RIP must be 0 outside 64-bit mode",
	   "Lower kvm_regs.rip, or set kvm_sregs.cs.l in an IA-32e mode guest",
	   GUEST_RIP, GUEST_CS_AR_BYTES, VM_ENTRY_CONTROLS)
ENTRY_RULE(RIP_WIDTH, "guest.rip.width", GUEST_RIP,
	   "In 64-bit mode, the bits of RIP beyond the linear-address width must be equal",
	   "kvm_regs.rip is no linear address",
	   GUEST_RIP)
ENTRY_RULE(RFLAGS_RESERVED, "guest.rflags.reserved", GUEST_RIP,
	   "Bits 63:22, 15, 5 and 3 of RFLAGS must be 0",
	   "Clear them in kvm_regs.rflags",
	   GUEST_RFLAGS)
ENTRY_RULE(RFLAGS_FIXED, "guest.rflags.fixed", GUEST_RIP,
	   "Bit 1 of RFLAGS must be 1",
	   "Set kvm_regs.rflags to 2, not to 0",
	   GUEST_RFLAGS)
ENTRY_RULE(RFLAGS_VM, "guest.rflags.vm", GUEST_RIP,
	   "RFLAGS.VM must be 0 in an IA-32e mode guest and with CR0.PE 0",
	   "Clear bit 17 of kvm_regs.rflags: virtual-8086 mode needs 32-bit protected mode",
	   GUEST_RFLAGS, GUEST_CR0, VM_ENTRY_CONTROLS)
ENTRY_RULE(RFLAGS_IF, "guest.rflags.if", GUEST_RIP,
	   "Injecting an external interrupt needs RFLAGS.IF",
	   "Use KVM_INTERRUPT when kvm_run.ready_for_interrupt_injection is 1",
	   GUEST_RFLAGS, VM_ENTRY_INTR_INFO_FIELD)
ENTRY_RULE(SSP_ALIGNED, "guest.ssp.aligned", GUEST_RIP,
	   "With \"load CET state\", bits 1:0 of SSP must be 0",
	   "Align the shadow-stack pointer",
	   GUEST_SSP)
ENTRY_RULE(SSP_HIGH, "guest.ssp.high", GUEST_RIP,
	   "With \"load CET state\", bits 63:32 of SSP must be 0 outside 64-bit mode",
	   "Lower the shadow-stack pointer",
	   GUEST_SSP, GUEST_CS_AR_BYTES, VM_ENTRY_CONTROLS)
ENTRY_RULE(SSP_WIDTH, "guest.ssp.width", GUEST_RIP,
	   "With \"load CET state\" in 64-bit mode, the bits of SSP beyond the linear-address width must be equal",
	   "The shadow-stack pointer is no linear address",
	   GUEST_SSP)

ENTRY_RULE(ACTIVITY_SUPPORTED, "guest.activity.supported", GUEST_NON_REGISTER,
	   "The activity state must be 0 (active) or one of 1 to 3 that IA32_VMX_MISC offers",
	   MODULE_SETS "write 0, or look at IA32_VMX_MISC[8:6] first",
	   GUEST_ACTIVITY_STATE)
ENTRY_RULE(ACTIVITY_HLT, "guest.activity.hlt", GUEST_NON_REGISTER,
	   "The HLT state needs SS with DPL 0",
	   "Only CPL 0 executes HLT: make the vCPU runnable, or clear kvm_sregs.ss.dpl",
	   GUEST_ACTIVITY_STATE, GUEST_SS_AR_BYTES)
ENTRY_RULE(ACTIVITY_BLOCKING, "guest.activity.blocking", GUEST_NON_REGISTER,
	   "Blocking by STI or by MOV SS needs the active state",
	   "Clear kvm_vcpu_events.interrupt.shadow for a halted vCPU",
	   GUEST_ACTIVITY_STATE, GUEST_INTERRUPTIBILITY_INFO)
ENTRY_RULE(ACTIVITY_EVENT, "guest.activity.event", GUEST_NON_REGISTER,
	   "The injected event must be one that the activity state does not block",
	   "Make the vCPU runnable (KVM_SET_MP_STATE) before injecting",
	   GUEST_ACTIVITY_STATE, VM_ENTRY_INTR_INFO_FIELD)
ENTRY_RULE(INTERRUPTIBILITY_RESERVED, "guest.interruptibility.reserved", GUEST_NON_REGISTER,
	   "Bits 31:5 of the interruptibility state must be 0",
	   MODULE_SETS "clear them",
	   GUEST_INTERRUPTIBILITY_INFO)
ENTRY_RULE(INTERRUPTIBILITY_BOTH, "guest.interruptibility.both", GUEST_NON_REGISTER,
	   "Blocking by STI excludes blocking by MOV SS",
	   "Set one of KVM_X86_SHADOW_INT_STI and KVM_X86_SHADOW_INT_MOV_SS in kvm_vcpu_events.interrupt.shadow",
	   GUEST_INTERRUPTIBILITY_INFO)
ENTRY_RULE(INTERRUPTIBILITY_STI_IF, "guest.interruptibility.sti_if", GUEST_NON_REGISTER,
	   "Blocking by STI needs RFLAGS.IF",
	   "Set IF in kvm_regs.rflags, or clear KVM_X86_SHADOW_INT_STI",
	   GUEST_INTERRUPTIBILITY_INFO, GUEST_RFLAGS)
ENTRY_RULE(INTERRUPTIBILITY_INTERRUPT, "guest.interruptibility.interrupt", GUEST_NON_REGISTER,
	   "Blocking by STI or by MOV SS excludes injecting an external interrupt",
	   "Use KVM_INTERRUPT when kvm_run.ready_for_interrupt_injection is 1",
	   GUEST_INTERRUPTIBILITY_INFO, VM_ENTRY_INTR_INFO_FIELD)
ENTRY_RULE(INTERRUPTIBILITY_NMI_MOV_SS, "guest.interruptibility.nmi_mov_ss", GUEST_NON_REGISTER,
	   "Blocking by MOV SS excludes injecting an NMI",
	   "Leave the NMI pending (kvm_vcpu_events.nmi.pending), not injected",
	   GUEST_INTERRUPTIBILITY_INFO, VM_ENTRY_INTR_INFO_FIELD)
ENTRY_RULE(INTERRUPTIBILITY_SMI, "guest.interruptibility.smi", GUEST_NON_REGISTER,
	   "Blocking by SMI must be 0 outside SMM",
	   MODULE_SETS "clear bit 2",
	   GUEST_INTERRUPTIBILITY_INFO)
ENTRY_RULE(INTERRUPTIBILITY_NMI_STI, "guest.interruptibility.nmi_sti", NMI_BLOCKED,
	   "On some processors, blocking by STI excludes injecting an NMI",
	   "Leave the NMI pending (kvm_vcpu_events.nmi.pending), not injected",
	   GUEST_INTERRUPTIBILITY_INFO, VM_ENTRY_INTR_INFO_FIELD)
ENTRY_RULE(INTERRUPTIBILITY_VIRTUAL_NMI, "guest.interruptibility.virtual_nmi", GUEST_NON_REGISTER,
	   "With \"virtual NMIs\", blocking by NMI excludes injecting an NMI",
	   "Clear kvm_vcpu_events.nmi.masked, or leave the NMI pending",
	   GUEST_INTERRUPTIBILITY_INFO, VM_ENTRY_INTR_INFO_FIELD)
ENTRY_RULE(INTERRUPTIBILITY_ENCLAVE, "guest.interruptibility.enclave", GUEST_NON_REGISTER,
	   "Enclave interruption excludes blocking by MOV SS and needs SGX",
	   MODULE_SETS "clear bit 4",
	   GUEST_INTERRUPTIBILITY_INFO)
ENTRY_RULE(PENDING_RESERVED, "guest.pending_debug.reserved", GUEST_NON_REGISTER,
	   "Bits 63:17, 15, 13 and 10:4 of the pending debug exceptions must be 0, and bit 11 without bus-lock detection",
	   MODULE_SETS "only B3-B0, enabled breakpoint (12), BS (14) and RTM (16) may be 1",
	   GUEST_PENDING_DBG_EXCEPTIONS)
ENTRY_RULE(PENDING_BS_SET, "guest.pending_debug.bs_set", GUEST_NON_REGISTER,
	   "While events are blocked or the guest halts, single-stepping (RFLAGS.TF 1, DEBUGCTL.BTF 0) needs BS pending",
	   "The single step was lost: clear TF in kvm_regs.rflags or the shadow in kvm_vcpu_events.interrupt",
	   GUEST_PENDING_DBG_EXCEPTIONS, GUEST_RFLAGS, GUEST_IA32_DEBUGCTL, GUEST_INTERRUPTIBILITY_INFO)
ENTRY_RULE(PENDING_BS_CLEAR, "guest.pending_debug.bs_clear", GUEST_NON_REGISTER,
	   "While events are blocked or the guest halts, BS may not be pending with RFLAGS.TF 0 or DEBUGCTL.BTF 1",
	   MODULE_SETS "clear BS together with RFLAGS.TF",
	   GUEST_PENDING_DBG_EXCEPTIONS, GUEST_RFLAGS, GUEST_IA32_DEBUGCTL, GUEST_INTERRUPTIBILITY_INFO)
ENTRY_RULE(PENDING_RTM, "guest.pending_debug.rtm", GUEST_NON_REGISTER,
	   "RTM pending needs RTM support, bit 12 set and bits 11:0 clear, and no blocking by MOV SS",
	   MODULE_SETS "clear bit 16",
	   GUEST_PENDING_DBG_EXCEPTIONS, GUEST_INTERRUPTIBILITY_INFO)
ENTRY_RULE(LINK_ADDRESS, "guest.link_pointer.address", LINK_POINTER,
	   "The VMCS link pointer must be all ones, or 4-KiB aligned and within the physical-address width",
	   MODULE_SETS "write ~0 unless VMCS shadowing is on",
	   VMCS_LINK_POINTER)
ENTRY_RULE(LINK_REVISION, "guest.link_pointer.revision", LINK_POINTER,
	   "The linked VMCS must begin with the processor's VMCS revision identifier",
	   MODULE_SETS "write IA32_VMX_BASIC[30:0] into the linked region",
	   VMCS_LINK_POINTER)
ENTRY_RULE(LINK_SHADOW, "guest.link_pointer.shadow", LINK_POINTER,
	   "The linked VMCS must be a shadow VMCS exactly with \"VMCS shadowing\"",
	   MODULE_SETS "make bit 31 of the linked region match the control",
	   VMCS_LINK_POINTER, CPU_BASED_VM_EXEC_CONTROL)
ENTRY_RULE(LINK_CURRENT, "guest.link_pointer.current", LINK_POINTER,
	   "The VMCS link pointer must not be the current VMCS",
	   MODULE_SETS "link another region",
	   VMCS_LINK_POINTER)

ENTRY_RULE(PDPTE_FIELD, "guest.pdpte.field", GUEST_PDPTES,
	   "With PAE paging and EPT, bits 2:1, 8:5 and those beyond the physical-address width of a present PDPTE must be 0",
	   "Correct kvm_sregs2.pdptrs, or the table in guest memory at kvm_sregs.cr3",
	   GUEST_PDPTR0, GUEST_PDPTR1, GUEST_PDPTR2, GUEST_PDPTR3)
ENTRY_RULE(PDPTE_MEMORY, "guest.pdpte.memory", GUEST_PDPTES,
	   "With PAE paging and no EPT, bits 2:1, 8:5 and those beyond the physical-address width of a present PDPTE must be 0",
	   "Correct the table in memory at CR3",
	   GUEST_CR3)

ENTRY_RULE(MSR_LOAD_RESERVED, "msr_load.reserved", LOADING_MSRS,
	   "Bits 63:32 of an entry of the MSR-load area must be 0",
	   MODULE_SETS "clear them",
	   VM_ENTRY_MSR_LOAD_ADDR)
ENTRY_RULE(MSR_LOAD_BASE, "msr_load.fs_gs_base", LOADING_MSRS,
	   "IA32_FS_BASE and IA32_GS_BASE cannot be loaded from the area",
	   MODULE_SETS "use the guest's FS and GS base fields",
	   VM_ENTRY_MSR_LOAD_ADDR)
ENTRY_RULE(MSR_LOAD_X2APIC, "msr_load.x2apic", LOADING_MSRS,
	   "MSRs 0x800 to 0x8ff (x2APIC) cannot be loaded from the area",
	   MODULE_SETS "remove the entry",
	   VM_ENTRY_MSR_LOAD_ADDR)
ENTRY_RULE(MSR_LOAD_SMM, "msr_load.smm", LOADING_MSRS,
	   "IA32_SMM_MONITOR_CTL and IA32_SMBASE can be written in SMM only",
	   MODULE_SETS "remove the entry",
	   VM_ENTRY_MSR_LOAD_ADDR)
ENTRY_RULE(MSR_LOAD_MODEL, "msr_load.model_specific", LOADING_MSRS,
	   "IA32_BIOS_UPDT_TRIG cannot be loaded from the area",
	   MODULE_SETS "remove the entry",
	   VM_ENTRY_MSR_LOAD_ADDR)
ENTRY_RULE(MSR_LOAD_VALUE, "msr_load.value", LOADING_MSRS,
	   "The value must be one that WRMSR would accept",
	   "Write a canonical address, a valid PAT or EFER with KVM_SET_MSRS",
	   VM_ENTRY_MSR_LOAD_ADDR)
