// SPDX-License-Identifier: GPL-2.0
/* The signals that take the vCPU out of KVM_RUN. */
#include "wakeup.h"

#include <err.h>
#include <linux/kvm.h>
#include <signal.h>
#include <time.h>

#include "clock.h"
#include "power.h"

static volatile struct kvm_run *running;
static volatile sig_atomic_t end_signal;
static timer_t timer;
static sigset_t caught;

static void on_wakeup(int signal)
{
	(void)signal;
	running->immediate_exit = 1;
}

static void on_end(int signal)
{
	end_signal = signal;
	running->immediate_exit = 1;
}

static void catch_signal(int signal, void (*handler)(int))
{
	/* Without SA_RESTART: a wait must end. */
	struct sigaction action = { .sa_handler = handler };

	sigaddset(&caught, signal);
	if (sigaction(signal, &action, NULL))
		err(STATUS_SETUP, "sigaction");
}

void wakeup_init(struct kvm_run *run)
{
	struct sigevent event = {
		.sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGALRM,
	};

	running = run;
	sigemptyset(&caught);
	catch_signal(SIGALRM, on_wakeup);
	catch_signal(SIGIO, on_wakeup);
	catch_signal(SIGINT, on_end);
	catch_signal(SIGTERM, on_end);
	catch_signal(SIGHUP, on_end);
	if (timer_create(CLOCK_MONOTONIC, &event, &timer))
		err(STATUS_SETUP, "timer_create");
}

bool wakeup_taken(void)
{
	if (!running->immediate_exit)
		return false;
	running->immediate_exit = 0;
	return true;
}

void wakeup_wait(void)
{
	sigset_t outside;

	/* Blocked, so that none can come between the look and the sleep. */
	sigprocmask(SIG_BLOCK, &caught, &outside);
	while (!running->immediate_exit)
		sigsuspend(&outside);
	sigprocmask(SIG_SETMASK, &outside, NULL);
}

void wakeup_soon(void)
{
	running->immediate_exit = 1;
}

void wakeup_at(uint64_t deadline)
{
	struct itimerspec setting = { 0 };

	if (deadline != CLOCK_NEVER) {
		setting.it_value.tv_sec = deadline / NSEC_PER_SEC;
		setting.it_value.tv_nsec = deadline % NSEC_PER_SEC;
	}
	if (timer_settime(timer, TIMER_ABSTIME, &setting, NULL))
		err(STATUS_RUN_ERROR, "timer_settime");
}

int wakeup_signal(void)
{
	return end_signal;
}
