/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_KERNEL_BUG_H
#define MINIVMM_KERNEL_BUG_H

#include <assert.h>

#define WARN_ON_ONCE(condition)	assert(!(condition))

#endif
