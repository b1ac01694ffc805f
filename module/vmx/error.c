// SPDX-License-Identifier: GPL-2.0
#ifdef __KERNEL__
#include <linux/stddef.h>
#else
#include <stddef.h>
#endif

#include "error.h"

/*
 * Numbers instead of VMXERR_ and EXIT_REASON_ names: userspace has none of the
 * former, and an old kernel lacks some of the latter. A unit test compares
 * numbers and names with the kernel's.
 */
static const struct vmx_meaning instruction_errors[VMX_LAST_INSTRUCTION_ERROR + 1] = {
	[1] = { "VMCALL_IN_VMX_ROOT_OPERATION",
		"VMCALL was executed in VMX root operation" },
	[2] = { "VMCLEAR_INVALID_ADDRESS",
		"VMCLEAR's address is unaligned or beyond the physical-address width" },
	[3] = { "VMCLEAR_VMXON_POINTER",
		"VMCLEAR's address is that of the VMXON region" },
	[4] = { "VMLAUNCH_NONCLEAR_VMCS",
		"VMLAUNCH needs a VMCS in the clear state: VMCLEAR it, or use VMRESUME" },
	[5] = { "VMRESUME_NONLAUNCHED_VMCS",
		"VMRESUME needs a launched VMCS: use VMLAUNCH after VMCLEAR" },
	[6] = { "VMRESUME_AFTER_VMXOFF",
		"VMXOFF and VMXON came between VMLAUNCH and VMRESUME without VMCLEAR" },
	[7] = { "ENTRY_INVALID_CONTROL_FIELD",
		"VM entry found a VMX control field invalid" },
	[8] = { "ENTRY_INVALID_HOST_STATE_FIELD",
		"VM entry found a host-state field invalid" },
	[9] = { "VMPTRLD_INVALID_ADDRESS",
		"VMPTRLD's address is unaligned or beyond the physical-address width" },
	[10] = { "VMPTRLD_VMXON_POINTER",
		 "VMPTRLD's address is that of the VMXON region" },
	[11] = { "VMPTRLD_INCORRECT_VMCS_REVISION_ID",
		 "the VMCS region begins with another revision identifier" },
	[12] = { "UNSUPPORTED_VMCS_COMPONENT",
		 "VMREAD or VMWRITE named a field that this processor does not have" },
	[13] = { "VMWRITE_READ_ONLY_VMCS_COMPONENT",
		 "VMWRITE named a read-only field" },
	[15] = { "VMXON_IN_VMX_ROOT_OPERATION",
		 "VMXON was executed in VMX root operation" },
	[16] = { "ENTRY_INVALID_EXECUTIVE_VMCS_POINTER",
		 "VM entry from SMM found the executive-VMCS pointer invalid" },
	[17] = { "ENTRY_NONLAUNCHED_EXECUTIVE_VMCS",
		 "VM entry from SMM found an executive VMCS that was not launched" },
	[18] = { "ENTRY_EXECUTIVE_VMCS_POINTER_NOT_VMXON_POINTER",
		 "the executive-VMCS pointer is not the VMXON pointer" },
	[19] = { "VMCALL_NONCLEAR_VMCS",
		 "VMCALL to the SMM monitor needs a VMCS in the clear state" },
	[20] = { "VMCALL_INVALID_VM_EXIT_CONTROL_FIELDS",
		 "VMCALL to the SMM monitor found the VM-exit controls invalid" },
	[22] = { "VMCALL_INCORRECT_MSEG_REVISION_ID",
		 "VMCALL to the SMM monitor found another MSEG revision identifier" },
	[23] = { "VMXOFF_UNDER_DUAL_MONITOR_TREATMENT_OF_SMIS_AND_SMM",
		 "VMXOFF is not allowed under dual-monitor treatment of SMIs" },
	[24] = { "VMCALL_INVALID_SMM_MONITOR_FEATURES",
		 "VMCALL to the SMM monitor found its feature field invalid" },
	[25] = { "ENTRY_INVALID_VM_EXECUTION_CONTROL_FIELDS_IN_EXECUTIVE_VMCS",
		 "VM entry from SMM found the executive VMCS's controls invalid" },
	[26] = { "ENTRY_EVENTS_BLOCKED_BY_MOV_SS",
		 "VM entry directly after a MOV to SS" },
	[28] = { "INVALID_OPERAND_TO_INVEPT_INVVPID",
		 "INVEPT or INVVPID got a type or a descriptor that it does not support" },
};

