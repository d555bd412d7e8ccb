/* model_rounds_test.c - the parts of a round: who was last, what is hidden, what is whose
 * SPDX-License-Identifier: MIT
 * Core 0 asks where nothing else is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scalability-tests/machine/rounds.h"

enum { ASK = 100, ASKED = 150, RANDOM_ROUNDS = 10000 };

static int start(void **state)
{
	(void)state;
	rounds_start();
	return 0;
}

static void ask(void)
{
	rounds_ask(0, ASK);
	rounds_asked(0, ASKED);
}

static void answer(unsigned int core, uint64_t taken, uint64_t done)
{
	rounds_taken(core, taken);
	rounds_done(core, done);
}

static void assert_parts(unsigned int core, uint64_t clock, uint64_t send, uint64_t wake, uint64_t invalidate, uint64_t acknowledge)
{
	struct round round;

	assert_true(rounds_answered(core, clock, &round));
	assert_false(round.overlapped);
	assert_int_equal(round.cycles[ROUND_SEND], send);
	assert_int_equal(round.cycles[ROUND_WAKE], wake);
	assert_int_equal(round.cycles[ROUND_INVALIDATE], invalidate);
	assert_int_equal(round.cycles[ROUND_ACKNOWLEDGE], acknowledge);
}

static void assert_overlapped(unsigned int core, uint64_t clock)
{
	struct round round;

	assert_true(rounds_answered(core, clock, &round));
	assert_true(round.overlapped);
	for (unsigned int part = 0; part < ROUND_PARTS; part++)
		assert_int_equal(round.cycles[part], 0);
}

static void parts_follow_one_another(void **state)
{
	(void)state;
	ask();
	answer(1, 1000, 1400);
	assert_parts(0, 1500, 50, 850, 400, 100);
}

static void the_last_to_be_done_counts(void **state)
{
	(void)state;
	ask();
	rounds_taken(1, 1000);
	rounds_taken(2, 900);
	rounds_taken(3, 1100);
	rounds_done(1, 1200);
	rounds_done(2, 1300);
	rounds_done(3, 1250); /* heard of later, was earlier */
	assert_parts(0, 1500, 50, 750, 400, 200);
}

static void what_is_done_while_it_asks_is_hidden(void **state)
{
	(void)state;
	ask();
	answer(1, 110, 140);
	assert_parts(0, 170, 50, 0, 0, 20);
	ask();
	answer(1, 110, 160);
	assert_parts(0, 170, 50, 0, 10, 10);
}

static void the_past_does_not_count(void **state)
{
	(void)state;
	ask();
	answer(1, 1000, 9000);
	assert_parts(0, 9500, 50, 850, 8000, 500);
	rounds_ask(5, 2000); /* its clock is behind the other's */
	rounds_asked(5, 2010);
	answer(1, 2500, 2600);
	assert_parts(5, 2700, 10, 490, 100, 100);
}

/* Clocks of cores are apart by up to a quantum. */
static void moments_are_put_in_order(void **state)
{
	(void)state;
	ask();
	answer(1, 1000, 1600);
	assert_parts(0, 1500, 50, 850, 500, 0);
	ask();
	answer(1, 1550, 1600);
	assert_parts(0, 1500, 50, 1350, 0, 0);
	ask();
	answer(1, 90, 95);
	assert_parts(0, 1500, 50, 0, 0, 1350);
}

static void together_they_are_the_round(void **state)
{
	uint64_t random = 1;

	(void)state;
	for (unsigned int i = 0; i < RANDOM_ROUNDS; i++) {
		uint64_t moment[3], last;
		struct round round;

		for (unsigned int j = 0; j < 3; j++) {
			random = random * 6364136223846793005 + 1442695040888963407;
			moment[j] = ASK + (random >> 33) % 1000;
		}
		rounds_ask(0, ASK);
		rounds_asked(0, moment[0]);
		answer(1, moment[1], moment[2]);
		last = moment[0] + (random >> 40) % 1000;
		assert_true(rounds_answered(0, last, &round));
		assert_int_equal(round.cycles[ROUND_SEND] + round.cycles[ROUND_WAKE] + round.cycles[ROUND_INVALIDATE] +
				 round.cycles[ROUND_ACKNOWLEDGE], last - ASK);
	}
}

/* Each of the three meets another, though the first and the last do not meet. */
static void rounds_at_one_time_have_no_parts(void **state)
{
	(void)state;
	ask();
	rounds_ask(1, 120);
	answer(2, 200, 210);
	rounds_asked(1, 220);
	assert_overlapped(0, 300);
	rounds_ask(3, 310);
	answer(2, 320, 330);
	assert_overlapped(1, 400);
	assert_overlapped(3, 500);
	ask();
	answer(2, 600, 610);
	assert_parts(0, 700, 50, 450, 10, 90);
}

static void a_round_that_began_unseen_is_none(void **state)
{
	struct round round;

	(void)state;
	rounds_asked(0, ASKED);
	answer(1, 200, 300);
	assert_false(rounds_answered(0, 400, &round));
	ask();
	rounds_asked(7, 700); /* it began unseen */
	assert_false(rounds_answered(7, 800, &round));
	answer(1, 1000, 1400);
	assert_parts(0, 1500, 50, 850, 400, 100);
	assert_false(rounds_answered(0, 1600, &round)); /* it has ended */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(parts_follow_one_another, start),
		cmocka_unit_test_setup(the_last_to_be_done_counts, start),
		cmocka_unit_test_setup(what_is_done_while_it_asks_is_hidden, start),
		cmocka_unit_test_setup(the_past_does_not_count, start),
		cmocka_unit_test_setup(moments_are_put_in_order, start),
		cmocka_unit_test_setup(together_they_are_the_round, start),
		cmocka_unit_test_setup(rounds_at_one_time_have_no_parts, start),
		cmocka_unit_test_setup(a_round_that_began_unseen_is_none, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
