/* model_busy_test.c - intervals of being busy, in and out of order
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scalability-tests/machine/busy.h"

static struct interval interval;

/* When a request is served that keeps it busy for so long. */
static uint64_t serve(uint64_t now, uint32_t cycles)
{
	uint64_t start = interval_start(&interval, now);

	interval_occupy(&interval, now, start, cycles);
	return start;
}

static int idle(void **state)
{
	(void)state;
	interval = (struct interval){ 0 };
	return 0;
}

static void who_asks_within_waits(void **state)
{
	(void)state;
	assert_int_equal(serve(1000, 100), 1000);
	assert_int_equal(serve(1000, 100), 1100);
	assert_int_equal(serve(1199, 100), 1200);
	assert_int_equal(serve(1050, 100), 1300);
	assert_int_equal(serve(1400, 100), 1400);
	assert_int_equal(serve(1499, 100), 1500);
}

static void who_asks_before_does_not(void **state)
{
	(void)state;
	serve(1000, 100);
	serve(1010, 100);
	assert_int_equal(serve(999 - INTERVAL_REACH, 1), 999 - INTERVAL_REACH);
	assert_int_equal(serve(500, 100), 500);
}

/* Two that ask at one moment are served one after the other, whichever is heard first. */
static void who_asks_shortly_before_waits(void **state)
{
	(void)state;
	serve(1000, 100);
	assert_int_equal(serve(999, 100), 1100);
	assert_int_equal(serve(1000 - INTERVAL_REACH, 100), 1200);
}

/* A request that ends before the interval leaves it as it is; one that reaches it makes it longer. */
static void an_early_request_is_joined_where_it_meets(void **state)
{
	(void)state;
	serve(1000, 100);
	serve(500, 100);
	assert_int_equal(interval_start(&interval, 550), 550);
	assert_int_equal(interval_start(&interval, 1050), 1100);
	serve(850, 200);
	assert_int_equal(interval_start(&interval, 849 - INTERVAL_REACH), 849 - INTERVAL_REACH);
	assert_int_equal(interval_start(&interval, 860), 1100);
	serve(700, 500);
	assert_int_equal(interval_start(&interval, 710), 1200);
}

static void a_gap_ends_the_interval(void **state)
{
	(void)state;
	serve(1000, 100);
	serve(2000, 100);
	assert_int_equal(interval_start(&interval, 1050), 1050);
	assert_int_equal(interval_start(&interval, 2050), 2100);
}

static void no_time_is_never_busy(void **state)
{
	(void)state;
	for (uint64_t now = 100; now < 110; now++) {
		assert_int_equal(serve(now, 0), now);
		assert_int_equal(serve(now, 0), now);
	}
}

/* What is on its way keeps a copy busy from its own start, even when older requests keep it busy longer. */
static void a_shorter_time_does_not_end_a_longer(void **state)
{
	(void)state;
	serve(1000, 1000);
	interval_occupy(&interval, 1100, 1100, 10);
	assert_int_equal(interval_start(&interval, 1200), 2000);
}

static void every_copy_has_a_queue(void **state)
{
	(void)state;
	queues_start();
	*queue_find(1, 0) = (struct interval){ 10, 20 };
	*queue_find(1, 1) = (struct interval){ 30, 40 };
	*queue_find(2, 0) = (struct interval){ 50, 60 };
	assert_int_equal(queue_find(1, 0)->until, 20);
	assert_int_equal(queue_find(1, 1)->until, 40);
	assert_int_equal(queue_find(2, 0)->until, 60);
	queues_start();
	assert_int_equal(queue_find(1, 0)->until, 0);
}

/* More copies than places: none is ever taken for another. */
static void a_forgotten_queue_is_idle(void **state)
{
	unsigned int kept = 0;

	(void)state;
	queues_start();
	for (uint32_t line = 1; line <= 100000; line++)
		*queue_find(line, 3) = (struct interval){ line, line + 1 };
	for (uint32_t line = 100000; line > 0; line--) {
		struct interval found = *queue_find(line, 3);

		assert_true(found.from == line || found.until == 0);
		kept += found.from == line;
	}
	assert_in_range(kept, 1, 99999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(who_asks_within_waits, idle),
		cmocka_unit_test_setup(who_asks_before_does_not, idle),
		cmocka_unit_test_setup(who_asks_shortly_before_waits, idle),
		cmocka_unit_test_setup(an_early_request_is_joined_where_it_meets, idle),
		cmocka_unit_test_setup(a_gap_ends_the_interval, idle),
		cmocka_unit_test_setup(no_time_is_never_busy, idle),
		cmocka_unit_test_setup(a_shorter_time_does_not_end_a_longer, idle),
		cmocka_unit_test(every_copy_has_a_queue),
		cmocka_unit_test(a_forgotten_queue_is_idle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
