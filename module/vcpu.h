/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A virtual CPU: the object behind a vCPU file descriptor.
 *
 * Locking legend, one letter per member:
 *   (c) constant after creation
 *   (m) vcpu->mutex
 *   (u) shared with the VMM: nothing read from it is trusted or read twice
 */
#ifndef MINIVMX_VCPU_H
#define MINIVMX_VCPU_H

#include <linux/kvm.h>
#include <linux/mutex.h>

#include "cpuid.h"
#include "emulate.h"
#include "explain.h"
#include "fpu.h"
#include "msr.h"
#include "stats.h"
#include "vm.h"
#include "vmx/guest.h"
#include "vmx/vmcs.h"
#include "vmx/vmx.h"

/* Pages of the mapping behind a vCPU file, in order. */
#define VCPU_PAGE_RUN	0	/* struct kvm_run */
#define VCPU_PAGE_PIO	KVM_PIO_PAGE_OFFSET	/* data of a KVM_EXIT_IO */
#define VCPU_PAGE_RING	KVM_COALESCED_MMIO_PAGE_OFFSET	/* the VM's, for all vCPUs */
#define VCPU_NR_PAGES	3

struct vcpu {
	struct vmx_vcpu vmx;		/* first: the run loop's hot members */
	struct vm *vm;			/* (c) holds a reference */
	u32 id;				/* (c) */
	struct mutex mutex;
	struct kvm_run *run;		/* (c) pointer; (u) contents */
	void *pio_data;			/* (c) pointer; (u) contents */

	/*
	 * What the next KVM_RUN does before it enters, set by the handler whose
	 * exit needs an answer from the VMM (IN, MMIO read).
	 */
	int (*complete)(struct vcpu *vcpu);	/* (m) */
	bool exit_to_user;			/* (m) kvm_run->exit_reason was set */
	struct vcpu_stats stats;		/* (m) for writing */
	struct emulation emul;		/* (m) an instruction between two exits */

	struct cpuid_table cpuid;	/* (m) */
	struct msr_state msrs;		/* (m) */
	struct fpu_state fpu;		/* (m) */

	u32 mp_state;			/* (m) KVM_MP_STATE_* */
	u32 tsc_khz;			/* (m) as the VMM has been told */
	u64 apic_base;			/* (m) IA32_APIC_BASE */
	u64 cr8;			/* (m) task priority 0..15 */
	u32 guest_debug;			/* (m) KVM_GUESTDBG_*, 0: no debugger */
	unsigned long guest_debug_rip;		/* (m) linear RIP where a step begins */
	bool guest_debug_owes_step;	/* (m) one that has ended at the next one */
	unsigned long guest_debug_owed_rip;	/* (m) linear */
	struct refusal refusal;		/* (m) what the last bad ioctl had wrong */
	bool sigmask_set;		/* (m) */
	sigset_t sigmask;		/* (m) KVM_SET_SIGNAL_MASK */
};

static inline struct vcpu *vmx_to_vcpu(struct vmx_vcpu *v)
{
	return container_of(v, struct vcpu, vmx);
}

int vcpu_create(struct vm *vm, u32 id);
void vcpus_destroy(struct vm *vm);

/* vcpu_ioctl.c */
long vcpu_ioctl_locked(struct vcpu *vcpu, unsigned int cmd, unsigned long arg);

#endif /* MINIVMX_VCPU_H */
