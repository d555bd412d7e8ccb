/* schedule_test.c - whose turn it is, and for how long
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scalability-tests/machine/schedule.h"

enum { LONGEST = 10000, STEPS = 200000 };

static struct schedule schedule;

static int start(void **state)
{
	(void)state;
	schedule_start(&schedule, LONGEST);
	return 0;
}

static void put_at(unsigned int core, uint64_t clock)
{
	schedule_advance(&schedule, core, clock);
	schedule_put(&schedule, core);
}

static void assert_next(unsigned int core)
{
	assert_int_equal(schedule_first(&schedule), core);
	assert_true(schedule_has(&schedule, core));
	schedule_remove(&schedule, core);
	assert_false(schedule_has(&schedule, core));
}

static void nobody_is_there_at_first(void **state)
{
	(void)state;
	assert_int_equal(schedule_first(&schedule), SCHEDULE_NOBODY);
	for (unsigned int core = 0; core < SCHEDULE_CORES; core++)
		assert_false(schedule_has(&schedule, core));
	put_at(7, 100);
	assert_next(7);
	assert_int_equal(schedule_first(&schedule), SCHEDULE_NOBODY);
}

static void the_lowest_clock_is_first(void **state)
{
	(void)state;
	for (unsigned int core = 0; core < SCHEDULE_CORES; core++)
		put_at(core, (core * 37u + 11) % SCHEDULE_CORES * 5);
	for (unsigned int turn = 0; turn < SCHEDULE_CORES; turn++) {
		assert_int_equal(schedule.clock[schedule_first(&schedule)], turn * 5);
		assert_next(schedule_first(&schedule));
	}
	assert_int_equal(schedule_first(&schedule), SCHEDULE_NOBODY);
}

static void equal_clocks_go_by_number(void **state)
{
	(void)state;
	for (unsigned int core = SCHEDULE_CORES; core-- > 0;)
		put_at(core, 1000);
	for (unsigned int core = 0; core < SCHEDULE_CORES; core++)
		assert_next(core);
}

static void clocks_only_go_forward(void **state)
{
	(void)state;
	put_at(1, 100);
	put_at(2, 200);
	put_at(3, 300);
	schedule_advance(&schedule, 1, 250);
	assert_int_equal(schedule_first(&schedule), 2);
	schedule_advance(&schedule, 2, 50);
	assert_int_equal(schedule.clock[2], 200);
	schedule_advance(&schedule, 2, 400);
	assert_next(1);
	schedule_advance(&schedule, 1, 500); /* while it is not there */
	assert_next(3);
	schedule_put(&schedule, 1);
	assert_next(2);
	assert_next(1);
}

static void who_is_taken_out_keeps_the_order(void **state)
{
	(void)state;
	for (unsigned int core = 0; core < 100; core++)
		put_at(core, core * 7u % 100);
	for (unsigned int core = 0; core < 100; core += 3)
		schedule_remove(&schedule, core);
	for (uint64_t last = 0; schedule_first(&schedule) != SCHEDULE_NOBODY;) {
		unsigned int first = schedule_first(&schedule);

		assert_int_not_equal(first % 3, 0);
		assert_true(schedule.clock[first] >= last);
		last = schedule.clock[first];
		assert_next(first);
	}
}

/* The last of the heap, which fills the gap, belongs above what was over the gap. */
static void who_fills_a_gap_may_be_early(void **state)
{
	static const uint64_t there[] = { 0, 100, 1, 101, 102, 2, 3 }, later[] = { 500, 501, 502 };
	static const uint64_t expected[] = { 0, 1, 2, 3, 100, 102, 500, 501, 502 };

	(void)state;
	for (unsigned int i = 0; i < 7; i++)
		put_at(i, there[i]);
	schedule_remove(&schedule, 3);
	for (unsigned int i = 0; i < 3; i++)
		put_at(10 + i, later[i]);
	for (unsigned int i = 0; i < 9; i++) {
		assert_int_equal(schedule.clock[schedule_first(&schedule)], expected[i]);
		assert_next(schedule_first(&schedule));
	}
}

