/* disorder.h - work of uneven length, so that workers who queue change places
 * SPDX-License-Identifier: MIT
 * Where all take turns and all need equally long, the first order is the order for ever, and whether a turn goes to the next core or across
 * the machine was settled by chance at the start. So what a worker does between two turns is nothing, mostly, and now and then
 * much: as long as several turns. The mean is the same for any number of workers.
 * Context: one worker; the same numbers in every run. */
#ifndef GUEST_DISORDER_H
#define GUEST_DISORDER_H

#include "bench.h"

struct disorder {
	uint64_t random; /* xorshift64, G. Marsaglia, 2003; never 0 */
};

static inline struct disorder disorder_begin(const struct work *work)
{
	return (struct disorder){ ((uint64_t)work->repetition << 32 | (work->worker + 1)) * UINT64_C(0x9e3779b97f4a7c15) };
}

/* `mean` steps on average: one time in eight up to 16 times as many, else none. Registers alone, on any system. */
static inline void disorder_work(struct disorder *disorder, uint64_t mean)
{
	uint64_t steps;

	disorder->random ^= disorder->random << 13;
	disorder->random ^= disorder->random >> 7;
	disorder->random ^= disorder->random << 17;
	steps = disorder->random >> 61 ? 0 : (disorder->random & UINT32_MAX) % (16 * mean);
	for (uint64_t i = 0; i < steps; i++)
		__asm__ volatile("" : "+r"(i));
}

#endif
