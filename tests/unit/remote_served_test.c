/* remote_served_test.c - other cores' calls of services here: proxies, and the stack that is kept for them
 * SPDX-License-Identifier: MIT */
#include "tests/unit/remote_steps.h"

static unsigned count_threads(void)
{
	unsigned count = 0;

	for (const struct thread *thread = thread_first(); thread; thread = thread->all_next)
		count++;
	return count;
}

static void another_cores_call_is_served(void **state)
{
	unsigned before;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		machine_asked(AWAY, ECHO, COOKIE + i, 10);
		assert_true(machine_go_on() && runs_for_others());
		before = i ? before : count_threads();
		assert_int_equal(count_threads(), before); /* the same proxy */
		assert_inside(thread_current, ECHO);
		assert_called_with(10);
		machine_return(40);
		assert_false(machine_go_on());
		assert_answer(AWAY, COOKIE + i, 40);
	}
	assert_at_rest();
}

static void it_goes_before_the_program_that_runs(void **state)
{
	struct thread *thread = machine_thread(), *behind = machine_thread();

	(void)state;
	machine_run(thread);
	machine_interrupt();
	machine_asked(AWAY, ECHO, COOKIE, 10);
	machine_asked(AWAY, RELAY, COOKIE + 1, 20);
	assert_true(machine_go_on() && runs_for_others());
	assert_called_with(10); /* the first one first */
	machine_return(40);
	assert_true(machine_go_on() && runs_for_others());
	assert_called_with(20);
	assert_answer(AWAY, COOKIE, 40);
	machine_return(50);
	assert_true(machine_go_on());
	assert_ptr_equal(thread_current, thread); /* its slice goes on */
	assert_answer(AWAY, COOKIE + 1, 50);
	leave(thread);
	machine_run(behind);
	leave(behind);
	assert_at_rest();
}

static void the_programs_slice_goes_on_meanwhile(void **state)
{
	enum { SLICE = 4000000 };
	struct thread *thread = machine_thread(), *behind;

	(void)state;
	machine_run(thread);
	behind = machine_thread(); /* the slice begins */
	for (unsigned i = 0; i < 3; i++) {
		machine_interrupt();
		assert_false(dispatch_slice_over());
		machine_asked(AWAY, ECHO, COOKIE, 10);
		assert_true(machine_go_on() && runs_for_others());
		machine_time += SLICE / 4;
		machine_return(40);
		assert_true(machine_go_on());
		assert_answer(AWAY, COOKIE, 40);
		assert_ptr_equal(thread_current, thread);
	}
	machine_time += SLICE / 4;
	assert_true(dispatch_slice_over());
	leave(thread);
	machine_run(behind);
	leave(behind);
	assert_at_rest();
}

static void it_waits_at_a_closed_door(void **state)
{
	struct thread *inside = thread_inside(ECHO);

	(void)state;
	machine_interrupt();
	dispatch_yield();
	machine_go_on(); /* it has no slice, since nobody waits */
	machine_interrupt();
	machine_asked(AWAY, ECHO, COOKIE, 10);
	assert_non_null(replicas[ECHO]->waiting.first); /* without having run */
	assert_false(dispatch_preceded());
	assert_true(machine_go_on());
	assert_ptr_equal(thread_current, inside);
	assert_false(dispatch_slice_over());
	machine_time += UINT64_C(1000000000);
	assert_true(dispatch_slice_over()); /* the one inside is waited for */
	machine_return(30);
	assert_true(machine_go_on() && runs_for_others()); /* before the program that has let it in */
	assert_called_with(10);
	machine_return(40);
	assert_true(machine_go_on());
	assert_answer(AWAY, COOKIE, 40);
	assert_ptr_equal(thread_current, inside);
	assert_answered_with(30);
	leave(inside);
	assert_at_rest();
}

