/* core_set.h - a set of cores, as 256 bits held by value
 * SPDX-License-Identifier: MIT
 * Who holds a page, who is to be told, who is online: all of them are sets of core numbers,
 * and 255 cores are the most a machine has. Plain words: a set that several cores change at
 * once is not this type. Numbers of CORE_SET_SIZE and above are the caller's bug.
 * Context: any core, any context, never blocks; four words of work at most.
 * Tested by tests/unit/core_set_test.c */
#ifndef LIB_CORE_SET_H
#define LIB_CORE_SET_H

#include <stdbool.h>
#include <stdint.h>

enum {
	CORE_SET_WORDS = 4,
	CORE_SET_SIZE  = 64 * CORE_SET_WORDS,
};

struct core_set {
	uint64_t word[CORE_SET_WORDS];
};

_Static_assert(sizeof(struct core_set) == 32, "a set of cores is half a cache line");

static inline void core_set_add(struct core_set *set, unsigned core)
{
	set->word[core / 64] |= UINT64_C(1) << core % 64;
}

static inline void core_set_remove(struct core_set *set, unsigned core)
{
	set->word[core / 64] &= ~(UINT64_C(1) << core % 64);
}

static inline bool core_set_has(const struct core_set *set, unsigned core)
{
	return set->word[core / 64] >> core % 64 & 1;
}

/* The lowest member that is at least `from` (0 to CORE_SET_SIZE), or CORE_SET_SIZE. */
static inline unsigned core_set_next(const struct core_set *set, unsigned from)
{
	unsigned index = from / 64;
	uint64_t mask = ~UINT64_C(0) << from % 64;

	for (; index < CORE_SET_WORDS; index++, mask = ~UINT64_C(0))
		if (set->word[index] & mask)
			return 64 * index + (unsigned)__builtin_ctzll(set->word[index] & mask);
	return CORE_SET_SIZE;
}

static inline bool core_set_empty(const struct core_set *set)
{
	return !(set->word[0] | set->word[1] | set->word[2] | set->word[3]);
}

/* Members one by one: the baseline processor has no POPCNT, and the kernel no libgcc. */
static inline unsigned core_set_count(const struct core_set *set)
{
	unsigned count = 0;

	for (unsigned index = 0; index < CORE_SET_WORDS; index++)
		for (uint64_t rest = set->word[index]; rest; rest &= rest - 1)
			count++;
	return count;
}

/* Every member in rising order; the body may change members at or below `core`. */
#define core_set_for_each(core, set)                                            \
	for (unsigned core = core_set_next((set), 0); core < CORE_SET_SIZE;     \
	     core = core_set_next((set), core + 1))

#endif
