/* SPDX-License-Identifier: GPL-2.0 */
/* Registers between the KVM ABI and the VMCS. */
#ifndef MINIVMX_REGS_H
#define MINIVMX_REGS_H

#include "vcpu.h"

void regs_reset(struct vcpu *vcpu);
void regs_get(struct vcpu *vcpu, struct kvm_regs *regs);
void regs_set(struct vcpu *vcpu, const struct kvm_regs *regs);
void regs_get_sregs(struct vcpu *vcpu, struct kvm_sregs *sregs);
int regs_set_sregs(struct vcpu *vcpu, const struct kvm_sregs *sregs);
void regs_get_sregs2(struct vcpu *vcpu, struct kvm_sregs2 *sregs2);
int regs_set_sregs2(struct vcpu *vcpu, const struct kvm_sregs2 *sregs2);
void regs_get_debugregs(struct vcpu *vcpu, struct kvm_debugregs *dregs);
int regs_set_debugregs(struct vcpu *vcpu, const struct kvm_debugregs *dregs);
void regs_get_xcrs(struct vcpu *vcpu, struct kvm_xcrs *xcrs);
int regs_set_xcrs(struct vcpu *vcpu, const struct kvm_xcrs *xcrs);

/* Guest-visible CR0/3/4/8, XCR0 writes with the architecture's checks: 0, or 1 for #GP. */
int regs_write_cr0(struct vcpu *vcpu, unsigned long cr0);
int regs_write_cr3(struct vcpu *vcpu, unsigned long cr3);
int regs_write_cr4(struct vcpu *vcpu, unsigned long cr4);
int regs_write_cr8(struct vcpu *vcpu, unsigned long cr8);
int regs_write_xcr(struct vcpu *vcpu, u32 index, u64 value);
int regs_write_efer(struct vcpu *vcpu, u64 efer, bool from_vmm);

/* EFER's bits that MiniVMX knows. */
#define REGS_EFER_DEFINED	(EFER_SCE | EFER_LME | EFER_LMA | EFER_NX)

/* What the two families above share. */
bool regs_is_valid_cr0(unsigned long cr0);
bool regs_is_pae_paging(unsigned long cr0, unsigned long cr4, u64 efer);
bool regs_is_legal_gpa(struct vcpu *vcpu, u64 gpa);
int regs_load_pdptes(struct vcpu *vcpu, unsigned long cr3);

/* CPL 0..3, and the mode in which instructions are decoded. */
unsigned int regs_cpl(struct vcpu *vcpu);
bool regs_long_mode(struct vcpu *vcpu);		/* 64-bit code segment in IA-32e mode */

#endif /* MINIVMX_REGS_H */
