/* readings.h - what one boot measured: result lines and the counting plugin's file, turned into figures
 * SPDX-License-Identifier: MIT
 * Strict by design: a result line that is cut, doubled or impossible makes the whole boot fail, with a reason;
 * a figure is never guessed from what is left.
 * Context: pure, but for count_file_read. Tested by tests.sh */
#ifndef RUNNER_READINGS_H
#define RUNNER_READINGS_H

#include <stddef.h>

#include "machine.h"
#include "tests.h"

enum metric {
	THROUGHPUT, LATENCY, INSTRUCTIONS_USER, INSTRUCTIONS_KERNEL, LINES_MOVED, MESSAGES, DOORBELLS,
	METRICS,
};

enum { READINGS_MAX = 16, NO_DISTANCE = -1 };

extern const char *const metric_names[METRICS];

struct reading {
	enum metric metric;
	int distance; /* enum machine_distance, or NO_DISTANCE */
	const char *unit;
	double value;
};

struct readings {
	struct reading list[READINGS_MAX];
	size_t count;
	char reason[REASON_LENGTH]; /* why there are none */
};

/* Sums over all windows of a boot, other cores' share included. */
struct counts {
	double user, kernel, lines, messages, doorbells;
};

/* 0, or -1 with a reason. */
int count_file_read(struct counts *counts, const char *file, char reason[REASON_LENGTH]);

/* From the console of one boot with `cores` workers; counts is NULL in wall mode. 0, or -1 with a reason. */
int readings_take(struct readings *readings, const struct test *test, const struct machine *machine, unsigned int cores,
		  const char *console, const struct counts *counts, enum systems system);

#endif
