/* accounts_test.c - what is counted where, repetition by repetition
 * SPDX-License-Identifier: MIT
 * Repetition 0 begins each test anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scalability-tests/machine/accounts.h"

static void add(unsigned int core, enum privilege privilege, enum figure figure, uint64_t by)
{
	accounts_of(core, privilege)->figures[figure] += by;
}

static void assert_report(const char *expected)
{
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	accounts_report(file);
	fclose(file);
	assert_string_equal(text, expected);
	free(text);
}

static void nothing_is_reported_of_nothing(void **state)
{
	(void)state;
	assert_report("");
	add(3, PRIVILEGE_KERNEL, FIGURE_KERNEL, 5);
	assert_false(accounts_counts(accounts_of(3, PRIVILEGE_KERNEL)));
	assert_report("");
	accounts_repetition(0);
	accounts_repetition(1);
	add(3, PRIVILEGE_USER, FIGURE_USER, 5);
	assert_false(accounts_any_open());
	assert_report("");
}

static void a_window_counts_its_core(void **state)
{
	(void)state;
	accounts_repetition(0);
	accounts_begin(2, 100, WINDOW_OWN);
	assert_true(accounts_any_open());
	assert_true(accounts_counts(accounts_of(2, PRIVILEGE_USER)));
	assert_false(accounts_counts(accounts_of(1, PRIVILEGE_KERNEL)));
	for (unsigned int i = 0; i < FIGURES; i++)
		add(2, i % PRIVILEGES, i, i + 1);
	add(1, PRIVILEGE_KERNEL, FIGURE_KERNEL, 1000);
	accounts_end(2, 250);
	assert_false(accounts_any_open());
	add(2, PRIVILEGE_USER, FIGURE_USER, 1000);
	assert_report("window 0 2 100 250\naccount 0 2 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\nothers 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
}

static void windows_stand_core_by_core_in_order(void **state)
{
	(void)state;
	accounts_repetition(0);
	accounts_begin(255, 10, WINDOW_OWN);
	accounts_begin(0, 20, WINDOW_OWN);
	accounts_end(255, 30);
	accounts_end(0, 40);
	accounts_begin(255, 50, WINDOW_OWN);
	accounts_begin(255, 60, WINDOW_OWN); /* ends the one before */
	add(255, PRIVILEGE_USER, FIGURE_USER, 7);
	accounts_end(255, 70);
	accounts_end(255, 80); /* of none */
	assert_false(accounts_any_open());
	assert_report("window 0 0 20 40\nwindow 0 255 10 30\nwindow 0 255 50 60\nwindow 0 255 60 70\n"
		      "account 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\naccount 0 255 7 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
		      "others 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
}

static void others_count_while_a_window_is_for_all(void **state)
{
	(void)state;
	accounts_repetition(0);
	accounts_begin(1, 10, WINDOW_ALL);
	accounts_begin(2, 10, WINDOW_OWN);
	add(0, PRIVILEGE_KERNEL, FIGURE_KERNEL, 3);
	add(200, PRIVILEGE_KERNEL, FIGURE_MESSAGES, 1);
	add(0, PRIVILEGE_USER, FIGURE_USER, 1000);     /* may be waiting in a loop */
	add(2, PRIVILEGE_KERNEL, FIGURE_KERNEL, 50);   /* its own */
	accounts_end(2, 20);
	add(2, PRIVILEGE_KERNEL, FIGURE_KERNEL, 4);    /* another by now */
	accounts_end(1, 30);
	add(0, PRIVILEGE_KERNEL, FIGURE_KERNEL, 1000);
	accounts_begin(2, 40, WINDOW_OWN);
	add(0, PRIVILEGE_KERNEL, FIGURE_KERNEL, 1000); /* the second is not for all */
	accounts_end(2, 50);
	assert_report("window 0 1 10 30\nwindow 0 2 10 20\nwindow 0 2 40 50\n"
		      "account 0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\naccount 0 2 0 50 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
		      "others 0 0 7 0 0 0 0 1 0 0 0 0 0 0 0 0 0 0\n");
}

/* Two windows for all: the first to end does not end what others count. */
static void the_last_window_for_all_ends_it(void **state)
{
	(void)state;
	accounts_repetition(0);
	accounts_begin(1, 10, WINDOW_ALL);
	accounts_begin(2, 10, WINDOW_ALL);
	accounts_end(1, 20);
	add(0, PRIVILEGE_KERNEL, FIGURE_KERNEL, 3);
	accounts_begin(2, 30, WINDOW_OWN);
	add(0, PRIVILEGE_KERNEL, FIGURE_KERNEL, 1000);
	accounts_end(2, 40);
	assert_false(accounts_counts(accounts_of(0, PRIVILEGE_KERNEL)));
	assert_report("window 0 1 10 20\nwindow 0 2 10 30\nwindow 0 2 30 40\n"
		      "account 0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\naccount 0 2 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
		      "others 0 0 3 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
}

static void repetitions_are_apart(void **state)
{
	(void)state;
	for (unsigned int repetition = 0; repetition < 3; repetition++) {
		accounts_repetition(repetition);
		if (repetition == 1)
			continue; /* one without a window has no account */
		accounts_begin(4, 100 * repetition + 1, WINDOW_ALL);
		add(4, PRIVILEGE_USER, FIGURE_USER, repetition + 1);
		add(5, PRIVILEGE_KERNEL, FIGURE_KERNEL, repetition + 10);
		accounts_end(4, 100 * repetition + 9);
	}
	assert_report("window 0 4 1 9\nwindow 2 4 201 209\n"
		      "account 0 4 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\nothers 0 0 10 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
		      "account 2 4 3 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\nothers 2 0 12 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
}

static void a_window_without_end_is_left_out(void **state)
{
	(void)state;
	accounts_repetition(0);
	accounts_begin(1, 10, WINDOW_OWN);
	accounts_end(1, 20);
	accounts_begin(1, 30, WINDOW_OWN);
	assert_report("window 0 1 10 20\naccount 0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\nothers 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
	accounts_end(1, 40);
}

/* More than the log has room for at first. */
static void any_number_of_windows_is_kept(void **state)
{
	char *expected;
	size_t size;
	FILE *file = open_memstream(&expected, &size);

	(void)state;
	assert_non_null(file);
	accounts_repetition(0);
	for (unsigned int i = 0; i < 3000; i++) {
		accounts_begin(9, 10 * i + 1, WINDOW_OWN);
		accounts_end(9, 10 * i + 5);
		fprintf(file, "window 0 9 %u %u\n", 10 * i + 1, 10 * i + 5);
	}
	fputs("account 0 9 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\nothers 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n", file);
	fclose(file);
	assert_report(expected);
	free(expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_reported_of_nothing), /* while there is no repetition: first */
		cmocka_unit_test(a_window_counts_its_core),
		cmocka_unit_test(windows_stand_core_by_core_in_order),
		cmocka_unit_test(others_count_while_a_window_is_for_all),
		cmocka_unit_test(the_last_window_for_all_ends_it),
		cmocka_unit_test(repetitions_are_apart),
		cmocka_unit_test(a_window_without_end_is_left_out),
		cmocka_unit_test(any_number_of_windows_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