static const struct vmx_meaning exit_reasons[VMX_LAST_EXIT_REASON + 1] = {
	[0] = { "EXCEPTION_NMI", "an exception or a non-maskable interrupt" },
	[1] = { "EXTERNAL_INTERRUPT", "an interrupt for the host" },
	[2] = { "TRIPLE_FAULT", "an exception while delivering a double fault" },
	[3] = { "INIT_SIGNAL", "an INIT signal arrived" },
	[4] = { "SIPI_SIGNAL", "a start-up IPI arrived in the wait-for-SIPI state" },
	[5] = { "IO_SMI", "an SMI right after an I/O instruction" },
	[6] = { "OTHER_SMI", "an SMI at another time" },
	[7] = { "INTERRUPT_WINDOW", "the guest can take an interrupt now" },
	[8] = { "NMI_WINDOW", "the guest can take an NMI now" },
	[9] = { "TASK_SWITCH", "the guest attempted a task switch" },
	[10] = { "CPUID", "the guest executed CPUID" },
	[11] = { "GETSEC", "the guest executed GETSEC" },
	[12] = { "HLT", "the guest executed HLT" },
	[13] = { "INVD", "the guest executed INVD" },
	[14] = { "INVLPG", "the guest executed INVLPG" },
	[15] = { "RDPMC", "the guest executed RDPMC" },
	[16] = { "RDTSC", "the guest executed RDTSC" },
	[17] = { "RSM", "the guest executed RSM in SMM" },
	[18] = { "VMCALL", "the guest executed VMCALL" },
	[19] = { "VMCLEAR", "the guest executed VMCLEAR" },
	[20] = { "VMLAUNCH", "the guest executed VMLAUNCH" },
	[21] = { "VMPTRLD", "the guest executed VMPTRLD" },
	[22] = { "VMPTRST", "the guest executed VMPTRST" },
	[23] = { "VMREAD", "the guest executed VMREAD" },
	[24] = { "VMRESUME", "the guest executed VMRESUME" },
	[25] = { "VMWRITE", "the guest executed VMWRITE" },
	[26] = { "VMOFF", "the guest executed VMXOFF" },
	[27] = { "VMON", "the guest executed VMXON" },
	[28] = { "CR_ACCESS", "a MOV to or from a control register, CLTS or LMSW" },
	[29] = { "DR_ACCESS", "a MOV to or from a debug register" },
	[30] = { "IO_INSTRUCTION", "the guest executed IN, OUT, INS or OUTS" },
	[31] = { "MSR_READ", "the guest executed RDMSR" },
	[32] = { "MSR_WRITE", "the guest executed WRMSR" },
	[33] = { "INVALID_STATE", "VM entry found the guest state invalid" },
	[34] = { "MSR_LOAD_FAIL",
		 "VM entry could not load an MSR; the qualification is its place in the area" },
	[36] = { "MWAIT_INSTRUCTION", "the guest executed MWAIT" },
	[37] = { "MONITOR_TRAP_FLAG", "a single step by the monitor trap flag" },
	[39] = { "MONITOR_INSTRUCTION", "the guest executed MONITOR" },
	[40] = { "PAUSE_INSTRUCTION",
		 "the guest executed PAUSE, or too many of them in a loop" },
	[41] = { "MCE_DURING_VMENTRY", "a machine check during VM entry" },
	[43] = { "TPR_BELOW_THRESHOLD", "the virtual TPR fell below the TPR threshold" },
	[44] = { "APIC_ACCESS", "an access to the APIC-access page" },
	[45] = { "EOI_INDUCED", "an EOI was virtualized and its vector asks for an exit" },
	[46] = { "GDTR_IDTR", "the guest executed LGDT, LIDT, SGDT or SIDT" },
	[47] = { "LDTR_TR", "the guest executed LLDT, LTR, SLDT or STR" },
	[48] = { "EPT_VIOLATION", "EPT does not allow the access to guest memory" },
	[49] = { "EPT_MISCONFIG", "an EPT paging-structure entry is not a valid one" },
	[50] = { "INVEPT", "the guest executed INVEPT" },
	[51] = { "RDTSCP", "the guest executed RDTSCP" },
	[52] = { "PREEMPTION_TIMER", "the VMX-preemption timer reached zero" },
	[53] = { "INVVPID", "the guest executed INVVPID" },
	[54] = { "WBINVD", "the guest executed WBINVD or WBNOINVD" },
	[55] = { "XSETBV", "the guest executed XSETBV" },
	[56] = { "APIC_WRITE", "a write to the virtual-APIC page needs emulation" },
	[57] = { "RDRAND", "the guest executed RDRAND" },
	[58] = { "INVPCID", "the guest executed INVPCID" },
	[59] = { "VMFUNC", "VMFUNC failed, or the function is not enabled" },
	[60] = { "ENCLS", "the guest executed ENCLS" },
	[61] = { "RDSEED", "the guest executed RDSEED" },
	[62] = { "PML_FULL", "the page-modification log is full" },
	[63] = { "XSAVES",
		 "the guest executed XSAVES on state that asks for an exit" },
	[64] = { "XRSTORS",
		 "the guest executed XRSTORS on state that asks for an exit" },
	[65] = { "PCONFIG", "the guest executed PCONFIG" },
	[66] = { "SPP_EVENT", "a sub-page permission was missing or invalid" },
	[67] = { "UMWAIT", "the guest executed UMWAIT" },
	[68] = { "TPAUSE", "the guest executed TPAUSE" },
	[69] = { "LOADIWKEY", "the guest executed LOADIWKEY" },
	[70] = { "ENCLV", "the guest executed ENCLV" },
	[72] = { "ENQCMD_PASID", "ENQCMD could not translate its PASID" },
	[73] = { "ENQCMDS_PASID", "ENQCMDS could not translate its PASID" },
	[74] = { "BUS_LOCK", "the guest took a bus lock" },
	[75] = { "NOTIFY", "the guest took no event for a whole notify window" },
	[76] = { "SEAMCALL", "the guest executed SEAMCALL" },
	[77] = { "TDCALL", "the guest executed TDCALL" },
	[78] = { "RDMSRLIST", "the guest executed RDMSRLIST" },
	[79] = { "WRMSRLIST", "the guest executed WRMSRLIST" },
	[80] = { "URDMSR", "the guest executed URDMSR" },
	[81] = { "UWRMSR", "the guest executed UWRMSR" },
	[84] = { "MSR_READ_IMM",
		 "the guest executed RDMSR with an immediate operand" },
	[85] = { "MSR_WRITE_IMM",
		 "the guest executed WRMSRNS with an immediate operand" },
};

static const struct vmx_meaning *find(const struct vmx_meaning *table,
				      __u32 last, __u32 number)
{
	if (number > last || !table[number].name)
		return NULL;
	return &table[number];
}

/**
 * vmx_instruction_error_meaning() - what a VM-instruction error means
 * @error: number from the VM-instruction error field (1 to 28)
 *
 * SDM: VM Instruction Error Numbers.
 *
 * Return: name and meaning, or NULL if the SDM does not define the number.
 * Context: any.
 */
const struct vmx_meaning *vmx_instruction_error_meaning(__u32 error)
{
	return find(instruction_errors, VMX_LAST_INSTRUCTION_ERROR, error);
}

/**
 * vmx_exit_reason_meaning() - what an exit reason means
 * @reason: exit reason field; only the basic exit reason in bits 15:0 is used
 *
 * SDM: VMX Basic Exit Reasons.
 *
 * Return: name and meaning, or NULL if the SDM does not define the number.
 * Context: any.
 */
const struct vmx_meaning *vmx_exit_reason_meaning(__u32 reason)
{
	return find(exit_reasons, VMX_LAST_EXIT_REASON, reason & 0xffff);
}
