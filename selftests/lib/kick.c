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
	usleep(SHORT_WHILE_US);
	pthread_kill(kick.target, kick.signal);
	return unused;
}

/* Sends @signal to the calling thread in a short while; join the thread. */
pthread_t kick_soon(int signal)
{
	pthread_t thread;

	kick.target = pthread_self();
	kick.signal = signal;
	if (pthread_create(&thread, NULL, send_kick, NULL))
		die("pthread_create");
	return thread;
}
