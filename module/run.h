/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_RUN_H
#define MINIVMX_RUN_H

struct vcpu;

int vcpu_run(struct vcpu *vcpu);

#endif /* MINIVMX_RUN_H */
