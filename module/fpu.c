// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's x87, SSE, AVX and AVX-512 registers.
 *
 * The kernel's own guest support does the work: while KVM_RUN runs, the guest's
 * registers are the task's, so that the scheduler and kernel code which uses
 * the FPU save them as any task's. All calls into that interface are in this
 * file. No dynamically enabled feature (AMX) is offered: XFD stays 0.
 */
#include <linux/kvm.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <asm/cpufeature.h>
#include <asm/fpu/api.h>
#include <asm/fpu/xcr.h>
#include <asm/fpu/xstate.h>

#include "fpu.h"
#include "vcpu.h"

/* State components that the guest may enable, if the host has enabled them. */
#define FPU_XCR0	(XFEATURE_MASK_FPSSE | XFEATURE_MASK_YMM | \
			 XFEATURE_MASK_AVX512 | XFEATURE_MASK_PKRU)

/**
 * fpu_supported_xcr0() - state components that guests can have
 *
 * SDM: "Managing State Using the XSAVE Feature Set".
 *
 * Return: a mask of XCR0 bits; 0 where the host does not use XSAVE.
 */
u64 fpu_supported_xcr0(void)
{
	if (!boot_cpu_has(X86_FEATURE_XSAVE))
		return 0;
	return xgetbv(XCR_XFEATURE_ENABLED_MASK) & FPU_XCR0;
}

/**
 * fpu_create() - the registers of a new vCPU, with the values after RESET
 * @vcpu: the vCPU
 *
 * The kernel's initial state is the architecture's but for FCW, which is what
 * FNINIT makes of it (037FH), as on KVM.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int fpu_create(struct vcpu *vcpu)
{
	if (!fpu_alloc_guest_fpstate(&vcpu->fpu.guest))
		return -ENOMEM;
	return 0;
}

/**
 * fpu_destroy() - undo fpu_create()
 * @vcpu: a vCPU whose registers are not loaded
 */
void fpu_destroy(struct vcpu *vcpu)
{
	fpu_free_guest_fpstate(&vcpu->fpu.guest);
}

/**
 * fpu_load_guest() - make the guest's registers the task's
 * @vcpu: the vCPU
 *
 * Context: process context, vcpu->mutex held, until fpu_load_host().
 */
void fpu_load_guest(struct vcpu *vcpu)
{
	lockdep_assert_held(&vcpu->mutex);
	WARN_ON_ONCE(vcpu->fpu.loaded);

	fpu_swap_kvm_fpstate(&vcpu->fpu.guest, true);
	vcpu->fpu.loaded = true;
}

/**
 * fpu_load_host() - give the task its own registers back
 * @vcpu: the vCPU that has them
 *
 * Context: process context, vcpu->mutex held.
 */
void fpu_load_host(struct vcpu *vcpu)
{
	lockdep_assert_held(&vcpu->mutex);
	WARN_ON_ONCE(!vcpu->fpu.loaded);

	fpu_swap_kvm_fpstate(&vcpu->fpu.guest, false);
	vcpu->fpu.loaded = false;
}

/**
 * fpu_before_enter() - have the guest's registers in the CPU
 * @vcpu: the vCPU, between fpu_load_guest() and fpu_load_host()
 *
 * The scheduler, or kernel code that used the FPU, may have left others there.
 *
 * Context: interrupts disabled, and until VM entry.
 */
void fpu_before_enter(struct vcpu *vcpu)
{
	lockdep_assert_irqs_disabled();

	if (test_thread_flag(TIF_NEED_FPU_LOAD))
		switch_fpu_return();
	fpregs_assert_state_consistent();
	vcpu->fpu.used = true;
}

/*
 * The registers in the XSAVE area's standard format. PKRU's component is left
 * out, which makes put_xsave() leave PKRU alone.
 */
static struct xregs_state *get_xsave(struct vcpu *vcpu)
{
	struct fpu_guest *guest = &vcpu->fpu.guest;
	struct xregs_state *xsave;

	lockdep_assert_held(&vcpu->mutex);
	WARN_ON_ONCE(vcpu->fpu.loaded);

	xsave = kzalloc(guest->uabi_size, GFP_KERNEL);
	if (!xsave)
		return NULL;
	fpu_copy_guest_fpstate_to_uabi(guest, xsave, guest->uabi_size,
				       FPU_XCR0 & ~XFEATURE_MASK_PKRU, 0);
	return xsave;
}

static int put_xsave(struct vcpu *vcpu, const struct xregs_state *xsave)
{
	return fpu_copy_uabi_to_guest_fpstate(&vcpu->fpu.guest, xsave,
					      FPU_XCR0 & ~XFEATURE_MASK_PKRU,
					      NULL);
}