static void who_is_inside_and_ready_runs_next(void **state)
{
	struct thread *inside = thread_inside(ECHO), *running = machine_thread();

	(void)state;
	machine_slice_over();
	machine_run(running);
	machine_interrupt();
	machine_asked(AWAY, ECHO, COOKIE, 10);
	assert_true(machine_go_on());
	assert_ptr_equal(thread_current, inside); /* the proxy has lent it its time */
	machine_return(30);
	assert_true(machine_go_on() && runs_for_others());
	machine_return(40);
	assert_true(machine_go_on());
	assert_answer(AWAY, COOKIE, 40);
	machine_run(inside);
	leave(inside);
	machine_run(running);
	leave(running);
	assert_at_rest();
}

static void what_waits_at_the_door_of_what_fails_is_made_anew(void **state)
{
	struct thread *inside = thread_inside(ECHO);

	(void)state;
	machine_interrupt();
	machine_asked(AWAY, ECHO, COOKIE, 10);
	assert_true(machine_go_on());
	machine_fault();
	machine_time += UINT64_C(10000000000);
	assert_true(machine_go_on());
	if (!runs_for_others()) { /* the program first, which hears DEAD */
		machine_interrupt();
		dispatch_yield();
		assert_true(machine_go_on() && runs_for_others());
	}
	assert_called_with(10);
	machine_return(40);
	(void)machine_go_on();
	assert_answer(AWAY, COOKIE, 40);
	machine_run(inside);
	leave(inside);
	assert_at_rest();
}

/* It answers before the next one comes in. */
static void each_answers_before_the_next_one_goes_on(void **state)
{
	struct thread *inside = thread_inside(ECHO);

	(void)state;
	machine_interrupt();
	machine_asked(AWAY, ECHO, COOKIE, 10);
	machine_asked(FARTHER, ECHO, COOKIE + 1, 20);
	assert_true(machine_go_on());
	machine_return(30);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(machine_go_on() && runs_for_others());
		assert_called_with(10 * (i + 1));
		assert_int_equal(machine_sent_count, i);
		machine_return(40 + 10 * i);
	}
	assert_true(machine_go_on());
	assert_answer(AWAY, COOKIE, 40);
	assert_answer(FARTHER, COOKIE + 1, 50);
	assert_answered_with(30);
	leave(inside);
	assert_at_rest();
}

static void when_the_replica_fails_the_answer_is_dead_for_who_is_inside(void **state)
{
	(void)state;
	machine_asked(AWAY, ECHO, COOKIE, 10);
	machine_asked(FARTHER, ECHO, COOKIE + 1, 20);
	assert_true(machine_go_on() && runs_for_others());
	assert_called_with(10);
	machine_interrupt();
	while (!replicas[ECHO]->waiting.first) { /* the other one comes to the door */
		dispatch_yield();
		machine_go_on();
		machine_interrupt();
	}
	replica_fail(replicas[ECHO]);
	machine_time += UINT64_C(10000000000);
	assert_true(machine_go_on() && runs_for_others());
	assert_called_with(20); /* made anew */
	machine_return(40);
	assert_false(machine_go_on());
	if (machine_sent[0].core == AWAY) {
		assert_answer_status(AWAY, COOKIE, STATUS_DEAD);
		assert_answer(FARTHER, COOKIE + 1, 40);
	} else {
		assert_answer(FARTHER, COOKIE + 1, 40);
		assert_answer_status(AWAY, COOKIE, STATUS_DEAD);
	}
	assert_at_rest();
}

static void a_service_that_cannot_be_made_answers_so(void **state)
{
	(void)state;
	machine_asked(AWAY, ECHO, COOKIE, 10);
	assert_true(machine_go_on());
	machine_fault();
	assert_false(machine_go_on());
	assert_answer_status(AWAY, COOKIE, STATUS_DEAD);
	machine_time += UINT64_C(10000000000);
	machine_full = true; /* there is a proxy */
	machine_asked(AWAY, ECHO, COOKIE, 10);
	assert_false(machine_go_on());
	machine_full = false;
	assert_answer_status(AWAY, COOKIE, STATUS_BUSY);
	assert_at_rest();
}

