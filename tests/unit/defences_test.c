/* defences_test.c - which words switch which defence off, and what is overwritten then
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/arch/defences.h"
#include "lib/boot_words.h"

enum { NO_OPERATION = 0x90, CODE = 0xcc };

static uint8_t code[16];

/* As the linker script has them: two sites of one defence, and one of another. */
struct site {
	uint64_t begin, end, defence;
} sites[3];

__asm__(".globl defences_start, defences_end\n"
	".set defences_start, sites\n"
	".set defences_end, sites + 72\n");

static int open(void **state)
{
	(void)state;
	memset(code, CODE, sizeof(code));
	sites[0] = (struct site){ (uint64_t)(code + 1), (uint64_t)(code + 3), DEFENCE_recheck };
	sites[1] = (struct site){ (uint64_t)(code + 3), (uint64_t)(code + 5), DEFENCE_registers };
	sites[2] = (struct site){ (uint64_t)(code + 8), (uint64_t)(code + 9), DEFENCE_recheck };
	return 0;
}

static unsigned overwritten(void)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < sizeof(code); i++)
		bits |= (unsigned)(code[i] == NO_OPERATION) << i;
	return bits;
}

static void test_all_are_on(void **state)
{
	(void)state;
	defences_open("init=/bin/true keys=off shootdown=planted -- undefended=smap");
	assert_int_equal(defences_off, 0);
	assert_null(defences_missing());
	assert_int_equal(overwritten(), 0);
	assert_true(defence_holds(DEFENCE_smap));
}

static void test_one_is_off(void **state)
{
	(void)state;
	defences_open("undefended=smap");
	assert_int_equal(defences_off, UINT64_C(1) << DEFENCE_smap);
	assert_false(defence_holds(DEFENCE_smap));
	assert_true(defence_holds(DEFENCE_pages));
	assert_string_equal(defences_missing(), "smap");
	assert_int_equal(overwritten(), 0);
}

static void test_code_of_one(void **state)
{
	(void)state;
	defences_open("undefended=recheck");
	assert_int_equal(overwritten(), 1 << 1 | 1 << 2 | 1 << 8);
	defences_open("undefended=registers");
	assert_int_equal(overwritten(), 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 8);
}

/* What boot refuses later switches nothing off; nor do defences that have words of their own. */
static void test_no_such(void **state)
{
	(void)state;
	defences_open("undefended=nothing");
	assert_int_equal(defences_off, 0);
	defences_open("undefended=keys");
	assert_int_equal(defences_off, 0);
	defences_open("undefended=smaps");
	assert_int_equal(defences_off, 0);
	defences_open("undefended=sma");
	assert_int_equal(defences_off, 0);
	defences_open("undefended=");
	assert_int_equal(defences_off, 0);
}

/* The command line's word and the table name the same ones. */
static void test_boot_words(void **state)
{
	static const char *const words[] = {
#define DEFENCE(name, words, what) words,
#define UNSWITCHED(name, reason, what)
#include "abi/defence.def"
#undef DEFENCE
#undef UNSWITCHED
	};
	unsigned values = 0, named = 0;
	char why[400];

	(void)state;
	for (unsigned i = 0; i < DEFENCES; i++) {
		assert_false(boot_words_wrong(words[i], why, sizeof(why)));
		named += !strncmp(words[i], "undefended=", 11);
		defences_open(words[i]);
		assert_int_equal(defences_off, strncmp(words[i], "undefended=", 11) ? 0 : UINT64_C(1) << i);
	}
	for (unsigned i = 0; i < boot_word_count; i++)
		for (const char *value = boot_words[i].values; !strcmp(boot_words[i].name, "undefended") && value; values++) {
			value = strstr(value, " or ");
			value = value ? value + 4 : NULL;
		}
	assert_int_equal(values, named);
	assert_true(boot_words_wrong("undefended=keys", why, sizeof(why)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_all_are_on, open),
		cmocka_unit_test_setup(test_one_is_off, open),
		cmocka_unit_test_setup(test_code_of_one, open),
		cmocka_unit_test_setup(test_no_such, open),
		cmocka_unit_test_setup(test_boot_words, open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
