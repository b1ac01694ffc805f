/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module's checks of VM entry, and the kernel's lists of numbers that
 * they include, need of the kernel's own headers.
 */
#ifndef MINIVMM_KERNEL_TYPES_H
#define MINIVMM_KERNEL_TYPES_H

#include_next <linux/types.h>
#include <linux/compiler.h>
#include <stdbool.h>
#include <stddef.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

#endif
