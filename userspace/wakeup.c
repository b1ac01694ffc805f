// SPDX-License-Identifier: GPL-2.0
/* The signals that take the vCPU out of KVM_RUN. */
#include "wakeup.h"

#include <err.h>
#include <linux/kvm.h>
#include <signal.h>
#include <time.h>

#include "clock.h"
#include "power.h"

static struct kvm_run *running;
static int end_signal;
static timer_t timer;
static sigset_t caught;

/* Atomic, because the handlers come at any time. */
static void set_wakeup(bool wakeup)
{
	__atomic_store_n(&running->immediate_exit, wakeup, __ATOMIC_SEQ_CST);
}

static bool is_wakeup(void)
{
	return __atomic_load_n(&running->immediate_exit, __ATOMIC_SEQ_CST);
}

static void on_wakeup(int signal)
{
	(void)signal;
	set_wakeup(true);
}

static void on_end(int signal)
{
	__atomic_store_n(&end_signal, signal, __ATOMIC_SEQ_CST);
	set_wakeup(true);
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
	if (!is_wakeup())
		return false;
	set_wakeup(false);
	return true;
}

void wakeup_wait(void)
{
	sigset_t outside;

	/* Blocked, so that none can come between the look and the sleep. */
	sigprocmask(SIG_BLOCK, &caught, &outside);
	while (!is_wakeup())
		sigsuspend(&outside);
	set_wakeup(false);
	sigprocmask(SIG_SETMASK, &outside, NULL);
}

void wakeup_soon(void)
{
	set_wakeup(true);
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
	return __atomic_load_n(&end_signal, __ATOMIC_SEQ_CST);
}
