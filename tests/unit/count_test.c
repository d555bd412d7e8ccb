/* count_test.c - the instruction and cache-line counter's pure parts, a thread playing each core
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scalability-tests/count/boot.h"
#include "scalability-tests/count/lines.h"
#include "scalability-tests/count/ticks.h"
#include "scalability-tests/count/windows.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { KIB = 1024, THREADS = 4, ROUNDS = 20000 };

static const uint64_t user_pc = 0x401000;
static const uint64_t kernel_pc = UINT64_C(0xffffffff80001000);

/* Every test takes lines of its own: the directory has no way to forget. */
static uint64_t line_take(void)
{
	static uint64_t next = UINT64_C(5) << 30;

	next += LINE_SIZE;
	return next;
}

static int moved(uint64_t address, unsigned int core, enum line_access access)
{
	return lines_touch(address, core, access, kernel_pc) != NULL;
}

static void first_touch_is_unknown(void **state)
{
	uint64_t line = line_take();

	(void)state;
	assert_false(moved(line, 0, LINE_READ));
	assert_false(moved(line, 1, LINE_READ));
	assert_false(moved(line_take(), 200, LINE_WRITE));
}

static void reader_moves_once_per_write(void **state)
{
	uint64_t line = line_take();

	(void)state;
	moved(line, 0, LINE_WRITE);
	assert_true(moved(line, 1, LINE_READ));
	assert_false(moved(line, 1, LINE_READ));
	assert_true(moved(line, 255, LINE_READ));
	assert_false(moved(line, 0, LINE_READ));
	assert_false(moved(line, 0, LINE_WRITE));
	assert_true(moved(line, 1, LINE_READ));
}

static void writers_take_turns(void **state)
{
	uint64_t line = line_take();

	(void)state;
	moved(line, 64, LINE_WRITE);
	assert_false(moved(line, 64, LINE_WRITE));
	assert_true(moved(line, 128, LINE_WRITE));
	assert_true(moved(line, 64, LINE_WRITE));
	assert_false(moved(line, 64, LINE_READ));
}

/* A reader that upgrades has the line's contents already. */
static void upgrade_moves_nothing(void **state)
{
	uint64_t line = line_take();

	(void)state;
	moved(line, 0, LINE_WRITE);
	assert_true(moved(line, 1, LINE_READ));
	assert_false(moved(line, 1, LINE_WRITE));
	assert_true(moved(line, 0, LINE_READ));
}

static void neighbours_are_apart(void **state)
{
	uint64_t line = line_take(), next = line_take();

	(void)state;
	moved(line + LINE_SIZE - 1, 0, LINE_WRITE);
	assert_false(moved(next, 1, LINE_READ));
	assert_true(moved(line, 1, LINE_READ));
}

static void top_is_sorted(void **state)
{
	struct line_report top[2];
	uint64_t lines[3];

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		struct line *line;

		lines[i] = line_take();
		moved(lines[i], 0, LINE_WRITE);
		line = lines_touch(lines[i], 1, LINE_READ, user_pc);
		assert_non_null(line);
		for (unsigned int j = 0; j < (i == 0 ? 5 : i); j++)
			line_count_move(line, user_pc);
	}
	assert_int_equal(lines_top(top, 2), 2);
	assert_int_equal(top[0].address, lines[0]);
	assert_int_equal(top[0].moves, 5);
	assert_int_equal(top[0].mover_pc, user_pc);
	assert_int_equal(top[0].writer_pc, kernel_pc);
	assert_int_equal(top[1].address, lines[2]);
}

struct player {
	unsigned int core;
	uint64_t shared, own;
	unsigned long shared_moves, own_moves;
};

static void *play(void *argument)
{
	struct player *player = argument;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		player->shared_moves += moved(player->shared, player->core, LINE_WRITE);
		player->own_moves += moved(player->own + i % 64 * LINE_SIZE, player->core, i % 2 ? LINE_READ : LINE_WRITE);
	}
	return NULL;
}

static void cores_together(void **state)
{
	uint64_t shared = line_take(), fresh = UINT64_C(900) << 30; /* tables nobody has made yet */
	struct player players[THREADS];
	pthread_t threads[THREADS];
	unsigned long moves = 0;

	(void)state;
	for (unsigned int i = 0; i < THREADS; i++) {
		players[i] = (struct player){ .core = i * 60, .shared = shared, .own = fresh + i * 4 * KIB };
		assert_int_equal(pthread_create(&threads[i], NULL, play, &players[i]), 0);
	}
	for (unsigned int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(players[i].own_moves, 0);
		moves += players[i].shared_moves;
	}
	/* All but the first writer had to fetch it at least once. */
	assert_true(moves >= THREADS - 1);
}

