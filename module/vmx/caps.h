/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_VMX_CAPS_H
#define MINIVMX_VMX_CAPS_H

#include "vmx.h"

/* What VMX on this machine can do, read once at load. (c) after vmx_init(). */
struct vmx_caps {
	u64 basic;			/* IA32_VMX_BASIC */
	u64 misc;			/* IA32_VMX_MISC */
	u64 ept_vpid;			/* IA32_VMX_EPT_VPID_CAP */
	u64 cr0_fixed0, cr0_fixed1;
	u64 cr4_fixed0, cr4_fixed1;
	u64 cr4_always;			/* CR4 bits that every guest runs with */
	u32 pin_controls;		/* the controls every VMCS starts with */
	u32 proc_controls;
	u32 proc2_controls;
	u32 exit_controls;
	u32 entry_controls;
	u32 proc_allowed;		/* primary controls that may be 1 */
	u32 proc2_allowed;		/* secondary controls that may be 1 */
};

/* IA32_VMX_EPT_VPID_CAP: <asm/vmx.h> has the VPID half shifted down by 32. */
#define VMX_CAP_INVVPID		BIT_ULL(32)
#define VMX_CAP_INVVPID_SINGLE	BIT_ULL(41)
#define VMX_CAP_INVVPID_ALL	BIT_ULL(42)

extern struct vmx_caps vmx_caps;

int vmx_caps_init(void);
int vmx_caps_check_cpu(void);

#endif /* MINIVMX_VMX_CAPS_H */
