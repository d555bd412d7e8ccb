/* replica_test.c - services fail: their callers hear so, once; who waits calls anew
 * SPDX-License-Identifier: MIT
 * That who fails again and again rests: replica_rest_test.c. */
#include "tests/unit/gate_steps.h"

static void interrupted(void)
{
	machine_interrupt();
	dispatch_yield();
}

static void assert_dead_answer_in(const struct thread *thread, const struct activation *caller)
{
	assert_ptr_equal(thread->activation, caller);
	assert_ptr_equal(view_loaded, caller->view);
	assert_refused_with(STATUS_DEAD);
	for (const struct activation *one = caller->above; one; one = one->above)
		assert_int_equal(one->on_return | one->slices, 0);
}

static void who_is_inside_hears_of_it(void **state)
{
	struct thread *thread = thread_inside(ECHO);

	(void)state;
	machine_fault();
	assert_null(replicas[ECHO]->view);
	assert_int_equal(machine_queued(thread), 1);
	machine_run(thread);
	assert_dead_answer_in(thread, &thread->program);
	assert_int_equal(processor.rip, PROGRAM_RIP + SYSTEM_CALL_SIZE);
	enter(ECHO, 2);
	machine_return(3);
	assert_answered_with(3);
}

static void who_is_interrupted_inside_is_ready_once(void **state)
{
	struct thread *thread = thread_inside(ECHO);

	(void)state;
	interrupted();
	replica_fail(replicas[ECHO]);
	assert_int_equal(machine_queued(thread), 1);
	machine_run(thread);
	assert_dead_answer_in(thread, &thread->program);
}

static void who_has_been_there_notices_nothing(void **state)
{
	struct thread *gone = thread_inside(ECHO), *thread = machine_thread();

	(void)state;
	machine_return(1);
	machine_interrupt();
	machine_kill(gone);
	machine_run(thread);
	machine_interrupt();
	replica_fail(replicas[ECHO]);
	replica_fail(replicas[ECHO]); /* it is not there: nothing */
	replica_fail(replicas[RELAY]);
	assert_true(machine_go_on());
	assert_int_equal(processor.rip, PROGRAM_RIP);
	machine_call(ECHO, 1);
	assert_true(machine_go_on());
	assert_called_with(1);
}

static void who_has_called_another_hears_when_that_one_answers(void **state)
{
	struct thread *thread = thread_inside(RELAY);

	(void)state;
	enter(ECHO, 2);
	machine_interrupt();
	replica_fail(replicas[RELAY]);
	assert_true(machine_go_on());
	assert_inside(thread, ECHO);
	assert_ptr_equal(thread->service[0].replica, &replica_dead);
	machine_return(3);
	assert_dead_answer_in(thread, &thread->program);
	assert_open(ECHO);
}

static void each_of_a_chain_that_is_of_it_is_dead(void **state)
{
	struct thread *thread;

	(void)state;
	allow_all();
	thread = thread_inside(ECHO);
	enter(RELAY, 2);
	enter(ECHO, 3);
	enter(FICKLE, 4);
	machine_interrupt();
	replica_fail(replicas[ECHO]);
	assert_true(machine_go_on());
	machine_return(5);
	assert_dead_answer_in(thread, &thread->service[1]);
	assert_int_equal(processor.rip, SERVICE_RIP + RELAY * SERVICE_STEP + SYSTEM_CALL_SIZE);
	enter(ECHO, 6); /* a new one, which knows nothing of the old */
	assert_int_equal(processor.rsp, SERVICE_DOOR);
	machine_return(7);
	assert_answered_with(7);
	machine_return(8);
	assert_dead_answer_in(thread, &thread->program);
}

static void the_last_of_a_chain_and_the_first_are_dead(void **state)
{
	struct thread *thread;

	(void)state;
	allow_all();
	thread = thread_inside(ECHO);
	enter(RELAY, 2);
	enter(ECHO, 3);
	machine_fault();
	machine_run(thread);
	assert_dead_answer_in(thread, &thread->service[1]);
	machine_return(4);
	assert_dead_answer_in(thread, &thread->program);
}