static const char *report(char *text, size_t size)
{
	FILE *file = fmemopen(text, size, "w");

	windows_report(file);
	fclose(file);
	return text;
}

static void windows_count(void **state)
{
	char text[4 * KIB];

	(void)state;
	/* Closed: nothing counts. */
	window_instruction(3, user_pc);
	window_event(3, kernel_pc, WINDOW_MESSAGE);

	window_begin(3, WINDOW_OWN);
	for (unsigned int i = 0; i < 10; i++)
		window_instruction(3, user_pc + i);
	/* A fault: the kernel runs, then the same instruction again; and a `rep` of four iterations. */
	window_instruction(3, kernel_pc);
	window_instruction(3, user_pc + 9);
	for (unsigned int i = 0; i < 4; i++)
		window_instruction(3, kernel_pc + 1);
	window_event(3, kernel_pc, WINDOW_DOORBELL);
	/* Another core does not count while the window is of its owner alone. */
	window_instruction(4, kernel_pc);
	window_end(3);
	window_instruction(3, user_pc);

	window_begin(5, WINDOW_ALL);
	window_instruction(4, kernel_pc + 1);
	window_instruction(4, user_pc);
	window_event(4, kernel_pc, WINDOW_LINE_MOVED);
	window_event(4, user_pc, WINDOW_LINE_MOVED);
	window_end(5);
	window_instruction(4, kernel_pc + 2);

	assert_string_equal(report(text, sizeof(text)),
			    "core user kernel lines_moved messages doorbells repeats tick_kernel tick_lines\n"
			    "3 10 2 0 0 1 4 0 0\n"
			    "5 0 0 0 0 0 0 0 0\n"
			    "all 0 1 1 0 0 0 0 0\n");
}

static void interrupt(unsigned int core, uint64_t entry)
{
	window_instruction(core, user_pc);
	window_instruction(core, entry);
	window_instruction(core, entry + 1);
	ticks_return(core);
}

/* Runs after windows_count: what it reports is in this report too. */
static void ticks_are_apart(void **state)
{
	const uint64_t tick = kernel_pc + 64, other = kernel_pc + 128;
	char text[4 * KIB];

	(void)state;
	ticks_learn_begin();
	for (unsigned int i = 0; i < 10; i++)
		interrupt(6, i == 3 ? other : tick);
	ticks_learn_end();

	window_begin(7, WINDOW_OWN);
	interrupt(7, other);
	interrupt(7, tick);
	/* In the midst of kernel work, with another tick inside: both returns belong to it. */
	window_instruction(7, kernel_pc);
	window_instruction(7, tick);
	window_event(7, tick, WINDOW_LINE_MOVED);
	window_instruction(7, tick);
	window_instruction(7, tick + 1);
	ticks_return(7);
	window_instruction(7, tick + 2);
	ticks_return(7);
	window_instruction(7, kernel_pc + 1);
	window_event(7, kernel_pc, WINDOW_LINE_MOVED);
	/* A tick that ends in another program's run. */
	window_instruction(7, tick);
	window_instruction(7, user_pc + 1);
	window_instruction(7, kernel_pc);
	window_end(7);

	assert_non_null(strstr(report(text, sizeof(text)), "\n7 2 5 1 0 0 2 6 1\n"));
}

static void boot_ends_at_the_first_program(void **state)
{
	char text[KIB] = "";
	FILE *file = fmemopen(text, sizeof(text), "w");

	(void)state;
	assert_false(boot_low_block(0));
	boot_kernel_instruction(0, kernel_pc);
	boot_kernel_instruction(0, kernel_pc);
	boot_kernel_instruction(1, kernel_pc);
	assert_false(boot_low_block(2));
	assert_true(boot_low_block(1));
	boot_report(file);
	fclose(file);
	assert_string_equal(text, "before_user 2 1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_touch_is_unknown),
		cmocka_unit_test(reader_moves_once_per_write),
		cmocka_unit_test(writers_take_turns),
		cmocka_unit_test(upgrade_moves_nothing),
		cmocka_unit_test(neighbours_are_apart),
		cmocka_unit_test(top_is_sorted),
		cmocka_unit_test(cores_together),
		cmocka_unit_test(windows_count),
		cmocka_unit_test(ticks_are_apart),
		cmocka_unit_test(boot_ends_at_the_first_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
