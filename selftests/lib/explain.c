// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>

#include "explain.h"

#define PARAMETER	"/sys/module/minivmx/parameters/allow_vmcs_write"

/* KVM does not know the ioctls' type, and refuses them as it refuses bad values. */
bool can_explain(struct vcpu *vcpu)
{
	struct explained e;
	int ret = explain(vcpu, MINIVMX_CHECK_ENTRY, &e);

	if (ret && strstr(device_path(), "minivmx"))
		die("MINIVMX_CHECK_ENTRY: %d", ret);
	return !ret;
}

/* Also switches it on, which taints the kernel. */
bool can_write_vmcs(struct vcpu *vcpu)
{
	bool done;
	int fd;

	if (!can_explain(vcpu))
		return false;
	fd = open(PARAMETER, O_WRONLY);
	if (fd < 0)
		return false;
	done = write(fd, "Y", 1) == 1;
	close(fd);
	return done;
}

int explain(struct vcpu *vcpu, unsigned long request, struct explained *e)
{
	memset(e, 0, sizeof(*e));
	e->arg.size = sizeof(e->arg);
	e->arg.violation_size = sizeof(e->violations[0]);
	e->arg.nr_violations = MAX_VIOLATIONS;
	e->arg.violations = (uintptr_t)e->violations;
	e->arg.text = (uintptr_t)e->text;
	e->arg.text_size = sizeof(e->text);
	return dev_ioctl(vcpu->fd, request, &e->arg);
}

static int vmcs_ioctl(struct vcpu *vcpu, unsigned long request,
		      struct minivmx_vmcs_field *fields, unsigned int *nr,
		      unsigned int flags)
{
	struct minivmx_vmcs arg = {
		.size = sizeof(arg),
		.field_size = sizeof(*fields),
		.flags = flags,
		.nr_fields = *nr,
		.fields = (uintptr_t)fields,
	};
	int ret = dev_ioctl(vcpu->fd, request, &arg);

	*nr = arg.nr_fields;
	return ret;
}

uint64_t vmcs_read(struct vcpu *vcpu, uint32_t field)
{
	struct minivmx_vmcs_field f = { .encoding = field };
	unsigned int nr = 1;

	if (vmcs_ioctl(vcpu, MINIVMX_READ_VMCS, &f, &nr, 0))
		die("MINIVMX_READ_VMCS %#x", field);
	return f.value;
}

/* @fields has room for MAX_VMCS_FIELDS. */
unsigned int vmcs_read_all(struct vcpu *vcpu, struct minivmx_vmcs_field *fields)
{
	unsigned int nr = MAX_VMCS_FIELDS;

	if (vmcs_ioctl(vcpu, MINIVMX_READ_VMCS, fields, &nr, MINIVMX_VMCS_ALL) ||
	    nr > MAX_VMCS_FIELDS)
		die("MINIVMX_READ_VMCS of all fields");
	return nr;
}

int vmcs_write(struct vcpu *vcpu, struct minivmx_vmcs_field *fields,
	       unsigned int nr)
{
	return vmcs_ioctl(vcpu, MINIVMX_WRITE_VMCS, fields, &nr, 0);
}

int vmcs_write_one(struct vcpu *vcpu, uint32_t field, uint64_t value)
{
	struct minivmx_vmcs_field f = { .encoding = field, .value = value };

	return vmcs_write(vcpu, &f, 1);
}

/* @inputs has room for MAX_ENTRY_INPUTS; returns how many there are. */
unsigned int entry_inputs_read(struct vcpu *vcpu, struct minivmx_entry_input *inputs)
{
	struct minivmx_entry_inputs arg = {
		.size = sizeof(arg),
		.input_size = sizeof(*inputs),
		.nr_inputs = MAX_ENTRY_INPUTS,
		.inputs = (uintptr_t)inputs,
	};

	if (dev_ioctl(vcpu->fd, MINIVMX_READ_ENTRY_INPUTS, &arg) ||
	    arg.nr_inputs > MAX_ENTRY_INPUTS)
		die("MINIVMX_READ_ENTRY_INPUTS");
	return arg.nr_inputs;
}
