/* gate_test.c - programs call services: there and back, refusals, closed doors, nesting, slices
 * SPDX-License-Identifier: MIT
 * What becomes of callers when a service fails: replica_test.c. */
#include "tests/unit/gate_steps.h"

enum {
	RED_ZONE = 128,
};

static void a_call_goes_there_and_its_answer_back(void **state)
{
	struct thread *thread = machine_thread();

	(void)state;
	machine_run(thread);
	for (unsigned i = 0; i < 3; i++) { /* first the service is made, then the way is fast */
		uint64_t rip = processor.rip + SYSTEM_CALL_SIZE;

		enter(ECHO, 10 * i);
		assert_int_equal(processor.rip, SERVICE_RIP);
		assert_int_equal(processor.rsp, SERVICE_DOOR);
		assert_ptr_equal(view_loaded, replicas[ECHO]->view);
		machine_return(10 * i + 5);
		assert_answered_with(10 * i + 5);
		assert_int_equal(processor.rip, rip);
		assert_int_equal(processor.rsp, PROGRAM_RSP);
		assert_ptr_equal(view_loaded, thread->program.view);
		assert_open(ECHO);
	}
	assert_int_equal(replicas[ECHO]->calls, 3);
}

static void a_service_calls_another(void **state)
{
	(void)state;
	machine_run(machine_thread());
	enter(RELAY, 1);
	enter(ECHO, 2);
	machine_return(3);
	assert_answered_with(3);
	assert_inside(thread_current, RELAY);
	assert_open(ECHO);
	machine_return(4);
	assert_answered_with(4);
	assert_open(RELAY);
}

static void a_number_that_is_none_is_no_call(void **state)
{
	const uint64_t none[] = { SERVER_COUNT, IPC_SERVERS - 1, IPC_LEND + IPC_SERVERS - IPC_CALL, UINT64_C(1) << 32, UINT64_MAX - IPC_CALL };

	(void)state;
	machine_run(machine_thread());
	for (unsigned i = 0; i < sizeof(none) / sizeof(*none); i++) {
		machine_call(none[i], 1);
		assert_refused_with(STATUS_NO_CALL);
	}
	machine_return(1); /* from a program */
	assert_refused_with(STATUS_NO_CALL);
	assert_ptr_equal(thread_current->activation, &thread_current->program);
}

static void a_service_may_call_those_of_its_row_alone(void **state)
{
	(void)state;
	machine_run(machine_thread());
	enter(RELAY, 1);
	machine_call(FICKLE, 2);
	assert_refused_with(STATUS_NOT_ALLOWED);
	machine_call(RELAY, 2);
	assert_refused_with(STATUS_NOT_ALLOWED);
	enter(ECHO, 2);
	machine_call(ECHO, 3);
	assert_refused_with(STATUS_NOT_ALLOWED);
}

static void a_chain_has_an_end(void **state)
{
	(void)state;
	allow_all();
	machine_run(machine_thread());
	for (unsigned i = 0; i < SERVICES_DEEP; i++)
		enter(i % SERVER_COUNT, i);
	machine_call(ECHO, 1);
	assert_refused_with(STATUS_NO_SPACE);
	for (unsigned i = SERVICES_DEEP; i > 0; i--) {
		machine_return(i);
		assert_answered_with(i);
	}
	for (unsigned server = 0; server < SERVER_COUNT && server < SERVICES_DEEP; server++)
		assert_open(server);
}

static void without_memory_there_is_no_service(void **state)
{
	(void)state;
	machine_run(machine_thread());
	machine_full = true;
	machine_call(ECHO, 1);
	assert_refused_with(STATUS_NO_MEMORY);
	machine_full = false;
	enter(ECHO, 2);
}

static void who_finds_the_door_closed_waits_his_turn(void **state)
{
	struct thread *inside = thread_inside(ECHO);
	struct thread *first = thread_waiting_at(ECHO), *second = thread_waiting_at(ECHO);

	(void)state;
	machine_run(inside);
	machine_return(2);
	assert_answered_with(2); /* it goes on before those whom it lets in */
	assert_ptr_equal(thread_current, inside);
	assert_inside(first, ECHO);
	machine_call(ECHO, 3);   /* and now it is the last */
	machine_run(first);
	assert_called_with(1);
	machine_return(4);
	assert_inside(second, ECHO);
	machine_run(second);
	machine_return(5);
	assert_inside(inside, ECHO);
	machine_run(inside);
	assert_called_with(3);
	machine_return(6);
	assert_answered_with(6);
	assert_open(ECHO);
}

static void who_waits_lends_his_time(void **state)
{
	struct thread *inside = thread_inside(ECHO), *others[3], *waiting;

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		others[i] = machine_thread();
	machine_run(others[0]);
	waiting = thread_waiting_at(ECHO);
	assert_true(machine_go_on());
	assert_ptr_equal(thread_current, inside);
	assert_int_equal(waiting->state, THREAD_PARKED);
}

static void time_is_lent_to_who_is_last_in_a_row(void **state)
{
	struct thread *last = thread_inside(ECHO), *middle = machine_thread();

	(void)state;
	machine_run(middle);
	enter(RELAY, 1);
	machine_call(ECHO, 2);
	assert_true(machine_go_on());
	machine_interrupt();
	dispatch_yield();
	machine_run(machine_thread());
	machine_thread();
	machine_call(RELAY, 3);
	assert_true(machine_go_on());
	assert_ptr_equal(thread_current, last);
	assert_ptr_equal(middle->waits_at, replicas[ECHO]);
}

