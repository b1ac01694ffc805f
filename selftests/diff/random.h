/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers that look random and follow from a seed alone (SplitMix64). */
#ifndef DIFF_RANDOM_H
#define DIFF_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline uint64_t random_mix(uint64_t value)
{
	value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
	value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
	return value ^ (value >> 31);
}

static inline uint64_t random_next(struct random *r)
{
	r->state += 0x9e3779b97f4a7c15;
	return random_mix(r->state);
}

static inline uint64_t random_below(struct random *r, uint64_t limit)
{
	return random_next(r) % limit;
}

static inline bool random_percent(struct random *r, unsigned int percent)
{
	return random_below(r, 100) < percent;
}

static inline uint64_t random_pick(struct random *r, const uint64_t *values,
				   size_t count)
{
	return values[random_below(r, count)];
}

/* One of the numbers that follow. */
#define RANDOM_OF(r, ...) ({						\
	static const uint64_t values__[] = { __VA_ARGS__ };		\
									\
	random_pick(r, values__, sizeof(values__) / sizeof(values__[0])); })

#endif
