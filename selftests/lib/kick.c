// SPDX-License-Identifier: GPL-2.0
/* A signal that reaches the caller while its guest runs. */
#include <signal.h>
#include <unistd.h>

#include "kick.h"
#include "vm.h"

static volatile sig_atomic_t taken;

static struct {
	pthread_t target;
	int signal;
	const volatile uint64_t *started;	/* may be NULL */
} kick;

static void takes_signal(int signal)
{
	(void)signal;
	taken++;
}

/* Makes @signal interrupt system calls, and do nothing else but be counted. */
void kick_handler(int signal)
{
	struct sigaction action = { .sa_handler = takes_signal };

	if (sigaction(signal, &action, NULL))
		die("sigaction");
}

int kicks_taken(void)
{
	return taken;
}

static void *send_kick(void *unused)
{
	do
		usleep(SHORT_WHILE_US);
	while (kick.started && !*kick.started);
	pthread_kill(kick.target, kick.signal);
	return unused;
}

/*
 * Sends @signal to the calling thread in a short while, but not before the
 * guest has made *@started other than 0; join the thread.
 */
pthread_t kick_when(int signal, const volatile uint64_t *started)
{
	pthread_t thread;

	kick.target = pthread_self();
	kick.signal = signal;
	kick.started = started;
	if (pthread_create(&thread, NULL, send_kick, NULL))
		die("pthread_create");
	return thread;
}

/* Sends @signal to the calling thread in a short while; join the thread. */
pthread_t kick_soon(int signal)
{
	return kick_when(signal, NULL);
}
