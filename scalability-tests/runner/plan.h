/* plan.h - which points a sweep consists of
 * SPDX-License-Identifier: MIT
 * From CORES, TESTS, SYSTEMS, MODE, FULL and MACHINE. What was asked for and has no meaning (too few cores for a test,
 * a test that Linux cannot run) is not planned, and said in the report where it may surprise.
 * Context: one thread, may allocate. */
#ifndef RUNNER_PLAN_H
#define RUNNER_PLAN_H

#include "results.h"

struct plan {
	struct point *points;
	size_t count;
	unsigned int *cores; /* as asked for, ascending */
	size_t core_counts;
	enum systems systems, unavailable; /* of those asked for */
	int modes[MODES];
	const struct test *chosen[TESTS_MAX]; /* in the table's order */
	size_t tests;
};

/* For the systems of `available` alone; fills in the machine of the conditions. Complains and returns -1 when a setting is not
 * understood, or nothing is left. */
int plan_make(struct plan *plan, struct conditions *conditions, enum systems available);
/* What is left out, as lines of the report. */
void plan_explain(const struct plan *plan, struct results *results);
void plan_free(struct plan *plan);

#endif
