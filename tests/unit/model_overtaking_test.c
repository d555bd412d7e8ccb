/* model_overtaking_test.c - who comes again and again is delayed now and then, by less than it waited; nobody else is
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scalability-tests/machine/overtaking.h"

enum { CORE = 3, LINE = 77, WAIT = 1000, PERIOD = 1200, ROUNDS = 8000 };

static int start(void **state)
{
	(void)state;
	overtaking_start();
	return 0;
}

/* How many of ROUNDS requests were delayed, each `period` after the one before; line `LINE + i % lines`. */
static unsigned int delayed(uint64_t period, unsigned int lines, uint64_t *sum)
{
	unsigned int count = 0;

	*sum = 0;
	for (uint64_t i = 1; i <= ROUNDS; i++) {
		uint32_t delay = overtaking_delay(CORE, LINE + (uint32_t)(i % lines), i * period, WAIT);

		assert_true(delay <= WAIT);
		count += delay > 0;
		*sum += delay;
	}
	return count;
}

static void one_in_eight_is_delayed_by_half_its_wait(void **state)
{
	uint64_t sum;
	unsigned int count = delayed(PERIOD, 1, &sum);

	(void)state;
	assert_in_range(count, ROUNDS / 8 * 9 / 10, ROUNDS / 8 * 11 / 10);
	assert_in_range(sum / count, WAIT * 45 / 100, WAIT * 55 / 100);
}

static void who_comes_much_later_is_not(void **state)
{
	uint64_t sum;

	(void)state;
	assert_int_equal(delayed(4 * WAIT, 1, &sum), 0);
}

static void who_queued_for_another_line_is_not(void **state)
{
	uint64_t sum;

	(void)state;
	assert_int_equal(delayed(PERIOD, 2, &sum), 0);
}

static void each_core_has_its_own_past(void **state)
{
	(void)state;
	for (unsigned int core = 0; core < 200; core++)
		assert_int_equal(overtaking_delay(core, LINE, PERIOD + core, WAIT), 0);
}

static void the_same_again_after_a_start(void **state)
{
	uint64_t first, second;

	delayed(PERIOD, 1, &first);
	start(state);
	delayed(PERIOD, 1, &second);
	assert_int_equal(first, second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(one_in_eight_is_delayed_by_half_its_wait, start),
		cmocka_unit_test_setup(who_comes_much_later_is_not, start),
		cmocka_unit_test_setup(who_queued_for_another_line_is_not, start),
		cmocka_unit_test_setup(each_core_has_its_own_past, start),
		cmocka_unit_test_setup(the_same_again_after_a_start, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
