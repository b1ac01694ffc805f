// SPDX-License-Identifier: GPL-2.0
/* Records and their differences, for people. */
#include <string.h>

#include "compare.h"

static const char * const exit_names[] = {
	[KVM_EXIT_UNKNOWN] = "unknown",
	[KVM_EXIT_EXCEPTION] = "exception",
	[KVM_EXIT_IO] = "io",
	[KVM_EXIT_DEBUG] = "debug",
	[KVM_EXIT_HLT] = "hlt",
	[KVM_EXIT_MMIO] = "mmio",
	[KVM_EXIT_IRQ_WINDOW_OPEN] = "irq-window-open",
	[KVM_EXIT_SHUTDOWN] = "shutdown",
	[KVM_EXIT_FAIL_ENTRY] = "fail-entry",
	[KVM_EXIT_INTR] = "intr",
	[KVM_EXIT_SET_TPR] = "set-tpr",
	[KVM_EXIT_INTERNAL_ERROR] = "internal-error",
	[KVM_EXIT_X86_RDMSR] = "rdmsr",
	[KVM_EXIT_X86_WRMSR] = "wrmsr",
};

#define NR_NAMES (sizeof(exit_names) / sizeof(exit_names[0]))

static void print_data(const struct step *step, FILE *to)
{
	unsigned int len = step->data_len < 16 ? step->data_len : 16;

	if (!len)
		return;
	fprintf(to, " data");
	for (unsigned int i = 0; i < len; i++)
		fprintf(to, " %02x", step->data[i]);
	if (step->data_len > len)
		fprintf(to, " ...");
}

void step_print(const struct step *step, unsigned int nr, FILE *to)
{
	unsigned int last = MAX_DETAILS;

	fprintf(to, "run %-2u ", nr);
	if (step->ret) {
		fprintf(to, "error %s", strerror(-step->ret));
	} else {
		const char *name = NULL;

		if (step->exit_reason < NR_NAMES)
			name = exit_names[step->exit_reason];
		fprintf(to, "%s", name ?: "?");
		while (last && !step->detail[last - 1])
			last--;
		for (unsigned int i = 0; i < last; i++)
			fprintf(to, " %#llx", (unsigned long long)step->detail[i]);
		print_data(step, to);
	}
	fprintf(to, "\trip %#llx rflags %#llx rsp %#llx\n",
		(unsigned long long)step->regs.rip,
		(unsigned long long)step->regs.rflags,
		(unsigned long long)step->regs.rsp);
}

static bool looks_same(const struct step *a, const struct step *b)
{
	return a->ret == b->ret && a->exit_reason == b->exit_reason &&
	       !memcmp(a->detail, b->detail, sizeof(a->detail)) &&
	       !memcmp(a->data, b->data, sizeof(a->data)) &&
	       a->regs.rip == b->regs.rip && a->regs.rflags == b->regs.rflags &&
	       a->regs.rsp == b->regs.rsp;
}

static void print_steps(const struct comparison *cmp, FILE *to)
{
	const struct record *a = cmp->record[0], *b = cmp->record[1];
	unsigned int nr = a->nr_steps > b->nr_steps ? a->nr_steps : b->nr_steps;

	for (unsigned int i = 0; i < nr; i++) {
		if (i < a->nr_steps) {
			fprintf(to, "    reference ");
			step_print(&a->steps[i], i, to);
		}
		if (i < b->nr_steps && (i >= a->nr_steps ||
					!looks_same(&a->steps[i], &b->steps[i]))) {
			fprintf(to, "    other     ");
			step_print(&b->steps[i], i, to);
		}
	}
}

void comparison_print(const struct comparison *cmp, FILE *to)
{
	for (unsigned int i = 0; i < cmp->nr && i < MAX_DIFFERENCES; i++) {
		const struct difference *d = &cmp->differences[i];

		fprintf(to, "  %s: %s", d->where, d->name);
		if (d->index)
			fprintf(to, "[%#x]", d->index);
		fprintf(to, ": reference %#llx, other %#llx\n",
			(unsigned long long)d->value[0],
			(unsigned long long)d->value[1]);
	}
	print_steps(cmp, to);
}
