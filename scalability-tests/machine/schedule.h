/* schedule.h - which core runs next: the one whose modelled clock is lowest
 * SPDX-License-Identifier: MIT
 * Cores that want to run wait in a binary heap, ordered by clock and then by number, so that the order is
 * the same in every run. The core that runs is not in it. How far it may run ahead of the others is its
 * quantum: long while it keeps to itself, short right after it met another core at a cache line, because then the
 * others are likely to meet it there again.
 * Context: one thread. Tested by tests/unit/schedule_test.c
 * I1 a core is in the heap at most once
 * I2 no core in the heap has a lower (clock, number) than the first */
#ifndef MACHINE_SCHEDULE_H
#define MACHINE_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	SCHEDULE_CORES = 256,
	SCHEDULE_NOBODY = SCHEDULE_CORES,
	QUANTUM_SHORTEST = 50,   /* cycles, after a line was taken from another core */
	QUANTUM_DEFAULT = 10000, /* what it grows to while no line is taken */
};

struct schedule {
	uint64_t clock[SCHEDULE_CORES];      /* of each core when it does not run */
	uint16_t heap[SCHEDULE_CORES];
	uint16_t position[SCHEDULE_CORES];   /* in heap, and 1 more; 0: not there */
	unsigned int waiting;
	uint32_t longest;                    /* quantum's end of growth */
	uint32_t quantum[SCHEDULE_CORES];
};

void schedule_start(struct schedule *schedule, uint32_t longest_quantum);

/* Puts a core that is not there; its clock says when its turn is. */
void schedule_put(struct schedule *schedule, unsigned int core);
/* Takes a core out that is there. */
void schedule_remove(struct schedule *schedule, unsigned int core);
/* Moves a core's clock forward (never back), wherever it is. */
void schedule_advance(struct schedule *schedule, unsigned int core, uint64_t clock);

static inline bool schedule_has(const struct schedule *schedule, unsigned int core)
{
	return schedule->position[core] != 0;
}

/* The core whose turn it is; it stays. SCHEDULE_NOBODY when all are asleep. */
static inline unsigned int schedule_first(const struct schedule *schedule)
{
	return schedule->waiting ? schedule->heap[0] : SCHEDULE_NOBODY;
}

/* The clock up to which `core` may run from now on, while the others wait. */
uint64_t schedule_limit(const struct schedule *schedule, unsigned int core, uint64_t now);

/* After a slice without and with lines taken from other cores. */
void schedule_was_alone(struct schedule *schedule, unsigned int core);
void schedule_met_others(struct schedule *schedule, unsigned int core);

#endif
