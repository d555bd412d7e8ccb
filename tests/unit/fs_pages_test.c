/* fs_pages_test.c - pages of the file service's store that are there ahead of need
 * SPDX-License-Identifier: MIT
 * One core: all is at home. What is there and what is not, beside the counts that are compared here, fs_check looks at for each page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "abi/fs.h"
#include "tests/fs/calls.h"
#include "tests/fs/check.h"

enum {
	PAGES = 1 << 16,
	PAGE = 4096,
	AHEAD = 4,
	RUN = 10, /* pages of a file, together beyond all that were used */
};

static struct caller caller = { .thread = 10 };
static uint8_t data[(RUN + 1) * PAGE];
static uint64_t file;

static uint64_t there(void)
{
	fs_check();
	return fake_pages(0);
}

static void must_write(uint64_t page, uint64_t count)
{
	must(call_write(&caller, file, page * PAGE, data, count * PAGE) == (int64_t)(count * PAGE));
}

static int begin(void **state)
{
	(void)state;
	fake_open(1, PAGES);
	file = (uint64_t)call_open(&caller, FS_ROOT, "file", FS_CREATE);
	must_write(0, RUN);
	return 0;
}

static int end(void **state)
{
	(void)state;
	must(call_close(&caller, file) == 0);
	fs_check();
	fake_close();
	return 0;
}

/* All of the file's pages become free: the first ones of the list. */
static void empty(void)
{
	must(call_truncate(&caller, file, 0) == 0);
}

static void begin_anew(void)
{
	struct fs_stat stat;

	fake_restart(0);
	must(call_stat(&caller, FS_ROOT, "file", &stat) == 0);
}

/* One page, then those that were ahead, and the next one. */
static void take_one_by_one(void)
{
	uint64_t before = there();

	for (uint64_t i = 0; i < AHEAD; i++) {
		must_write(RUN + i, 1);
		must(there() == before + AHEAD);
	}
	must_write(RUN + AHEAD, 1);
	must(there() == before + 2 * AHEAD);
}

static void fresh_pages_come_together(void **state)
{
	(void)state;
	take_one_by_one();
}

static void pages_that_were_used_come_together(void **state)
{
	(void)state;
	empty();
	take_one_by_one();
}

static void who_begins_anew_has_none_ahead(void **state)
{
	uint64_t before;

	(void)state;
	before = there();
	must_write(RUN, 1);
	begin_anew();
	must(there() == before + 1);
	empty();
	before = there();
	must_write(0, 1);
	begin_anew();
	must(there() == before + 1);
}

static void what_becomes_free_comes_before_those_ahead(void **state)
{
	uint64_t second = (uint64_t)call_open(&caller, FS_ROOT, "second", FS_CREATE), before;

	(void)state;
	must(call_write(&caller, second, 0, data, PAGE) == PAGE);
	empty();
	must_write(0, 1);
	before = there();
	must(call_truncate(&caller, second, 0) == 0);
	must(there() == before - 1 - (AHEAD - 1));
	must(call_close(&caller, second) == 0);
}

/* Two pages are to be written, and one is lent. */
static void give_up(void)
{
	struct words words = { { FS_WRITE | (uint64_t)2 * PAGE << 16, (uint64_t)caller.thread << 32 | ++caller.sequence, file, RUN * PAGE } };

	must(fake_call(0, &words, (struct lent){ data, PAGE }, (struct lent){ 0 }) < 0);
}

static void who_gives_up_keeps_none(void **state)
{
	uint64_t before;

	(void)state;
	before = there();
	give_up();
	must(there() == before);
	empty();
	before = there();
	give_up();
	must(there() <= before); /* the tree of a large file may be gone as well */
	must_write(0, RUN + 1);
}

static void room_for_one_is_room(void **state)
{
	(void)state;
	fake_limit(there() + 1);
	must_write(RUN, 1);
	must(call_write(&caller, file, (RUN + 1) * PAGE, data, PAGE) == STATUS_NO_SPACE);
	there();
	empty();
	fake_limit(there() + 2); /* a node for the tree, and a page */
	must_write(1, 1);
	there();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fresh_pages_come_together, begin, end),
		cmocka_unit_test_setup_teardown(pages_that_were_used_come_together, begin, end),
		cmocka_unit_test_setup_teardown(who_begins_anew_has_none_ahead, begin, end),
		cmocka_unit_test_setup_teardown(what_becomes_free_comes_before_those_ahead, begin, end),
		cmocka_unit_test_setup_teardown(who_gives_up_keeps_none, begin, end),
		cmocka_unit_test_setup_teardown(room_for_one_is_room, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
