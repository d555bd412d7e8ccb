/* random.h - xorshift64*: the same numbers from the same seed on every machine
 * SPDX-License-Identifier: MIT
 * Source: S. Vigna, "An experimental exploration of Marsaglia's xorshift generators,
 * scrambled", ACM TOMS 42 (2016); the seeding is the finaliser of splitmix64. */
#ifndef TESTS_FUZZ_RANDOM_H
#define TESTS_FUZZ_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state; /* never 0 */
};

/* A stream of its own for each (seed, index), so that one mutant can be made alone. */
static inline struct random random_begin(uint64_t seed, uint64_t index)
{
	uint64_t mixed = seed + (index + 1) * UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	return (struct random){ (mixed ^ mixed >> 31) | 1 };
}

static inline uint64_t random_next(struct random *random)
{
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return random->state * UINT64_C(0x2545f4914f6cdd1d);
}

/* 0 to bound - 1; 0 for bound 0. The upper half: the lower bits are weaker. */
static inline uint64_t random_below(struct random *random, uint64_t bound)
{
	return bound ? (random_next(random) >> 16) % bound : 0;
}

#endif
