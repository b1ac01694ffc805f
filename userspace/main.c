// SPDX-License-Identifier: GPL-2.0
/* minivmm: a small virtual machine monitor for /dev/minivmx and /dev/kvm. */
#include <argp.h>
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "cpuid.h"
#include "machine.h"
#include "registers.h"
#include "report.h"
#include "run.h"
#include "state.h"
#include "term.h"
#include "vcpu.h"
#include "vm.h"
#include "wakeup.h"

#define DEFAULT_DEVICE	"/dev/minivmx"
#define DEFAULT_RAM	(128ULL << 20)
#define DEFAULT_CMDLINE	"console=ttyS0 acpi=off nolapic reboot=k panic=-1"

const char *argp_program_version = "minivmm (MiniVMX)";

static const char doc[] =
	"Run a virtual machine on a device that speaks KVM's API: a Linux kernel\n"
	"(-k), or FLAT.BIN, which is started in real mode at 0:7c00 as a PC's\n"
	"firmware starts a boot sector.\n"
	"\vSIZE is in MiB, or has the suffix K, M, G or T.\n\n"
	"The guest's serial port (COM1) is on standard input and output; on a\n"
	"terminal, Ctrl-A x leaves and Ctrl-A Ctrl-A sends Ctrl-A. At the end a\n"
	"table tells how often and for how long KVM_RUN was away.\n\n"
	"When the CPU refuses to enter the guest, /dev/minivmx explains why. What\n"
	"--save-state has written, --explain explains without any device.\n\n"
	"Exit status:\n"
	"   0  the guest reset, or halted with interrupts off; or Ctrl-A x\n"
	"   2  a wrong option, file or size, or no usable device\n"
	"   4  the CPU refused to enter the guest (KVM_EXIT_FAIL_ENTRY)\n"
	"   6  KVM_EXIT_INTERNAL_ERROR\n"
	"   8  a triple fault (KVM_EXIT_SHUTDOWN)\n"
	"  10  an exit that minivmm does not know\n"
	"  12  KVM_RUN failed\n"
	" odd  (byte << 1) | 1: the guest wrote this byte to port f4h";

/* Options without a letter */
enum { OPTION_SAVE_STATE = 256, OPTION_EXPLAIN };

static const struct argp_option options[] = {
	{ "device", 'd', "DEVICE", 0, "the device (" DEFAULT_DEVICE ")", 0 },
	{ "memory", 'm', "SIZE", 0, "the guest's memory (128)", 0 },
	{ "kernel", 'k', "FILE", 0, "a bzImage, or an ELF file with a PVH note", 0 },
	{ "initrd", 'i', "FILE", 0, "the kernel's initial RAM disk", 0 },
	{ "append", 'a', "CMDLINE", 0,
	  "the kernel's command line (" DEFAULT_CMDLINE ")", 0 },
	{ "register", 'r', "NAME=VALUE", 0,
	  "start the guest with this value in a member of kvm_regs or kvm_sregs, such as rflags or cs.db", 0 },
	{ "save-state", OPTION_SAVE_STATE, "FILE", 0,
	  "at the end, write what decides about VM entry to FILE (/dev/minivmx only)", 0 },
	{ "explain", OPTION_EXPLAIN, "FILE", 0,
	  "say which checks of VM entry the state in FILE violates, and run nothing", 0 },
	{ 0 }
};

struct arguments {
	const char *device;
	uint64_t ram_size;	/* bytes */
	struct boot_files files;
	struct registers registers;
	const char *save_state;	/* path, or NULL */
	const char *explain;	/* path, or NULL */
};

static uint64_t parse_size(struct argp_state *state, const char *text)
{
	static const char suffixes[] = "KMGT";
	unsigned int shift = 20;
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9')
		argp_error(state, "-m %s: not a size", text);
	if (*end) {
		const char *suffix = strchr(suffixes, *end & ~0x20);

		if (!suffix || end[1])
			argp_error(state, "-m %s: a size ends in K, M, G or T",
				   text);
		else
			shift = (suffix - suffixes + 1) * 10;
	}
	if (errno || value > UINT64_MAX >> shift)
		argp_error(state, "-m %s: no CPU addresses that much", text);
	value <<= shift;
	if (!value)
		argp_error(state, "-m %s: a guest needs some memory", text);
	if (value % RAM_PAGE_SIZE)
		argp_error(state, "-m %s: not a multiple of 4 KiB", text);
	return value;
}

