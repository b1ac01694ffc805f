/* SPDX-License-Identifier: GPL-2.0 */
/* The L1 data cache is flushed before VM entry on CPUs with L1TF: see l1d.c. */
#ifndef MINIVMX_VMX_L1D_H
#define MINIVMX_VMX_L1D_H

#include <linux/jump_label.h>

#include "vmx.h"

DECLARE_STATIC_KEY_FALSE(vmx_l1d_flush_needed);

int vmx_l1d_init(void);
void vmx_l1d_exit(void);
void vmx_l1d_flush(struct vmx_vcpu *v);

#endif /* MINIVMX_VMX_L1D_H */
