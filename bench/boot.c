// SPDX-License-Identifier: GPL-2.0
/*
 * A whole guest: minivmm boots Linux, from its start to the guest's first
 * process. The files of its demo lie beside this program, or there is no row.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

/* What the demo's init prints first. */
#define GREETING	"minivmm's guest is up"

static const char cmdline[] =
	"console=ttyS0 acpi=off nolapic reboot=k panic=-1 i8042.noaux "
	"cryptomgr.notests loglevel=4";

static void boot(int output)
{
	if (dup2(output, STDOUT_FILENO) < 0)
		die("dup2");
	close(STDIN_FILENO);
	execl("./minivmm", "minivmm", "--device", device_path(),
	      "-k", "vmlinuz", "-i", "initrd", "-a", cmdline, NULL);
	die("minivmm");
}

/* Reads line by line until the guest says that it is up. */
static void wait_for_greeting(FILE *input)
{
	char line[256];

	while (fgets(line, sizeof(line), input))
		if (strstr(line, GREETING))
			return;
	fprintf(stderr, "bench: %s: the guest does not come up\n",
		device_path());
	_exit(1);
}

static int measure_boot(const struct row *row)
{
	uint64_t start;
	FILE *output;
	pid_t child;
	int ends[2];

	(void)row;
	if (access("minivmm", X_OK))
		return ABSENT;
	if (pipe(ends))
		die("pipe");
	output = fdopen(ends[0], "r");
	if (!output)
		die("fdopen");

	start = rdtsc();
	child = fork();
	if (!child)
		boot(ends[1]);
	close(ends[1]);
	wait_for_greeting(output);
	samples[0] = rdtsc() - start;

	if (kill(child, SIGKILL) || waitpid(child, NULL, 0) != child)
		die("minivmm");
	fclose(output);
	return 1;
}

const struct row boot_rows[] = {
	{ .name = "Linux guest, start to userspace", .unit = "ticks",
	  .measure = measure_boot },
	{ .name = NULL },
};
