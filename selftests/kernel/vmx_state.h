/* SPDX-License-Identifier: GPL-2.0 */
/* A VMCS with which the CPU enters, and leaves before the first instruction. */
#ifndef KERNEL_VMX_STATE_H
#define KERNEL_VMX_STATE_H

#include <asm/vmx.h>

#include "insn.h"

enum entry {
	ENTER_LAUNCH,
	ENTER_RESUME,
	ENTER_AFTER_MOV_SS,	/* VMLAUNCH directly after MOV SS */
	ENTER_AS_IS,	/* VMLAUNCH, and HOST_RIP is no place to come back to */
};

/* VMX_SUCCEED: the CPU entered, and an exit brought it back. */
enum vmx_outcome enter_guest(enum entry how);
bool write_valid_vmcs(void);
bool write_host(void);

/* Unlike insn.h's these never look for the reason of a failure. */
static __always_inline enum vmx_outcome read_field(unsigned long field,
						   unsigned long *value)
{
	return VMX_EXECUTE("VMREAD %[field], %[value]",
			   [field] "r" (field), [value] "m" (*value));
}

static __always_inline enum vmx_outcome write_field(unsigned long field,
						    unsigned long value)
{
	return VMX_EXECUTE("VMWRITE %[value], %[field]",
			   [field] "r" (field), [value] "r" (value));
}

#endif
