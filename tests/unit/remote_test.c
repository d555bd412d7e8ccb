/* remote_test.c - calls of services on other cores
 * SPDX-License-Identifier: MIT
 * Where there is no room for them: remote_room_test.c. */
#include "tests/unit/remote_steps.h"

static void a_program_gets_the_answer(void **state)
{
	struct thread *thread = thread_calling(AWAY, 10, 0);
	struct sent sent = machine_take_sent();

	(void)state;
	assert_sent(&sent, AWAY, ECHO, 10);
	assert_false(machine_go_on());
	machine_answered(&sent, 40);
	assert_goes_on_with(thread, 40);
	assert_ptr_equal(thread->activation, &thread->program);
	leave(thread);
	assert_at_rest();
}

static void what_must_not_be_called_is_refused(void **state)
{
	struct thread *thread = machine_thread();

	(void)state;
	machine_run(thread);
	machine_call_at(CORES, ECHO, 1, 0);
	assert_refused_with(STATUS_BAD_ARGUMENT);
	machine_call_at(UINT32_MAX, ECHO, 1, 0);
	assert_refused_with(STATUS_BAD_ARGUMENT);
	machine_call_at(AWAY, SERVER_COUNT, 1, 0);
	assert_refused_with(STATUS_NO_CALL);
	machine_call_at(AWAY, IPC_SERVERS - 1, 1, 0);
	assert_refused_with(STATUS_NO_CALL);
	enter(RELAY, 1);
	machine_call_at(AWAY, FICKLE, 1, 0);
	assert_refused_with(STATUS_NOT_ALLOWED);
	machine_call_at(0, RELAY, 1, 0); /* itself, here */
	assert_refused_with(STATUS_NOT_ALLOWED);
	machine_full = true;
	machine_call_at(AWAY, ECHO, 1, 0);
	assert_refused_with(STATUS_BUSY); /* NO_MEMORY would be the other's answer */
	machine_full = false;
	assert_int_equal(machine_sent_count, 0);
	leave(thread);
	assert_at_rest();
}

static void a_call_of_the_core_it_is_on_is_a_call(void **state)
{
	struct thread *thread = machine_thread();

	(void)state;
	machine_run(thread);
	machine_call_at(0, ECHO, 3, 1);
	if (!machine_in_user_mode())
		assert_true(machine_go_on());
	assert_inside(thread, ECHO);
	assert_called_with(3);
	machine_return(7);
	assert_answered_with(7);
	leave(thread);
	assert_at_rest();
}

static void who_is_inside_twice_calls_nobody(void **state)
{
	struct thread *thread = thread_inside(RELAY);
	uint64_t before = replicas[ECHO]->callees;

	(void)state;
	enter(ECHO, 1);
	replicas[ECHO]->callees = UINT64_MAX;
	enter(RELAY, 2);
	machine_call_at(AWAY, ECHO, 1, 0);
	assert_refused_with(STATUS_BAD_ARGUMENT);
	replicas[ECHO]->callees = before;
	leave(thread);
	assert_at_rest();
}

static void others_come_in_while_a_service_waits(void **state)
{
	struct thread *thread = service_calling(AWAY, 10, 0), *other;
	uint64_t stack = thread->service[0].stack;
	struct sent sent = machine_take_sent();

	(void)state;
	assert_sent(&sent, AWAY, ECHO, 10);
	other = thread_inside(ECHO);
	assert_int_not_equal(other->service[0].stack, stack);
	machine_answered(&sent, 40);
	assert_int_equal(thread->state, THREAD_PARKED); /* until the other one has gone */
	machine_return(50);
	assert_answered_with(50);
	leave(other);
	assert_goes_on_with(thread, 40);
	assert_inside(thread, ECHO);
	assert_int_equal(thread->service[0].stack, stack);
	leave(thread);
	assert_at_rest();
}

static void whom_it_has_called_keeps_its_callers_door_closed(void **state)
{
	struct thread *thread = thread_inside(RELAY);
	struct sent sent;

	(void)state;
	enter(ECHO, 1);
	machine_call_at(AWAY, ECHO, 10, 0);
	sent = machine_take_sent();
	assert_int_equal(replicas[RELAY]->door, 0);
	assert_int_not_equal(replicas[ECHO]->door, 0);
	machine_answered(&sent, 40);
	assert_goes_on_with(thread, 40);
	leave(thread);
	assert_at_rest();
}

