/* result_lines.h - what a program printed of its work: `result TEST WORKER CORE PARTNER OPERATIONS NANOSECONDS`
 * SPDX-License-Identifier: MIT
 * Strict by design: a line that is cut, doubled, missing or impossible makes the whole boot fail, with a reason;
 * a figure is never guessed from what is left.
 * Context: pure, one thread.
 * I1 each worker and partner has one line for each repetition, in order
 * Tested by test/run */
#ifndef RUNNER_RESULT_LINES_H
#define RUNNER_RESULT_LINES_H

#include <stddef.h>

#include "machine.h"
#include "tests.h"

enum { REPETITIONS_MAX = 100, NO_PARTNER = -1 };

struct result_line {
	unsigned int repetition; /* from 1 */
	unsigned int worker, core;
	int partner;
	double operations, nanoseconds;
	double cycles; /* 0: not modelled */
};

struct result_lines {
	struct result_line *list;
	size_t count;
};

/* From the console of one boot with `cores` workers, each of which did `repetitions`: 0, or -1 with a reason. */
int result_lines_read(struct result_lines *lines, const struct test *test, unsigned int cores, unsigned int repetitions,
		      const char *console, char reason[REASON_LENGTH]);
void result_lines_free(struct result_lines *lines);

/* Writes the sentence and returns -1. */
int reason_set(char reason[REASON_LENGTH], const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
