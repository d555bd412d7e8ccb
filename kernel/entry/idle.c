/* idle.c - see idle.h
 * SPDX-License-Identifier: MIT */
#include "kernel/entry/idle.h"

#include <stdint.h>

#include "kernel/arch/cpu.h"
#include "lib/command_line.h"
#include "lib/string.h"
#include "percpu/clock.h"
#include "percpu/inbox.h"
#include "percpu/machine.h"
#include "sched/timer.h"

enum {
	LOOK_FOR = 5000, /* ns */
	LOOKS = 8,       /* until the clock is read again, which takes as long as a look */
};

static bool halts;

void idle_open(void)
{
	char value[8];

	halts = command_line_value(machine.boot.command_line, "idle", value, sizeof(value)) && !strcmp(value, "halt");
}

/* The clock is not read before the first looks were in vain. */
bool idle_look(void)
{
	uint64_t end = 0, now = 0;

	if (halts)
		return false;
	inbox_watch();
	while (now <= end) { /* bounded: by time */
		if (inbox_look(LOOKS))
			return true;
		now = clock_now();
		if (!end)
			end = now + LOOK_FOR < timer_next() ? now + LOOK_FOR : timer_next();
	}
	return now >= timer_next();
}
