/* format_test.c - every conversion, held against the C library's, and every way to run out
 * SPDX-License-Identifier: MIT */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/format.h"

/* Same text and same length as snprintf, with room to spare. */
#define assert_as_in_c(...)                                                     \
	do {                                                                    \
		char ours[256], theirs[256];                                    \
		size_t length = format(ours, sizeof(ours), __VA_ARGS__);        \
		int expected = snprintf(theirs, sizeof(theirs), __VA_ARGS__);   \
										\
		assert_string_equal(ours, theirs);                              \
		assert_int_equal(length, expected);                             \
	} while (0)

static void signed_numbers_as_in_c(void **state)
{
	const int values[] = { 0, 1, -1, 9, 10, -10, 12345, INT_MAX, INT_MIN };

	(void)state;
	for (unsigned index = 0; index < sizeof(values) / sizeof(values[0]); index++) {
		assert_as_in_c("%d|%i", values[index], values[index]);
		assert_as_in_c("[%8d][%-8d][%08d]", values[index], values[index], values[index]);
		assert_as_in_c("[%1d][%*d][%-*d]", values[index], 14, values[index], 14,
			       values[index]);
	}
	assert_as_in_c("%ld %ld %ld", LONG_MAX, LONG_MIN, -1L);
	assert_as_in_c("%lld %020lld", LLONG_MIN, LLONG_MIN);
	assert_as_in_c("%zd", (ptrdiff_t)-5);
}

static void unsigned_numbers_as_in_c(void **state)
{
	const unsigned long values[] = { 0, 1, 9, 10, 15, 16, 255, UINT_MAX, 1ul << 63, ULONG_MAX };

	(void)state;
	for (unsigned index = 0; index < sizeof(values) / sizeof(values[0]); index++) {
		assert_as_in_c("%lu %lx %lX", values[index], values[index], values[index]);
		assert_as_in_c("[%24lu][%-24lx][%024lx]", values[index], values[index],
			       values[index]);
		assert_as_in_c("%u %x", (unsigned)values[index], (unsigned)values[index]);
		assert_as_in_c("%llu %llx", (unsigned long long)values[index],
			       (unsigned long long)values[index]);
		assert_as_in_c("%zu", (size_t)values[index]);
	}
}

static void text_as_in_c(void **state)
{
	const char unterminated[3] = { 'a', 'b', 'c' };

	(void)state;
	assert_as_in_c("plain, %%, %c%c", 'x', 'y');
	assert_as_in_c("[%s][%8s][%-8s][%2s]", "word", "word", "word", "word");
	assert_as_in_c("[%.2s][%.0s][%.9s][%6.2s][%-6.2s]", "word", "word", "word", "word", "word");
	assert_as_in_c("%.*s|%.*s", 3, unterminated, 2, unterminated);
	assert_as_in_c("[%3c][%-3c]", 'x', 'x');
	assert_as_in_c("%s", "");
}

static void pointers_and_null(void **state)
{
	char text[64];

	(void)state;
	assert_as_in_c("%p", (void *)0x7fff12345678);
	format(text, sizeof(text), "%p", NULL);
	assert_string_equal(text, "0x0");
	format(text, sizeof(text), "%s", *(const char **)state);
	assert_string_equal(text, "(null)");
}

static void mistakes_show_in_the_text(void **state)
{
	const char *formats[] = { "%q", "%", "a%", "%5", "%-08.3l", "%f", "%n" };
	char text[64];

	(void)state;
	for (unsigned index = 0; index < sizeof(formats) / sizeof(formats[0]); index++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-security"
		size_t length = format(text, sizeof(text), formats[index]);
#pragma GCC diagnostic pop

		assert_string_equal(text, formats[index]);
		assert_int_equal(length, strlen(formats[index]));
	}
}

/* For each size: a proper beginning of the whole, terminated, nothing behind it touched. */
static void too_little_room_cuts_and_terminates(void **state)
{
	const char whole[] = "core 255: 0x00ff name      end";
	char text[64];

	(void)state;
	for (size_t size = 0; size <= sizeof(whole); size++) {
		size_t length, expected = size > sizeof(whole) - 1 ? sizeof(whole) - 1 : size - 1;

		memset(text, '#', sizeof(text));
		length = format(text, size, "core %d: 0x%04x %-10send", 255, 0xff, "name");
		if (!size)
			expected = 0;
		else
			assert_int_equal(text[expected], '\0');
		assert_int_equal(length, expected);
		assert_memory_equal(text, whole, expected);
		for (size_t index = size; index < sizeof(text); index++)
			assert_int_equal(text[index], '#');
	}
}

static void huge_widths_are_bounded_by_the_room(void **state)
{
	char text[16];
	const char *volatile wide = "%99999999999999999999d"; /* volatile: GCC would object */
	volatile int negative = INT_MIN;

	(void)state;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	assert_int_equal(format(text, sizeof(text), wide, 1), 15);
#pragma GCC diagnostic pop
	assert_string_equal(text, "               ");
	assert_int_equal(format(text, sizeof(text), "%*d", negative, 1), 1);
	assert_string_equal(text, "1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signed_numbers_as_in_c),
		cmocka_unit_test(unsigned_numbers_as_in_c),
		cmocka_unit_test(text_as_in_c),
		cmocka_unit_test(pointers_and_null),
		cmocka_unit_test(mistakes_show_in_the_text),
		cmocka_unit_test(too_little_room_cuts_and_terminates),
		cmocka_unit_test(huge_widths_are_bounded_by_the_room),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
