/* SPDX-License-Identifier: GPL-2.0 */
/* Arithmetic and logic of emulated instructions. Plain C, as decode.c is. */
#ifndef MINIVMX_ALU_H
#define MINIVMX_ALU_H

#include <asm/processor-flags.h>

#include "decode.h"

/* "Status Flags": all that an emulated instruction changes of RFLAGS */
#define ALU_STATUS_FLAGS	((unsigned long)(X86_EFLAGS_CF | \
						 X86_EFLAGS_PF | \
						 X86_EFLAGS_AF | \
						 X86_EFLAGS_ZF | \
						 X86_EFLAGS_SF | \
						 X86_EFLAGS_OF))

u64 alu_truncate(u64 value, unsigned int size);
u64 alu_execute(enum insn_op op, unsigned int size, u64 dst, u64 src,
		unsigned long *rflags);

#endif /* MINIVMX_ALU_H */