static void who_is_thrown_out_passes_over_the_dead(void **state)
{
	struct thread *thread = thread_inside(RELAY);

	(void)state;
	enter(ECHO, 2);
	machine_interrupt();
	replica_fail(replicas[RELAY]);
	assert_true(machine_go_on());
	machine_fault();
	machine_run(thread);
	assert_dead_answer_in(thread, &thread->program);
}

static void who_waits_calls_anew_in_his_turn(void **state)
{
	struct thread *inside = thread_inside(ECHO);
	struct thread *first = thread_waiting_at(ECHO), *second = thread_waiting_at(ECHO);

	(void)state;
	machine_run(inside);
	machine_fault();
	assert_null(replicas[ECHO]->waiting.first);
	assert_true(machine_go_on());
	assert_ptr_equal(thread_current, first);
	assert_int_equal(processor.rip, PROGRAM_RIP);
	assert_int_equal(processor.rax, IPC_CALL + ECHO);
	machine_call_anew();
	assert_true(machine_go_on());
	assert_inside(first, ECHO);
	assert_called_with(1);
	machine_run(second);
	machine_call_anew();
	assert_ptr_equal(second->waits_at, replicas[ECHO]);
	machine_run(first);
	machine_return(2);
	assert_inside(second, ECHO);
}

static void who_waits_at_another_door_is_there_no_longer(void **state)
{
	struct thread *inside = thread_inside(ECHO), *thread = thread_inside(RELAY);

	(void)state;
	machine_call(ECHO, 2);
	machine_run(inside);
	machine_interrupt();
	replica_fail(replicas[RELAY]);
	assert_null(thread->waits_at);
	assert_null(replicas[ECHO]->waiting.first);
	assert_int_equal(machine_queued(thread), 1);
	machine_run(thread);
	assert_dead_answer_in(thread, &thread->program);
	machine_run(inside);
	machine_return(3);
	assert_answered_with(3);
	assert_open(ECHO);
}

static void who_has_just_begun_to_wait_is_there_no_longer(void **state)
{
	struct thread *inside = thread_inside(ECHO), *thread = thread_inside(RELAY);

	(void)state;
	machine_call(ECHO, 2);
	replica_fail(replicas[RELAY]); /* as a message tells, before the next one runs */
	assert_null(thread->waits_at);
	assert_null(replicas[ECHO]->waiting.first);
	assert_int_equal(machine_queued(thread), 1);
	machine_run(thread);
	assert_dead_answer_in(thread, &thread->program);
	machine_run(inside);
	machine_return(3);
	assert_open(ECHO);
}

static void who_waits_for_frames_inside_hears_afterwards(void **state)
{
	(void)state;
	for (unsigned others = 0; others < 2; others++) { /* at once, or when somebody else has run */
		struct thread *thread = thread_inside(ECHO);

		machine_wait_for_frames();
		if (others) {
			machine_run(machine_thread());
			machine_interrupt();
		}
		replica_fail(replicas[ECHO]);
		assert_int_equal(thread->state, THREAD_PARKED);
		assert_int_equal(machine_queued(thread), 0);
		machine_frames_come();
		assert_int_equal(machine_queued(thread), 1);
		machine_run(thread);
		assert_dead_answer_in(thread, &thread->program);
	}
}

static void who_waits_for_frames_further_on_goes_on(void **state)
{
	struct thread *thread = thread_inside(RELAY);

	(void)state;
	enter(ECHO, 2);
	processor.rax = 77;
	machine_wait_for_frames();
	replica_fail(replicas[RELAY]);
	machine_frames_come();
	machine_run(thread);
	assert_inside(thread, ECHO);
	assert_int_equal(processor.rax, 77);
	machine_return(3);
	assert_dead_answer_in(thread, &thread->program);
}

static void who_is_killed_and_thrown_out_ends(void **state)
{
	struct thread *thread = thread_inside(RELAY);

	(void)state;
	enter(ECHO, 2);
	machine_interrupt();
	machine_kill(thread);
	replica_fail(replicas[ECHO]);
	machine_run(thread);
	assert_dead_answer_in(thread, &thread->service[0]);
	machine_fault();
	assert_int_equal(machine_queued(thread), 1);
	assert_false(machine_go_on());
	assert_null(thread_first());
}

