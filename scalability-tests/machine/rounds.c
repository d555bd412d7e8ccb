/* rounds.c - see rounds.h
 * SPDX-License-Identifier: MIT */
#include "rounds.h"

#include <string.h>

static bool asks[ROUND_CORES];
static uint64_t taken_at[ROUND_CORES];

/* From when one core asks until none does. */
static struct {
	unsigned int rounds; /* that have begun and not ended */
	bool overlapped;
	uint64_t ask, asked;
	uint64_t taken, done; /* by the last to be done so far */
} now;

void rounds_start(void)
{
	memset(asks, 0, sizeof(asks));
	memset(taken_at, 0, sizeof(taken_at));
	memset(&now, 0, sizeof(now));
}

void rounds_ask(unsigned int core, uint64_t clock)
{
	asks[core] = true;
	if (now.rounds++) {
		now.overlapped = true;
		return;
	}
	now.overlapped = false;
	now.ask = clock;
	now.taken = now.done = 0;
}

void rounds_asked(unsigned int core, uint64_t clock)
{
	if (asks[core])
		now.asked = clock;
}

void rounds_taken(unsigned int core, uint64_t clock)
{
	taken_at[core] = clock;
}

void rounds_done(unsigned int core, uint64_t clock)
{
	if (clock < now.done)
		return;
	now.taken = taken_at[core];
	now.done = clock;
}

static uint64_t between(uint64_t moment, uint64_t first, uint64_t last)
{
	return moment < first ? first : moment > last ? last : moment;
}

bool rounds_answered(unsigned int core, uint64_t clock, struct round *round)
{
	const uint64_t ends[ROUND_PARTS] = { now.asked, now.taken, now.done, clock };
	uint64_t begin = now.ask;

	if (!asks[core])
		return false;
	asks[core] = false;
	now.rounds--;
	*round = (struct round){ .overlapped = now.overlapped };
	for (unsigned int part = 0; !now.overlapped && part < ROUND_PARTS; part++) {
		uint64_t end = between(ends[part], begin, clock);

		round->cycles[part] = end - begin;
		begin = end;
	}
	return true;
}
