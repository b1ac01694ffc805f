/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_FPU_H
#define MINIVMX_FPU_H

#include <linux/kvm.h>
#include <asm/page.h>
#include <asm/fpu/types.h>

struct vcpu;

/*
 * The guest's x87, SSE, AVX, ... registers: between fpu_load_guest() and
 * fpu_load_host() they are the task's, in the CPU or saved here by the
 * scheduler. PKRU is not among them: vmx_vcpu.pkru.
 */
struct fpu_state {
	struct fpu_guest guest;
	bool loaded;		/* between load_guest and load_host */
	bool used;		/* the guest has been entered with them */
};

int fpu_create(struct vcpu *vcpu);
void fpu_destroy(struct vcpu *vcpu);
void fpu_load_guest(struct vcpu *vcpu);
void fpu_load_host(struct vcpu *vcpu);
void fpu_before_enter(struct vcpu *vcpu);
int fpu_get(struct vcpu *vcpu, struct kvm_fpu *fpu);
int fpu_set(struct vcpu *vcpu, const struct kvm_fpu *fpu);
unsigned int fpu_xsave_size(const struct vcpu *vcpu);
void fpu_get_xsave(struct vcpu *vcpu, void *xsave);
int fpu_set_xsave(struct vcpu *vcpu, const void *xsave);
u64 fpu_supported_xcr0(void);

#endif /* MINIVMX_FPU_H */
