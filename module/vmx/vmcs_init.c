// SPDX-License-Identifier: GPL-2.0
/*
 * The contents of a new VMCS, in the order of the SDM's areas. A field that is
 * not here is written later (the host's CR3 and CR4 before each entry that finds
 * them changed, per-CPU ones when the VMCS changes CPU) or belongs to a control
 * that is off.
 */
#include <linux/types.h>
#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>
#include <asm/segment.h>
#include <asm/special_insns.h>
#include <asm/traps.h>

#include "../compat.h"
#include "caps.h"
#include "guest.h"
#include "pml.h"
#include "vmcs.h"
#include "vmcs_access.h"
#include "vmenter.h"

/* SDM: "Processor State After Reset" */
#define RESET_RIP		0xfff0
#define RESET_CS_SELECTOR	0xf000
#define RESET_CS_BASE		0xffff0000
#define RESET_LIMIT		0xffff
#define RESET_CR0		(X86_CR0_CD | X86_CR0_NW | X86_CR0_ET)
#define RESET_DR6		0xffff0ff0
#define RESET_DR7		0x400
#define RESET_PAT		0x0007040600070406ULL
#define RESET_XCR0		1

/* Access rights of present, accessed segments (type, S, P). */
#define AR_CODE			0x9b
#define AR_DATA			0x93
#define AR_LDT			0x82
#define AR_BUSY_TSS		0x8b

/* #DB and #AC can loop inside of the CPU; #MC is the host's. */
#define EXCEPTIONS		(BIT(X86_TRAP_DB) | BIT(X86_TRAP_AC) | \
				 BIT(X86_TRAP_MC))

#define NO_VMCS			(~0ULL)

static void init_guest_segments(struct vmx_vcpu *v)
{
	static const u32 access_rights[VMX_NR_SREGS] = {
		[VMX_ES] = AR_DATA, [VMX_CS] = AR_CODE, [VMX_SS] = AR_DATA,
		[VMX_DS] = AR_DATA, [VMX_FS] = AR_DATA, [VMX_GS] = AR_DATA,
		[VMX_LDTR] = AR_LDT, [VMX_TR] = AR_BUSY_TSS,
	};
	enum vmx_sreg reg;

	for (reg = VMX_ES; reg < VMX_NR_SREGS; reg++) {
		struct vmx_segment seg = {
			.base = reg == VMX_CS ? RESET_CS_BASE : 0,
			.limit = RESET_LIMIT,
			.access_rights = access_rights[reg],
			.selector = reg == VMX_CS ? RESET_CS_SELECTOR : 0,
		};

		vmx_set_segment(v, reg, &seg);
	}
}

/* SDM: "Guest Register State" */
static void init_guest_registers(struct vmx_vcpu *v)
{
	v->cr4_guest_owned = VMX_CR4_GUEST_OWNED;
	vmcs_write_natural(v, CR4_GUEST_HOST_MASK, ~VMX_CR4_GUEST_OWNED);
	vmx_set_guest_cr0(v, RESET_CR0);
	vmx_set_guest_cr3(v, 0);
	vmx_set_guest_cr4(v, 0);
	v->dr6 = RESET_DR6;
	vmx_set_guest_dr7(v, RESET_DR7);
	vmx_set_rsp(v, 0);
	vmx_set_rip(v, RESET_RIP);
	vmx_set_rflags(v, X86_EFLAGS_FIXED);

	init_guest_segments(v);
	vmcs_write_natural(v, GUEST_GDTR_BASE, 0);
	vmcs_write32(v, GUEST_GDTR_LIMIT, RESET_LIMIT);
	vmcs_write_natural(v, GUEST_IDTR_BASE, 0);
	vmcs_write32(v, GUEST_IDTR_LIMIT, RESET_LIMIT);

	vmcs_write64(v, GUEST_IA32_DEBUGCTL, 0);
	vmcs_write32(v, GUEST_SYSENTER_CS, 0);
	vmcs_write_natural(v, GUEST_SYSENTER_ESP, 0);
	vmcs_write_natural(v, GUEST_SYSENTER_EIP, 0);
	vmcs_write64(v, GUEST_IA32_PAT, RESET_PAT);
	vmx_set_guest_efer(v, 0);
	vmx_set_xcr0(v, RESET_XCR0);
}

/* SDM: "Guest Non-Register State" */
static void init_guest_non_registers(struct vmx_vcpu *v)
{
	static const u64 pdpte[4];

	vmcs_write32(v, GUEST_ACTIVITY_STATE, GUEST_ACTIVITY_ACTIVE);
	vmx_set_interruptibility(v, 0);
	vmcs_write_natural(v, GUEST_PENDING_DBG_EXCEPTIONS, 0);
	vmcs_write64(v, VMCS_LINK_POINTER, NO_VMCS);
	vmx_set_guest_pdptes(v, pdpte);
}

static u64 read_msr(u32 msr)
{
	u64 value;

	rdmsrl(msr, value);
	return value;
}

/*
 * SDM: "Host-State Area". Selectors must have RPL and TI zero; DS, ES, FS and
 * GS of the task may not, and are put back by vmx_restore_host().
 */
