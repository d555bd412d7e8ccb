/* model_cache_test.c - tags: sets, replacement, versions
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scalability-tests/machine/cache.h"

enum { SETS = 8, WAYS = 4, COPIES = 3 };

static struct cache cache;

static int start(void **state)
{
	(void)state;
	return cache_start(&cache, (struct machine_cache){ .lines = SETS * WAYS, .ways = WAYS }, COPIES);
}

static int end(void **state)
{
	(void)state;
	cache_end(&cache);
	return 0;
}

static struct cache_tag tag(uint32_t number, uint32_t version)
{
	return (struct cache_tag){ .number = number, .version = version };
}

static void the_oldest_of_a_set_makes_room(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= WAYS; i++)
		assert_int_equal(cache_insert(&cache, 0, tag(i * SETS, 0)), 0);
	for (uint32_t i = 1; i <= 3 * WAYS; i++)
		assert_int_equal(cache_insert(&cache, 0, tag((WAYS + i) * SETS, 0)), i * SETS);
}

static void sets_do_not_disturb_each_other(void **state)
{
	(void)state;
	for (uint32_t number = 1; number <= SETS * WAYS; number++)
		assert_int_equal(cache_insert(&cache, 0, tag(number, 0)), 0);
	for (uint32_t number = 1; number <= SETS * WAYS; number++)
		assert_true(cache_holds(&cache, 0, tag(number, 0)));
}

static void copies_do_not_disturb_each_other(void **state)
{
	(void)state;
	cache_insert(&cache, COPIES - 1, tag(5, 0));
	assert_false(cache_holds(&cache, 0, tag(5, 0)));
	assert_true(cache_holds(&cache, COPIES - 1, tag(5, 0)));
	for (uint32_t i = 1; i <= 10 * WAYS; i++)
		cache_insert(&cache, 0, tag(5 + i * SETS, 0));
	assert_true(cache_holds(&cache, COPIES - 1, tag(5, 0)));
}

static void an_older_version_is_not_held(void **state)
{
	(void)state;
	cache_insert(&cache, 1, tag(7, 1));
	assert_false(cache_holds(&cache, 1, tag(7, 2)));
	assert_int_equal(cache_insert(&cache, 1, tag(7, 2)), 0);
	assert_true(cache_holds(&cache, 1, tag(7, 2)));
	assert_false(cache_holds(&cache, 1, tag(7, 1)));
}

/* The same line again takes no second place: three others still fit beside it. */
static void a_line_is_there_once(void **state)
{
	(void)state;
	for (uint32_t version = 0; version < 20; version++)
		assert_int_equal(cache_insert(&cache, 0, tag(SETS, version)), 0);
	for (uint32_t i = 2; i <= WAYS; i++)
		assert_int_equal(cache_insert(&cache, 0, tag(i * SETS, 0)), 0);
	assert_true(cache_holds(&cache, 0, tag(SETS, 19)));
}

/* Sets that are no power of two are hashed: lines in a row fill them nearly evenly. */
static void any_number_of_sets_will_do(void **state)
{
	struct cache odd;
	unsigned int kept = 0;

	(void)state;
	assert_int_equal(cache_start(&odd, (struct machine_cache){ .lines = 12000, .ways = 12 }, 1), 0);
	for (uint32_t number = 1; number <= 9000; number++)
		cache_insert(&odd, 0, tag(number, 0));
	for (uint32_t number = 1; number <= 9000; number++)
		kept += cache_holds(&odd, 0, tag(number, 0));
	assert_in_range(kept, 8500, 9000);
	cache_end(&odd);
}

static void what_is_not_there_holds_nothing(void **state)
{
	struct cache none;

	(void)state;
	assert_int_equal(cache_start(&none, (struct machine_cache){ 0 }, 4), 0);
	assert_int_equal(cache_insert(&none, 3, tag(1, 0)), 0);
	assert_false(cache_holds(&none, 3, tag(1, 0)));
	cache_end(&none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_oldest_of_a_set_makes_room, start, end),
		cmocka_unit_test_setup_teardown(sets_do_not_disturb_each_other, start, end),
		cmocka_unit_test_setup_teardown(copies_do_not_disturb_each_other, start, end),
		cmocka_unit_test_setup_teardown(an_older_version_is_not_held, start, end),
		cmocka_unit_test_setup_teardown(a_line_is_there_once, start, end),
		cmocka_unit_test(any_number_of_sets_will_do),
		cmocka_unit_test(what_is_not_there_holds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
