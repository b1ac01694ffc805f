/* SPDX-License-Identifier: GPL-2.0 */
/* Bochs's own VM-entry checks as a function to call from C. */
#ifndef UNIT_BOCHS_ORACLE_H
#define UNIT_BOCHS_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

#define ORACLE_PHYS_BITS	40

/* A VMCS, and what the processor supports: controls that may be 1. */
struct oracle {
	const uint64_t *fields;		/* by encoding */
	int (*read_memory)(void *context, uint64_t address, void *data, unsigned int size);
	void *context;
	uint64_t vmcs_address;
	bool host_ia32e;
	bool cet;
	uint32_t pin_based, proc_based, proc_based2, exit, entry;
	uint32_t efer_bits, cr4_bits;
	uint64_t vmfunc;
};

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Return: 0 if Bochs would enter, 7 or 8 for a VM-instruction error, 33 for
 * invalid guest state. @log is what Bochs logs last, or empty.
 */
int oracle_enter(const struct oracle *oracle, const char **log);

#ifdef __cplusplus
}
#endif

#endif
