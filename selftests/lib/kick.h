/* SPDX-License-Identifier: GPL-2.0 */
/* A signal that reaches the caller while its guest runs. */
#ifndef SELFTESTS_KICK_H
#define SELFTESTS_KICK_H

#include <pthread.h>
#include <stdint.h>

/* Long enough for the guest to be inside its loop. */
#define SHORT_WHILE_US	20000

void kick_handler(int signal);
pthread_t kick_soon(int signal);
pthread_t kick_when(int signal, const volatile uint64_t *started);
int kicks_taken(void);

#endif
