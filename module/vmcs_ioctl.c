// SPDX-License-Identifier: GPL-2.0
/* MINIVMX_READ_VMCS and MINIVMX_WRITE_VMCS. */
#include <linux/capability.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/panic.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "explain.h"
#include "minivmx.h"
#include "vcpu.h"
#include "vmx/enter.h"
#include "vmx/event.h"
#include "vmx/field_names.h"
#include "vmx/vmcs_fields.h"

#define MAX_FIELDS		512

/* The sizes in the first version of the API, which every caller has. */
#define VMCS_SIZE_VER0		56
#define FIELD_SIZE_VER0		80

static_assert(sizeof(struct minivmx_vmcs) >= VMCS_SIZE_VER0);
static_assert(sizeof(struct minivmx_vmcs_field) >= FIELD_SIZE_VER0);

static bool allow_vmcs_write;
module_param(allow_vmcs_write, bool, 0644);
MODULE_PARM_DESC(allow_vmcs_write,
		 "let CAP_SYS_ADMIN write VMCS fields, for study and tests; taints the kernel");

static int copy_vmcs_arg(struct minivmx_vmcs *arg, u32 flags,
			 const void __user *argp)
{
	int r = explain_copy_sized(arg, sizeof(*arg), VMCS_SIZE_VER0, argp);

	if (r)
		return r;
	if ((arg->flags & ~flags) || arg->nr_fields > MAX_FIELDS ||
	    arg->field_size < FIELD_SIZE_VER0 || arg->field_size > PAGE_SIZE ||
	    memchr_inv(arg->reserved, 0, sizeof(arg->reserved)))
		return -EINVAL;
	return 0;
}

static void __user *user_field(const struct minivmx_vmcs *arg, u32 i)
{
	return u64_to_user_ptr(arg->fields) + (u64)i * arg->field_size;
}

/* Every field that the CPU has; returns how many, whatever the room. */
static u32 read_all(struct vmx_vcpu *v, struct minivmx_vmcs_field *fields,
		    u32 room)
{
	const struct vmcs_field_name *name;
	u32 i, nr = 0;
	u64 value;

	for (i = 0; (name = vmcs_field_at(i)); i++) {
		if (vmx_read_field(v, name->encoding, &value))
			continue;
		if (nr < room)
			explain_fill_field(&fields[nr], name->encoding, value);
		nr++;
	}
	return nr;
}

static void read_named(struct vmx_vcpu *v, struct minivmx_vmcs_field *fields,
		       u32 nr)
{
	u64 value;
	u32 i;

	for (i = 0; i < nr; i++) {
		value = 0;
		fields[i].error = vmx_read_field(v, fields[i].encoding, &value);
		memset(fields[i].name, 0, sizeof(fields[i].name));
		explain_fill_field(&fields[i], fields[i].encoding, value);
	}
}

/* To be read: the encodings are all that matters of what is there. */
static int copy_encodings_in(const struct minivmx_vmcs *arg,
			     struct minivmx_vmcs_field *fields)
{
	u32 size = min_t(u32, arg->field_size, sizeof(*fields));
	u32 i;

	for (i = 0; i < arg->nr_fields; i++) {
		if (copy_from_user(&fields[i], user_field(arg, i), size))
			return -EFAULT;
	}
	return 0;
}

/* To be written: what the caller knows and the module does not must be 0. */
static int copy_fields_in(const struct minivmx_vmcs *arg,
			  struct minivmx_vmcs_field *fields)
{
	u32 i;
	int r = 0;

	for (i = 0; i < arg->nr_fields && !r; i++)
		r = copy_struct_from_user(&fields[i], sizeof(*fields),
					  user_field(arg, i), arg->field_size);
	return r;
}

static int copy_fields_out(const struct minivmx_vmcs *arg,
			   const struct minivmx_vmcs_field *fields, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		if (explain_return_sized(user_field(arg, i), arg->field_size,
					 &fields[i], sizeof(*fields)))
			return -EFAULT;
	}
	return 0;
}

