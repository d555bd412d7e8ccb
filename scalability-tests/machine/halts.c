/* halts.c - open addressing: entries never go away
 * SPDX-License-Identifier: MIT */
#include "halts.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "carrier.h"

enum { SLOTS = 4 * CARRIER_CORES };

struct slot {
	_Atomic(const pthread_cond_t *) condition; /* stored last */
	unsigned int core;
};

static struct slot slots[SLOTS];
static pthread_mutex_t learning = PTHREAD_MUTEX_INITIALIZER;

/* Its own, or the free one that would be. */
static struct slot *slot_of(const pthread_cond_t *condition)
{
	unsigned int index = (unsigned int)((uintptr_t)condition / alignof(max_align_t)) % SLOTS;

	while (atomic_load(&slots[index].condition) && atomic_load(&slots[index].condition) != condition)
		index = (index + 1) % SLOTS;
	return &slots[index];
}

void halts_learn(const pthread_cond_t *condition, unsigned int core)
{
	struct slot *slot;

	if (halts_core(condition) == core)
		return;
	pthread_mutex_lock(&learning);
	slot = slot_of(condition);
	slot->core = core;
	atomic_store(&slot->condition, condition);
	pthread_mutex_unlock(&learning);
}

unsigned int halts_core(const pthread_cond_t *condition)
{
	const struct slot *slot = slot_of(condition);

	return atomic_load(&slot->condition) == condition ? slot->core : CARRIER_NOBODY;
}