static void check_arguments(struct argp_state *state,
			    const struct arguments *args)
{
	const struct boot_files *files = &args->files;

	if (args->explain && (files->kernel || files->flat))
		argp_error(state, "--explain runs nothing: leave out the guest");
	if (args->explain)
		return;
	if (!files->kernel && !files->flat)
		argp_error(state, "nothing to run: give a kernel (-k) or a flat binary");
	if (files->kernel && files->flat)
		argp_error(state, "a kernel (-k) and a flat binary can't both be run");
	if (files->flat && (files->initrd || files->cmdline))
		argp_error(state, "an initrd (-i) and a command line (-a) are for a kernel (-k)");
}

static void add_register(struct argp_state *state, struct registers *registers,
			 const char *setting)
{
	const char *problem = registers_add(registers, setting);

	if (problem)
		argp_error(state, "-r %s: %s", setting, problem);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;

	switch (key) {
	case 'd':
		args->device = arg;
		return 0;
	case 'm':
		args->ram_size = parse_size(state, arg);
		return 0;
	case 'k':
		args->files.kernel = arg;
		return 0;
	case 'i':
		args->files.initrd = arg;
		return 0;
	case 'a':
		args->files.cmdline = arg;
		return 0;
	case 'r':
		add_register(state, &args->registers, arg);
		return 0;
	case OPTION_SAVE_STATE:
		args->save_state = arg;
		return 0;
	case OPTION_EXPLAIN:
		args->explain = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (args->files.flat)
			argp_error(state, "one flat binary at a time: %s", arg);
		args->files.flat = arg;
		return 0;
	case ARGP_KEY_END:
		check_arguments(state, args);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* What the user is told, once the terminal is theirs again. */
static void report_end(const struct machine *pc, const struct vcpu *vcpu)
{
	term_restore();
	switch (pc->power.status) {
	case STATUS_FAIL_ENTRY:
	case STATUS_INTERNAL_ERROR:
	case STATUS_TRIPLE_FAULT:
	case STATUS_UNHANDLED_EXIT:
		report_exit(vcpu);
		break;
	case STATUS_RUN_ERROR:
		report_registers(vcpu);
		break;
	}
	fprintf(stderr, "\nminivmm: %s\n", pc->power.reason);
	exits_print(&vcpu->stats, stderr);
}

int main(int argc, char **argv)
{
	static const struct argp argp = { options, parse_option, "[FLAT.BIN]",
					  doc, NULL, NULL, NULL };
	struct arguments args = { .device = DEFAULT_DEVICE,
				  .ram_size = DEFAULT_RAM };
	static struct machine pc;
	static struct vcpu vcpu;
	FILE *state = NULL;
	struct cpu_start start;
	struct vm vm;

	argp_err_exit_status = STATUS_SETUP;
	argp_parse(&argp, argc, argv, 0, NULL, &args);
	if (args.explain)
		return state_explain(args.explain);
	if (!args.files.cmdline)
		args.files.cmdline = DEFAULT_CMDLINE;

	/* The files first: what is wrong with them needs no device to be seen. */
	ram_create(&pc.ram, args.ram_size);
	boot_load(&pc.ram, &args.files, &start);
	if (args.save_state)
		state = state_open(args.save_state);
	vm_create(&vm, args.device);
	vcpu_create(&vcpu, &vm, 0);
	cpuid_set(&vm, vcpu.fd, &pc.ram);
	vm_add_ram(&vm, &pc.ram);
	vcpu_start(&vcpu, &start);
	registers_set(&args.registers, &vcpu);

	machine_init(&pc);
	term_init();
	run_guest(&pc, &vcpu);
	report_end(&pc, &vcpu);
	if (state)
		state_save(state, &vcpu);
	if (wakeup_signal()) {
		/* Whoever sent it sees that it was obeyed. */
		signal(wakeup_signal(), SIG_DFL);
		raise(wakeup_signal());
	}
	return pc.power.status;
}