static void init_host_state(struct vmx_vcpu *v)
{
	struct desc_ptr idt;

	vmcs_write_natural(v, HOST_CR0, read_cr0());
	/* No stack: see vmenter.S. */
	vmcs_write_natural(v, HOST_RSP, (unsigned long)v);
	vmcs_write_natural(v, HOST_RIP, (unsigned long)vmx_exit_point);

	vmcs_write16(v, HOST_CS_SELECTOR, __KERNEL_CS);
	vmcs_write16(v, HOST_SS_SELECTOR, __KERNEL_DS);
	vmcs_write16(v, HOST_DS_SELECTOR, 0);
	vmcs_write16(v, HOST_ES_SELECTOR, 0);
	vmcs_write16(v, HOST_FS_SELECTOR, 0);
	vmcs_write16(v, HOST_GS_SELECTOR, 0);
	vmcs_write16(v, HOST_TR_SELECTOR, GDT_ENTRY_TSS * 8);
	vmcs_write_natural(v, HOST_FS_BASE, 0);

	store_idt(&idt);
	vmcs_write_natural(v, HOST_IDTR_BASE, idt.address);
	vmcs_write32(v, HOST_IA32_SYSENTER_CS, read_msr(MSR_IA32_SYSENTER_CS));
	vmcs_write_natural(v, HOST_IA32_SYSENTER_EIP,
			   read_msr(MSR_IA32_SYSENTER_EIP));
	vmcs_write64(v, HOST_IA32_PAT, read_msr(MSR_IA32_CR_PAT));
	vmcs_write64(v, HOST_IA32_EFER, read_msr(MSR_EFER));
}

static void init_proc2_fields(struct vmx_vcpu *v)
{
	vmcs_write64(v, EPT_POINTER, v->vm->ept.eptp);
	if (v->vpid)
		vmcs_write16(v, VIRTUAL_PROCESSOR_ID, v->vpid);
	if (v->proc2_controls & SECONDARY_EXEC_XSAVES)
		vmcs_write64(v, XSS_EXIT_BITMAP, 0);
	if (v->proc2_controls & SECONDARY_EXEC_ENCLS_EXITING)
		vmcs_write64(v, ENCLS_EXITING_BITMAP, ~0ULL);
	if (v->pml_log) {
		vmcs_write64(v, PML_ADDRESS, __pa(v->pml_log));
		vmx_pml_restart(v);
	}
}

/* SDM: "VM-Execution Control Fields" */
static void init_execution_controls(struct vmx_vcpu *v)
{
	v->pin_controls = vmx_caps.pin_controls;
	v->proc_controls = vmx_caps.proc_controls &
			   ~READ_ONCE(v->vm->proc_controls_forgone);
	v->proc2_controls = vmx_caps.proc2_controls;
	if (!v->vpid)
		v->proc2_controls &= ~SECONDARY_EXEC_ENABLE_VPID;

	vmcs_write32(v, PIN_BASED_VM_EXEC_CONTROL, v->pin_controls);
	vmcs_write32(v, CPU_BASED_VM_EXEC_CONTROL, v->proc_controls);
	vmcs_write32(v, SECONDARY_VM_EXEC_CONTROL, v->proc2_controls);

	v->exception_bitmap = EXCEPTIONS;
	vmcs_write32(v, EXCEPTION_BITMAP, v->exception_bitmap);
	vmcs_write32(v, PAGE_FAULT_ERROR_CODE_MASK, 0);
	vmcs_write32(v, PAGE_FAULT_ERROR_CODE_MATCH, 0);
	v->tsc_offset = 0;
	v->tsc_multiplier = VMX_TSC_UNSCALED;
	vmcs_write64(v, TSC_OFFSET, 0);
	vmcs_write_natural(v, CR0_GUEST_HOST_MASK, ~VMX_CR0_GUEST_OWNED);
	vmcs_write32(v, CR3_TARGET_COUNT, 0);
	vmcs_write64(v, MSR_BITMAP, __pa(v->vm->msr_bitmap));
	init_proc2_fields(v);
}

/* SDM: "VM-Exit Control Fields" and "VM-Entry Control Fields" */
static void init_exit_and_entry_controls(struct vmx_vcpu *v)
{
	vmcs_write32(v, VM_EXIT_CONTROLS, vmx_caps.exit_controls);
	vmcs_write32(v, VM_EXIT_MSR_STORE_COUNT, 0);
	vmcs_write32(v, VM_EXIT_MSR_LOAD_COUNT, 0);
	vmcs_write64(v, VM_EXIT_MSR_LOAD_ADDR, __pa(v->perf_host));

	v->entry_controls = vmx_caps.entry_controls;
	vmcs_write32(v, VM_ENTRY_CONTROLS, v->entry_controls);
	vmcs_write32(v, VM_ENTRY_MSR_LOAD_COUNT, 0);
	vmcs_write64(v, VM_ENTRY_MSR_LOAD_ADDR, __pa(v->perf_guest));
	vmcs_write32(v, VM_ENTRY_INTR_INFO_FIELD, 0);
}

/**
 * vmcs_init() - fill a VMCS for a vCPU after RESET
 * @v: the vCPU; its EPT and MSR bitmap exist
 *
 * SDM: the sections of the chapter "Virtual Machine Control Structures" named
 * above; "Processor State After Reset".
 *
 * Context: the VMCS is current. A failing VMWRITE marks the VM dead.
 */
void vmcs_init(struct vmx_vcpu *v)
{
	/* First, because the guest's registers have a part in them. */
	init_execution_controls(v);
	init_exit_and_entry_controls(v);
	init_guest_registers(v);
	init_guest_non_registers(v);
	init_host_state(v);
}
