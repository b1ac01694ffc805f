/* SPDX-License-Identifier: GPL-2.0 */
/* Rows of entry_check_rules.h: "Checks on Host-State Area". */

#define HOST_SELECTOR_RULE(symbol, id, name, field)			\
	ENTRY_RULE(symbol, id, HOST_SEGMENTS,				\
		   "RPL and TI of the host's " name " selector must be 0", \
		   HOST_DEFECT "store a kernel selector, or 0 for DS, ES, FS and GS", \
		   field)

#define HOST_CANONICAL_RULE(symbol, id, section, title, field)		\
	ENTRY_RULE(symbol, id, section,					\
		   "The host's " title " must be canonical",		\
		   HOST_DEFECT "read the register again before entry",	\
		   field)

ENTRY_RULE(HOST_CR0, "host.cr0.fixed", HOST_REGISTERS,
	   "Host CR0 must have the bits that VMX operation fixes",
	   HOST_DEFECT "store the CPU's own CR0",
	   HOST_CR0)
ENTRY_RULE(HOST_CR4, "host.cr4.fixed", HOST_REGISTERS,
	   "Host CR4 must have the bits that VMX operation fixes",
	   HOST_DEFECT "store the CPU's own CR4",
	   HOST_CR4)
ENTRY_RULE(HOST_CET, "host.cr4.cet", HOST_REGISTERS,
	   "Host CR4.CET requires CR0.WP",
	   HOST_DEFECT "store the CPU's own CR0 and CR4",
	   HOST_CR4, HOST_CR0)
ENTRY_RULE(HOST_CR3, "host.cr3.width", HOST_REGISTERS,
	   "Host CR3 must be within the physical-address width",
	   HOST_DEFECT "store the CPU's own CR3",
	   HOST_CR3)
HOST_CANONICAL_RULE(HOST_SYSENTER_ESP, "host.sysenter_esp.canonical", HOST_REGISTERS,
		    "IA32_SYSENTER_ESP", HOST_IA32_SYSENTER_ESP)
HOST_CANONICAL_RULE(HOST_SYSENTER_EIP, "host.sysenter_eip.canonical", HOST_REGISTERS,
		    "IA32_SYSENTER_EIP", HOST_IA32_SYSENTER_EIP)
ENTRY_RULE(HOST_PERF_GLOBAL_CTRL, "host.perf_global_ctrl.reserved", HOST_REGISTERS,
	   "With \"load IA32_PERF_GLOBAL_CTRL\" at exit, the field's reserved bits must be 0",
	   HOST_DEFECT "store the CPU's own value",
	   HOST_IA32_PERF_GLOBAL_CTRL)
ENTRY_RULE(HOST_PAT, "host.pat.type", HOST_REGISTERS,
	   "With \"load IA32_PAT\" at exit, each byte must be 0, 1, 4, 5, 6 or 7",
	   HOST_DEFECT "store the CPU's own IA32_PAT",
	   HOST_IA32_PAT)
ENTRY_RULE(HOST_EFER_RESERVED, "host.efer.reserved", HOST_REGISTERS,
	   "With \"load IA32_EFER\" at exit, the field's reserved bits must be 0",
	   HOST_DEFECT "store the CPU's own IA32_EFER",
	   HOST_IA32_EFER)
ENTRY_RULE(HOST_EFER_MODE, "host.efer.mode", HOST_REGISTERS,
	   "With \"load IA32_EFER\" at exit, LMA and LME must both equal \"host address-space size\"",
	   HOST_DEFECT "store the CPU's own IA32_EFER",
	   HOST_IA32_EFER, VM_EXIT_CONTROLS)
ENTRY_RULE(HOST_S_CET_RESERVED, "host.s_cet.reserved", HOST_REGISTERS,
	   "With \"load CET state\" at exit, IA32_S_CET bits 9:6 must be 0 and bits 11:10 not both 1",
	   HOST_DEFECT "store the CPU's own IA32_S_CET",
	   HOST_S_CET)
ENTRY_RULE(HOST_SSP_ALIGNED, "host.ssp.aligned", HOST_REGISTERS,
	   "With \"load CET state\" at exit, SSP bits 1:0 must be 0",
	   HOST_DEFECT "store the CPU's own SSP",
	   HOST_SSP)
HOST_CANONICAL_RULE(HOST_SSP_TABLE, "host.ssp_table.canonical", HOST_REGISTERS,
		    "IA32_INTERRUPT_SSP_TABLE_ADDR", HOST_INTR_SSP_TABLE)
ENTRY_RULE(HOST_PKRS, "host.pkrs.reserved", HOST_REGISTERS,
	   "With \"load PKRS\" at exit, bits 63:32 must be 0",
	   HOST_DEFECT "store the CPU's own IA32_PKRS",
	   HOST_IA32_PKRS)

