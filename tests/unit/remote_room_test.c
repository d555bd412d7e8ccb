/* remote_room_test.c - calls of services on other cores, where too many are out or the backlog is not empty
 * SPDX-License-Identifier: MIT */
#include "tests/unit/remote_steps.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(programs_wait_for_room_in_order),
		TEST(a_service_is_told_that_there_is_no_room),
		TEST(nothing_is_sent_behind_the_backlog),
		TEST(nor_is_what_waits_there_forgotten),
		TEST(who_waits_for_room_goes_first),
	};

	return cmocka_run_group_tests_name("remote_room", tests, machine_open, machine_close);
}
