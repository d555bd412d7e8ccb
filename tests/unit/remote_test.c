/* remote_test.c - calls of services on other cores, and other cores' calls of services here
 * SPDX-License-Identifier: MIT
 * The tests share one machine: its proxies stay. At the end of each all is at rest, and every stack where it was. */
#include "ipc/monitor.h"
#include "ipc/proxy.h"
#include "ipc/remote.h"
#include "kernel/entry/threads.h"
#include "percpu/backlog.h"
#include "tests/unit/gate_steps.h"

enum { AWAY = 1, FARTHER = 2, KEY = 5, COOKIE = 77 };

/* A program that has called ECHO on another core and waits. */
static struct thread *thread_calling(uint64_t core, uint64_t words, uint64_t nanoseconds)
{
	struct thread *thread = machine_thread();

	machine_run(thread);
	machine_call_at(core, ECHO, words, nanoseconds);
	assert_false(machine_in_user_mode());
	assert_int_equal(thread->state, THREAD_PARKED);
	assert_non_null(thread->out);
	return thread;
}

/* A service that has, for whom other threads may come in. */
static struct thread *service_calling(uint64_t core, uint64_t words, uint64_t nanoseconds)
{
	struct thread *thread = thread_inside(ECHO);

	machine_call_at(core, ECHO, words, nanoseconds);
	assert_false(machine_in_user_mode());
	assert_ptr_equal(thread->asleep_in, replicas[ECHO]);
	assert_non_null(thread->out);
	return thread;
}

static void assert_sent(const struct sent *sent, unsigned core, unsigned server, uint64_t words)
{
	assert_int_equal(sent->core, core);
	assert_int_equal(sent->message.kind, MESSAGE_call_at);
	assert_int_equal(sent->message.operation, server);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(sent->message.word[i], words + i);
}

/* What was answered to another core. */
static void assert_answer(unsigned core, uint64_t cookie, uint64_t words)
{
	struct sent sent = machine_take_sent();

	assert_int_equal(sent.core, core);
	assert_int_equal(sent.message.kind, MESSAGE_answered);
	assert_int_equal(sent.message.cookie, cookie);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(sent.message.word[i], words + i);
}

static void assert_answer_status(unsigned core, uint64_t cookie, status_t status)
{
	struct sent sent = machine_take_sent();

	assert_int_equal(sent.core, core);
	assert_int_equal(sent.message.cookie, cookie);
	assert_int_equal((int64_t)sent.message.word[0], status);
}

/* As an answer finds it; rbx and so on are its own still. */
static void assert_goes_on_with(struct thread *thread, uint64_t words)
{
	machine_run(thread);
	assert_int_equal(processor.rax, words);
	assert_int_equal(processor.rsi, words + 1);
	assert_int_equal(processor.rdx, words + 2);
	assert_int_equal(processor.r10, words + 3);
	assert_int_equal(processor.r8, words + 4);
	assert_int_equal(processor.r9, words + 5);
	assert_null(thread->out);
}

static void assert_goes_on_after(struct thread *thread, status_t status)
{
	machine_run(thread);
	assert_int_equal((int64_t)processor.rax, status);
	assert_null(thread->out);
}

/* Ends the thread, which is in user mode, and whatever it is in. */
static void leave(struct thread *thread)
{
	assert_ptr_equal(thread_current, thread);
	while (thread->activation != &thread->program) {
		machine_return(9);
		if (!machine_in_user_mode())
			machine_run(thread);
	}
	machine_interrupt();
	machine_kill(thread);
}

/* The thread is somewhere in a service on behalf of another core. */
static bool runs_for_others(void)
{
	return thread_current->program.on_return & ON_RETURN_REMOTE;
}

static void assert_at_rest(void)
{
	while (!machine_in_user_mode() && machine_go_on())
		leave(thread_current);
	assert_null(thread_current);
	assert_int_equal(machine_records, 0);
	assert_int_equal(machine_sent_count, 0);
	for (unsigned server = 0; server < SERVER_COUNT; server++) {
		const struct replica *replica = replicas[server];

		if (!replica->view)
			continue;
		assert_true(replica->door && replica->kept);
		assert_int_equal(replica->spares, SPARE_STACKS);
		assert_true(!replica->asleep.first && !replica->returning.first && !replica->waiting.first);
		for (unsigned i = 0; i < replica->spares; i++)
			assert_true(replica->spare[i] != replica->door && replica->spare[i] != replica->kept);
		assert_true(replica->door != replica->kept && replica->spare[0] != replica->spare[1]);
	}
	for (const struct thread *thread = thread_first(); thread; thread = thread->all_next)
		assert_true(thread->program.on_return & ON_RETURN_REMOTE && thread->state == THREAD_PARKED);
}

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