/**
 * fpu_get() - KVM_GET_FPU
 * @vcpu: the vCPU
 * @fpu: filled in, zeroed by the caller
 *
 * SDM: FXSAVE. Other than KVM, which leaves MXCSR zero, this reports it.
 *
 * Context: vcpu->mutex held, not between fpu_load_guest() and fpu_load_host();
 * may sleep.
 * Return: 0 or -ENOMEM.
 */
int fpu_get(struct vcpu *vcpu, struct kvm_fpu *fpu)
{
	struct xregs_state *xsave = get_xsave(vcpu);
	const struct fxregs_state *fx;

	if (!xsave)
		return -ENOMEM;

	BUILD_BUG_ON(sizeof(fpu->fpr) != sizeof(fx->st_space));
	BUILD_BUG_ON(sizeof(fpu->xmm) != sizeof(fx->xmm_space));

	fx = &xsave->i387;
	memcpy(fpu->fpr, fx->st_space, sizeof(fpu->fpr));
	fpu->fcw = fx->cwd;
	fpu->fsw = fx->swd;
	fpu->ftwx = fx->twd;
	fpu->last_opcode = fx->fop;
	fpu->last_ip = fx->rip;
	fpu->last_dp = fx->rdp;
	memcpy(fpu->xmm, fx->xmm_space, sizeof(fpu->xmm));
	fpu->mxcsr = fx->mxcsr;
	kfree(xsave);
	return 0;
}

/**
 * fpu_set() - KVM_SET_FPU
 * @vcpu: the vCPU
 * @fpu: the registers; mxcsr is ignored
 *
 * MXCSR stays as it is, as on KVM: VMMs written for it leave 0 there, which
 * would unmask every SIMD floating-point exception.
 *
 * Context: as fpu_get().
 * Return: 0 or -ENOMEM.
 */
int fpu_set(struct vcpu *vcpu, const struct kvm_fpu *fpu)
{
	struct xregs_state *xsave = get_xsave(vcpu);
	struct fxregs_state *fx;
	int r;

	if (!xsave)
		return -ENOMEM;

	fx = &xsave->i387;
	memcpy(fx->st_space, fpu->fpr, sizeof(fx->st_space));
	fx->cwd = fpu->fcw;
	fx->swd = fpu->fsw;
	fx->twd = fpu->ftwx;
	fx->fop = fpu->last_opcode;
	fx->rip = fpu->last_ip;
	fx->rdp = fpu->last_dp;
	memcpy(fx->xmm_space, fpu->xmm, sizeof(fx->xmm_space));
	/* Or XRSTOR would load initial values instead of these. */
	xsave->header.xfeatures |= XFEATURE_MASK_FPSSE;

	r = put_xsave(vcpu, xsave);
	kfree(xsave);
	return r;
}

/**
 * fpu_xsave_size() - how large the XSAVE area of this vCPU is
 * @vcpu: the vCPU
 *
 * Return: bytes, at least those of struct kvm_xsave.
 */
unsigned int fpu_xsave_size(const struct vcpu *vcpu)
{
	return vcpu->fpu.guest.uabi_size;
}

/**
 * fpu_get_xsave() - KVM_GET_XSAVE, KVM_GET_XSAVE2
 * @vcpu: the vCPU
 * @xsave: fpu_xsave_size() bytes, filled with an XSAVE area in standard format
 *
 * As on KVM, with the components that the guest can enable, and always x87 and
 * SSE. SDM: "XSAVE Area".
 *
 * Context: as fpu_get().
 */
void fpu_get_xsave(struct vcpu *vcpu, void *xsave)
{
	lockdep_assert_held(&vcpu->mutex);
	WARN_ON_ONCE(vcpu->fpu.loaded);

	fpu_copy_guest_fpstate_to_uabi(&vcpu->fpu.guest, xsave,
				       fpu_xsave_size(vcpu),
				       vcpu->cpuid.xcr0_supported |
				       XFEATURE_MASK_FPSSE, vcpu->vmx.pkru);
}

/**
 * fpu_set_xsave() - KVM_SET_XSAVE
 * @vcpu: the vCPU
 * @xsave: fpu_xsave_size() bytes; as on KVM, PKRU stays as it is if it is not
 *	among the components there, all others get their initial values then
 *
 * Context: as fpu_get().
 * Return: 0; -EINVAL for a component that is not offered, a reserved bit of
 * MXCSR, and what XRSTOR refuses in the header.
 */
int fpu_set_xsave(struct vcpu *vcpu, const void *xsave)
{
	lockdep_assert_held(&vcpu->mutex);
	WARN_ON_ONCE(vcpu->fpu.loaded);

	return fpu_copy_uabi_to_guest_fpstate(&vcpu->fpu.guest, xsave,
					      fpu_supported_xcr0(),
					      &vcpu->vmx.pkru);
}
