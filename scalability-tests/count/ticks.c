/* ticks.c - learns the timer's entry, then follows each core in and out of it
 * SPDX-License-Identifier: MIT */
#include "ticks.h"
#include "privilege.h"
#include "windows.h"

#include <stdalign.h>
#include <stdatomic.h>

enum { ENTRIES = 8, FEWEST_ARRIVALS = 4 };

struct tick_core {
	alignas(128) bool in_kernel;
	unsigned int depth; /* of interrupts since the tick's entry, its own included; 0: outside */
};

struct entry {
	uint64_t pc;
	unsigned int arrivals;
};

static struct tick_core cores[WINDOW_CORES];
static struct entry entries[ENTRIES]; /* where the spinning program was interrupted to */
static atomic_bool learning;
static _Atomic uint64_t tick_entry; /* 0: this kernel has no tick, or none was shown */

void ticks_learn_begin(void)
{
	atomic_store(&learning, true);
}

void ticks_learn_end(void)
{
	struct entry best = { .arrivals = FEWEST_ARRIVALS - 1 };

	if (!atomic_exchange(&learning, false))
		return;
	for (unsigned int i = 0; i < ENTRIES; i++)
		if (entries[i].arrivals > best.arrivals)
			best = entries[i];
	atomic_store(&tick_entry, best.pc);
}

static void entry_note(uint64_t pc)
{
	for (unsigned int i = 0; i < ENTRIES; i++) {
		if (entries[i].arrivals && entries[i].pc != pc)
			continue;
		entries[i].pc = pc;
		entries[i].arrivals++;
		return;
	}
}

bool ticks_instruction(unsigned int core, uint64_t pc)
{
	struct tick_core *self = &cores[core];

	if (!privilege_is_kernel(pc)) {
		self->in_kernel = false;
		self->depth = 0;
		return false;
	}
	/* Relaxed, here and below: both change only while the one program that matters spins. */
	if (!self->in_kernel && atomic_load_explicit(&learning, memory_order_relaxed))
		entry_note(pc);
	self->in_kernel = true;
	if (pc == atomic_load_explicit(&tick_entry, memory_order_relaxed))
		self->depth++;
	return self->depth > 0;
}

void ticks_return(unsigned int core)
{
	if (cores[core].depth > 0)
		cores[core].depth--;
}

bool ticks_inside(unsigned int core)
{
	return cores[core].depth > 0;
}
