/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_CLOCK_H
#define MINIVMX_CLOCK_H

#include <linux/compiler_types.h>

struct vm;

void clock_init(struct vm *vm);
int clock_get(struct vm *vm, void __user *argp);
int clock_set(struct vm *vm, void __user *argp);

#endif /* MINIVMX_CLOCK_H */
