/* pager_test.c - what the pager answers from its own cache, and when it asks
 * SPDX-License-Identifier: MIT
 * Played is the file service: it says of each page what its inode, its number and a version make, and counts how often it is asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "abi/fs.h"
#include "abi/pager.h"
#include "services/pager/cache.h"
#include "services/pager/pager.h"

enum { ENTRIES = 1024 }; /* of services/pager/own/cache.c */

static uint64_t version, asked;
static int64_t says;

int64_t fs_page(struct words *words)
{
	uint64_t inode = words->word[2], page = words->word[3];

	assert_int_equal(words->word[0], FS_PAGE);
	asked++;
	if (says == STATUS_OK)
		*words = (struct words){ { 0, inode << 32 | page << 12, inode + 8, version } };
	return says;
}

static int64_t ask(uint64_t inode, uint64_t page, uint64_t flags, struct words *words)
{
	*words = (struct words){ { PAGER_PAGE | flags << 16, 0, inode, page } };
	return pager_serve(words);
}

/* The answer is that of a version; how often the file service was asked for it. */
static uint64_t expect(uint64_t inode, uint64_t page, uint64_t flags, uint64_t of)
{
	uint64_t before = asked;
	struct words words;

	assert_int_equal(ask(inode, page, flags, &words), STATUS_OK);
	assert_int_equal(words.word[1], inode << 32 | page << 12);
	assert_int_equal(words.word[2], inode + 8);
	assert_int_equal(words.word[3], of);
	return asked - before;
}

static void test_asks_once(void **state)
{
	(void)state;
	assert_int_equal(expect(100, 1, 0, version), 1);
	assert_int_equal(expect(100, 1, 0, version), 0);
	assert_int_equal(expect(100, 2, 0, version), 1);
	assert_int_equal(expect(101, 1, 0, version), 1);
	for (uint64_t page = 0; page < 4; page++) /* others, that may be in the same place */
		(void)expect(100, page, 0, version);
	assert_int_equal(expect(100, 1, 0, version), 0);
	assert_int_equal(expect(101, 1, 0, version), 0);
}

/* What it knows it says, though it does not hold: until its caller says so. Then it knows what is so now. */
static void test_asks_anew(void **state)
{
	uint64_t old = version;

	(void)state;
	(void)expect(200, 7, 0, old);
	version++;
	assert_int_equal(expect(200, 7, 0, old), 0);
	assert_int_equal(expect(200, 7, PAGER_ANEW, version), 1);
	assert_int_equal(expect(200, 7, 0, version), 0);
	assert_int_equal(expect(201, 7, PAGER_ANEW, version), 1);
	assert_int_equal(expect(201, 7, 0, version), 0);
}

/* Errors pass through, and are not what is answered the next time. */
static void test_errors(void **state)
{
	static const int64_t errors[] = { STATUS_NOT_FOUND, STATUS_BUSY, STATUS_NO_SPACE, STATUS_NO_MEMORY, STATUS_DEAD, STATUS_IS_DIRECTORY };
	struct words words;

	(void)state;
	for (unsigned i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		uint64_t before = asked;

		says = errors[i];
		assert_int_equal(ask(300 + i, 0, 0, &words), errors[i]);
		assert_int_equal(ask(300 + i, 0, 0, &words), errors[i]);
		assert_int_equal(asked, before + 2);
		says = STATUS_OK;
		assert_int_equal(expect(300 + i, 0, 0, version), 1);
	}
	says = STATUS_NOT_FOUND;
	assert_int_equal(ask(300, 0, PAGER_ANEW, &words), STATUS_NOT_FOUND);
	says = STATUS_OK;
	words = (struct words){ { PAGER_COUNTS + 1 } };
	assert_int_equal(pager_serve(&words), STATUS_NO_CALL);
	words = (struct words){ { FS_WRITE } };
	assert_int_equal(pager_serve(&words), STATUS_NO_CALL);
}

/* A number that no file has is not what an empty place holds. */
static void test_no_file(void **state)
{
	struct words words;
	uint64_t before = asked;

	(void)state;
	says = STATUS_NOT_FOUND;
	assert_int_equal(ask(0, 0, 0, &words), STATUS_NOT_FOUND);
	assert_int_equal(ask(0, 0, 0, &words), STATUS_NOT_FOUND);
	assert_int_equal(asked, before + 2);
	says = STATUS_OK;
	(void)expect(0, 0, 0, version);
	assert_int_equal(expect(0, 0, 0, version), 1);
}

/* As many pages of a file as there are places have one each, and what is reached again and again outlives ten times as many that are reached once. */
static void test_what_stays(void **state)
{
	uint64_t missed = 0;

	(void)state;
	for (uint64_t page = 0; page < ENTRIES; page++)
		(void)expect(400, page, 0, version);
	for (uint64_t page = 0; page < ENTRIES; page++)
		missed += expect(400, page, 0, version);
	assert_int_equal(missed, 0);
	for (uint64_t page = 0; page < 10 * ENTRIES; page++) {
		(void)expect(401, page, 0, version);
		missed += expect(402, page % 64, 0, version);
	}
	assert_int_equal(missed, 64);
	assert_int_equal(expect(401, 0, 0, version), 1); /* there is no more room than that */
}

static void test_counts(void **state)
{
	struct words before = { { PAGER_COUNTS } }, after = { { PAGER_COUNTS } };

	(void)state;
	assert_int_equal(pager_serve(&before), STATUS_OK);
	(void)expect(500, 0, 0, version);
	(void)expect(500, 0, 0, version);
	(void)expect(500, 0, 0, version);
	(void)expect(500, 0, PAGER_ANEW, version);
	assert_int_equal(pager_serve(&after), STATUS_OK);
	assert_int_equal(after.word[1] - before.word[1], 2);
	assert_int_equal(after.word[2] - before.word[2], 2);
	assert_int_equal(after.word[3] - before.word[3], 1);
	assert_int_equal(after.word[2], asked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_file),    /* the cache is empty */
		cmocka_unit_test(test_what_stays), /* still */
		cmocka_unit_test(test_asks_once),
		cmocka_unit_test(test_asks_anew),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
