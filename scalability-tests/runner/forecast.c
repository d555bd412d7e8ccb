/* forecast.c - how long the points of a sweep that are not done will take
 * SPDX-License-Identifier: MIT */
#include "forecast.h"

#include <stdlib.h>

/* How like two points are; points that are less alike are asked only where there are none better. */
enum likeness { NOT_ALIKE, SAME_MODE, SAME_SYSTEM, SAME_TEST, LIKENESSES };

void forecast_begin(struct forecast *forecast, const struct plan *plan, const struct conditions *conditions)
{
	*forecast = (struct forecast){ plan, conditions, calloc(plan->count, sizeof(double)) };
	if (!forecast->seconds)
		abort();
}

void forecast_took(struct forecast *forecast, size_t index, double seconds)
{
	forecast->seconds[index] = seconds;
}

/* Seconds of points in mode model, on one core of a host of 2020: boots cost something at any size; the rest grows with the
 * cores, and with what a test asks of each. */
static double weight(const struct forecast *forecast, size_t index)
{
	const struct point *point = &forecast->plan->points[index];
	double boot = point->system == LINUX ? 2.5 : 0.2, core = point->system == LINUX ? 0.2 : 0.03;

	return point_boots(forecast->conditions, point) * (boot + core * point->cores * (1 + point->test->effort));
}

static enum likeness likeness(const struct point *one, const struct point *other)
{
	if (one->mode != other->mode)
		return NOT_ALIKE;
	if (one->system != other->system)
		return SAME_MODE;
	return one->test == other->test ? SAME_TEST : SAME_SYSTEM;
}

static unsigned int gap(unsigned int one, unsigned int other)
{
	return one > other ? one - other : other - one;
}

double forecast_of(const struct forecast *forecast, size_t index)
{
	const struct point *point = &forecast->plan->points[index];
	double seconds[LIKENESSES] = { 0 }, weights[LIKENESSES] = { 0 };
	unsigned int nearest = MACHINE_CORES_MAX;

	for (size_t i = 0; i < forecast->plan->count; i++) {
		const struct point *other = &forecast->plan->points[i];
		enum likeness like = likeness(point, other);

		if (!forecast->seconds[i])
			continue;
		if (like == SAME_TEST && gap(other->cores, point->cores) < nearest) {
			nearest = gap(other->cores, point->cores);
			seconds[like] = weights[like] = 0; /* of the nearest alone */
		} else if (like == SAME_TEST && gap(other->cores, point->cores) > nearest) {
			continue;
		}
		seconds[like] += forecast->seconds[i];
		weights[like] += weight(forecast, i);
	}
	for (int like = LIKENESSES - 1; like >= 0; like--)
		if (weights[like] > 0)
			return seconds[like] / weights[like] * weight(forecast, index);
	return -1;
}

void forecast_end(struct forecast *forecast)
{
	free(forecast->seconds);
}
