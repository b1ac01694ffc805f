/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A saved state: what decides whether the CPU enters a vCPU, as text.
 *
 * A line is "NAME = VALUE", with VALUE a number as C has it; "none" is a field
 * that the CPU does not have. Names are those of MINIVMX_READ_VMCS and
 * MINIVMX_READ_ENTRY_INPUTS, so a line of an explanation is one of these, too.
 */
#ifndef MINIVMM_STATE_H
#define MINIVMM_STATE_H

#include <stdio.h>

struct vcpu;

#define STATE_TITLE	"# minivmm: what decides about VM entry, version "
#define STATE_VERSION	1

/**
 * state_open() - make the file of a state
 * @path:	where
 *
 * Others may not read it: it says where the host's kernel is.
 *
 * Return: the file. Does not return when it can't be made.
 */
FILE *state_open(const char *path);

/**
 * state_save() - save the state of a vCPU
 * @out:	the file; closed
 * @vcpu:	the vCPU
 *
 * Tells the user if it can't be done: only MiniVMX can, for CAP_SYS_ADMIN.
 */
void state_save(FILE *out, const struct vcpu *vcpu);

/**
 * state_explain() - perform the checks of VM entry on a saved state
 * @path:	the file
 *
 * Prints what MINIVMX_EXPLAIN_ENTRY said when it was saved.
 *
 * Return: minivmm's exit status. Does not return when the file is malformed.
 */
int state_explain(const char *path);

#endif
