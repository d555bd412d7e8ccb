/* schedule.c - a binary heap that knows where each core is
 * SPDX-License-Identifier: MIT */
#include "schedule.h"

#include <string.h>

static bool before(const struct schedule *schedule, unsigned int one, unsigned int other)
{
	if (schedule->clock[one] != schedule->clock[other])
		return schedule->clock[one] < schedule->clock[other];
	return one < other;
}

static void place(struct schedule *schedule, unsigned int index, unsigned int core)
{
	schedule->heap[index] = (uint16_t)core;
	schedule->position[core] = (uint16_t)(index + 1);
}

static void rise(struct schedule *schedule, unsigned int index, unsigned int core)
{
	while (index && before(schedule, core, schedule->heap[(index - 1) / 2])) {
		place(schedule, index, schedule->heap[(index - 1) / 2]);
		index = (index - 1) / 2;
	}
	place(schedule, index, core);
}

static void sink(struct schedule *schedule, unsigned int index, unsigned int core)
{
	for (;;) {
		unsigned int child = 2 * index + 1;

		if (child + 1 < schedule->waiting && before(schedule, schedule->heap[child + 1], schedule->heap[child]))
			child++;
		if (child >= schedule->waiting || !before(schedule, schedule->heap[child], core))
			break;
		place(schedule, index, schedule->heap[child]);
		index = child;
	}
	place(schedule, index, core);
}

void schedule_start(struct schedule *schedule, uint32_t longest_quantum)
{
	memset(schedule, 0, sizeof(*schedule));
	schedule->longest = longest_quantum;
	for (unsigned int core = 0; core < SCHEDULE_CORES; core++)
		schedule->quantum[core] = longest_quantum;
}

void schedule_put(struct schedule *schedule, unsigned int core)
{
	rise(schedule, schedule->waiting++, core);
}

void schedule_remove(struct schedule *schedule, unsigned int core)
{
	unsigned int index = schedule->position[core] - 1u;
	unsigned int last = schedule->heap[--schedule->waiting];

	schedule->position[core] = 0;
	if (last == core)
		return;
	if (index && before(schedule, last, schedule->heap[(index - 1) / 2]))
		rise(schedule, index, last);
	else
		sink(schedule, index, last);
}

void schedule_advance(struct schedule *schedule, unsigned int core, uint64_t clock)
{
	if (clock <= schedule->clock[core])
		return;
	schedule->clock[core] = clock;
	if (schedule_has(schedule, core))
		sink(schedule, schedule->position[core] - 1u, core);
}

uint64_t schedule_limit(const struct schedule *schedule, unsigned int core, uint64_t now)
{
	uint64_t others = schedule->waiting ? schedule->clock[schedule->heap[0]] : now;

	return (others > now ? others : now) + schedule->quantum[core];
}

void schedule_was_alone(struct schedule *schedule, unsigned int core)
{
	uint32_t doubled = schedule->quantum[core] * 2;

	schedule->quantum[core] = doubled < schedule->longest ? doubled : schedule->longest;
}

void schedule_met_others(struct schedule *schedule, unsigned int core)
{
	schedule->quantum[core] = schedule->longest < QUANTUM_SHORTEST ? schedule->longest : QUANTUM_SHORTEST;
}
