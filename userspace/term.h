/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_TERM_H
#define MINIVMM_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the user's side of the serial line is: standard input and output. */

/**
 * term_init() - take the terminal
 *
 * A terminal becomes raw, and is put back when the process exits. Input raises
 * SIGIO from now on.
 */
void term_init(void);

/**
 * term_restore() - give the terminal back, with all output written
 */
void term_restore(void);

/**
 * term_read() - take what has been typed, without waiting
 * @data:	filled in
 * @room:	bytes
 * @leave:	set when the user typed Ctrl-A x
 *
 * On a terminal, Ctrl-A is an escape: Ctrl-A x leaves, Ctrl-A Ctrl-A is one
 * Ctrl-A for the guest.
 *
 * Return: the number of bytes for the guest
 */
size_t term_read(uint8_t *data, size_t room, bool *leave);

/**
 * term_put() - send one byte to the user
 * @byte:	the byte
 *
 * Bytes are collected: a line, a full buffer or term_flush() writes them.
 */
void term_put(uint8_t byte);

/**
 * term_flush() - write what has been collected
 *
 * Does not return when standard output can't be written.
 */
void term_flush(void);

#endif
