/* backing_threads_test.c - one core maps now this object, now that one, now none in the same place, while the others reach for pages
 * SPDX-License-Identifier: MIT
 * The first object may only be read, the second one be written: a page of the first that anybody could write to has come into a mapping of the second.
 * Something is mapped at each moment, so nobody who reads may be refused. Pages of the objects are exchanged all the time, too. */
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
	ELSEWHERE = 100, /* page */
};

enum kind { KIND_READ_ONLY, KIND_WRITABLE, KIND_ANONYMOUS, KIND_MOVED, KINDS };

static const unsigned FOUR[] = { 0, 1, 2, 3 };
static unsigned going, touches;

static uint64_t at(unsigned page)
{
	return move_at(1, page);
}

/* In the place of what is there. */
static void replace(enum kind kind)
{
	unsigned object = kind == KIND_READ_ONLY ? READ_ONLY : WRITABLE, rights = VSPACE_READ | (kind == KIND_READ_ONLY ? 0 : VSPACE_WRITE);

	if (kind == KIND_ANONYMOUS)
		move_map(at(0), PAGES, rights);
	else
		play_must(objects_map(at(kind == KIND_MOVED ? ELSEWHERE : 0), PAGES, object * 10, 0, rights | VSPACE_SHARED, VSPACE_FIXED) > 0);
	if (kind == KIND_MOVED)
		play_must(move_it(at(ELSEWHERE), PAGES, PAGES, at(0)) == (int64_t)at(0));
}

static void exchange(unsigned page)
{
	objects_exchange(READ_ONLY, page);
	objects_exchange(WRITABLE, page);
}

static void change(void)
{
	unsigned wanted = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		replace(round % KINDS);
		if (round % EXCHANGE == 0)
			exchange(round / EXCHANGE % PAGES);
		wanted += round / 2 % TOUCHES;
		do
			space_interrupt();
		while (__atomic_load_n(&touches, __ATOMIC_RELAXED) < wanted);
	}
	__atomic_store_n(&going, 0, __ATOMIC_RELAXED);
}

/* Whatever is reached is one of them, and what is written not the one that may only be read. */
static void touch(uint64_t *seed)
{
	unsigned page = next_random(seed) % PAGES;
	enum access access = next_random(seed) % 2 ? ACCESS_WRITE : ACCESS_READ;
	uint64_t *words, value;
	status_t status = objects_access(at(page), access, &words);

	__atomic_fetch_add(&touches, 1, __ATOMIC_RELAXED);
	play_must(status == STATUS_OK || (status == STATUS_BAD_ADDRESS && access == ACCESS_WRITE));
	if (status)
		return;
	value = words[VALUE];
	play_must(!value || value == objects_value(WRITABLE, page) || (value == objects_value(READ_ONLY, page) && access == ACCESS_READ));
	if (access == ACCESS_WRITE)
		words[OWN + play_place()] = 1;
}

static void job(void)
{
	uint64_t seed = play_place() + 1;

	huge_open();
	if (play_place() == 0) {
		objects_open(3);
		replace(KIND_ANONYMOUS);
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
		play_must(!space_change(VSPACE_UNMAP, at(0), PAGES * PAGE_SIZE, 0, 0));
		play_must(objects_kept(READ_ONLY * 10) == 0 && objects_kept(WRITABLE * 10) == 0);
		objects_close();
	}
	huge_close();
}

static void a_page_comes_only_where_its_object_is_mapped_and_nobody_finds_none(void **state)
{
	(void)state;
	play(4, FOUR, job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_comes_only_where_its_object_is_mapped_and_nobody_finds_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
