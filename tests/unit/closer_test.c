/* closer_test.c - files are closed once: by system calls, by the closer, and by one who goes on where another was killed
 * SPDX-License-Identifier: MIT
 * The test is the kernel and the service: it sees each call that is made, and answers it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "abi/kernel.h"
#include "services/linux/closer.h"
#include "services/linux/files.h"
#include "services/linux/served.h"

enum { FILES = 8, ENDED = 5 };

static struct file files[FILES];
static struct file *listed[FILES];
static unsigned list_length, freed[FILES];

static struct task program, worker, *running = &program;
static unsigned wakes;
static bool ending;
static uint64_t deadline;

/* The call that each thread has out. */
static struct service_call call_of[2];
static int64_t (*next_of[2])(struct task *task, int64_t result);

struct task *kernel_task(void)
{
	return running;
}

bool kernel_ending(void)
{
	return ending;
}

uint64_t kernel_time(void)
{
	return 1000;
}

void kernel_set_deadline(uint64_t until)
{
	deadline = until;
}

int64_t kernel_sleep(void)
{
	return CALL_PARKED;
}

struct task *kernel_start_worker(uint32_t thread_id, int64_t (*resume)(struct task *task, int64_t result))
{
	assert_true(thread_id >> 30);
	worker.resume = resume;
	return &worker;
}

void kernel_wake_worker(struct task *task)
{
	assert_ptr_equal(task, &worker);
	wakes++;
}

struct file *file_closing(void)
{
	return list_length ? listed[--list_length] : NULL;
}

void file_closed(struct file *file)
{
	freed[file - files]++;
}

int64_t serve_by_key(const struct service_call *call, uint64_t key, int64_t (*next)(struct task *task, int64_t result))
{
	unsigned whose = running == &worker;

	assert_null(next_of[whose]);
	assert_int_equal(call->word[0], FS_CLOSE);
	call_of[whose] = *call;
	call_of[whose].word[1] = key;
	next_of[whose] = next;
	return CALL_PARKED;
}

static int64_t answer(struct task *task, int64_t result)
{
	int64_t (*next)(struct task *, int64_t) = next_of[task == &worker];

	assert_non_null(next);
	next_of[task == &worker] = NULL;
	running = task;
	result = next(task, result);
	running = &program;
	return result;
}

/* The closer's turn, if somebody has woken it, or its deadline has come. */
static void turn(void)
{
	int64_t (*resume)(struct task *, int64_t) = worker.resume;

	worker.resume = NULL;
	running = &worker;
	assert_int_equal(resume(&worker, 0), CALL_PARKED);
	running = &program;
}

static void add(unsigned number)
{
	files[number].inode = 100 + number;
	listed[list_length++] = &files[number];
}

static int begin(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FILES; i++)
		freed[i] = 0;
	assert_true(closer_open());
	assert_int_equal(list_length, 0);
	wakes = 0;
	ending = false;
	deadline = 0;
	return 0;
}

static void a_call_closes_what_there_is(void **state)
{
	uint64_t key;

	(void)state;
	assert_int_equal(serve_closing(ENDED), ENDED);
	add(1);
	add(2);
	assert_int_equal(serve_closing(ENDED), CALL_PARKED);
	assert_int_equal(call_of[0].word[2], 102);
	key = call_of[0].word[1];
	assert_int_equal(answer(&program, STATUS_OK), CALL_PARKED);
	assert_int_equal(call_of[0].word[2], 101);
	assert_true(call_of[0].word[1] == key + 1);
	assert_int_equal(answer(&program, STATUS_NOT_FOUND), ENDED);
	assert_int_equal(freed[1] + freed[2], 2);
	assert_int_equal(wakes, 0);
}

static void the_console_is_not_closed(void **state)
{
	(void)state;
	add(3);
	files[3].inode = 0;
	assert_int_equal(serve_closing(ENDED), ENDED);
	assert_int_equal(freed[3], 1);
}

static void the_closer_closes_the_rest_and_sleeps(void **state)
{
	(void)state;
	add(1);
	add(2);
	closer_wake();
	closer_wake();
	assert_int_equal(wakes, 1);
	turn();
	assert_int_equal(call_of[1].word[2], 102);
	assert_int_equal(serve_closing(ENDED), ENDED); /* it is being done */
	assert_int_equal(answer(&worker, STATUS_OK), CALL_PARKED);
	assert_int_equal(call_of[1].word[2], 101);
	assert_int_equal(answer(&worker, STATUS_OK), CALL_PARKED);
	assert_null(next_of[1]);
	assert_int_equal(freed[1] + freed[2], 2);
	assert_int_equal(deadline, 0);
	closer_wake(); /* it sleeps again */
	assert_int_equal(wakes, 2);
	turn();
	assert_null(next_of[1]);
}

