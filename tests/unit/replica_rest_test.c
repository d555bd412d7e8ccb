/* replica_rest_test.c - services that fail again and again stay away for a while, and are called on the core beside meanwhile
 * SPDX-License-Identifier: MIT */
#include "percpu/machine.h"
#include "tests/unit/gate_steps.h"

enum {
	MILLISECOND = 1000000,
	SECOND = 1000 * MILLISECOND,
	NEIGHBOUR = 1,
};

/* Its call has gone to the neighbour, which answers it. */
static void assert_served_elsewhere(struct thread *caller, uint64_t words, uint64_t answer)
{
	struct sent sent = machine_take_sent();

	assert_sent(&sent, NEIGHBOUR, ECHO, words);
	machine_answered(&sent, answer);
	machine_run(caller);
	assert_int_equal(processor.rax, answer);
	assert_int_equal(processor.rsi, answer + 1);
	assert_int_equal(processor.r9, answer + 5);
}

/* How long it stays away, having failed at once. */
static uint64_t rest_after_failing(void)
{
	struct thread *caller = thread_current;
	uint64_t failed = machine_time;

	enter(ECHO, 1);
	machine_fault();
	assert_true(machine_go_on());
	for (;;) { /* bounded: the longest rest */
		machine_call(ECHO, 2);
		assert_false(machine_in_user_mode());
		if (!machine_sent_count)
			break;
		assert_served_elsewhere(caller, 2, 20);
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

static void who_waits_at_the_door_of_what_rests_is_served_elsewhere(void **state)
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
	assert_false(machine_in_user_mode());
	assert_served_elsewhere(waiting, 1, 20);
}

static void let_it_rest(void)
{
	machine_run(machine_thread());
	for (unsigned times = 0; times < 2; times++) {
		enter(ECHO, 1);
		machine_fault();
		assert_true(machine_go_on());
	}
}

static void assert_dead(void)
{
	assert_true(machine_in_user_mode());
	assert_refused_with(STATUS_DEAD);
	assert_int_equal(machine_sent_count, 0);
}

/* Whose monitor would be open meanwhile; and who has asked for this core. */
static void who_minds_where_hears_that_it_is_dead(void **state)
{
	(void)state;
	let_it_rest();
	machine_call_at(0, ECHO, 2, 0);
	assert_dead();
	enter(RELAY, 3);
	machine_call(ECHO, 4);
	assert_dead();
	machine_return(5);
	machine_serve(ECHO, 6);
	assert_int_equal(machine_sent_count, 0);
}

static void another_core_is_not_sent_on(void **state)
{
	struct sent sent;

	(void)state;
	let_it_rest();
	machine_interrupt();
	machine_asked(NEIGHBOUR, ECHO, 77, 2);
	assert_true(machine_go_on()); /* the program, behind the proxy */
	sent = machine_take_sent();
	assert_int_equal(sent.message.kind, MESSAGE_answered);
	assert_int_equal((int64_t)sent.message.word[0], STATUS_DEAD);
	assert_int_equal(machine_sent_count, 0);
}

static void who_keeps_a_store_stays_with_it(void **state)
{
	(void)state;
	machine_run(machine_thread());
	for (unsigned times = 0; times < 2; times++) {
		enter(SERVER_keeper, 1);
		machine_fault();
		assert_true(machine_go_on());
	}
	machine_call(SERVER_keeper, 2);
	assert_dead();
}

static void the_only_core_has_no_neighbour(void **state)
{
	uint32_t cores = machine.acpi.core_count;

	(void)state;
	let_it_rest();
	machine.acpi.core_count = 1;
	machine_call(ECHO, 2);
	machine.acpi.core_count = cores;
	assert_dead();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_fails_again_and_again_rests_ever_longer),
		TEST(who_waits_at_the_door_of_what_rests_is_served_elsewhere),
		TEST(who_minds_where_hears_that_it_is_dead),
		TEST(another_core_is_not_sent_on),
		TEST(who_keeps_a_store_stays_with_it),
		TEST(the_only_core_has_no_neighbour),
	};

	return cmocka_run_group_tests_name("replica_rest", tests, NULL, NULL);
}
