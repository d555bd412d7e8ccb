/* model_contended_test.c - which lines lost most, and between whom
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scalability-tests/machine/contended.h"
#include "tests/unit/model_machine.h"

static struct model_machine machine;

static void on_loss(unsigned int core, uint64_t now)
{
	(void)core;
	(void)now;
}

static int start(void **state)
{
	(void)state;
	machine = model_machine(2, 100);
	contended_start();
	return lines_start(&machine, on_loss);
}

static void count(uint64_t physical, unsigned int core, enum access_kind kind, uint64_t pc, struct price price)
{
	struct access access = {
		.core = core, .kind = kind, .physical = physical, .pc = pc, .virtual_address = physical + 0x7000000,
	};

	contended_count(lines_find(physical), &access, price);
}

static const struct price taken = { .cycles = 100, .source = SOURCE_TRANSFER_WRITE };
static const struct price read_once = { .cycles = 1, .source = SOURCE_TRANSFER_READ };
static const struct price waited = { .cycles = 50, .waited = 10, .source = SOURCE_NEAR };

static void assert_report(unsigned int lines, const char *expected)
{
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	contended_report(file, lines);
	fclose(file);
	assert_string_equal(text, expected);
	free(text);
}

static void nothing_counted_is_nothing_reported(void **state)
{
	(void)state;
	assert_report(10, "");
}

static void what_neither_moves_nor_waits_is_no_contention(void **state)
{
	(void)state;
	count(0, 1, ACCESS_READ, 1, (struct price){ .cycles = 500, .source = SOURCE_MEMORY });
	count(0, 1, ACCESS_READ, 1, (struct price){ .cycles = 50, .source = SOURCE_NEAR });
	count(0, 1, ACCESS_ATOMIC, 1, (struct price){ .cycles = 7, .source = SOURCE_HIT });
	assert_report(10, "");
}

static void most_cycles_come_first(void **state)
{
	(void)state;
	count(0x1000, 0, ACCESS_WRITE, 0x10, taken);
	count(0x2000, 1, ACCESS_WRITE, 0x20, taken);
	count(0x2000, 2, ACCESS_ATOMIC, 0x30, taken);
	count(0x3000, 3, ACCESS_READ, 0x40, waited);
	assert_report(10, "line 0x7002000 0x2000 2 2 0 2 200 0x20 0x0\n"
			  "line 0x7001000 0x1000 0 1 0 1 100 0x10 0x0\n"
			  "line 0x7003000 0x3000 - 0 1 0 50 0x0 0x0\n");
	assert_report(1, "line 0x7002000 0x2000 2 2 0 2 200 0x20 0x0\n");
}

static void cores_are_counted_once(void **state)
{
	(void)state;
	for (unsigned int round = 0; round < 2; round++)
		for (unsigned int core = 0; core < 200; core++) {
			count(0x1000, core, ACCESS_READ, 0x10, waited);
			if (core % 2)
				count(0x1000, core, ACCESS_WRITE, 0x10, waited);
		}
	assert_report(1, "line 0x7001000 0x1000 199 100 200 0 30000 0x0 0x0\n");
}

/* The pair that most moves were between is found among others, whatever came first and last. */
static void the_majority_wins_the_vote(void **state)
{
	(void)state;
	count(0x1000, 0, ACCESS_WRITE, 0x99, taken);
	for (unsigned int i = 0; i < 20; i++) {
		count(0x1000, 1, ACCESS_WRITE, 0x10, taken);
		if (i % 4 == 0)
			count(0x1000, 2, ACCESS_READ, 0x50 + i, read_once);
	}
	count(0x1000, 0, ACCESS_WRITE, 0x98, taken);
	assert_report(1, "line 0x7001000 0x1000 0 2 1 27 2205 0x10 0x10\n");
}

/* More lines than there was room for at first. */
static void many_lines_are_kept(void **state)
{
	char expected[200];

	(void)state;
	for (uint64_t line = 0; line < 5000; line++) {
		struct price price = { .cycles = line, .source = SOURCE_TRANSFER_WRITE };

		count(line * 64, 0, ACCESS_WRITE, 0x10, price);
	}
	snprintf(expected, sizeof(expected), "line 0x%x 0x%x 0 1 0 1 4999 0x10 0x0\n", 0x7000000 + 4999 * 64, 4999 * 64);
	assert_report(1, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_counted_is_nothing_reported, start),
		cmocka_unit_test_setup(what_neither_moves_nor_waits_is_no_contention, start),
		cmocka_unit_test_setup(most_cycles_come_first, start),
		cmocka_unit_test_setup(cores_are_counted_once, start),
		cmocka_unit_test_setup(the_majority_wins_the_vote, start),
		cmocka_unit_test_setup(many_lines_are_kept, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
