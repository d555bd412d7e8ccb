/* meeting.c - see meeting.h
 * SPDX-License-Identifier: MIT */
#include "meeting.h"

#include <pthread.h>
#include <stddef.h>

#include "../../abi/marker.h"
#include "carrier.h"

enum {
	WORKERS_MAX = 1024,
	APART = 8, /* cycles between two workers' starts, on average */
};

struct worker {
	unsigned int core;
	volatile uint64_t *word;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* contended only before the model is on */
static struct worker workers[WORKERS_MAX];
static unsigned int announced, arrived, ended;
static uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);

void meeting_announce(void)
{
	pthread_mutex_lock(&lock);
	announced++;
	pthread_mutex_unlock(&lock);
}

bool meeting_come(unsigned int core, volatile uint64_t *word)
{
	bool last = false;

	pthread_mutex_lock(&lock);
	if (*word == MEETING_FREE && arrived < WORKERS_MAX) {
		*word = MEETING_HELD;
		workers[arrived++] = (struct worker){ core, word };
		last = arrived == announced;
	}
	pthread_mutex_unlock(&lock);
	return last;
}

/* xorshift64 (Marsaglia 2003): the same start in every run of the same point. */
static uint64_t random_below(uint64_t bound)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % bound;
}

void meeting_end(uint64_t now)
{
	for (unsigned int i = 0; i < arrived; i++) {
		uint64_t start = now + random_below((uint64_t)APART * arrived);

		*workers[i].word = MEETING_MODELLED;
		carrier_hold_until(workers[i].core, start);
		carrier_wake(workers[i].core, start);
	}
	arrived = 0;
	ended++;
}

unsigned int meeting_number(void)
{
	return ended;
}
