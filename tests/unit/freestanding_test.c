/* freestanding_test.c - the kernel's memory and text functions, held against the C library's
 * SPDX-License-Identifier: MIT
 * The build gives each function of lib/freestanding.c the prefix tested_. It is compiled as
 * for the kernel, without a sanitizer, so the bytes around every result are looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

void *tested_memcpy(void *to, const void *from, size_t size);
void *tested_memmove(void *to, const void *from, size_t size);
void *tested_memset(void *to, int byte, size_t size);
int tested_memcmp(const void *left, const void *right, size_t size);
size_t tested_strlen(const char *text);
size_t tested_strnlen(const char *text, size_t most);
int tested_strcmp(const char *left, const char *right);
int tested_strncmp(const char *left, const char *right, size_t most);
char *tested_strchr(const char *text, int letter);

enum { ROOM = 96, MOST = 40, SHIFTS = 9 };

static void fill(uint8_t *bytes)
{
	for (unsigned index = 0; index < ROOM; index++)
		bytes[index] = (uint8_t)(17 * index + 3);
}

static void memcpy_and_memset_at_every_alignment_and_size(void **state)
{
	uint8_t from[ROOM], ours[ROOM], theirs[ROOM];

	(void)state;
	fill(from);
	for (unsigned to = 0; to < SHIFTS; to++)
		for (unsigned start = 0; start < SHIFTS; start++)
			for (unsigned size = 0; size <= MOST; size++) {
				memset(ours, 0xee, ROOM);
				memset(theirs, 0xee, ROOM);
				memcpy(theirs + to, from + start, size);
				assert_ptr_equal(tested_memcpy(ours + to, from + start, size),
						 ours + to);
				assert_memory_equal(ours, theirs, ROOM);
				memset(theirs + to, (int)(start * 31), size);
				assert_ptr_equal(tested_memset(ours + to, (int)(start * 31), size),
						 ours + to);
				assert_memory_equal(ours, theirs, ROOM);
			}
}

static void memset_takes_the_low_byte(void **state)
{
	uint8_t bytes[17] = { 0 };

	(void)state;
	tested_memset(bytes, 0x1234, 17);
	for (unsigned index = 0; index < 17; index++)
		assert_int_equal(bytes[index], 0x34);
}

static void memmove_at_every_overlap(void **state)
{
	uint8_t ours[ROOM], theirs[ROOM];

	(void)state;
	for (unsigned to = 0; to <= MOST; to++)
		for (unsigned from = 0; from <= MOST; from++)
			for (unsigned size = 0; size <= MOST; size++) {
				fill(ours);
				fill(theirs);
				memmove(theirs + to, theirs + from, size);
				assert_ptr_equal(tested_memmove(ours + to, ours + from, size),
						 ours + to);
				assert_memory_equal(ours, theirs, ROOM);
			}
}

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

static void comparisons_agree_in_sign(void **state)
{
	const char *texts[] = { "", "a", "b", "ab", "abc", "abd", "\x80", "\xff", "a\xff", "aa" };
	enum { COUNT = sizeof(texts) / sizeof(texts[0]) };

	(void)state;
	for (unsigned left = 0; left < COUNT; left++)
		for (unsigned right = 0; right < COUNT; right++) {
			assert_int_equal(sign(tested_strcmp(texts[left], texts[right])),
					 sign(strcmp(texts[left], texts[right])));
			for (unsigned most = 0; most < 5; most++)
				assert_int_equal(
					sign(tested_strncmp(texts[left], texts[right], most)),
					sign(strncmp(texts[left], texts[right], most)));
		}
	assert_int_equal(tested_memcmp("a\0b", "a\0c", 2), 0);
	assert_true(tested_memcmp("a\0b", "a\0c", 3) < 0);
	assert_true(tested_memcmp("\xff", "\x01", 1) > 0);
	assert_int_equal(tested_memcmp("x", "y", 0), 0);
}

static void lengths_and_letters(void **state)
{
	const char *word = "word";
	const char unterminated[4] = { 'a', 'b', 'c', 'd' };

	(void)state;
	assert_int_equal(tested_strlen(""), 0);
	assert_int_equal(tested_strlen(word), 4);
	assert_int_equal(tested_strnlen(unterminated, 4), 4);
	assert_int_equal(tested_strnlen(word, 2), 2);
	assert_int_equal(tested_strnlen(word, 0), 0);
	assert_ptr_equal(tested_strchr(word, 'w'), word);
	assert_ptr_equal(tested_strchr(word, 'd'), word + 3);
	assert_ptr_equal(tested_strchr(word, '\0'), word + 4);
	assert_null(tested_strchr(word, 'x'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memcpy_and_memset_at_every_alignment_and_size),
		cmocka_unit_test(memset_takes_the_low_byte),
		cmocka_unit_test(memmove_at_every_overlap),
		cmocka_unit_test(comparisons_agree_in_sign),
		cmocka_unit_test(lengths_and_letters),
	};

	return cmocka_run_group_tests_name("freestanding", tests, NULL, NULL);
}
