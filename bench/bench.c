// SPDX-License-Identifier: GPL-2.0
/*
 * What exits and system calls cost, on each device named.
 *
 *   bench [-t] DEVICE...
 *
 * Prints one line for each row and device: name, device, unit, the least and
 * the median of the samples, separated by tabs; "absent" instead of the numbers
 * if the device does not offer what the row needs. -t is for the emulator that
 * traces: it leaves out the rows that are too long for that.
 *
 * Times are those of RDTSC: instructions in an emulator that counts them as its
 * clock, reference cycles on hardware.
 */
#include <stdio.h>
#include <unistd.h>

#include "bench.h"

volatile uint64_t samples[MAX_SAMPLES];

static bool tracing;
/* What two time stamps cost with nothing in between. */
static uint64_t overhead;

bool row_can_run(const struct row *row)
{
	int device;
	bool can;

	if (!row->capability)
		return true;
	device = device_open();
	can = device_has(device, row->capability);
	close(device);
	return can;
}

/* Runs the guest to its next exit, which must have this reason. */
void expect_exit(struct vcpu *vcpu, uint32_t reason)
{
	int r = vcpu_run(vcpu);

	if (r == (int)reason)
		return;
	if (r >= 0)
		vcpu_describe(vcpu);
	fprintf(stderr, "bench: %s: the guest exits with %d, not %u\n",
		device_path(), r, reason);
	_exit(1);
}

/* The VMM at its shortest: nothing but the system call and a look at why. */
static void serve(struct vcpu *vcpu, uint32_t exits)
{
	struct kvm_run *run = vcpu->run;

	for (;;) {
		if (ioctl(vcpu->fd, KVM_RUN, 0))
			die("KVM_RUN");
		if (run->exit_reason == KVM_EXIT_IO && run->io.port == PORT_DONE)
			return;
		if (run->exit_reason != exits) {
			vcpu_describe(vcpu);
			fprintf(stderr, "bench: %s: unexpected exit\n",
				device_path());
			_exit(1);
		}
	}
}

int measure_in_guest(const struct row *row)
{
	struct machine machine;

	if (!row_can_run(row))
		return ABSENT;
	machine_start(&machine, row->guest);
	if (row->prepare)
		row->prepare(&machine);
	serve(&machine.vcpu, row->exits);
	machine_destroy(&machine);
	return MAX_SAMPLES;
}

static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

static uint64_t result(const struct row *row, uint64_t sample)
{
	return strcmp(row->unit, "ticks") ? sample : sample - overhead;
}

static void print_row(const struct row *row, int count)
{
	const char *device = strrchr(device_path(), '/');
	uint64_t sorted[MAX_SAMPLES];

	printf("%s\t%s\t%s\t", row->name, device ? device + 1 : device_path(),
	       row->unit);
	if (count == ABSENT) {
		printf("absent\tabsent\n");
	} else {
		memcpy(sorted, (const void *)samples, sizeof(sorted));
		qsort(sorted, count, sizeof(sorted[0]), compare);
		printf("%lu\t%lu\n", result(row, sorted[0]),
		       result(row, sorted[count / 2]));
	}
	fflush(stdout);
}

static void run_rows(const struct row *rows)
{
	static uint32_t number;

	/* Millions of instructions per sample, and not about exits. */
	if (tracing && (rows == call_rows || rows == boot_rows))
		return;
	for (const struct row *row = rows; row->name; row++) {
		int count;

		trace_row(++number);
		count = row->measure(row);
		trace_row(0);
		print_row(row, count);
	}
}

static void measure_overhead(void)
{
	SAMPLE_ON_HOST(MAX_SAMPLES, (void)0);
	overhead = samples[0];
	for (int i = 1; i < MAX_SAMPLES; i++)
		if (samples[i] < overhead)
			overhead = samples[i];
}

static void run_device(const char *device)
{
	setenv("MINIVMX_DEVICE", device, 1);
	run_rows(guest_rows);
	run_rows(interrupt_rows);
	run_rows(memory_rows);
	run_rows(call_rows);
	run_rows(boot_rows);
}

int main(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "t")) != -1) {
		if (option != 't') {
			fprintf(stderr, "usage: bench [-t] DEVICE...\n");
			return 2;
		}
		tracing = true;
	}
	if (optind == argc) {
		fprintf(stderr, "usage: bench [-t] DEVICE...\n");
		return 2;
	}
	/* Whoever runs the benchmark limits its time. */
	setenv("MINIVMX_WATCHDOG_MS", "0", 1);
	measure_overhead();
	for (; optind < argc; optind++)
		run_device(argv[optind]);
	return 0;
}