static void who_is_killed_and_comes_back_over_the_dead_ends(void **state)
{
	struct thread *thread = thread_inside(RELAY);

	(void)state;
	enter(ECHO, 2);
	machine_interrupt();
	machine_kill(thread);
	replica_fail(replicas[RELAY]);
	machine_run(thread);
	machine_return(3);
	assert_false(machine_in_user_mode());
	assert_int_equal(machine_queued(thread), 1);
	assert_false(machine_go_on());
	assert_null(thread_first());
	assert_open(ECHO);
}

static void who_is_killed_at_the_door_of_what_fails_ends(void **state)
{
	struct thread *inside = thread_inside(ECHO), *waiting = thread_waiting_at(ECHO);

	(void)state;
	machine_kill(waiting);
	machine_run(inside);
	machine_fault();
	assert_true(machine_go_on());
	assert_ptr_equal(thread_first(), inside);
	assert_null(inside->all_next);
}

/* FICKLE, which calls ECHO, is linked into its domain. */
static void who_calls_one_that_is_joined_is_in_the_other(void **state)
{
	struct thread *thread, *waiting;

	(void)state;
	replica_join(SERVER_fickle, SERVER_echo);
	assert_int_equal(replica_domain(SERVER_fickle), ECHO);
	assert_int_equal(replica_domain(SERVER_relay), RELAY);
	thread = thread_inside(FICKLE);
	assert_inside(thread, ECHO);
	assert_int_equal(processor.rip, SERVICE_RIP + ECHO * SERVICE_STEP); /* the image of the domain */
	machine_call(ECHO, 2); /* that is a direct call now, and none by way of the gate */
	assert_refused_with(STATUS_NOT_ALLOWED);
	machine_call(FICKLE, 2);
	assert_refused_with(STATUS_NOT_ALLOWED);
	machine_interrupt();
	waiting = thread_waiting_at(ECHO); /* one monitor for both */
	machine_run(thread);
	machine_return(3);
	assert_true(machine_in_user_mode());
	machine_interrupt();
	machine_run(waiting);
	assert_inside(waiting, FICKLE);
	machine_return(4);
	assert_open(ECHO);
}

static void who_is_joined_fails_with_the_other(void **state)
{
	struct thread *thread;

	(void)state;
	replica_join(SERVER_fickle, SERVER_echo);
	thread = thread_inside(FICKLE);
	machine_interrupt();
	replica_fail(replicas[FICKLE]);
	assert_null(replicas[ECHO]->view);
	machine_run(thread);
	assert_dead_answer_in(thread, &thread->program);
	enter(ECHO, 2); /* begins anew for both */
	machine_return(3);
	enter(FICKLE, 4);
	machine_return(5);
	assert_open(ECHO);
}

/* What both may call, but one another. */
static void whom_a_domain_calls(void **state)
{
	(void)state;
	replica_join(SERVER_twin, SERVER_fickle);
	assert_int_equal(replicas[SERVER_twin]->callees, 1 << ECHO);
	replica_join(SERVER_pager, SERVER_device);
	assert_int_equal(replicas[SERVER_device]->callees, 1 << SERVER_fs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_is_inside_hears_of_it),
		TEST(who_is_interrupted_inside_is_ready_once),
		TEST(who_has_been_there_notices_nothing),
		TEST(who_has_called_another_hears_when_that_one_answers),
		TEST(each_of_a_chain_that_is_of_it_is_dead),
		TEST(the_last_of_a_chain_and_the_first_are_dead),
		TEST(who_is_thrown_out_passes_over_the_dead),
		TEST(who_waits_calls_anew_in_his_turn),
		TEST(who_waits_at_another_door_is_there_no_longer),
		TEST(who_has_just_begun_to_wait_is_there_no_longer),
		TEST(who_waits_for_frames_inside_hears_afterwards),
		TEST(who_waits_for_frames_further_on_goes_on),
		TEST(who_is_killed_and_thrown_out_ends),
		TEST(who_is_killed_and_comes_back_over_the_dead_ends),
		TEST(who_is_killed_at_the_door_of_what_fails_ends),
		TEST(who_calls_one_that_is_joined_is_in_the_other),
		TEST(who_is_joined_fails_with_the_other),
		TEST(whom_a_domain_calls),
	};

	return cmocka_run_group_tests_name("replica", tests, NULL, NULL);
}
