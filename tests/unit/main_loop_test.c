/* main_loop_test.c - until when the emulator's main loop sleeps, and what it sees
 * SPDX-License-Identifier: MIT */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scalability-tests/machine/main_loop.h"

static uint64_t front;
static bool heard_first;

static uint64_t front_now(void)
{
	heard_first = !main_loop_asked();
	return front;
}

static void wake_at(uint64_t moment)
{
	front = moment;
	main_loop_wakes(front_now);
}

static bool readable(void)
{
	struct pollfd descriptor = { .fd = main_loop_fd(), .events = POLLIN };

	return poll(&descriptor, 1, 0) == 1;
}

static int start(void **state)
{
	(void)state;
	main_loop_start();
	return 0;
}

static void at_first_a_timer_may_be_due(void **state)
{
	(void)state;
	assert_int_equal(main_loop_timer(), 0);
	assert_true(main_loop_looks());
	assert_false(main_loop_asked());
}

static void who_is_held_up_before_it_sleeps_sleeps_no_longer(void **state)
{
	(void)state;
	wake_at(100);
	front = 5000;
	main_loop_sleeps(50);
	assert_int_equal(main_loop_timer(), 150);
	assert_false(main_loop_looks());
}

static void the_limit_stands_while_it_is_awake(void **state)
{
	(void)state;
	wake_at(100);
	main_loop_sleeps(50);
	wake_at(120);
	assert_true(main_loop_looks());
	assert_int_equal(main_loop_timer(), 150);
	main_loop_sleeps(500);
	assert_int_equal(main_loop_timer(), 620);
}

static void asked_it_wakes_hears_and_then_sees(void **state)
{
	(void)state;
	wake_at(0);
	main_loop_sleeps(10);
	assert_false(readable());
	main_loop_ask();
	assert_true(main_loop_asked());
	assert_true(readable());
	wake_at(10);
	assert_true(heard_first);
	assert_false(readable());
	assert_false(main_loop_asked());
	assert_true(main_loop_looks());
	main_loop_sleeps(10);
	assert_false(main_loop_looks());
}

static void asked_while_awake_it_looks_once_more(void **state)
{
	(void)state;
	wake_at(0);
	main_loop_ask();
	main_loop_sleeps(10);
	assert_true(main_loop_looks());
	assert_true(readable());
	wake_at(3);
	main_loop_sleeps(10);
	assert_false(main_loop_looks());
	assert_int_equal(main_loop_timer(), 13);
}

static void without_a_timer_it_sleeps_for_ever(void **state)
{
	(void)state;
	wake_at(7);
	main_loop_sleeps(MAIN_LOOP_NO_TIMER);
	assert_true(main_loop_timer() == MAIN_LOOP_NO_TIMER);
	main_loop_sleeps(MAIN_LOOP_NO_TIMER - 7);
	assert_true(main_loop_timer() == MAIN_LOOP_NO_TIMER);
	main_loop_sleeps(MAIN_LOOP_NO_TIMER - 8);
	assert_true(main_loop_timer() == MAIN_LOOP_NO_TIMER - 1);
}

static void *look_elsewhere(void *seen)
{
	uint64_t moment;

	*(bool *)seen = main_loop_sees(&moment);
	return NULL;
}

static void others_do_not_see_what_it_saw(void **state)
{
	pthread_t other;
	uint64_t moment;
	bool seen = true;

	(void)state;
	wake_at(42);
	front = 43;
	assert_true(main_loop_sees(&moment));
	assert_int_equal(moment, 42);
	assert_int_equal(pthread_create(&other, NULL, look_elsewhere, &seen), 0);
	pthread_join(other, NULL);
	assert_false(seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(at_first_a_timer_may_be_due, start),
		cmocka_unit_test_setup(who_is_held_up_before_it_sleeps_sleeps_no_longer, start),
		cmocka_unit_test_setup(the_limit_stands_while_it_is_awake, start),
		cmocka_unit_test_setup(asked_it_wakes_hears_and_then_sees, start),
		cmocka_unit_test_setup(asked_while_awake_it_looks_once_more, start),
		cmocka_unit_test_setup(without_a_timer_it_sleeps_for_ever, start),
		cmocka_unit_test_setup(others_do_not_see_what_it_saw, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
