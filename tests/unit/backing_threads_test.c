/* backing_threads_test.c - one core maps now this object, now that one in the same place, while the others reach for pages
 * SPDX-License-Identifier: MIT
 * The first object may only be read, the second one be written: a page of the first that anybody could write to has come into a mapping of the second.
 * Pages of the objects are exchanged all the time, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/cores/objects.h" /* first: it says where physical memory lies here */
#include "tests/unit/physical_memory.h"

enum {
	ROUNDS = 8000,
	TOUCHES = 4, /* by the others, between two changes, at most: so some pages are there, and some are not */
	EXCHANGE = 8, /* rounds between two of those */
	PAGES = 4,
	READ_ONLY = 1, WRITABLE = 2, /* objects */
	VALUE = 8,
	OWN = 9,
};

static const unsigned FOUR[] = { 0, 1, 2, 3 };
static unsigned going, touches;

static uint64_t at(unsigned page)
{
	return move_at(1, page);
}

static void change(void)
{
	unsigned wanted = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		bool writable = round & 1;

		play_must(objects_map(at(0), PAGES, writable ? WRITABLE * 10 : READ_ONLY * 10, 0,
				      VSPACE_READ | VSPACE_SHARED | (writable ? VSPACE_WRITE : 0), VSPACE_FIXED) == (int64_t)at(0));
		if (round % EXCHANGE == 0) {
			objects_exchange(READ_ONLY, round / EXCHANGE % PAGES);
			objects_exchange(WRITABLE, round / EXCHANGE % PAGES);
		}
		wanted += round / 2 % TOUCHES;
		do
			space_interrupt();
		while (__atomic_load_n(&touches, __ATOMIC_RELAXED) < wanted);
	}
	play_must(!space_change(VSPACE_UNMAP, at(0), PAGES * PAGE_SIZE, 0, 0));
	__atomic_store_n(&going, 0, __ATOMIC_RELAXED);
}

/* Whatever is reached is one of the two, and what is written one of them alone. */
static void touch(uint64_t *seed)
{
	unsigned page = next_random(seed) % PAGES;
	enum access access = next_random(seed) % 2 ? ACCESS_WRITE : ACCESS_READ;
	uint64_t *words, value;
	status_t status = objects_access(at(page), access, &words);

	__atomic_fetch_add(&touches, 1, __ATOMIC_RELAXED);
	play_must(status == STATUS_OK || status == STATUS_BAD_ADDRESS);
	if (status)
		return;
	value = words[VALUE];
	if (access == ACCESS_WRITE) {
		play_must(value == objects_value(WRITABLE, page));
		words[OWN + play_place()] = 1;
	} else {
		play_must(value == objects_value(READ_ONLY, page) || value == objects_value(WRITABLE, page));
	}
}

static void job(void)
{
	uint64_t seed = play_place() + 1;

	huge_open();
	if (play_place() == 0) {
		objects_open(3);
		__atomic_store_n(&going, 1, __ATOMIC_RELAXED);
	}
	space_meet();
	if (play_place() == 0)
		change();
	else
		while (__atomic_load_n(&going, __ATOMIC_RELAXED))
			touch(&seed);
	space_meet();
	if (play_place() == 0) {
		play_must(objects_kept(READ_ONLY * 10) == 0 && objects_kept(WRITABLE * 10) == 0);
		objects_close();
	}
	huge_close();
}

static void a_page_comes_only_where_its_object_is_mapped(void **state)
{
	(void)state;
	play(4, FOUR, job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_comes_only_where_its_object_is_mapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
