/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For tests of the module's plain C: the kernel's names of integers, and a
 * report in the Test Anything Protocol.
 */
#ifndef MINIVMX_UNIT_H
#define MINIVMX_UNIT_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef int8_t s8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

static unsigned int failures;

#define FAIL(...) do { failures++; printf("# " __VA_ARGS__); } while (0)

/* After each test: ok if nothing has failed since the last. */
static inline void report(unsigned int number, const char *name)
{
	static unsigned int failures_before;

	printf("%s %u - %s\n", failures == failures_before ? "ok" : "not ok",
	       number, name);
	failures_before = failures;
}

#endif /* MINIVMX_UNIT_H */
