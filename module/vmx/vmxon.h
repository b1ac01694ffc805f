/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_VMX_VMXON_H
#define MINIVMX_VMX_VMXON_H

#include <linux/percpu.h>

#include "vmx.h"

/*
 * VMX on one CPU. Changed by that CPU only, with interrupts disabled; an
 * emergency (NMI) reads it on the same CPU at any moment.
 */
struct vmx_cpu {
	bool root;			/* in VMX root operation */
	void *vmxon_region;		/* page; also while suspended */
	struct list_head active;	/* vmx_vcpu.loaded_link: VMCSs active here */
};

DECLARE_PER_CPU(struct vmx_cpu, vmx_cpu);

/* (a) VMX is being turned off for a reboot: its failures are no news. */
extern bool vmx_rebooting;

int vmx_init(void);
void vmx_exit(void);
int vmx_root_get(void);
void vmx_root_put(void);

#endif /* MINIVMX_VMX_VMXON_H */
