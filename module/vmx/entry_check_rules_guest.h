/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rows of entry_check_rules.h: "Checks on Guest Control Registers, Debug
 * Registers, and MSRs".
 */

ENTRY_RULE(GUEST_CR0, "guest.cr0.fixed", GUEST_REGISTERS,
	   "CR0 must have the bits that VMX operation fixes; PE and PG are free in an unrestricted guest",
	   "kvm_sregs.cr0 has reserved bits, or the module lost CR0.NE; without unrestricted guest, PE and PG must be 1",
	   GUEST_CR0)
ENTRY_RULE(GUEST_CR0_PG, "guest.cr0.paging", GUEST_REGISTERS,
	   "CR0.PG requires CR0.PE",
	   "Set PE together with PG in kvm_sregs.cr0",
	   GUEST_CR0)
ENTRY_RULE(GUEST_CR4, "guest.cr4.fixed", GUEST_REGISTERS,
	   "CR4 must have the bits that VMX operation fixes and the processor has",
	   "kvm_sregs.cr4 sets a feature that the processor lacks, or the module lost CR4.VMXE",
	   GUEST_CR4)
ENTRY_RULE(GUEST_CET, "guest.cr4.cet", GUEST_REGISTERS,
	   "CR4.CET requires CR0.WP",
	   "Set WP in kvm_sregs.cr0, or clear CET in kvm_sregs.cr4",
	   GUEST_CR4, GUEST_CR0)
ENTRY_RULE(GUEST_DEBUGCTL, "guest.debugctl.reserved", GUEST_REGISTERS,
	   "With \"load debug controls\", reserved bits of IA32_DEBUGCTL must be 0",
	   "Write a value of IA32_DEBUGCTL that the processor supports with KVM_SET_MSRS",
	   GUEST_IA32_DEBUGCTL)
ENTRY_RULE(GUEST_IA32E_PG, "guest.cr0.ia32e", GUEST_REGISTERS,
	   "An IA-32e mode guest needs CR0.PG",
	   "kvm_sregs.efer has LMA, but kvm_sregs.cr0 lacks PG: LMA is LME and PG",
	   GUEST_CR0, VM_ENTRY_CONTROLS)
ENTRY_RULE(GUEST_IA32E_PAE, "guest.cr4.ia32e", GUEST_REGISTERS,
	   "An IA-32e mode guest needs CR4.PAE",
	   "kvm_sregs.efer has LMA, but kvm_sregs.cr4 lacks PAE: set it",
	   GUEST_CR4, VM_ENTRY_CONTROLS)
ENTRY_RULE(GUEST_PCIDE, "guest.cr4.pcide", GUEST_REGISTERS,
	   "CR4.PCIDE must be 0 outside IA-32e mode",
	   "Clear PCIDE in kvm_sregs.cr4, or set LMA and LME in kvm_sregs.efer",
	   GUEST_CR4, VM_ENTRY_CONTROLS)
ENTRY_RULE(GUEST_CR3, "guest.cr3.width", GUEST_REGISTERS,
	   "CR3 must be within the physical-address width",
	   "kvm_sregs.cr3 has bits beyond the guest's address width: it is a guest-physical address",
	   GUEST_CR3)
ENTRY_RULE(GUEST_DR7, "guest.dr7.high", GUEST_REGISTERS,
	   "With \"load debug controls\", bits 63:32 of DR7 must be 0",
	   "Clear them in kvm_debugregs.dr7",
	   GUEST_DR7)
ENTRY_RULE(GUEST_SYSENTER_ESP, "guest.sysenter_esp.canonical", GUEST_REGISTERS,
	   "IA32_SYSENTER_ESP must be canonical",
	   "Write a canonical address to MSR 0x175 with KVM_SET_MSRS",
	   GUEST_SYSENTER_ESP)
ENTRY_RULE(GUEST_SYSENTER_EIP, "guest.sysenter_eip.canonical", GUEST_REGISTERS,
	   "IA32_SYSENTER_EIP must be canonical",
	   "Write a canonical address to MSR 0x176 with KVM_SET_MSRS",
	   GUEST_SYSENTER_EIP)
ENTRY_RULE(GUEST_PERF_GLOBAL_CTRL, "guest.perf_global_ctrl.reserved", GUEST_REGISTERS,
	   "With \"load IA32_PERF_GLOBAL_CTRL\", reserved bits must be 0",
	   "Enable only counters that CPUID leaf 0xa names",
	   GUEST_IA32_PERF_GLOBAL_CTRL)
