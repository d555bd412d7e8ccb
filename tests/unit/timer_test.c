/* timer_test.c - deadlines: the earliest first, cancelled ones never, against an array
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "percpu/clock.h"
#include "sched/timer.h"
#include "tests/unit/physical_memory.h"

enum {
	THREADS = 16,
	ROUNDS = 100000,
	SPAN = 40, /* of deadlines ahead: few enough that some are equal */
};

static struct thread thread[THREADS];
static uint64_t now;

uint64_t clock_now(void)
{
	return now;
}

/* No test leaves a deadline behind, so each begins with none. */
static void assert_none(void)
{
	assert_int_equal(timer_next(), CLOCK_NEVER);
	assert_null(timer_expired());
}

static void without_a_deadline_there_is_none(void **state)
{
	(void)state;
	now = CLOCK_NEVER;
	assert_none();
	timer_cancel(&thread[0]);
	assert_none();
}

static void a_deadline_passes_when_it_is_reached(void **state)
{
	(void)state;
	now = 99;
	timer_set(&thread[0], 100);
	assert_int_equal(timer_next(), 100);
	assert_null(timer_expired());
	now = 100;
	assert_ptr_equal(timer_expired(), &thread[0]);
	assert_int_equal(thread[0].deadline, 0);
	assert_none();
}

static void setting_again_moves_and_cancelling_takes_away(void **state)
{
	(void)state;
	now = 0;
	timer_set(&thread[0], 10);
	timer_set(&thread[1], 20);
	timer_set(&thread[2], 30);
	timer_set(&thread[0], 25);
	assert_int_equal(timer_next(), 20);
	timer_cancel(&thread[1]);
	timer_cancel(&thread[1]);
	assert_int_equal(thread[1].deadline, 0);
	assert_int_equal(timer_next(), 25);
	timer_cancel(&thread[2]);
	now = 1000;
	assert_ptr_equal(timer_expired(), &thread[0]);
	assert_none();
}

static void equal_deadlines_pass_in_the_order_of_setting(void **state)
{
	(void)state;
	now = 0;
	for (unsigned i = 0; i < THREADS; i++)
		timer_set(&thread[i], 7);
	now = 7;
	for (unsigned i = 0; i < THREADS; i++)
		assert_ptr_equal(timer_expired(), &thread[i]);
	assert_none();
}

/* When each thread's deadline is, 0 for none, and which was set last. */
struct oracle {
	uint64_t deadline[THREADS], order[THREADS], count;
};

static int earliest(const struct oracle *oracle)
{
	int best = -1;

	for (int i = 0; i < THREADS; i++) {
		if (!oracle->deadline[i])
			continue;
		if (best < 0 || oracle->deadline[i] < oracle->deadline[best] ||
		    (oracle->deadline[i] == oracle->deadline[best] && oracle->order[i] < oracle->order[best]))
			best = i;
	}
	return best;
}

static void expire(struct oracle *oracle)
{
	int due = earliest(oracle);
	struct thread *expired = timer_expired();

	if (due < 0 || oracle->deadline[due] > now) {
		assert_null(expired);
		return;
	}
	assert_ptr_equal(expired, &thread[due]);
	oracle->deadline[due] = 0;
}

static void any_mixture_is_as_the_array_has_it(void **state)
{
	struct oracle oracle = { .count = 0 };
	uint64_t seed = 271828;

	(void)state;
	now = 1;
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned which = next_random(&seed) % THREADS;
		unsigned action = next_random(&seed) % 8;

		if (action < 3) {
			oracle.deadline[which] = now + next_random(&seed) % SPAN;
			oracle.order[which] = oracle.count++;
			timer_set(&thread[which], oracle.deadline[which]);
		} else if (action == 3) {
			timer_cancel(&thread[which]);
			oracle.deadline[which] = 0;
		} else if (action == 4) {
			now += next_random(&seed) % (SPAN / 4);
		} else {
			expire(&oracle);
		}
		assert_int_equal(timer_next(),
				 earliest(&oracle) < 0 ? CLOCK_NEVER : oracle.deadline[earliest(&oracle)]);
		assert_int_equal(thread[which].deadline, oracle.deadline[which]);
	}
	for (unsigned i = 0; i < THREADS; i++)
		timer_cancel(&thread[i]);
	assert_none();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_deadline_there_is_none),
		cmocka_unit_test(a_deadline_passes_when_it_is_reached),
		cmocka_unit_test(setting_again_moves_and_cancelling_takes_away),
		cmocka_unit_test(equal_deadlines_pass_in_the_order_of_setting),
		cmocka_unit_test(any_mixture_is_as_the_array_has_it),
	};

	return cmocka_run_group_tests_name("timer", tests, NULL, NULL);
}
