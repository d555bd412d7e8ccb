/* monitor_test.c - threads that wait inside a service, and others that come in meanwhile
 * SPDX-License-Identifier: MIT */
#include "kernel/entry/threads.h"
#include "tests/unit/gate_steps.h"

enum { KEY = 5 };

static struct thread *thread_asleep(uint64_t key, uint64_t nanoseconds)
{
	struct thread *thread = thread_inside(ECHO);

	machine_ask(IPC_WAIT, key, nanoseconds);
	assert_int_equal(thread->state, THREAD_PARKED);
	assert_ptr_equal(thread->asleep_in, replicas[ECHO]);
	return thread;
}

/* It goes on inside, with that for an answer. */
static void assert_back(struct thread *thread, int64_t answer)
{
	machine_run(thread);
	assert_inside(thread, ECHO);
	assert_int_equal((int64_t)processor.rax, answer);
	assert_null(thread->asleep_in);
}

/* All stacks are where they were: the door and the spare ones. */
static void assert_all_left(void)
{
	const struct replica *echo = replicas[ECHO];

	assert_int_equal(echo->spares, SPARE_STACKS);
	assert_true(echo->door);
	for (unsigned i = 0; i < SPARE_STACKS; i++)
		assert_int_not_equal(echo->spare[i], echo->door);
	assert_int_not_equal(echo->spare[0], echo->spare[1]);
	assert_null(echo->asleep.first);
	assert_null(echo->returning.first);
	assert_null(echo->waiting.first);
}

static void leave_all(struct thread *const *thread, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		machine_run(thread[i]);
		machine_return(40 + i);
		assert_answered_with(40 + i);
		assert_int_equal(thread[i]->service[0].on_return, 0);
	}
}

static void while_one_waits_another_comes_in(void **state)
{
	struct thread *asleep = thread_asleep(KEY, 0), *other = thread_inside(ECHO);

	(void)state;
	assert_int_not_equal(asleep->service[0].stack, other->service[0].stack);
	machine_ask(IPC_WAKE, KEY, 7);
	assert_int_equal(processor.rax, 1);
	assert_int_equal(asleep->state, THREAD_PARKED); /* until the other one has gone */
	machine_return(40);
	assert_answered_with(40);
	assert_back(asleep, STATUS_OK);
	leave_all(&asleep, 1);
	assert_all_left();
}

static void only_who_waits_for_the_number_is_woken_and_no_more_than_wanted(void **state)
{
	struct thread *asleep[] = { thread_asleep(KEY, 0), thread_asleep(KEY + 1, 0) }, *other = thread_inside(ECHO);

	(void)state;
	machine_ask(IPC_WAKE, KEY + 2, 9);
	assert_int_equal(processor.rax, 0);
	machine_ask(IPC_WAKE, KEY + 1, 0);
	assert_int_equal(processor.rax, 0);
	machine_ask(IPC_WAKE, KEY + 1, 9);
	assert_int_equal(processor.rax, 1);
	machine_ask(IPC_WAKE, KEY + 1, 9);
	assert_int_equal(processor.rax, 0);
	leave_all(&other, 1);
	assert_back(asleep[1], STATUS_OK);
	machine_ask(IPC_WAKE, KEY, 9);
	assert_int_equal(processor.rax, 1);
	leave_all(&asleep[1], 1);
	leave_all(&asleep[0], 1);
	assert_all_left();
}

static void whose_time_is_over_comes_in_when_nobody_is_inside(void **state)
{
	struct thread *asleep = thread_asleep(KEY, 1000);

	(void)state;
	threads_expire();
	assert_int_equal(asleep->state, THREAD_PARKED);
	machine_time += 1000;
	threads_expire();
	assert_back(asleep, STATUS_TIMED_OUT);
	leave_all(&asleep, 1);
	assert_all_left();
}

static void whose_time_is_over_waits_for_who_is_inside(void **state)
{
	struct thread *asleep = thread_asleep(KEY, 1000), *other = thread_inside(ECHO);

	(void)state;
	machine_time += 1000;
	threads_expire();
	assert_int_equal(asleep->state, THREAD_PARKED);
	leave_all(&other, 1);
	assert_back(asleep, STATUS_TIMED_OUT);
	leave_all(&asleep, 1);
	assert_all_left();
}