static void load_and_read(struct vcpu *vcpu, struct minivmx_vmcs *arg,
			  struct minivmx_vmcs_field *fields)
{
	struct vmx_vcpu *v = &vcpu->vmx;

	vmx_vcpu_load(v);
	vmx_events_deliver(v);
	vmx_write_entry_state(v);
	if (arg->flags & MINIVMX_VMCS_ALL)
		arg->nr_fields = read_all(v, fields, arg->nr_fields);
	else
		read_named(v, fields, arg->nr_fields);
	vmx_vcpu_put(v);
}

/**
 * vmcs_ioctl_read() - MINIVMX_READ_VMCS
 * @vcpu: the vCPU
 * @argp: struct minivmx_vmcs in the VMM
 *
 * Context: vcpu->mutex held; may sleep.
 * Return: 0; -EPERM without CAP_SYS_ADMIN; -EINVAL, -E2BIG for the structure;
 * -EFAULT, -ENOMEM.
 */
long vmcs_ioctl_read(struct vcpu *vcpu, void __user *argp)
{
	struct minivmx_vmcs_field *fields;
	struct minivmx_vmcs arg;
	u32 room, size;
	long r;

	/* Host state says where the kernel is. */
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	r = copy_vmcs_arg(&arg, MINIVMX_VMCS_ALL, argp);
	if (r)
		return r;
	room = arg.nr_fields;
	size = arg.size;
	fields = kvcalloc(max(room, 1u), sizeof(*fields), GFP_KERNEL_ACCOUNT);
	if (!fields)
		return -ENOMEM;

	if (!(arg.flags & MINIVMX_VMCS_ALL))
		r = copy_encodings_in(&arg, fields);
	if (!r) {
		load_and_read(vcpu, &arg, fields);
		r = copy_fields_out(&arg, fields, min(arg.nr_fields, room));
	}
	kvfree(fields);
	if (r)
		return r;
	arg.size = sizeof(arg);
	return explain_return_sized(argp, size, &arg, sizeof(arg));
}

static long load_and_write(struct vcpu *vcpu, const struct minivmx_vmcs *arg,
			   const struct minivmx_vmcs_field *fields)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	struct vmcs_value *values;
	u32 i;
	long r;

	values = kvcalloc(arg->nr_fields, sizeof(*values), GFP_KERNEL_ACCOUNT);
	if (!values)
		return -ENOMEM;
	for (i = 0; i < arg->nr_fields; i++) {
		values[i].field = fields[i].encoding;
		values[i].value = fields[i].value;
	}

	vmx_vcpu_load(v);
	vmx_write_entry_state(v);
	r = vmx_write_fields(v, &explain_entry_caps, values, arg->nr_fields);
	vmx_vcpu_put(v);
	kvfree(values);
	return r;
}

/**
 * vmcs_ioctl_write() - MINIVMX_WRITE_VMCS
 * @vcpu: the vCPU
 * @argp: struct minivmx_vmcs in the VMM
 *
 * Context: vcpu->mutex held; may sleep.
 * Return: 0; -EPERM if it is not allowed, or not for a field; -EINVAL, -E2BIG
 * for the structure or a field that cannot have the value; -ENOENT for a field
 * that the CPU does not have; -EFAULT, -ENOMEM.
 */
long vmcs_ioctl_write(struct vcpu *vcpu, void __user *argp)
{
	struct minivmx_vmcs_field *fields;
	struct minivmx_vmcs arg;
	long r;

	if (!allow_vmcs_write || !capable(CAP_SYS_ADMIN))
		return -EPERM;
	r = copy_vmcs_arg(&arg, 0, argp);
	if (r || !arg.nr_fields)
		return r;
	fields = kvcalloc(arg.nr_fields, sizeof(*fields), GFP_KERNEL_ACCOUNT);
	if (!fields)
		return -ENOMEM;

	r = copy_fields_in(&arg, fields);
	if (!r) {
		add_taint(TAINT_USER, LOCKDEP_STILL_OK);
		r = load_and_write(vcpu, &arg, fields);
	}
	kvfree(fields);
	return r;
}
