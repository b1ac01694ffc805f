/* SPDX-License-Identifier: GPL-2.0 */
/* MiniVMX's own ioctls: why an entry or an ioctl failed, and the VMCS. */
#ifndef MINIVMX_EXPLAIN_H
#define MINIVMX_EXPLAIN_H

#include <linux/types.h>

struct minivmx_vmcs_field;
struct vcpu;
struct vmx_entry_caps;

/* The last ioctl that refused what it was given; all strings are constant. */
struct refusal {
	u32 request;		/* KVM_SET_*, or 0 */
	u32 index;		/* with KVM_SET_MSRS: the MSR */
	u64 value;		/* of what was refused */
	u64 bits;		/* those of value that are wrong, or 0 */
	const char *what;
	const char *reason;
};

/* What the CPU supports, as far as the checks of VM entry depend on it. */
extern struct vmx_entry_caps explain_entry_caps;

void explain_init(void);
int explain_refusal(struct vcpu *vcpu, u32 request, const char *what, u64 value,
		    const char *reason);
int explain_refused_bits(struct vcpu *vcpu, u32 request, const char *what,
			 u64 value, u64 bits, const char *reason);
int explain_copy_sized(void *to, size_t size, size_t first_size,
		       const void __user *argp);
int explain_return_sized(void __user *argp, u32 user_size, const void *from,
			 size_t size);
void explain_fill_field(struct minivmx_vmcs_field *to, u32 encoding, u64 value);
long explain_ioctl(struct vcpu *vcpu, unsigned int cmd, void __user *argp);

/* vmcs_ioctl.c */
long vmcs_ioctl_read(struct vcpu *vcpu, void __user *argp);
long vmcs_ioctl_write(struct vcpu *vcpu, void __user *argp);

/* entry_inputs_ioctl.c */
long entry_inputs_ioctl_read(struct vcpu *vcpu, void __user *argp);

#endif /* MINIVMX_EXPLAIN_H */
