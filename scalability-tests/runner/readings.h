/* readings.h - what one boot measured: result lines and a plugin's file, turned into figures
 * SPDX-License-Identifier: MIT
 * Refuses what would be a figure of something else: windows that are not those of the result lines, too few
 * operations to speak of a rate, a model that a core ran ahead of.
 * Context: pure, but for count_file_read. Tested by test/run */
#ifndef RUNNER_READINGS_H
#define RUNNER_READINGS_H

#include "model_file.h"
#include "result_lines.h"

enum metric {
	THROUGHPUT, LATENCY, CYCLES, INSTRUCTIONS_USER, INSTRUCTIONS_KERNEL, LINES_MOVED, LINES_READ, LINES_WRITTEN, LINES_NEAR,
	LINES_MEMORY, CYCLES_LINES, CYCLES_QUEUES, CYCLES_WALKS, CYCLES_PRIVILEGED, MESSAGES, DOORBELLS,
	CYCLES_SEND, CYCLES_WAKE, CYCLES_INVALIDATE, CYCLES_ACKNOWLEDGE, LATENCY_MEDIAN, LATENCY_LONGEST,
	METRICS,
};

enum { READINGS_MAX = 26, NO_DISTANCE = -1, MODEL_OPERATIONS_MIN = 100 };

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
};

/* Sums over all windows of a boot, other cores' share included. */
struct counts {
	double user, kernel, lines, messages, doorbells;
};

/* 0, or -1 with a reason. */
int count_file_read(struct counts *counts, const char *file, char reason[REASON_LENGTH]);

/* Time, as the program read it. */
void readings_of_time(struct readings *readings, const struct test *test, const struct machine *machine,
		      const struct result_lines *lines);
/* Exact counts. */
void readings_of_counts(struct readings *readings, const struct counts *counts, const struct result_lines *lines,
			enum systems system);
/* Gives each line its window's modelled time in place of the program's; 0, or -1 with a reason. */
int readings_pair(struct result_lines *lines, const struct model_file *model, char reason[REASON_LENGTH]);
/* Modelled time and counts of one repetition; the lines are paired. */
void readings_of_model(struct readings *readings, const struct test *test, const struct machine *machine,
		       const struct result_lines *lines, unsigned int repetition, const struct model_file *model,
		       enum systems system);

double readings_operations(const struct result_lines *lines);

#endif