ENTRY_RULE(GUEST_PAT, "guest.pat.type", GUEST_REGISTERS,
	   "With \"load IA32_PAT\", each byte must be 0, 1, 4, 5, 6 or 7",
	   "Write valid memory types to MSR 0x277 with KVM_SET_MSRS",
	   GUEST_IA32_PAT)
ENTRY_RULE(GUEST_EFER_RESERVED, "guest.efer.reserved", GUEST_REGISTERS,
	   "With \"load IA32_EFER\", reserved bits must be 0",
	   "Clear in kvm_sregs.efer what the processor lacks",
	   GUEST_IA32_EFER)
ENTRY_RULE(GUEST_EFER_LMA, "guest.efer.lma", GUEST_REGISTERS,
	   "With \"load IA32_EFER\", LMA must equal \"IA-32e mode guest\"",
	   MODULE_SETS "it derives the control from kvm_sregs.efer",
	   GUEST_IA32_EFER, VM_ENTRY_CONTROLS)
ENTRY_RULE(GUEST_EFER_LME, "guest.efer.lme", GUEST_REGISTERS,
	   "With \"load IA32_EFER\" and CR0.PG, LME must equal LMA",
	   "With PG in kvm_sregs.cr0, set both LME and LMA in kvm_sregs.efer, or neither",
	   GUEST_IA32_EFER, GUEST_CR0)
ENTRY_RULE(GUEST_BNDCFGS_RESERVED, "guest.bndcfgs.reserved", GUEST_REGISTERS,
	   "With \"load IA32_BNDCFGS\", bits 11:2 must be 0",
	   "Write MSR 0xd90 with KVM_SET_MSRS without them",
	   GUEST_BNDCFGS)
ENTRY_RULE(GUEST_BNDCFGS_BASE, "guest.bndcfgs.canonical", GUEST_REGISTERS,
	   "With \"load IA32_BNDCFGS\", the bound directory's address must be canonical",
	   "Write MSR 0xd90 with KVM_SET_MSRS with a canonical address",
	   GUEST_BNDCFGS)
ENTRY_RULE(GUEST_RTIT_CTL, "guest.rtit_ctl.reserved", GUEST_REGISTERS,
	   "With \"load IA32_RTIT_CTL\", reserved bits must be 0",
	   "Enable only what CPUID leaf 0x14 names",
	   GUEST_IA32_RTIT_CTL)
ENTRY_RULE(GUEST_S_CET_RESERVED, "guest.s_cet.reserved", GUEST_REGISTERS,
	   "With \"load CET state\", IA32_S_CET bits 9:6 must be 0 and bits 11:10 not both 1",
	   "Write MSR 0x6a2 with KVM_SET_MSRS without them",
	   GUEST_S_CET)
ENTRY_RULE(GUEST_S_CET_CANONICAL, "guest.s_cet.canonical", GUEST_REGISTERS,
	   "With \"load CET state\", IA32_S_CET must hold a canonical address",
	   "Write MSR 0x6a2 with KVM_SET_MSRS with a canonical bitmap address",
	   GUEST_S_CET)
ENTRY_RULE(GUEST_SSP_TABLE, "guest.ssp_table.canonical", GUEST_REGISTERS,
	   "With \"load CET state\", IA32_INTERRUPT_SSP_TABLE_ADDR must be canonical",
	   "Write MSR 0x6a8 with KVM_SET_MSRS with a canonical address",
	   GUEST_INTR_SSP_TABLE)
ENTRY_RULE(GUEST_LBR_CTL, "guest.lbr_ctl.reserved", GUEST_REGISTERS,
	   "With \"load guest IA32_LBR_CTL\", reserved bits must be 0",
	   "Enable only what CPUID leaf 0x1c names",
	   GUEST_IA32_LBR_CTL)
ENTRY_RULE(GUEST_PKRS, "guest.pkrs.reserved", GUEST_REGISTERS,
	   "With \"load PKRS\", bits 63:32 must be 0",
	   "Write MSR 0x6e1 with KVM_SET_MSRS without them",
	   GUEST_IA32_PKRS)
ENTRY_RULE(GUEST_UINV, "guest.uinv.vector", GUEST_REGISTERS,
	   "With \"load UINV\", bits 15:8 must be 0",
	   MODULE_SETS "write a vector, 0 to 255",
	   GUEST_UINV)