/* Who should be first, by looking at all. */
static unsigned int first_of_all(const uint64_t *clock, const bool *there)
{
	unsigned int first = SCHEDULE_NOBODY;

	for (unsigned int core = 0; core < SCHEDULE_CORES; core++)
		if (there[core] && (first == SCHEDULE_NOBODY || clock[core] < clock[first]))
			first = core;
	return first;
}

static void any_order_of_calls_is_kept(void **state)
{
	static uint64_t clock[SCHEDULE_CORES];
	static bool there[SCHEDULE_CORES];
	uint64_t random = 88172645463325252;

	(void)state;
	for (unsigned int step = 0; step < STEPS; step++) {
		unsigned int core;

		random ^= random << 13, random ^= random >> 7, random ^= random << 17;
		core = (unsigned int)(random % SCHEDULE_CORES);
		if (random >> 40 & 1) {
			clock[core] += random >> 50;
			schedule_advance(&schedule, core, clock[core]);
		} else if (there[core]) {
			schedule_remove(&schedule, core);
			there[core] = false;
		} else {
			schedule_put(&schedule, core);
			there[core] = true;
		}
		assert_int_equal(schedule_first(&schedule), first_of_all(clock, there));
		assert_int_equal(schedule_has(&schedule, core), there[core]);
	}
}

static void a_slice_ends_a_quantum_past_the_next(void **state)
{
	(void)state;
	assert_int_equal(schedule_limit(&schedule, 1, 500), 500 + LONGEST); /* nobody else */
	put_at(2, 800);
	put_at(3, 900);
	assert_int_equal(schedule_limit(&schedule, 1, 500), 800 + LONGEST);
	assert_int_equal(schedule_limit(&schedule, 1, 850), 850 + LONGEST);
	schedule_met_others(&schedule, 1);
	assert_int_equal(schedule_limit(&schedule, 1, 500), 800 + QUANTUM_SHORTEST);
	assert_int_equal(schedule_limit(&schedule, 4, 500), 800 + LONGEST); /* each has its own */
}

static void a_quantum_grows_back_to_its_end(void **state)
{
	uint64_t expected = QUANTUM_SHORTEST;

	(void)state;
	schedule_met_others(&schedule, 1);
	for (unsigned int slice = 0; slice < 20; slice++) {
		assert_int_equal(schedule_limit(&schedule, 1, 0), expected);
		schedule_was_alone(&schedule, 1);
		expected = 2 * expected < LONGEST ? 2 * expected : LONGEST;
	}
	assert_int_equal(expected, LONGEST);
}

static void no_quantum_is_longer_than_asked_for(void **state)
{
	(void)state;
	schedule_start(&schedule, 20);
	assert_int_equal(schedule_limit(&schedule, 1, 0), 20);
	schedule_was_alone(&schedule, 1);
	assert_int_equal(schedule_limit(&schedule, 1, 0), 20);
	schedule_met_others(&schedule, 1);
	assert_int_equal(schedule_limit(&schedule, 1, 0), 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nobody_is_there_at_first, start),
		cmocka_unit_test_setup(the_lowest_clock_is_first, start),
		cmocka_unit_test_setup(equal_clocks_go_by_number, start),
		cmocka_unit_test_setup(clocks_only_go_forward, start),
		cmocka_unit_test_setup(who_is_taken_out_keeps_the_order, start),
		cmocka_unit_test_setup(who_fills_a_gap_may_be_early, start),
		cmocka_unit_test_setup(any_order_of_calls_is_kept, start),
		cmocka_unit_test_setup(a_slice_ends_a_quantum_past_the_next, start),
		cmocka_unit_test_setup(a_quantum_grows_back_to_its_end, start),
		cmocka_unit_test_setup(no_quantum_is_longer_than_asked_for, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
