/* replica_rest_test.c - services that fail again and again stay away for a while
 * SPDX-License-Identifier: MIT */
#include "tests/unit/gate_steps.h"

enum {
	MILLISECOND = 1000000,
	SECOND = 1000 * MILLISECOND,
};

/* How long it stays away, having failed at once. */
static uint64_t rest_after_failing(void)
{
	uint64_t failed = machine_time;

	enter(ECHO, 1);
	machine_fault();
	assert_true(machine_go_on());
	for (;;) { /* bounded: the longest rest */
		machine_call(ECHO, 2);
		if (!machine_in_user_mode())
			break;
		assert_refused_with(STATUS_DEAD);
		machine_time += MILLISECOND;
	}
	assert_true(machine_go_on());
	assert_called_with(2);
	machine_return(3);
	return machine_time - failed;
}

static void who_fails_again_and_again_rests_ever_longer(void **state)
{
	uint64_t rest = 0;

	(void)state;
	machine_run(machine_thread());
	for (unsigned times = 0; times < 15; times++) {
		assert_int_equal(rest_after_failing(), rest);
		rest = !rest ? MILLISECOND : 2 * rest < SECOND ? 2 * rest : SECOND;
	}
	machine_time += SECOND; /* of good conduct */
	assert_int_equal(rest_after_failing(), 0);
	machine_time += SECOND - 1;
	assert_int_equal(rest_after_failing(), MILLISECOND);
}

static void who_waits_at_the_door_of_what_rests_hears_of_it(void **state)
{
	struct thread *inside, *waiting;

	(void)state;
	machine_run(machine_thread());
	rest_after_failing();
	inside = thread_inside(ECHO);
	waiting = thread_waiting_at(ECHO);
	machine_run(inside);
	machine_fault();
	machine_run(waiting);
	machine_call_anew();
	assert_true(machine_in_user_mode());
	assert_refused_with(STATUS_DEAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_fails_again_and_again_rests_ever_longer),
		TEST(who_waits_at_the_door_of_what_rests_hears_of_it),
	};

	return cmocka_run_group_tests_name("replica_rest", tests, NULL, NULL);
}
