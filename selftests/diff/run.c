// SPDX-License-Identifier: GPL-2.0
/*
 * One program from its first KVM_RUN to its last: what the VMM does before each
 * of them, and how it answers each exit.  Nothing here depends on anything but
 * the case and what kvm_run says, so the devices diverge only by themselves.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>

#include "machine.h"
#include "random.h"
#include "session.h"

/*
 * A program takes a hundredth of a second of the PC's; more on kernels that
 * check themselves, for which MINIVMX_WATCHDOG_MS is higher.
 */
#define TIME_LIMIT_MS	400

#define EMULATION_FLAG_BYTES KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES

static struct kvm_run *volatile running;
static volatile sig_atomic_t expired;

static void on_alarm(int signal)
{
	(void)signal;
	expired = 1;
	if (running)
		running->immediate_exit = 1;
}

static unsigned int time_limit(void)
{
	const char *limit = getenv("MINIVMX_WATCHDOG_MS");

	return limit ? atoi(limit) : TIME_LIMIT_MS;
}

static void set_alarm(unsigned int ms)
{
	struct itimerval timer = {
		.it_value = { ms / 1000, ms % 1000 * 1000 },
		/* again, in case that it came before KVM_RUN looked */
		.it_interval = { 0, ms ? 50000 : 0 },
	};
	struct sigaction action = { .sa_handler = on_alarm };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* ---- what KVM_RUN has returned ---- */

static void note_data(struct step *step, const void *data, size_t len)
{
	step->data_len = len;
	memcpy(step->data, data, len < MAX_DATA ? len : MAX_DATA);
}

static void note_io(struct step *step, struct kvm_run *run)
{
	const uint8_t *data = (uint8_t *)run + run->io.data_offset;

	step->detail[0] = run->io.direction;
	step->detail[1] = run->io.size;
	step->detail[2] = run->io.port;
	step->detail[3] = run->io.count;
	if (run->io.direction == KVM_EXIT_IO_OUT)
		note_data(step, data, run->io.size * run->io.count);
}

static void note_mmio(struct step *step, const struct kvm_run *run)
{
	step->detail[0] = run->mmio.phys_addr;
	step->detail[1] = run->mmio.len;
	step->detail[2] = run->mmio.is_write;
	if (run->mmio.is_write)
		note_data(step, run->mmio.data, run->mmio.len);
}

static void note_internal_error(struct step *step, const struct kvm_run *run)
{
	unsigned int nr = run->internal.ndata, first = 0, to = 2;

	step->detail[0] = run->internal.suberror;
	step->detail[1] = nr;
	if (run->internal.suberror == KVM_INTERNAL_ERROR_EMULATION && nr) {
		step->detail[to++] = run->emulation_failure.flags;
		first = 1;
		if (run->emulation_failure.flags & EMULATION_FLAG_BYTES) {
			step->detail[to++] = run->emulation_failure.insn_size;
			note_data(step, run->emulation_failure.insn_bytes, 15);
			first = 3;
		}
	}
	while (first < nr && to < MAX_DETAILS)
		step->detail[to++] = run->internal.data[first++];
}

static void note_debug(struct step *step, const struct kvm_run *run)
{
	step->detail[0] = run->debug.arch.exception;
	step->detail[1] = run->debug.arch.pc;
	/* defined for #DB only, and what DR7 was for one of its breakpoints */
	if (run->debug.arch.exception != 1)
		return;
	step->detail[2] = run->debug.arch.dr6;
	if (run->debug.arch.dr6 & 0xf)
		step->detail[3] = run->debug.arch.dr7;
}

static void note_msr(struct step *step, const struct kvm_run *run)
{
	step->detail[0] = run->msr.reason;
	step->detail[1] = run->msr.index;
	if (run->exit_reason == KVM_EXIT_X86_WRMSR)
		step->detail[2] = run->msr.data;
}

static void note_detail(struct step *step, struct kvm_run *run)
{
	switch (run->exit_reason) {
	case KVM_EXIT_IO:
		note_io(step, run);
		break;
	case KVM_EXIT_MMIO:
		note_mmio(step, run);
		break;
	case KVM_EXIT_INTERNAL_ERROR:
		note_internal_error(step, run);
		break;
	case KVM_EXIT_DEBUG:
		note_debug(step, run);
		break;
	case KVM_EXIT_X86_RDMSR:
	case KVM_EXIT_X86_WRMSR:
		note_msr(step, run);
		break;
	case KVM_EXIT_FAIL_ENTRY:
		step->detail[0] = run->fail_entry.hardware_entry_failure_reason;
		break;
	case KVM_EXIT_UNKNOWN:
		step->detail[0] = run->hw.hardware_exit_reason;
		break;
	case KVM_EXIT_EXCEPTION:
		step->detail[0] = run->ex.exception;
		step->detail[1] = run->ex.error_code;
		break;
	}
}

static void note(struct step *step, struct kvm_run *run, int ret)
{
	step->ret = ret;
	/* without success there is no exit to tell of */
	if (!ret) {
		step->exit_reason = run->exit_reason;
		note_detail(step, run);
	}
	step->flags = run->flags;
	step->cr8 = run->cr8;
	step->apic_base = run->apic_base;
	step->if_flag = run->if_flag;
	step->ready = run->ready_for_interrupt_injection;
	step->regs = run->s.regs.regs;
	step->sregs = run->s.regs.sregs;
	step->events = run->s.regs.events;
}

/* ---- one KVM_RUN after another ---- */

static int enter(struct machine *m, bool immediately_out)
{
	int ret;

	/* The alarm may have come, and set this, already. */
	m->run->immediate_exit = immediately_out || expired;
	ret = ioctl(m->vcpu, KVM_RUN, 0);
	return ret < 0 ? -errno : ret;
}

/* False after the last one. */
static bool step_once(struct session *s)
{
	struct step *step = &s->record->steps[s->nr];
	bool immediate;
	int ret;

	memset(step, 0, sizeof(*step));
	immediate = session_act(s, step);
	ret = enter(s->machine, immediate);
	note(step, s->machine->run, ret);
	s->nr++;
	/* The last exit is answered, too: it is going to be completed. */
	return !expired && session_answer(s, step) && s->nr < MAX_STEPS;
}

/*
 * The first KVM_RUN does not enter the guest: it shows the state as loaded,
 * and whether an interrupt could be taken.
 */
void machine_run(struct machine *m, const struct test_case *c,
		 struct record *record)
{
	struct session session = { .machine = m, .c = c, .record = record };
	struct step *steps;

	memset(record, 0, sizeof(*record));
	record->steps = malloc(MAX_STEPS * sizeof(*record->steps));
	if (!record->steps)
		fail("memory");
	machine_new_vcpu(m);
	expired = 0;
	running = m->run;
	set_alarm(time_limit());
	machine_load(m, c, &session.layout, record);
	/* A program without its mode is another one. */
	while (!record->load[1] && step_once(&session))
		;
	record->final.completion = enter(m, true);
	running = NULL;
	set_alarm(0);
	record->timed_out = expired;
	record->nr_steps = session.nr;
	machine_save(m, c, &record->final);
	machine_drop_vcpu(m);
	steps = realloc(record->steps, (record->nr_steps + 1) * sizeof(*steps));
	record->steps = steps ?: record->steps;
}
