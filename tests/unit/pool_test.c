/* pool_test.c - small objects: none overlaps another, none lies across pages, all come back
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kernel/memory/frames.h"
#include "kernel/memory/pool.h"
#include "tests/unit/host_frames.h"
#include "tests/unit/physical_memory.h"

enum {
	OBJECTS = 600,
	ROUNDS = 20000,
};

static const size_t SIZES[] = { 8, 24, 48, 64, 1000, 2048, 4096 };
enum { SIZE_COUNT = sizeof(SIZES) / sizeof(SIZES[0]) };

static struct host_frames frames;

uint64_t frame_take(enum frame_type type)
{
	assert_int_equal(type, FRAME_pool);
	return host_frames_take(&frames);
}

static int open_frames(void **state)
{
	(void)state;
	host_frames_open(&frames);
	return 0;
}

static int close_frames(void **state)
{
	(void)state;
	host_frames_close(&frames);
	return 0;
}

/* Filled from end to end with its own mark, so that an overlap changes another's. */
static void mark(uint8_t *object, size_t size, unsigned number)
{
	memset(object, (int)(number % 255), size);
}

static void check(const uint8_t *object, size_t size, unsigned number)
{
	for (size_t i = 0; i < size; i++)
		assert_int_equal(object[i], number % 255);
}

static void a_page_holds_as_many_as_fit(void **state)
{
	(void)state;
	for (unsigned index = 0; index < SIZE_COUNT; index++) {
		struct pool pool = POOL(SIZES[index]);
		unsigned before = frames.taken, fit = (unsigned)(PAGE_SIZE / SIZES[index]);

		for (unsigned i = 0; i < fit; i++)
			assert_non_null(pool_take(&pool));
		assert_int_equal(frames.taken, before + 1);
		assert_non_null(pool_take(&pool));
		assert_int_equal(frames.taken, before + 2);
	}
}

static void objects_keep_out_of_each_other(void **state)
{
	(void)state;
	for (unsigned index = 0; index < SIZE_COUNT; index++) {
		struct pool pool = POOL(SIZES[index]);
		uint8_t *object[OBJECTS / 4] = { NULL };
		uint64_t seed = 99;

		for (unsigned round = 0; round < ROUNDS / SIZE_COUNT; round++) {
			unsigned which = next_random(&seed) % (OBJECTS / 4);

			if (object[which]) {
				check(object[which], SIZES[index], which);
				pool_give(&pool, object[which]);
				object[which] = NULL;
				continue;
			}
			object[which] = pool_take(&pool);
			assert_non_null(object[which]);
			assert_int_equal((uint64_t)object[which] % 8, 0);
			assert_true((uint64_t)object[which] % PAGE_SIZE + SIZES[index] <= PAGE_SIZE);
			mark(object[which], SIZES[index], which);
		}
	}
}

static void without_frames_there_is_nothing_until_one_is_given_back(void **state)
{
	struct pool pool = POOL(64);
	void *object[PAGE_SIZE / 64];

	(void)state;
	frames.limit = frames.taken + 1;
	for (unsigned i = 0; i < PAGE_SIZE / 64; i++) {
		object[i] = pool_take(&pool);
		assert_non_null(object[i]);
	}
	assert_null(pool_take(&pool));
	assert_null(pool_take(&pool));
	pool_give(&pool, object[5]);
	assert_ptr_equal(pool_take(&pool), object[5]);
	assert_null(pool_take(&pool));
	frames.limit++;
	assert_non_null(pool_take(&pool));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_page_holds_as_many_as_fit, open_frames, close_frames),
		cmocka_unit_test_setup_teardown(objects_keep_out_of_each_other, open_frames, close_frames),
		cmocka_unit_test_setup_teardown(without_frames_there_is_nothing_until_one_is_given_back, open_frames,
						close_frames),
	};

	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
