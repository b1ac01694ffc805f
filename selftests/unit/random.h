/* SPDX-License-Identifier: GPL-2.0 */
/* Random numbers: the same ones everywhere for the same seed. */
#ifndef UNIT_RANDOM_H
#define UNIT_RANDOM_H

#include <stdlib.h>
#include <time.h>
#include <linux/types.h>

static u64 random_state;

/* UNIT_SEED is the seed, or the time is. */
static inline u64 random_seed(void)
{
	const char *seed = getenv("UNIT_SEED");

	random_state = seed ? strtoull(seed, NULL, 0) : (u64)time(NULL);
	if (!random_state)
		random_state = 1;
	return random_state;
}

/* xorshift64* */
static inline u64 random64(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545f4914f6cdd1dull;
}

#endif
