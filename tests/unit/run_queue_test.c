/* run_queue_test.c - the run queue: order, removal at every place, against an array
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sched/run_queue.h"
#include "tests/unit/physical_memory.h"

enum {
	THREADS = 12,
	ROUNDS = 200000,
};

static struct thread thread[THREADS];

/* What the queue should hold: indices of threads, oldest first. */
struct oracle {
	unsigned length;
	unsigned queued[THREADS];
};

static int place_of(const struct oracle *oracle, unsigned which)
{
	for (unsigned i = 0; i < oracle->length; i++)
		if (oracle->queued[i] == which)
			return (int)i;
	return -1;
}

static void forget(struct oracle *oracle, unsigned place)
{
	oracle->length--;
	for (unsigned i = place; i < oracle->length; i++)
		oracle->queued[i] = oracle->queued[i + 1];
}

static void note(struct oracle *oracle, unsigned place, unsigned which)
{
	for (unsigned i = oracle->length++; i > place; i--)
		oracle->queued[i] = oracle->queued[i - 1];
	oracle->queued[place] = which;
}

static void check(const struct run_queue *queue, const struct oracle *oracle)
{
	const struct thread *at = queue->first;

	for (unsigned i = 0; i < oracle->length; i++, at = at->queue_next) {
		assert_ptr_equal(at, &thread[oracle->queued[i]]);
		if (i == oracle->length - 1)
			assert_ptr_equal(queue->last, at);
	}
	assert_null(at);
}

static void an_empty_queue_gives_nothing(void **state)
{
	struct run_queue queue = { 0 };

	(void)state;
	assert_null(run_queue_take(&queue));
	assert_false(run_queue_remove(&queue, &thread[0]));
	assert_null(queue.first);
}

static void first_in_is_first_out(void **state)
{
	struct run_queue queue = { 0 };

	(void)state;
	for (unsigned i = 0; i < THREADS; i++)
		run_queue_append(&queue, &thread[i]);
	for (unsigned i = 0; i < THREADS; i++)
		assert_ptr_equal(run_queue_take(&queue), &thread[i]);
	assert_null(run_queue_take(&queue));
}

static void one_goes_before_the_others(void **state)
{
	struct run_queue queue = { 0 };

	(void)state;
	run_queue_prepend(&queue, &thread[1]);
	run_queue_append(&queue, &thread[2]);
	run_queue_prepend(&queue, &thread[0]);
	run_queue_append(&queue, &thread[3]);
	for (unsigned i = 0; i < 4; i++)
		assert_ptr_equal(run_queue_take(&queue), &thread[i]);
	assert_null(run_queue_take(&queue));
}

static void one_is_removed_from_any_place(void **state)
{
	(void)state;
	for (unsigned length = 1; length <= THREADS; length++) {
		for (unsigned gone = 0; gone < length; gone++) {
			struct run_queue queue = { 0 };

			for (unsigned i = 0; i < length; i++)
				run_queue_append(&queue, &thread[i]);
			assert_true(run_queue_remove(&queue, &thread[gone]));
			assert_false(run_queue_remove(&queue, &thread[gone]));
			run_queue_append(&queue, &thread[gone]);
			for (unsigned i = 0; i < length; i++)
				if (i != gone)
					assert_ptr_equal(run_queue_take(&queue), &thread[i]);
			assert_ptr_equal(run_queue_take(&queue), &thread[gone]);
			assert_null(run_queue_take(&queue));
		}
	}
}

static void any_mixture_is_as_the_array_has_it(void **state)
{
	struct run_queue queue = { 0 };
	struct oracle oracle = { 0 };
	uint64_t seed = 4711;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned which = next_random(&seed) % THREADS;
		int place = place_of(&oracle, which);

		if (next_random(&seed) % 3 == 0) {
			struct thread *expected = oracle.length ? &thread[oracle.queued[0]] : NULL;

			assert_ptr_equal(run_queue_take(&queue), expected);
			if (expected)
				forget(&oracle, 0);
		} else if (place < 0 && next_random(&seed) % 4 == 0) {
			run_queue_prepend(&queue, &thread[which]);
			note(&oracle, 0, which);
		} else if (place < 0 && next_random(&seed) % 4) {
			run_queue_append(&queue, &thread[which]);
			note(&oracle, oracle.length, which);
		} else {
			assert_int_equal(run_queue_remove(&queue, &thread[which]), place >= 0);
			if (place >= 0)
				forget(&oracle, (unsigned)place);
		}
		check(&queue, &oracle);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_queue_gives_nothing),
		cmocka_unit_test(first_in_is_first_out),
		cmocka_unit_test(one_goes_before_the_others),
		cmocka_unit_test(one_is_removed_from_any_place),
		cmocka_unit_test(any_mixture_is_as_the_array_has_it),
	};

	return cmocka_run_group_tests_name("run_queue", tests, NULL, NULL);
}
