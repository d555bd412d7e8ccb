/* boot_words_test.c - which command lines boot refuses, and in which words
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/boot_words.h"

static void accept(const char *line)
{
	char why[256] = "";

	if (boot_words_wrong(line, why, sizeof(why)))
		fail_msg("%s: %s", line, why);
}

static void refuse(const char *line, const char *expected)
{
	char why[256] = "";

	assert_true(boot_words_wrong(line, why, sizeof(why)));
	assert_string_equal(why, expected);
}

static void words_of_the_table_are_accepted(void **state)
{
	(void)state;
	accept("");
	accept("init=/bin/true");
	accept(" replicas=one tokens=off shootdown=all tables=shared paging=service lending=off limit=40 audit=frames panic=x\n");
	accept("shootdown=planted audit=planted 'init=/bin/a program'");
	accept("limit=none");
	accept("limit=1 limit=9999999 limit=0000001");
	accept("init=/bin/true -- limit=x lmit=5 'open");
}

static void other_words_are_refused(void **state)
{
	(void)state;
	refuse("lmit=5", "there is no word lmit=5");
	refuse("init=/bin/true limits=5 -- a", "there is no word limits=5");
	refuse("limit", "there is no word limit");
	refuse("=5", "there is no word =5");
	refuse("'' init=/bin/true", "there is no word ");
	refuse("'-- a'", "there is no word -- a");
}

static void other_values_are_refused(void **state)
{
	static const char *const numbers[] = { "limit=", "limit=x", "limit=0", "limit=0000000", "limit=-1", "limit=5M", "limit=10000000" };
	char expected[64];

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		strcat(strcpy(expected, numbers[i]), ": limit can only be MIB or none");
		refuse(numbers[i], expected);
	}
	refuse("tables=own", "tables=own: tables can only be shared");
	refuse("tables=share", "tables=share: tables can only be shared");
	refuse("tables=shared2", "tables=shared2: tables can only be shared");
	refuse("shootdown=or", "shootdown=or: shootdown can only be all or planted");
	refuse("shootdown=", "shootdown=: shootdown can only be all or planted");
	refuse("init=", "init=: init can only be PATH");
	refuse("limit=0 limit=5", "limit=0: limit can only be MIB or none");
}

static void what_cannot_be_read_is_refused(void **state)
{
	char line[400] = "init=";

	(void)state;
	refuse("tables='shared", "a quote is open: tables=shared...");
	refuse("init='/bin/true -- a", "a quote is open: init=/bin/true -- a...");
	memset(line + 5, 'a', 194);
	accept(line);
	line[199] = 'a';
	refuse(line, "a word is too long: init=aaaaaaaaaaaaaaa...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_the_table_are_accepted),
		cmocka_unit_test(other_words_are_refused),
		cmocka_unit_test(other_values_are_refused),
		cmocka_unit_test(what_cannot_be_read_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
