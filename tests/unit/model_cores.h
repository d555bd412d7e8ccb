/* model_cores.h - plays programs on modelled cores: always the core whose clock is lowest makes the next step
 * SPDX-License-Identifier: MIT
 * A program is a function that does one step of its core: local work and at most one access. One that waits for
 * another core to change what it has just read says so, and sleeps until it loses its copy: every look
 * before would have found the same. */
#ifndef TESTS_UNIT_MODEL_CORES_H
#define TESTS_UNIT_MODEL_CORES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "scalability-tests/machine/lines.h"
#include "scalability-tests/machine/schedule.h"

enum {
	CORES_JITTER = 200, /* cycles: within these all start, in an order that has nothing to do with their numbers */
	CORES_START = 1000000,
};

struct core {
	uint64_t clock, begun;
	uint64_t operations; /* done */
	unsigned int place;  /* in its program */
	unsigned int private; /* the program's own */
	bool waits;
};

typedef void core_step_t(struct core *core, unsigned int number);

static struct core cores[MACHINE_CORES];
static struct schedule cores_schedule;

static void cores_wake(unsigned int number, uint64_t now)
{
	struct core *core = &cores[number];

	if (!core->waits)
		return;
	core->waits = false;
	if (core->clock < now)
		core->clock = now;
	cores_schedule.clock[number] = core->clock;
	schedule_put(&cores_schedule, number);
}

/* One access at the core's clock, which then moves on. */
static void core_access(struct core *core, enum access_kind kind, uint64_t physical)
{
	struct access access = { .core = core - cores, .kind = kind, .physical = physical, .now = core->clock };

	core->clock += lines_access(lines_find(physical), &access).cycles;
}

static void cores_start(unsigned int count)
{
	schedule_start(&cores_schedule, 1);
	for (unsigned int i = 0; i < count; i++) {
		cores[i] = (struct core){ .clock = CORES_START + (unsigned int)rand() % CORES_JITTER };
		cores_schedule.clock[i] = cores[i].clock;
		schedule_put(&cores_schedule, i);
	}
}

/* Runs the program on `count` cores until each has done so many operations, the first tenth of them unmeasured;
 * operations of all cores in a cycle. Who has finished goes on, so that the others keep their company. */
static double cores_run(unsigned int count, core_step_t *step, uint64_t operations)
{
	uint64_t warm = operations / 10, behind = count;
	double throughput = 0;

	cores_start(count);
	while (behind > 0) {
		unsigned int number = schedule_first(&cores_schedule);
		struct core *core = &cores[number];
		uint64_t before = core->operations;

		step(core, number);
		schedule_advance(&cores_schedule, number, core->clock);
		if (core->waits)
			schedule_remove(&cores_schedule, number);
		if (core->operations == before)
			continue;
		if (core->operations == warm)
			core->begun = core->clock;
		if (core->operations == operations) {
			throughput += (double)(operations - warm) / (core->clock - core->begun);
			behind--;
		}
	}
	return throughput;
}

#endif
