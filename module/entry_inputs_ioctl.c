// SPDX-License-Identifier: GPL-2.0
/* MINIVMX_READ_ENTRY_INPUTS. */
#include <linux/align.h>
#include <linux/capability.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "explain.h"
#include "minivmx.h"
#include "vcpu.h"
#include "vmx/enter.h"
#include "vmx/entry_check.h"
#include "vmx/entry_check_cpu.h"
#include "vmx/event.h"

#define MAX_INPUTS		16384
#define WORD			sizeof(u64)
#define MAX_WORDS		8	/* of one read of the checks */

/* The sizes in the first version of the API, which every caller has. */
#define INPUTS_SIZE_VER0	56
#define INPUT_SIZE_VER0		88

static_assert(sizeof(struct minivmx_entry_inputs) >= INPUTS_SIZE_VER0);
static_assert(sizeof(struct minivmx_entry_input) >= INPUT_SIZE_VER0);

/* Collects what the checks read of memory. */
struct recording_view {
	struct vmcs_view view;
	int (*read_memory)(const struct vmcs_view *view, u64 address,
			   void *data, unsigned int size);
	struct minivmx_entry_input *inputs;
	u32 room;
	u32 nr;		/* may exceed room */
};

static struct minivmx_entry_input *next_input(struct recording_view *r)
{
	return r->nr++ < r->room ? &r->inputs[r->nr - 1] : NULL;
}

static int record_memory(const struct vmcs_view *view, u64 address, void *data,
			 unsigned int size)
{
	/* The checks hand out a const view, and it is ours. */
	struct recording_view *r = (struct recording_view *)
		container_of(view, const struct recording_view, view);
	u64 first = ALIGN_DOWN(address, WORD);
	u64 words[MAX_WORDS];
	u64 nr = (ALIGN(address + size, WORD) - first) / WORD;
	struct minivmx_entry_input *input;
	unsigned int i;
	int ret;

	if (WARN_ON_ONCE(nr > MAX_WORDS))
		return -EFAULT;
	ret = r->read_memory(view, first, words, nr * WORD);
	if (ret)
		return ret;
	for (i = 0; i < nr; i++) {
		input = next_input(r);
		if (!input)
			continue;
		input->type = MINIVMX_INPUT_MEMORY;
		input->address = first + i * WORD;
		input->value = words[i];
	}
	memcpy(data, (u8 *)words + (address - first), size);
	return 0;
}

static void record_cpu(struct recording_view *r)
{
	struct minivmx_entry_input *input;
	const char *name;
	unsigned int i;
	u64 value;

	for (i = 0; (name = vmx_entry_input_at(&r->view, i, &value)); i++) {
		input = next_input(r);
		if (!input)
			continue;
		input->type = MINIVMX_INPUT_CPU;
		input->value = value;
		strscpy(input->name, name, sizeof(input->name));
	}
}

/* The VMCS must be as VMLAUNCH would find it. */
static u32 record(struct vcpu *vcpu, struct minivmx_entry_input *inputs, u32 room)
{
	struct recording_view r = { .inputs = inputs, .room = room };
	struct vmx_vcpu *v = &vcpu->vmx;

	vmx_vcpu_load(v);
	vmx_events_deliver(v);
	vmx_write_entry_state(v);
	vmcs_view_current(&r.view, v, &explain_entry_caps);
	record_cpu(&r);
	r.read_memory = r.view.read_memory;
	r.view.read_memory = record_memory;
	vmx_entry_check(&r.view, NULL, 0);
	vmx_vcpu_put(v);
	return r.nr;
}

static int copy_arg(struct minivmx_entry_inputs *arg, const void __user *argp)
{
	int r = explain_copy_sized(arg, sizeof(*arg), INPUTS_SIZE_VER0, argp);

	if (r)
		return r;
	if (arg->nr_inputs > MAX_INPUTS || arg->input_size < INPUT_SIZE_VER0 ||
	    arg->input_size > PAGE_SIZE || arg->reserved2 || memchr_inv(arg->reserved, 0, sizeof(arg->reserved)))
		return -EINVAL;
	return 0;
}

static int copy_inputs(const struct minivmx_entry_inputs *arg,
		       const struct minivmx_entry_input *inputs, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		if (explain_return_sized(u64_to_user_ptr(arg->inputs) +
					 (u64)i * arg->input_size, arg->input_size,
					 &inputs[i], sizeof(*inputs)))
			return -EFAULT;
	}
	return 0;
}

/**
 * entry_inputs_ioctl_read() - MINIVMX_READ_ENTRY_INPUTS
 * @vcpu: the vCPU
 * @argp: struct minivmx_entry_inputs in the VMM
 *
 * Context: vcpu->mutex held; may sleep.
 * Return: 0; -EPERM without CAP_SYS_ADMIN; -EINVAL, -E2BIG for the structure;
 * -EFAULT, -ENOMEM.
 */
long entry_inputs_ioctl_read(struct vcpu *vcpu, void __user *argp)
{
	struct minivmx_entry_input *inputs;
	struct minivmx_entry_inputs arg;
	u32 room, size;
	long r;

	/* It has the host's memory and physical addresses. */
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	r = copy_arg(&arg, argp);
	if (r)
		return r;
	room = arg.nr_inputs;
	size = arg.size;
	inputs = kvcalloc(max(room, 1u), sizeof(*inputs), GFP_KERNEL_ACCOUNT);
	if (!inputs)
		return -ENOMEM;

	arg.nr_inputs = record(vcpu, inputs, room);
	r = copy_inputs(&arg, inputs, min(arg.nr_inputs, room));
	kvfree(inputs);
	if (r)
		return r;
	arg.size = sizeof(arg);
	return explain_return_sized(argp, size, &arg, sizeof(arg));
}
