/* command_line_test.c - options, arguments, quotes, and too little room
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/command_line.h"

static void assert_value(const char *line, const char *key, const char *expected)
{
	char out[32];

	memset(out, '#', sizeof(out));
	assert_int_equal(command_line_value(line, key, out, sizeof(out)), expected != NULL);
	assert_string_equal(out, expected ? expected : "");
}

static void values_are_found_by_their_whole_key(void **state)
{
	(void)state;
	assert_value("init=/bin/sh smp=4", "init", "/bin/sh");
	assert_value("init=/bin/sh smp=4", "smp", "4");
	assert_value("\t init=/bin/sh\n", "init", "/bin/sh");
	assert_value("init=", "init", "");
	assert_value("a=b=c", "a", "b=c");
	assert_value("init=/bin/sh", "ini", NULL);
	assert_value("init=/bin/sh", "initx", NULL);
	assert_value("xinit=/bin/sh", "init", NULL);
	assert_value("init", "init", NULL);
	assert_value("", "init", NULL);
	assert_value("other=init=/x", "init", NULL);
}

static void the_last_value_wins(void **state)
{
	(void)state;
	assert_value("a=1 b=2 a=3", "a", "3");
	assert_value("a=1 a=", "a", "");
}

static void options_end_at_the_separator(void **state)
{
	(void)state;
	assert_value("a=1 -- a=2", "a", "1");
	assert_value("-- a=2", "a", NULL);
	assert_value("--x a=2", "a", "2");
	assert_value("b=-- a=2", "a", "2");
	assert_value("'--' a=2", "a", "2");
}

static void quotes_keep_blanks(void **state)
{
	(void)state;
	assert_value("a='one two' b=3", "a", "one two");
	assert_value("a='one two' b=3", "b", "3");
	assert_value("'a=one two'", "a", "one two");
	assert_value("a=\"it's\"", "a", "it's");
	assert_value("a=x'y 'z", "a", "xy z");
	assert_value("a='never closed", "a", NULL);
	assert_value("a=1 b='never closed -- a=2", "a", "1");
}

static void a_value_that_does_not_fit_is_none(void **state)
{
	char out[4] = "###";

	(void)state;
	assert_true(command_line_value("a=123", "a", out, 4));
	assert_string_equal(out, "123");
	assert_false(command_line_value("a=1234", "a", out, 4));
	assert_string_equal(out, "");
	assert_false(command_line_value("a=1 a=1234", "a", out, 4));
	assert_false(command_line_value("a=", "a", out, 0));
	assert_true(command_line_value("a=", "a", out, 1));
}

/* expected is NULL-terminated; storage has exactly the room that is needed. */
static void assert_arguments(const char *line, const char *const *expected)
{
	char *storage, *argv[8];
	size_t size = 0;
	int count = 0;

	for (; expected[count]; count++)
		size += strlen(expected[count]) + 1;
	storage = malloc(size + !size);
	assert_non_null(storage);
	assert_int_equal(command_line_arguments(line, storage, size, argv, (size_t)count + 1), count);
	for (int index = 0; index < count; index++)
		assert_string_equal(argv[index], expected[index]);
	assert_null(argv[count]);
	assert_int_equal(command_line_arguments(line, storage, size, argv, (size_t)count),
			 STATUS_NO_SPACE);
	if (count)
		assert_int_equal(command_line_arguments(line, storage, size - 1, argv, 8),
				 STATUS_NO_SPACE);
	free(storage);
}

static void arguments_follow_the_separator(void **state)
{
	(void)state;
	assert_arguments("init=/x -- a bc  d\n", (const char *[]){ "a", "bc", "d", NULL });
	assert_arguments("-- a", (const char *[]){ "a", NULL });
	assert_arguments("init=/x -- -- --a", (const char *[]){ "--", "--a", NULL });
	assert_arguments("init=/x", (const char *[]){ NULL });
	assert_arguments("init=/x --", (const char *[]){ NULL });
	assert_arguments("x='-- a' b", (const char *[]){ NULL });
	assert_arguments("", (const char *[]){ NULL });
}

static void arguments_lose_their_quotes(void **state)
{
	(void)state;
	assert_arguments("-- 'a b' \"c d\" e", (const char *[]){ "a b", "c d", "e", NULL });
	assert_arguments("-- sh -c 'echo \"x\"'", (const char *[]){ "sh", "-c", "echo \"x\"", NULL });
	assert_arguments("-- '' x\"\"y", (const char *[]){ "", "xy", NULL });
	assert_arguments("-- a\\ b", (const char *[]){ "a\\", "b", NULL });
}

static void an_unclosed_quote_is_an_error(void **state)
{
	char storage[64], *argv[8];

	(void)state;
	assert_int_equal(command_line_arguments("-- 'a b", storage, 64, argv, 8), STATUS_BAD_FORMAT);
	assert_int_equal(command_line_arguments("x='a -- b", storage, 64, argv, 8),
			 STATUS_BAD_FORMAT);
	assert_int_equal(command_line_arguments("-- a", storage, 64, argv, 0), STATUS_NO_SPACE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_found_by_their_whole_key),
		cmocka_unit_test(the_last_value_wins),
		cmocka_unit_test(options_end_at_the_separator),
		cmocka_unit_test(quotes_keep_blanks),
		cmocka_unit_test(a_value_that_does_not_fit_is_none),
		cmocka_unit_test(arguments_follow_the_separator),
		cmocka_unit_test(arguments_lose_their_quotes),
		cmocka_unit_test(an_unclosed_quote_is_an_error),
	};

	return cmocka_run_group_tests_name("command_line", tests, NULL, NULL);
}