static void nobody_waits_for_himself(void **state)
{
	struct thread *one, *two, *three;

	(void)state;
	allow_all();
	one = thread_inside(ECHO);
	two = thread_inside(RELAY);
	three = thread_inside(FICKLE);
	machine_run(one);
	machine_call(RELAY, 1);
	machine_run(two);
	machine_call(FICKLE, 2);
	machine_run(three);
	machine_call(ECHO, 3);
	assert_refused_with(STATUS_BUSY);
	assert_inside(three, FICKLE);
	machine_return(4);
	assert_answered_with(4);
	assert_inside(two, FICKLE);
}

static void who_comes_again_is_below_his_own_stack(void **state)
{
	uint64_t rsp;

	(void)state;
	allow_all();
	machine_run(machine_thread());
	enter(ECHO, 1);
	rsp = processor.rsp -= 1000;
	enter(RELAY, 2);
	enter(ECHO, 3);
	assert_int_equal(processor.rsp % 16, 0);
	assert_in_range(processor.rsp, rsp - RED_ZONE - 15, rsp - RED_ZONE);
	machine_return(4);
	assert_answered_with(4);
	assert_int_equal(replicas[ECHO]->door, 0);
	machine_return(5);
	assert_int_equal(processor.rsp, rsp);
	machine_return(6);
	assert_open(ECHO);
}

static void who_waits_for_a_nested_one_gets_in_when_all_is_left(void **state)
{
	struct thread *inside, *waiting;

	(void)state;
	allow_all();
	inside = thread_inside(ECHO);
	enter(RELAY, 2);
	enter(ECHO, 3);
	waiting = thread_waiting_at(ECHO);
	machine_run(inside);
	machine_return(4);
	machine_return(5);
	assert_inside(inside, ECHO);
	machine_return(6);
	assert_inside(waiting, ECHO);
	machine_run(waiting);
	machine_return(7);
	assert_open(ECHO);
}

static void a_service_has_so_many_slices(void **state)
{
	struct thread *thread = thread_inside(ECHO);

	(void)state;
	for (unsigned round = 0; round < 2; round++) { /* coming back, it has them again */
		for (unsigned i = 1; i < GATE_SLICES; i++) {
			machine_slice_over();
			machine_run(thread);
		}
		assert_inside(thread, ECHO);
		machine_return(1);
		assert_answered_with(1);
		assert_int_equal(thread->service[0].slices | thread->service[0].on_return, 0);
		enter(ECHO, 1);
	}
	for (unsigned i = 1; i <= GATE_SLICES; i++) {
		machine_slice_over();
		machine_run(thread);
	}
	assert_refused_with(STATUS_DEAD);
	assert_null(replicas[ECHO]->view);
}

static void slices_end_for_who_waits_at_a_door(void **state)
{
	struct thread *inside = thread_inside(RELAY);

	(void)state;
	enter(ECHO, 2);
	machine_time += 1000000000;
	assert_false(dispatch_slice_over()); /* nobody else is there */
	thread_waiting_at(RELAY);
	machine_run(inside);
	machine_time += 1000000000;
	assert_true(dispatch_slice_over());
	machine_return(3);
	assert_true(dispatch_slice_over());
	machine_return(4);
}

static void a_program_has_slices_without_end(void **state)
{
	struct thread *thread = machine_thread();

	(void)state;
	machine_run(thread);
	for (unsigned i = 0; i < 2 * GATE_SLICES; i++) {
		machine_slice_over();
		assert_int_equal(machine_queued(thread), 1);
		machine_run(thread);
	}
	assert_int_equal(thread->program.on_return, ON_RETURN_NOWHERE);
}

static void who_is_killed_inside_ends_when_he_is_back(void **state)
{
	struct thread *thread = thread_inside(RELAY);

	(void)state;
	enter(ECHO, 2);
	machine_interrupt();
	machine_kill(thread);
	machine_run(thread);
	machine_return(3);
	assert_answered_with(3);
	assert_inside(thread, RELAY);
	machine_return(4);
	assert_false(machine_in_user_mode());
	assert_ptr_equal(thread->activation, &thread->program);
	assert_int_equal(machine_queued(thread), 1);
	assert_open(RELAY);
	assert_false(machine_go_on());
	assert_null(thread_first());
}

static void who_is_killed_at_the_door_goes_in_and_ends_then(void **state)
{
	struct thread *inside = thread_inside(ECHO), *waiting = thread_waiting_at(ECHO);

	(void)state;
	machine_kill(waiting);
	machine_run(inside);
	machine_return(2);
	machine_run(waiting);
	assert_inside(waiting, ECHO);
	machine_return(3);
	assert_false(machine_in_user_mode());
	machine_run(inside);
	machine_slice_over();
	assert_true(machine_go_on());
	assert_ptr_equal(thread_first(), inside);
	assert_null(inside->all_next);
	assert_open(ECHO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_call_goes_there_and_its_answer_back),
		TEST(a_service_calls_another),
		TEST(a_number_that_is_none_is_no_call),
		TEST(a_service_may_call_those_of_its_row_alone),
		TEST(a_chain_has_an_end),
		TEST(without_memory_there_is_no_service),
		TEST(who_finds_the_door_closed_waits_his_turn),
		TEST(who_waits_lends_his_time),
		TEST(time_is_lent_to_who_is_last_in_a_row),
		TEST(nobody_waits_for_himself),
		TEST(who_comes_again_is_below_his_own_stack),
		TEST(who_waits_for_a_nested_one_gets_in_when_all_is_left),
		TEST(a_service_has_so_many_slices),
		TEST(slices_end_for_who_waits_at_a_door),
		TEST(a_program_has_slices_without_end),
		TEST(who_is_killed_inside_ends_when_he_is_back),
		TEST(who_is_killed_at_the_door_goes_in_and_ends_then),
	};

	return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