static void programs_wait_for_room_in_order(void **state)
{
	struct thread *thread[REMOTE_MOST + 3], *other;
	struct sent sent[REMOTE_MOST + 3];

	(void)state;
	for (unsigned i = 0; i < REMOTE_MOST; i++) {
		thread[i] = thread_calling(AWAY, 10 * i, 0);
		sent[i] = machine_take_sent();
	}
	for (unsigned i = REMOTE_MOST; i < REMOTE_MOST + 3; i++)
		thread[i] = thread_calling(AWAY, 10 * i, 1000);
	assert_int_equal(machine_sent_count, 0);
	other = machine_thread();
	machine_run(other);
	machine_call_at(AWAY | IPC_AT_ONCE, ECHO, 1, 0);
	assert_refused_with(STATUS_BUSY);
	machine_call_at(FARTHER, ECHO, 500, 0); /* there is room elsewhere */
	assert_int_equal(machine_sent_count, 1);
	{
		struct sent elsewhere = machine_take_sent();

		machine_answered(&elsewhere, 70);
	}
	assert_goes_on_with(other, 70);
	leave(other);
	machine_kill(thread[REMOTE_MOST + 1]); /* it is never sent */
	assert_false(machine_go_on());
	machine_answered(&sent[1], 40);
	assert_goes_on_with(thread[1], 40);
	leave(thread[1]);
	sent[1] = machine_take_sent();
	assert_sent(&sent[1], AWAY, ECHO, 10 * REMOTE_MOST);
	assert_int_equal(machine_sent_count, 0);
	machine_time += 1000;
	threads_expire(); /* one was sent, the other was not */
	for (unsigned i = 0; i < REMOTE_MOST; i++)
		machine_answered(&sent[i], 40 + i);
	assert_int_equal(machine_sent_count, 0);
	assert_at_rest();
}

static void a_service_is_told_that_there_is_no_room(void **state)
{
	struct thread *thread[SPARE_STACKS + 1];
	struct sent sent[REMOTE_MOST];

	(void)state;
	for (unsigned i = 0; i < REMOTE_MOST; i++) { /* their services give up, but the calls are out */
		struct thread *one = service_calling(AWAY, i, 1);

		sent[i] = machine_take_sent();
		machine_time += 1;
		threads_expire();
		assert_goes_on_after(one, STATUS_TIMED_OUT);
		leave(one);
	}
	thread[0] = thread_inside(ECHO);
	machine_call_at(AWAY, ECHO, 1, 0);
	assert_refused_with(STATUS_BUSY);
	assert_inside(thread[0], ECHO);
	leave(thread[0]);
	thread[1] = thread_calling(AWAY, 100, 0); /* a program has room of its own */
	assert_int_equal(machine_sent_count, 1);
	for (unsigned i = 0; i < REMOTE_MOST; i++)
		machine_answered(&sent[i], 40);
	sent[0] = machine_take_sent();
	machine_answered(&sent[0], 60);
	assert_goes_on_with(thread[1], 60);
	leave(thread[1]);
	assert_at_rest();
}

/* While calls wait in the backlog it would grow with each of ours. */
static void nothing_is_sent_behind_the_backlog(void **state)
{
	struct thread *thread;
	struct sent sent;

	(void)state;
	backlog_oldest = (struct backlog_record *)&sent;
	thread = thread_calling(AWAY, 10, 0);
	assert_int_equal(machine_sent_count, 0);
	assert_false(machine_go_on());
	assert_true(remote_unsent);
	backlog_oldest = NULL;
	assert_false(machine_go_on());
	sent = machine_take_sent();
	machine_answered(&sent, 40);
	assert_goes_on_with(thread, 40);
	leave(thread);
	assert_at_rest();
}

static void nor_is_what_waits_there_forgotten(void **state)
{
	struct thread *thread[2];
	struct sent sent;

	(void)state;
	backlog_oldest = (struct backlog_record *)&sent;
	thread[0] = thread_calling(AWAY, 10, 0);
	thread[1] = thread_calling(AWAY, 20, 0);
	backlog_oldest = NULL;
	machine_rings_full = true;
	assert_false(machine_go_on());
	assert_int_equal(machine_sent_count, 1); /* and it waits in the backlog now */
	machine_rings_full = false;
	backlog_oldest = NULL;
	assert_false(machine_go_on());
	assert_int_equal(machine_sent_count, 2);
	for (unsigned i = 0; i < 2; i++) {
		sent = machine_take_sent();
		machine_answered(&sent, 40);
		assert_goes_on_with(thread[i], 40);
		leave(thread[i]);
	}
	assert_at_rest();
}

static void who_waits_for_room_goes_first(void **state)
{
	struct thread *thread[REMOTE_MOST + 1], *other;
	struct sent sent[REMOTE_MOST];

	(void)state;
	for (unsigned i = 0; i < REMOTE_MOST; i++) {
		thread[i] = thread_calling(AWAY, 10 * i, 0);
		sent[i] = machine_take_sent();
	}
	thread[REMOTE_MOST] = thread_calling(AWAY, 500, 0);
	other = machine_thread();
	machine_run(other);
	machine_answered(&sent[0], 40); /* a leaf, which is served while something waits in the kernel */
	machine_call_at(AWAY, ECHO, 600, 0);
	machine_go_on();
	leave(thread[0]);
	sent[0] = machine_take_sent();
	assert_sent(&sent[0], AWAY, ECHO, 500);
	assert_int_equal(machine_sent_count, 0);
	for (unsigned i = 0; i < REMOTE_MOST; i++)
		machine_answered(&sent[i], 40);
	while (machine_go_on())
		leave(thread_current);
	sent[0] = machine_take_sent();
	assert_sent(&sent[0], AWAY, ECHO, 600);
	machine_answered(&sent[0], 40);
	assert_at_rest();
}

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

#undef TEST
#define TEST(name) cmocka_unit_test(name)

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
		TEST(programs_wait_for_room_in_order),
		TEST(a_service_is_told_that_there_is_no_room),
		TEST(nothing_is_sent_behind_the_backlog),
		TEST(nor_is_what_waits_there_forgotten),
		TEST(who_waits_for_room_goes_first),
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
		TEST(a_call_of_one_that_is_joined_is_a_call_of_the_other),
	};

	return cmocka_run_group_tests_name("remote", tests, machine_open, machine_close);
}
