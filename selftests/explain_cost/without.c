// SPDX-License-Identifier: GPL-2.0
/*
 * What takes the place of explanations in a module without them: the ioctls are
 * unknown, and refusals have no reason. Whatever else of the module calls for
 * more than this does not link.
 */
#include <linux/errno.h>
#include <linux/init.h>

#include "explain.h"
#include "msr_table.h"

void __init explain_init(void)
{
}

int explain_refusal(struct vcpu *vcpu, u32 request, const char *what, u64 value,
		    const char *reason)
{
	return -EINVAL;
}

int explain_refused_bits(struct vcpu *vcpu, u32 request, const char *what,
			 u64 value, u64 bits, const char *reason)
{
	return -EINVAL;
}

void msr_explain_refusal(struct vcpu *vcpu, u32 index, u64 data)
{
}

long explain_ioctl(struct vcpu *vcpu, unsigned int cmd, void __user *argp)
{
	return -ENOTTY;
}
