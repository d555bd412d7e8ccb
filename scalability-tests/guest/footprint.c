/* footprint.c - what one more core costs: memory before programs, and time until it was up
 * SPDX-License-Identifier: MIT
 * Nothing is run: for each core one result line, with bytes as operations and boot time as nanoseconds. */
#include "native.h"

static bool footprint_assign(struct work *work)
{
	return work->worker == 0;
}

static long ask(enum native_call call, unsigned int core)
{
	long answer = native_call(call, core, 0, 0);

	if (answer < 0)
		native_fail("could not ask what a core holds", answer);
	return answer;
}

static void footprint_run(struct work *work, unsigned long operations)
{
	(void)operations;
	if (!work->measuring)
		return;
	for (unsigned int core = 0; core < work->run->workers; core++) {
		struct work line = *work;

		line.worker = core;
		result_line(&line, core, ask(NATIVE_core_footprint, core), ask(NATIVE_boot_time, core));
	}
}

const struct test test_footprint = { .name = "footprint", .assign = footprint_assign, .run = footprint_run };