/* Its answer is lost, or it was never begun: nobody can tell, but by the key. */
static void what_a_killed_thread_leaves_is_closed_by_the_same_key(void **state)
{
	static const int64_t lost[] = { STATUS_DEAD, STATUS_BUSY, STATUS_NO_MEMORY };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		uint64_t key;

		add(1);
		add(2);
		wakes = 0;
		assert_int_equal(serve_closing(ENDED), CALL_PARKED);
		key = call_of[0].word[1];
		closer_wake();
		assert_int_equal(wakes, 0); /* a call is at it */
		ending = true;
		assert_int_equal(answer(&program, lost[i]), ENDED);
		ending = false;
		assert_int_equal(wakes, 1);
		assert_int_equal(freed[2], i);
		assert_int_equal(serve_closing(ENDED), ENDED);
		turn();
		assert_int_equal(call_of[1].word[2], 102);
		assert_true(call_of[1].word[1] == key);
		assert_int_equal(answer(&worker, STATUS_OK), CALL_PARKED);
		assert_true(call_of[1].word[1] == key + 1);
		assert_int_equal(answer(&worker, STATUS_OK), CALL_PARKED);
		assert_int_equal(freed[1], i + 1);
		assert_int_equal(freed[2], i + 1);
		assert_null(next_of[1]);
	}
}

static void who_is_to_end_leaves_it_to_the_closer(void **state)
{
	(void)state;
	add(1);
	ending = true;
	assert_int_equal(serve_closing(ENDED), ENDED);
	assert_null(next_of[0]);
	assert_int_equal(wakes, 1);
	turn();
	assert_int_equal(call_of[1].word[2], 101);
	assert_int_equal(answer(&worker, STATUS_OK), CALL_PARKED);
}

static void a_service_that_is_not_there_is_asked_again_later(void **state)
{
	uint64_t key;

	(void)state;
	add(1);
	closer_wake();
	turn();
	key = call_of[1].word[1];
	assert_int_equal(answer(&worker, STATUS_DEAD), CALL_PARKED);
	assert_null(next_of[1]);
	assert_true(deadline > 1000);
	closer_wake(); /* it comes by itself */
	assert_int_equal(wakes, 1);
	turn();
	assert_true(call_of[1].word[1] == key);
	assert_int_equal(answer(&worker, STATUS_OK), CALL_PARKED);
	assert_int_equal(freed[1], 1);
}

/* What somebody has begun who is gone is ended by the next change: one that changes nothing. */
static void the_closer_visits_for_the_dead(void **state)
{
	uint64_t key;

	(void)state;
	closer_visit();
	closer_visit();
	assert_int_equal(wakes, 1);
	turn();
	assert_int_equal(call_of[1].word[2], 0);
	key = call_of[1].word[1];
	add(1);
	assert_int_equal(serve_closing(ENDED), ENDED); /* two at a time would be each other's dead */
	assert_int_equal(answer(&worker, STATUS_NOT_FOUND), CALL_PARKED);
	assert_int_equal(call_of[1].word[2], 101);
	assert_true(call_of[1].word[1] == key + 1);
	assert_int_equal(answer(&worker, STATUS_OK), CALL_PARKED);
	assert_int_equal(call_of[1].word[2], 0);
	assert_true(call_of[1].word[1] == key + 2);
	assert_int_equal(answer(&worker, STATUS_NOT_FOUND), CALL_PARKED);
	assert_null(next_of[1]);
	assert_int_equal(freed[1], 1);
}

static void a_closer_that_comes_late_lets_the_call_close(void **state)
{
	(void)state;
	add(1);
	closer_wake();
	assert_int_equal(serve_closing(ENDED), CALL_PARKED);
	turn();
	assert_null(next_of[1]);
	assert_int_equal(answer(&program, STATUS_OK), ENDED);
	assert_int_equal(freed[1], 1);
}

static void a_visit_waits_for_the_call_that_closes(void **state)
{
	(void)state;
	add(1);
	assert_int_equal(serve_closing(ENDED), CALL_PARKED);
	closer_visit();
	assert_int_equal(wakes, 0);
	assert_int_equal(answer(&program, STATUS_OK), ENDED);
	assert_int_equal(wakes, 1);
	turn();
	assert_int_equal(call_of[1].word[2], 0);
	assert_int_equal(answer(&worker, STATUS_NOT_FOUND), CALL_PARKED);
	assert_null(next_of[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_call_closes_what_there_is, begin),
		cmocka_unit_test_setup(the_console_is_not_closed, begin),
		cmocka_unit_test_setup(the_closer_closes_the_rest_and_sleeps, begin),
		cmocka_unit_test_setup(what_a_killed_thread_leaves_is_closed_by_the_same_key, begin),
		cmocka_unit_test_setup(who_is_to_end_leaves_it_to_the_closer, begin),
		cmocka_unit_test_setup(a_service_that_is_not_there_is_asked_again_later, begin),
		cmocka_unit_test_setup(the_closer_visits_for_the_dead, begin),
		cmocka_unit_test_setup(a_closer_that_comes_late_lets_the_call_close, begin),
		cmocka_unit_test_setup(a_visit_waits_for_the_call_that_closes, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
