/* SPDX-License-Identifier: GPL-2.0 */
/* Registers with which the guest starts, as the user names them. */
#ifndef MINIVMM_REGISTERS_H
#define MINIVMM_REGISTERS_H

struct vcpu;

#define REGISTERS_MAX	32

/* What the user wants, in the order given. */
struct registers {
	const char *settings[REGISTERS_MAX];	/* "cs.db=1" */
	unsigned int nr;
};

/**
 * registers_add() - take a wish
 * @registers:	the wishes
 * @setting:	"NAME=VALUE", which stays in memory
 *
 * Names are those of the members of struct kvm_regs and struct kvm_sregs.
 *
 * Return: NULL, or what is wrong with it: a sentence for the user
 */
const char *registers_add(struct registers *registers, const char *setting);

/**
 * registers_set() - give them to the vCPU
 * @registers:	the wishes
 * @vcpu:	the vCPU, whose other registers stay
 *
 * Does not return when the device refuses it.
 */
void registers_set(const struct registers *registers, const struct vcpu *vcpu);

#endif
