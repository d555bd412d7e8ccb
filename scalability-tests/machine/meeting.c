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

/* A hash of core and meeting (the finaliser of MurmurHash3, A. Appleby): the same in every run, whoever came first. */
static uint64_t random_below(uint64_t bound, unsigned int core)
{
	uint64_t hash = ((uint64_t)ended << 32 | core) + 1;

	hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
	hash = (hash ^ hash >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return (hash ^ hash >> 33) % bound;
}

void meeting_end(uint64_t now)
{
	for (unsigned int i = 0; i < arrived; i++) {
		uint64_t start = now + random_below((uint64_t)APART * arrived, workers[i].core);

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