static void sleep_on_all_stacks(struct thread *thread[SPARE_STACKS + 1])
{
	for (unsigned i = 0; i < SPARE_STACKS + 1; i++) {
		thread[i] = thread_inside(ECHO);
		machine_ask(IPC_WAIT, KEY, 0);
	}
	assert_int_equal(replicas[ECHO]->door, 0);
	assert_null(replicas[ECHO]->inside);
}

static void wake_all(struct thread *const thread[SPARE_STACKS + 1])
{
	for (unsigned i = 0; i < SPARE_STACKS + 1; i++)
		monitor_rise(thread[i], STATUS_OK);
	for (unsigned i = 0; i < SPARE_STACKS + 1; i++) {
		machine_run(thread[i]);
		leave(thread[i]);
	}
}

static void one_stack_is_kept_for_other_cores(void **state)
{
	struct thread *thread[SPARE_STACKS + 1], *program;

	(void)state;
	sleep_on_all_stacks(thread);
	program = thread_waiting_at(ECHO); /* it is not for programs */
	machine_asked(AWAY, ECHO, COOKIE, 10);
	machine_asked(AWAY, ECHO, COOKIE + 1, 20);
	machine_asked(FARTHER, ECHO, COOKIE + 2, 30);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(machine_go_on() && runs_for_others());
		assert_called_with(10 * (i + 1));
		assert_int_equal(replicas[ECHO]->kept, 0);
		machine_ask(IPC_WAIT, KEY, 0); /* it is nothing to sleep on */
		assert_refused_with(STATUS_BUSY);
		machine_call_at(AWAY, ECHO, 10, 0);
		assert_refused_with(STATUS_BUSY);
		machine_return(40 + 10 * i);
	}
	assert_false(machine_go_on());
	assert_answer(AWAY, COOKIE, 40);
	assert_answer(AWAY, COOKIE + 1, 50);
	assert_answer(FARTHER, COOKIE + 2, 60);
	assert_true(replicas[ECHO]->kept);
	assert_int_equal(program->state, THREAD_PARKED);
	wake_all(thread);
	machine_run(program);
	assert_inside(program, ECHO);
	leave(program);
	assert_at_rest();
}

/* Whoever goes to sleep on the last stack lets in who waits for another core. */
static void who_takes_the_last_stack_lets_a_proxy_in(void **state)
{
	struct thread *thread[SPARE_STACKS + 1];

	(void)state;
	for (unsigned i = 0; i < SPARE_STACKS + 1; i++) {
		thread[i] = thread_inside(ECHO);
		if (i < SPARE_STACKS)
			machine_ask(IPC_WAIT, KEY, 0);
	}
	machine_interrupt();
	machine_asked(AWAY, ECHO, COOKIE, 10);
	machine_go_on();
	while (thread_current != thread[SPARE_STACKS] || !machine_in_user_mode())
		machine_go_on();
	assert_non_null(replicas[ECHO]->waiting.first);
	machine_ask(IPC_WAIT, KEY, 0);
	assert_true(machine_go_on() && runs_for_others());
	assert_called_with(10);
	assert_int_equal(replicas[ECHO]->kept, 0);
	machine_interrupt();
	monitor_rise(thread[0], STATUS_OK); /* it comes in when this one has left, and the stack that was kept is kept again */
	machine_go_on();
	machine_return(40);
	assert_true(machine_go_on());
	assert_ptr_equal(thread_current, thread[0]);
	assert_answer(AWAY, COOKIE, 40);
	assert_true(replicas[ECHO]->kept);
	leave(thread[0]);
	for (unsigned i = 1; i < SPARE_STACKS + 1; i++) {
		monitor_rise(thread[i], STATUS_OK);
		machine_run(thread[i]);
		leave(thread[i]);
	}
	assert_at_rest();
}

static void a_failure_forgets_who_is_on_the_kept_stack(void **state)
{
	struct thread *thread[SPARE_STACKS + 1];

	(void)state;
	sleep_on_all_stacks(thread);
	machine_asked(AWAY, ECHO, COOKIE, 10);
	assert_true(machine_go_on() && runs_for_others());
	machine_fault();
	machine_time += UINT64_C(10000000000);
	for (unsigned i = 0; i < SPARE_STACKS + 1; i++) {
		assert_goes_on_after(thread[i], STATUS_DEAD);
		leave(thread[i]);
	}
	machine_go_on();
	assert_answer_status(AWAY, COOKIE, STATUS_DEAD);
	leave(thread_inside(ECHO));
	assert_at_rest();
}