static void a_number_wakes_nobody_who_waits_for_an_answer(void **state)
{
	struct thread *asleep = thread_inside(ECHO), *thread;
	struct sent sent;

	(void)state;
	machine_ask(IPC_WAIT, KEY, 1);
	machine_time += 2;
	threads_expire();
	assert_goes_on_after(asleep, STATUS_TIMED_OUT);
	machine_call_at(AWAY, ECHO, 10, 0); /* the number that it had waited for is KEY still */
	thread = thread_inside(ECHO);
	machine_ask(IPC_WAKE, KEY, 9);
	assert_int_equal(processor.rax, 0);
	leave(thread);
	sent = machine_take_sent();
	machine_answered(&sent, 40);
	assert_goes_on_with(asleep, 40);
	leave(asleep);
	assert_at_rest();
}

static void who_has_waited_long_enough_hears_so_and_the_answer_is_dropped(void **state)
{
	struct thread *program = thread_calling(AWAY, 10, 1000), *service = service_calling(FARTHER, 20, 2000);
	struct sent first = machine_take_sent(), second = machine_take_sent();

	(void)state;
	machine_time += 999;
	threads_expire();
	assert_false(machine_go_on());
	machine_time += 1;
	threads_expire();
	assert_goes_on_after(program, STATUS_TIMED_OUT);
	assert_int_equal(machine_records, 2);
	machine_time += 1000;
	threads_expire();
	assert_goes_on_after(service, STATUS_TIMED_OUT);
	assert_inside(service, ECHO);
	machine_call_at(AWAY, ECHO, 30, 0); /* and asks anew */
	machine_answered(&second, 50);
	assert_false(service->state == THREAD_READY);
	second = machine_take_sent();
	machine_answered(&second, 60);
	assert_goes_on_with(service, 60);
	leave(service);
	machine_run(program);
	leave(program);
	machine_answered(&first, 40); /* its thread is no more */
	assert_at_rest();
}

static void an_answer_in_time_ends_the_deadline(void **state)
{
	struct thread *thread = thread_calling(AWAY, 10, 1000);
	struct sent sent = machine_take_sent();

	(void)state;
	machine_answered(&sent, 40);
	machine_time += 2000;
	threads_expire();
	assert_goes_on_with(thread, 40);
	leave(thread);
	assert_at_rest();
}

static void who_is_killed_does_not_wait(void **state)
{
	struct thread *program = thread_calling(AWAY, 10, 0), *service = service_calling(AWAY, 20, 0);
	struct sent first = machine_take_sent(), second = machine_take_sent();

	(void)state;
	machine_kill(program);
	machine_kill(service);
	assert_goes_on_after(service, STATUS_TIMED_OUT);
	machine_call_at(AWAY, ECHO, 30, 0);
	assert_refused_with(STATUS_TIMED_OUT); /* it is to end */
	machine_return(9);
	assert_false(machine_go_on());
	machine_answered(&second, 50);
	machine_answered(&first, 40);
	assert_at_rest();
}

static void when_its_service_fails_the_answer_is_dropped(void **state)
{
	struct thread *thread = service_calling(AWAY, 10, 0);
	struct sent sent = machine_take_sent();

	(void)state;
	replica_fail(replicas[ECHO]);
	assert_goes_on_after(thread, STATUS_DEAD);
	assert_ptr_equal(thread->activation, &thread->program);
	leave(thread);
	machine_time += UINT64_C(10000000000);
	thread = thread_inside(ECHO);
	machine_answered(&sent, 40);
	assert_int_equal(machine_records, 0);
	leave(thread);
	assert_at_rest();
}

/* Nobody has called FICKLE here yet. It is in ECHO's domain from now on: calls of the two are calls of one service, whose proxies they share. */
static void a_call_of_one_that_is_joined_is_a_call_of_the_other(void **state)
{
	struct thread *thread = machine_thread();
	struct sent sent;

	(void)state;
	replica_join(SERVER_fickle, SERVER_echo);
	machine_run(thread);
	machine_call_at(AWAY, FICKLE, 10, 0);
	sent = machine_take_sent();
	assert_sent(&sent, AWAY, ECHO, 10);
	machine_answered(&sent, 40);
	assert_goes_on_with(thread, 40);
	leave(thread);
	assert_at_rest();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_program_gets_the_answer),
		TEST(what_must_not_be_called_is_refused),
		TEST(a_call_of_the_core_it_is_on_is_a_call),
		TEST(who_is_inside_twice_calls_nobody),
		TEST(others_come_in_while_a_service_waits),
		TEST(whom_it_has_called_keeps_its_callers_door_closed),
		TEST(a_number_wakes_nobody_who_waits_for_an_answer),
		TEST(who_has_waited_long_enough_hears_so_and_the_answer_is_dropped),
		TEST(an_answer_in_time_ends_the_deadline),
		TEST(who_is_killed_does_not_wait),
		TEST(when_its_service_fails_the_answer_is_dropped),
		TEST(a_call_of_one_that_is_joined_is_a_call_of_the_other),
	};

	return cmocka_run_group_tests_name("remote", tests, machine_open, machine_close);
}