static void without_a_stack_callers_wait_for_who_comes_back(void **state)
{
	struct thread *asleep[] = { thread_asleep(1, 1000), thread_asleep(2, 0), thread_asleep(3, 0) };
	struct thread *caller = thread_waiting_at(ECHO);

	(void)state;
	assert_int_equal(replicas[ECHO]->door, 0);
	machine_time += 1000;
	threads_expire();
	assert_back(asleep[0], STATUS_TIMED_OUT);
	assert_int_equal(caller->state, THREAD_PARKED);
	machine_ask(IPC_WAKE, 2, 1);
	leave_all(&asleep[0], 1); /* who was inside before comes before who waits at the door */
	assert_back(asleep[1], STATUS_OK);
	leave_all(&asleep[1], 1);
	machine_run(caller);
	assert_inside(caller, ECHO);
	machine_ask(IPC_WAKE, 3, 1);
	leave_all(&caller, 1);
	leave_all(&asleep[2], 1);
	assert_all_left();
}

static void who_is_killed_in_his_sleep_wakes_up_and_ends(void **state)
{
	struct thread *asleep = thread_asleep(KEY, 0);

	(void)state;
	machine_kill(asleep);
	machine_run(asleep);
	assert_int_equal((int64_t)processor.rax, STATUS_TIMED_OUT);
	machine_ask(IPC_WAIT, KEY, 0); /* and does not sleep any more */
	assert_int_equal((int64_t)processor.rax, STATUS_TIMED_OUT);
	machine_return(1);
	assert_false(machine_go_on());
	assert_all_left();
}

static void when_the_service_fails_all_who_sleep_are_thrown_out(void **state)
{
	struct thread *thread[] = { thread_asleep(1, 1000), thread_asleep(2, 0), thread_inside(ECHO) };

	(void)state;
	machine_ask(IPC_WAKE, 2, 1);
	machine_fault();
	for (unsigned i = 0; i < 3; i++) {
		machine_run(thread[i]);
		assert_refused_with(STATUS_DEAD);
		assert_ptr_equal(thread[i]->activation, &thread[i]->program);
		assert_null(thread[i]->asleep_in);
	}
	machine_time += 2000;
	threads_expire(); /* nobody waits for a time any more */
	assert_int_equal(machine_queued(thread[0]), 1);
}

static void programs_and_who_is_inside_twice_do_not_wait(void **state)
{
	(void)state;
	machine_run(machine_thread());
	machine_ask(IPC_WAIT, KEY, 0);
	assert_refused_with(STATUS_NO_CALL);
	machine_ask(IPC_WAKE, KEY, 0);
	assert_refused_with(STATUS_NO_CALL);
	allow_all();
	enter(ECHO, 1);
	allow_all();
	enter(RELAY, 1);
	allow_all();
	enter(ECHO, 1);
	machine_ask(IPC_WAIT, KEY, 0);
	assert_refused_with(STATUS_BAD_ARGUMENT);
}

/* Or two that wait for each other by turns would keep a third one waiting for ever. */
static void who_waits_lends_what_is_left_of_his_slice(void **state)
{
	struct thread *inside = thread_inside(ECHO), *waiting = machine_thread();

	(void)state;
	machine_run(waiting);
	(void)machine_thread(); /* somebody else, who is ready: a slice begins */
	assert_false(dispatch_slice_over());
	machine_time += 3000000;
	machine_call(ECHO, 1);
	machine_go_on();
	assert_ptr_equal(thread_current, inside);
	assert_false(dispatch_slice_over());
	machine_time += 2000000;
	assert_true(dispatch_slice_over());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(while_one_waits_another_comes_in),
		TEST(only_who_waits_for_the_number_is_woken_and_no_more_than_wanted),
		TEST(whose_time_is_over_comes_in_when_nobody_is_inside),
		TEST(whose_time_is_over_waits_for_who_is_inside),
		TEST(without_a_stack_callers_wait_for_who_comes_back),
		TEST(who_is_killed_in_his_sleep_wakes_up_and_ends),
		TEST(when_the_service_fails_all_who_sleep_are_thrown_out),
		TEST(programs_and_who_is_inside_twice_do_not_wait),
		TEST(who_waits_lends_what_is_left_of_his_slice),
	};

	return cmocka_run_group_tests_name("monitor", tests, NULL, NULL);
}
