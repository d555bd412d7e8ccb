/* forecast.h - how long the points of a sweep that are not done will take
 * SPDX-License-Identifier: MIT
 * A point takes as long as its like did: the same test on the same system at the nearest core count that is done,
 * else the system's points in the same mode so far, else all. What is alike is compared by an assumed weight, so that only
 * ratios of weights are ever trusted.
 * Context: one thread, may allocate; borrows the plan.
 * Tested by tests/unit/forecast_test.c */
#ifndef RUNNER_FORECAST_H
#define RUNNER_FORECAST_H

#include "plan.h"

struct forecast {
	const struct plan *plan;
	const struct conditions *conditions;
	double *seconds; /* of each point; 0: not done */
};

void forecast_begin(struct forecast *forecast, const struct plan *plan, const struct conditions *conditions);
/* Point number `index` took so long. */
void forecast_took(struct forecast *forecast, size_t index, double seconds);
/* Seconds that point number `index` will take; below 0: nothing is known yet. */
double forecast_of(const struct forecast *forecast, size_t index);
void forecast_end(struct forecast *forecast);

#endif
