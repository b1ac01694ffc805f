// SPDX-License-Identifier: GPL-2.0
/* Saving what decides whether the CPU enters a vCPU. */
#include "state.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../module/vmx/field_names.h"
#include "../uapi/minivmx.h"
#include "power.h"
#include "vcpu.h"

#define MAX_FIELDS	512
#define MAX_INPUTS	16384

FILE *state_open(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

	if (!out)
		err(STATUS_SETUP, "%s", path);
	return out;
}

static void save_outcome(FILE *out, const struct minivmx_explanation *e)
{
	const struct minivmx_refusal *r = &e->refusal;

	fprintf(out, "outcome = %u\ninstruction_error = %u\nexit_reason = 0x%x\n"
		"exit_qualification = 0x%llx\n", e->outcome, e->instruction_error,
		e->exit_reason, e->exit_qualification);
	fprintf(out, "msr_load_entry = %u\nmsr_load_msr = 0x%x\nmsr_load_value = 0x%llx\n",
		e->msr_load_entry, e->msr_load_msr, e->msr_load_value);
	if (!r->request)
		return;
	fprintf(out, "refusal.request = 0x%x\nrefusal.index = 0x%x\n"
		"refusal.value = 0x%llx\nrefusal.bits = 0x%llx\n"
		"refusal.what = %s\nrefusal.reason = %s\n",
		r->request, r->index, r->value, r->bits, r->what, r->reason);
}

static bool save_explanation(FILE *out, const struct vcpu *vcpu)
{
	struct minivmx_explanation e = { .size = sizeof(e) };

	if (ioctl(vcpu->fd, MINIVMX_EXPLAIN_ENTRY, &e))
		return false;
	save_outcome(out, &e);
	return true;
}

static bool save_inputs(FILE *out, const struct vcpu *vcpu)
{
	struct minivmx_entry_input *inputs = calloc(MAX_INPUTS, sizeof(*inputs));
	struct minivmx_entry_inputs arg = {
		.size = sizeof(arg),
		.input_size = sizeof(*inputs),
		.nr_inputs = MAX_INPUTS,
		.inputs = (uintptr_t)inputs,
	};
	bool done;
	uint32_t i;

	done = inputs && !ioctl(vcpu->fd, MINIVMX_READ_ENTRY_INPUTS, &arg);
	for (i = 0; done && i < arg.nr_inputs && i < MAX_INPUTS; i++) {
		if (inputs[i].type == MINIVMX_INPUT_MEMORY)
			fprintf(out, "memory 0x%llx = 0x%llx\n", inputs[i].address,
				inputs[i].value);
		else
			fprintf(out, "%s = 0x%llx\n", inputs[i].name, inputs[i].value);
	}
	free(inputs);
	return done;
}

/* All that have a name, whether the CPU has them or not. */
static bool save_fields(FILE *out, const struct vcpu *vcpu)
{
	static struct minivmx_vmcs_field fields[MAX_FIELDS];
	struct minivmx_vmcs arg = {
		.size = sizeof(arg),
		.field_size = sizeof(fields[0]),
		.fields = (uintptr_t)fields,
	};
	const struct vmcs_field_name *name;
	uint32_t i;

	for (i = 0; i < MAX_FIELDS && (name = vmcs_field_at(i)); i++)
		fields[i].encoding = name->encoding;
	arg.nr_fields = i;
	if (ioctl(vcpu->fd, MINIVMX_READ_VMCS, &arg))
		return false;
	for (i = 0; i < arg.nr_fields; i++) {
		if (fields[i].error)
			fprintf(out, "%s = none\n", vmcs_field_at(i)->name);
		else
			fprintf(out, "%s = 0x%llx\n", vmcs_field_at(i)->name,
				fields[i].value);
	}
	return true;
}

void state_save(FILE *out, const struct vcpu *vcpu)
{
	bool written;

	fprintf(out, "%s%d\n", STATE_TITLE, STATE_VERSION);
	if (!save_explanation(out, vcpu))
		warnx("the state is not saved: only MiniVMX can tell it");
	else if (!save_inputs(out, vcpu) || !save_fields(out, vcpu))
		warnx("the state is not saved: %s", errno == EPERM ?
		      "it says where the host's kernel is, so it takes CAP_SYS_ADMIN" :
		      strerror(errno));
	written = !ferror(out);
	if (fclose(out) || !written)
		warn("the state is not saved");
}
