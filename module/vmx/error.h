/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names and one-line meanings of VM-instruction errors and basic exit reasons,
 * for logs, tracepoints and documents. Builds in the kernel and in userspace.
 */
#ifndef MINIVMX_VMX_ERROR_H
#define MINIVMX_VMX_ERROR_H

#include <linux/types.h>

/* A number that the processor reports, and what it means. */
struct vmx_meaning {
	const char *name;	/* as in <asm/vmx.h>, without VMXERR_ or EXIT_REASON_ */
	const char *meaning;	/* one line, no full stop */
};

/* The highest numbers that have a meaning; lower ones may have none. */
#define VMX_LAST_INSTRUCTION_ERROR	28
#define VMX_LAST_EXIT_REASON		85

const struct vmx_meaning *vmx_instruction_error_meaning(__u32 error);
const struct vmx_meaning *vmx_exit_reason_meaning(__u32 reason);

#endif /* MINIVMX_VMX_ERROR_H */
