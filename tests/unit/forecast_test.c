/* forecast_test.c - how long points will take is judged by the points most like them
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "scalability-tests/runner/forecast.h"

enum { BOOTS = 3, POINTS = 7 };

static const struct test call = { .name = "call" }, fault = { .name = "fault" }, create = { .name = "create", .effort = 9 };

/* Their order is what each check below goes by. */
static struct point points[POINTS] = {
	{ .system = TESSERA, .test = &call, .mode = MODEL, .cores = 1 },
	{ .system = TESSERA, .test = &call, .mode = MODEL, .cores = 4 },
	{ .system = TESSERA, .test = &call, .mode = MODEL, .cores = 64 },
	{ .system = TESSERA, .test = &fault, .mode = MODEL, .cores = 4 },
	{ .system = LINUX, .test = &call, .mode = MODEL, .cores = 4 },
	{ .system = TESSERA, .test = &call, .mode = WALL, .cores = 4 },
	{ .system = TESSERA, .test = &create, .mode = MODEL, .cores = 64 },
};

unsigned int point_boots(const struct conditions *conditions, const struct point *point)
{
	(void)conditions;
	return point->mode == WALL ? BOOTS : 1;
}

static const struct plan plan = { .points = points, .count = POINTS };
static struct forecast forecast;

static int begin(void **state)
{
	(void)state;
	forecast_begin(&forecast, &plan, NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	forecast_end(&forecast);
	return 0;
}

static void before_anything_is_done_nothing_is_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < POINTS; i++)
		assert_true(forecast_of(&forecast, i) < 0);
}

static void a_point_takes_what_the_same_test_took_nearest_to_it(void **state)
{
	(void)state;
	forecast_took(&forecast, 0, 1);
	forecast_took(&forecast, 2, 330);
	forecast_took(&forecast, 3, 1000); /* another test */
	/* 4 cores are nearer to 1 than to 64, and weigh 1.39 times as much. */
	assert_true(forecast_of(&forecast, 1) > 1.3 && forecast_of(&forecast, 1) < 1.5);
	forecast_took(&forecast, 1, 7);
	assert_true(forecast_of(&forecast, 2) > 7);
}

static void an_unknown_test_takes_what_its_system_took(void **state)
{
	(void)state;
	forecast_took(&forecast, 1, 5);
	forecast_took(&forecast, 4, 50); /* the other system */
	assert_true(forecast_of(&forecast, 3) > 4.9 && forecast_of(&forecast, 3) < 5.1);
}

static void an_unknown_system_takes_what_its_mode_took(void **state)
{
	(void)state;
	forecast_took(&forecast, 1, 6);
	forecast_took(&forecast, 5, 600); /* the other mode */
	assert_true(forecast_of(&forecast, 4) > 60 && forecast_of(&forecast, 4) < 65); /* Linux weighs 10.3 times as much */
}

static void a_test_of_more_effort_takes_longer(void **state)
{
	(void)state;
	forecast_took(&forecast, 2, 5);
	assert_true(forecast_of(&forecast, 6) > 8 * 5 && forecast_of(&forecast, 6) < 10 * 5);
}

static void boots_count(void **state)
{
	(void)state;
	forecast_took(&forecast, 1, 5);
	assert_true(forecast_of(&forecast, 5) > BOOTS * 5 - 0.1 && forecast_of(&forecast, 5) < BOOTS * 5 + 0.1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(before_anything_is_done_nothing_is_known, begin, end),
		cmocka_unit_test_setup_teardown(a_point_takes_what_the_same_test_took_nearest_to_it, begin, end),
		cmocka_unit_test_setup_teardown(an_unknown_test_takes_what_its_system_took, begin, end),
		cmocka_unit_test_setup_teardown(an_unknown_system_takes_what_its_mode_took, begin, end),
		cmocka_unit_test_setup_teardown(a_test_of_more_effort_takes_longer, begin, end),
		cmocka_unit_test_setup_teardown(boots_count, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
