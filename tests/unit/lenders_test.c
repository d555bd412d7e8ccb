/* lenders_test.c - whom a core asks for frames: nearest first, who has lent again, all others before it gives up
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "services/memory/lenders.h"

enum { CORES = 12 };

/* Two packages of six, each of two caches of three. */
static unsigned distance(unsigned core_a, unsigned core_b)
{
	if (core_a == core_b)
		return 0;
	if (core_a / 3 == core_b / 3)
		return 2;
	return core_a / 6 == core_b / 6 ? 3 : 4;
}

static unsigned anywhere(unsigned core_a, unsigned core_b)
{
	(void)core_a;
	(void)core_b;
	return LENDERS_FARTHEST;
}

static void refuse(struct lenders *lenders, unsigned expected, bool others)
{
	assert_int_equal(lenders_next(lenders), expected);
	assert_int_equal(lenders_refused(lenders), others);
}

static void the_nearest_come_first(void **state)
{
	static const unsigned ORDER[] = { 5, 3, 0, 1, 2, 6, 7, 8, 9, 10, 11 };
	struct lenders lenders;

	(void)state;
	lenders_open(&lenders, 4, CORES, distance);
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < CORES - 1; i++)
			refuse(&lenders, ORDER[i], i < CORES - 2);
}

static void who_has_lent_is_asked_again(void **state)
{
	struct lenders lenders;

	(void)state;
	lenders_open(&lenders, 0, 4, anywhere);
	refuse(&lenders, 1, true);
	for (unsigned loan = 0; loan < 5; loan++) {
		assert_int_equal(lenders_next(&lenders), 2);
		lenders_lent(&lenders);
	}
	refuse(&lenders, 2, true);
	refuse(&lenders, 3, true);
	refuse(&lenders, 1, false); /* who refused before the loan is asked, too */
	refuse(&lenders, 1, true);
}

static void neighbours_ask_different_ones(void **state)
{
	struct lenders lenders;

	(void)state;
	for (unsigned self = 0; self < CORES; self++) {
		lenders_open(&lenders, self, CORES, anywhere);
		assert_int_equal(lenders_next(&lenders), (self + 1) % CORES);
	}
}

static void each_other_core_is_asked_once(void **state)
{
	struct lenders lenders;

	(void)state;
	for (unsigned cores = 2; cores < CORE_SET_SIZE; cores += 23) {
		bool asked[CORE_SET_SIZE] = { false };
		unsigned count = 0, next;

		lenders_open(&lenders, cores - 1, cores, distance);
		do {
			next = lenders_next(&lenders);
			assert_true(next < cores - 1 && !asked[next]);
			asked[next] = true;
			count++;
		} while (lenders_refused(&lenders));
		assert_int_equal(count, cores - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_come_first),
		cmocka_unit_test(who_has_lent_is_asked_again),
		cmocka_unit_test(neighbours_ask_different_ones),
		cmocka_unit_test(each_other_core_is_asked_once),
	};

	return cmocka_run_group_tests_name("lenders", tests, NULL, NULL);
}
