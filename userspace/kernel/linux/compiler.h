/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_KERNEL_COMPILER_H
#define MINIVMM_KERNEL_COMPILER_H

#define __aligned(bytes)	__attribute__((aligned(bytes)))
#define __printf(text, first)	__attribute__((format(printf, text, first)))

#endif
