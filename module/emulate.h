/* SPDX-License-Identifier: GPL-2.0 */
/* Instructions that reach MMIO, and string I/O: decode.c finds out what, this does it. */
#ifndef MINIVMX_EMULATE_H
#define MINIVMX_EMULATE_H

#include "decode.h"

struct vcpu;

/* TODO(emulation engineer): state of an instruction between two exits. */
struct emulation {
	struct insn_decoded insn;
};

#endif /* MINIVMX_EMULATE_H */
