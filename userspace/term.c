// SPDX-License-Identifier: GPL-2.0
/* The user's terminal. */
#include "term.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "power.h"

#define ESCAPE		0x01	/* Ctrl-A */

/* There is one terminal per process. */
static struct {
	struct termios saved;
	int saved_flags;
	bool raw;
	bool async;
	bool open;		/* there may be more input */
	bool escaped;		/* Ctrl-A was the last byte */
	uint8_t output[4096];
	size_t pending;		/* bytes in it */
} term;

void term_restore(void)
{
	term_flush();
	if (term.async)
		fcntl(STDIN_FILENO, F_SETFL, term.saved_flags);
	if (term.raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &term.saved);
	term.async = false;
	term.raw = false;
}

void term_init(void)
{
	struct termios raw;

	term.saved_flags = fcntl(STDIN_FILENO, F_GETFL);
	term.open = term.saved_flags >= 0;
	atexit(term_restore);
	/* Files can't signal; they are read as the guest takes the bytes. */
	if (term.open && !fcntl(STDIN_FILENO, F_SETOWN, getpid()))
		term.async = !fcntl(STDIN_FILENO, F_SETFL,
				    term.saved_flags | O_ASYNC);

	if (tcgetattr(STDIN_FILENO, &term.saved))
		return;
	raw = term.saved;
	cfmakeraw(&raw);
	/* A background job must not change its terminal: it would be stopped. */
	if (tcgetpgrp(STDIN_FILENO) == getpgrp())
		term.raw = !tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

/* Takes the escapes out of what was typed, in place. */
static size_t filter_escapes(uint8_t *data, size_t len, bool *leave)
{
	size_t i, out = 0;

	for (i = 0; i < len; i++) {
		if (!term.escaped && data[i] == ESCAPE) {
			term.escaped = true;
			continue;
		}
		if (term.escaped && (data[i] == 'x' || data[i] == 'X'))
			*leave = true;
		else
			data[out++] = data[i];
		term.escaped = false;
	}
	return out;
}

/* What can be read now; 0 if there is nothing. */
static size_t read_input(uint8_t *data, size_t room)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	ssize_t len;

	if (!term.open || !room || poll(&input, 1, 0) <= 0)
		return 0;
	len = read(STDIN_FILENO, data, room);
	if (len > 0)
		return len;
	/* The end of the input is not the guest's end. */
	if (!len || (errno != EINTR && errno != EAGAIN))
		term.open = false;
	return 0;
}

size_t term_read(uint8_t *data, size_t room, bool *leave)
{
	size_t len, rest;

	/* What was only an escape says nothing about what follows it. */
	do {
		len = read_input(data, room);
		rest = term.raw ? filter_escapes(data, len, leave) : len;
	} while (len && !rest && !*leave);
	return rest;
}

void term_put(uint8_t byte)
{
	term.output[term.pending++] = byte;
	if (byte == '\n' || term.pending == sizeof(term.output))
		term_flush();
}

void term_flush(void)
{
	struct pollfd output = { .fd = STDOUT_FILENO, .events = POLLOUT };
	size_t done = 0;

	while (done < term.pending) {
		ssize_t len = write(STDOUT_FILENO, term.output + done,
				    term.pending - done);

		if (len >= 0) {
			done += len;
		} else if (errno == EAGAIN) {
			poll(&output, 1, -1);
		} else if (errno != EINTR) {
			term.pending = 0;
			err(STATUS_SETUP, "standard output");
		}
	}
	term.pending = 0;
}
