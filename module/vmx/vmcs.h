/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_VMX_VMCS_H
#define MINIVMX_VMX_VMCS_H

#include <asm/processor-flags.h>

#include "insn.h"
#include "vmx.h"

/* One VM: MSR bitmap; the EPT has its own create and destroy. */
int vmx_vm_create(struct vmx_vm *vm);
void vmx_vm_destroy(struct vmx_vm *vm);
void vmx_filter_msrs(struct vmx_vm *vm,
		     bool (*allows)(const void *filter, u32 msr, bool write),
		     const void *filter);
void vmx_pass_residency_msrs(struct vmx_vm *vm);
void vmx_forgo_exiting(struct vmx_vm *vm, u32 controls);

/* One vCPU. create leaves the VMCS initialised with the state after RESET. */
int vmx_vcpu_create(struct vmx_vcpu *v, struct vmx_vm *vm);
void vmx_vcpu_destroy(struct vmx_vcpu *v);
void vmx_vcpu_load(struct vmx_vcpu *v);		/* disables preemption */
void vmx_vcpu_put(struct vmx_vcpu *v);		/* enables it */
void vmx_vcpu_reload(struct vmx_vcpu *v);	/* after a put in the same KVM_RUN */

/* vmcs_init.c: the contents of a new VMCS. */
void vmcs_init(struct vmx_vcpu *v);

/* For vmxon.c: VMCLEAR of every VMCS that is active on this CPU. */
void vmx_clear_active_vmcss(void);

/* A VMX instruction other than VMLAUNCH, VMRESUME, VMREAD, VMWRITE failed. */
void vmx_insn_failed(struct vmx_vcpu *v, const char *insn, u64 operand,
		     enum vmx_outcome outcome);
void vmx_access_failed(struct vmx_vcpu *v);

/* Controls; all need the VMCS current. No VMWRITE if nothing changes. */
void vmx_set_proc_controls(struct vmx_vcpu *v, u32 set, u32 clear);
void vmx_set_proc2_controls(struct vmx_vcpu *v, u32 set, u32 clear);
void vmx_set_entry_controls(struct vmx_vcpu *v, u32 set, u32 clear);
void vmx_set_exception_bitmap(struct vmx_vcpu *v, u32 bitmap);

/*
 * tsc.c: the guest's TSC is the host's times a multiplier, a fixed-point number,
 * and an offset.
 */
#define VMX_TSC_FRACTION_BITS	48
#define VMX_TSC_UNSCALED	BIT_ULL(VMX_TSC_FRACTION_BITS)

bool vmx_has_tsc_scaling(void);
u64 vmx_scaled_tsc(const struct vmx_vcpu *v);
void vmx_set_tsc_offset(struct vmx_vcpu *v, u64 offset);
void vmx_set_tsc_multiplier(struct vmx_vcpu *v, u64 multiplier);

/*
 * CR0 and CR4: the guest's value goes to the read shadow, the CPU's value is
 * made from it (NE and VMXE set, CD and NW clear). No checks here.
 */
/* CR4 bits that need nothing of the host when the guest changes them. */
#define VMX_CR4_GUEST_OWNED	(X86_CR4_PVI | X86_CR4_DE | X86_CR4_PCE | \
				 X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT |	  \
				 X86_CR4_PGE | X86_CR4_TSD | X86_CR4_FSGSBASE)

void vmx_set_guest_cr0(struct vmx_vcpu *v, unsigned long cr0);
void vmx_set_guest_cr3(struct vmx_vcpu *v, unsigned long cr3);
void vmx_set_guest_cr4(struct vmx_vcpu *v, unsigned long cr4);
void vmx_set_cr4_guest_owned(struct vmx_vcpu *v, unsigned long allowed);
void vmx_set_guest_efer(struct vmx_vcpu *v, u64 efer);	/* and the IA-32e mode control */
void vmx_set_guest_pdptes(struct vmx_vcpu *v, const u64 pdpte[4]);
void vmx_set_guest_dr7(struct vmx_vcpu *v, unsigned long dr7);
void vmx_set_debugger_dr7(struct vmx_vcpu *v, bool has_dr, unsigned long dr7);

/* What the CPU does at MOV to CR3 and the like: its translations are forgotten. */
void vmx_flush_linear(struct vmx_vcpu *v);

#endif /* MINIVMX_VMX_VMCS_H */
