/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_HOST_WORK_H
#define MINIVMX_HOST_WORK_H

#include <linux/entry-kvm.h>

/* Anything that this task must do before it may stay in the guest? IRQs off. */
static inline bool host_work_pending(void)
{
	return __xfer_to_guest_mode_work_pending();
}

int host_work(void);

#endif /* MINIVMX_HOST_WORK_H */