HOST_SELECTOR_RULE(HOST_ES, "host.es.selector", "ES", HOST_ES_SELECTOR)
HOST_SELECTOR_RULE(HOST_CS, "host.cs.selector", "CS", HOST_CS_SELECTOR)
HOST_SELECTOR_RULE(HOST_SS, "host.ss.selector", "SS", HOST_SS_SELECTOR)
HOST_SELECTOR_RULE(HOST_DS, "host.ds.selector", "DS", HOST_DS_SELECTOR)
HOST_SELECTOR_RULE(HOST_FS, "host.fs.selector", "FS", HOST_FS_SELECTOR)
HOST_SELECTOR_RULE(HOST_GS, "host.gs.selector", "GS", HOST_GS_SELECTOR)
HOST_SELECTOR_RULE(HOST_TR, "host.tr.selector", "TR", HOST_TR_SELECTOR)
ENTRY_RULE(HOST_CS_NULL, "host.cs.null", HOST_SEGMENTS,
	   "The host's CS selector must not be 0",
	   HOST_DEFECT "store __KERNEL_CS",
	   HOST_CS_SELECTOR)
ENTRY_RULE(HOST_TR_NULL, "host.tr.null", HOST_SEGMENTS,
	   "The host's TR selector must not be 0",
	   HOST_DEFECT "store the selector of the TSS",
	   HOST_TR_SELECTOR)
ENTRY_RULE(HOST_SS_NULL, "host.ss.null", HOST_SEGMENTS,
	   "The SS selector of a 32-bit host must not be 0",
	   HOST_DEFECT "store __KERNEL_DS",
	   HOST_SS_SELECTOR, VM_EXIT_CONTROLS)
HOST_CANONICAL_RULE(HOST_FS_BASE, "host.fs.base", HOST_SEGMENTS, "FS base", HOST_FS_BASE)
HOST_CANONICAL_RULE(HOST_GS_BASE, "host.gs.base", HOST_SEGMENTS, "GS base", HOST_GS_BASE)
HOST_CANONICAL_RULE(HOST_GDTR_BASE, "host.gdtr.base", HOST_SEGMENTS, "GDTR base", HOST_GDTR_BASE)
HOST_CANONICAL_RULE(HOST_IDTR_BASE, "host.idtr.base", HOST_SEGMENTS, "IDTR base", HOST_IDTR_BASE)
HOST_CANONICAL_RULE(HOST_TR_BASE, "host.tr.base", HOST_SEGMENTS, "TR base", HOST_TR_BASE)

ENTRY_RULE(HOST_NOT_IA32E, "host.mode.legacy", ADDRESS_SPACE,
	   "Outside IA-32e mode, \"host address-space size\" and \"IA-32e mode guest\" must be 0",
	   MODULE_SETS "a 32-bit host runs no 64-bit guest",
	   VM_EXIT_CONTROLS, VM_ENTRY_CONTROLS)
ENTRY_RULE(HOST_IA32E, "host.mode.ia32e", ADDRESS_SPACE,
	   "In IA-32e mode, \"host address-space size\" must be 1",
	   MODULE_SETS "set the control",
	   VM_EXIT_CONTROLS)
ENTRY_RULE(HOST_PCIDE, "host.cr4.pcide", ADDRESS_SPACE,
	   "CR4.PCIDE of a 32-bit host must be 0",
	   HOST_DEFECT "store the CPU's own CR4",
	   HOST_CR4, VM_EXIT_CONTROLS)
ENTRY_RULE(HOST_RIP_HIGH, "host.rip.high", ADDRESS_SPACE,
	   "Bits 63:32 of a 32-bit host's RIP must be 0",
	   HOST_DEFECT "store the address behind VMLAUNCH",
	   HOST_RIP, VM_EXIT_CONTROLS)
ENTRY_RULE(HOST_CET_HIGH, "host.cet.high", ADDRESS_SPACE,
	   "With \"load CET state\" at exit, bits 63:32 of a 32-bit host's IA32_S_CET and SSP must be 0",
	   HOST_DEFECT "store the CPU's own values",
	   HOST_S_CET, HOST_SSP)
ENTRY_RULE(HOST_PAE, "host.cr4.pae", ADDRESS_SPACE,
	   "CR4.PAE of a 64-bit host must be 1",
	   HOST_DEFECT "store the CPU's own CR4",
	   HOST_CR4, VM_EXIT_CONTROLS)
HOST_CANONICAL_RULE(HOST_RIP, "host.rip.canonical", ADDRESS_SPACE, "RIP", HOST_RIP)
ENTRY_RULE(HOST_CET_CANONICAL, "host.cet.canonical", ADDRESS_SPACE,
	   "With \"load CET state\" at exit, a 64-bit host's IA32_S_CET and SSP must be canonical",
	   HOST_DEFECT "store the CPU's own values",
	   HOST_S_CET, HOST_SSP)

#undef HOST_CANONICAL_RULE
#undef HOST_SELECTOR_RULE