/* More than there are proxies for: each waits its turn. */
static void many_calls_are_answered_in_order(void **state)
{
	enum { MANY = 3 * PROXIES_EACH };

	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		machine_asked(i % 2 ? AWAY : FARTHER, RELAY, COOKIE + i, 10 * i);
	assert_int_equal(machine_records, MANY - PROXIES_EACH);
	machine_asked(AWAY, ECHO, 1, 1000); /* another service's do not wait for these */
	for (unsigned left = MANY + 1; left; left--) {
		uint64_t words;

		assert_true(machine_go_on() && runs_for_others());
		words = processor.rdi;
		assert_called_with(words);
		machine_return(words + 5);
	}
	assert_false(machine_go_on());
	assert_int_equal(machine_sent_count, MANY + 1);
	for (unsigned i = 0; machine_sent_count;) {
		if (machine_sent[0].message.cookie == 1) {
			assert_answer(AWAY, 1, 1005);
			continue;
		}
		assert_answer(i % 2 ? AWAY : FARTHER, COOKIE + i, 10 * i + 5);
		i++;
	}
	assert_at_rest();
}

static void without_memory_the_answer_is_busy(void **state)
{
	unsigned proxies = 0;

	(void)state;
	machine_full = true;
	while (!machine_sent_count)
		machine_asked(AWAY, proxies % SERVER_COUNT, COOKIE + proxies, 10), proxies++;
	assert_answer_status(AWAY, COOKIE + proxies - 1, STATUS_BUSY);
	machine_full = false;
	for (unsigned left = proxies - 1; left; left--) {
		if (!machine_in_user_mode())
			assert_true(machine_go_on() && runs_for_others());
		machine_return(40);
	}
	assert_false(machine_go_on());
	while (machine_sent_count)
		assert_int_equal(machine_take_sent().message.word[0], 40);
	assert_at_rest();
}

static void a_call_that_is_served_may_call_on(void **state)
{
	struct sent sent;

	(void)state;
	machine_asked(AWAY, ECHO, COOKIE, 10);
	assert_true(machine_go_on());
	machine_call_at(FARTHER, ECHO, 20, 0);
	assert_false(machine_go_on());
	sent = machine_take_sent();
	assert_sent(&sent, FARTHER, ECHO, 20);
	machine_asked(FARTHER, ECHO, COOKIE + 1, 30); /* the others do the same */
	assert_true(machine_go_on());
	assert_called_with(30);
	machine_return(50);
	assert_false(machine_go_on());
	assert_answer(FARTHER, COOKIE + 1, 50);
	machine_answered(&sent, 60);
	assert_true(machine_go_on());
	assert_int_equal(processor.rax, 60);
	machine_return(70);
	assert_false(machine_go_on());
	assert_answer(AWAY, COOKIE, 70);
	assert_at_rest();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(another_cores_call_is_served),
		TEST(it_goes_before_the_program_that_runs),
		TEST(the_programs_slice_goes_on_meanwhile),
		TEST(it_waits_at_a_closed_door),
		TEST(who_is_inside_and_ready_runs_next),
		TEST(what_waits_at_the_door_of_what_fails_is_made_anew),
		TEST(each_answers_before_the_next_one_goes_on),
		TEST(when_the_replica_fails_the_answer_is_dead_for_who_is_inside),
		TEST(a_service_that_cannot_be_made_answers_so),
		TEST(one_stack_is_kept_for_other_cores),
		TEST(who_takes_the_last_stack_lets_a_proxy_in),
		TEST(a_failure_forgets_who_is_on_the_kept_stack),
		TEST(many_calls_are_answered_in_order),
		TEST(without_memory_the_answer_is_busy),
		TEST(a_call_that_is_served_may_call_on),
	};

	return cmocka_run_group_tests_name("remote_served", tests, machine_open, machine_close);
}
