/* spaces_move_holders_test.c - what other cores hold, or fault in meanwhile, when it moves: step by step
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/cores/move.h" /* first: it says where physical memory lies here */

enum {
	READ = VSPACE_READ,
	WRITE = VSPACE_WRITE,
};

static const unsigned FOUR[] = { 0, 1, 2, 3 };

/* A move that core `by` asks for; each core but the home is told so often. */
static void move_tells(unsigned by, uint64_t from, unsigned count, uint64_t to, unsigned tells)
{
	unsigned before = space_told;

	space_meet();
	if (play_place() == by)
		play_must(move_it(from, count, count, to) == (int64_t)to);
	space_meet();
	play_must(play_place() == 0 || space_told == before + tells);
}

static void move_what_all_hold(void)
{
	huge_open();
	if (play_place() == 0)
		move_map(move_at(1, 0), 1300, READ | WRITE);
	space_meet();
	move_write_values(move_at(1, 0), 1300, HUGE_FEW);
	move_tells(0, move_at(1, 0), 1300, move_at(3, 77), 1);
	move_check_nothing(move_at(1, 0), 1300);
	move_check_values(move_at(3, 77), 1300, HUGE_FEW);
	move_tells(3, move_at(3, 77), 1300, move_at(5, 512), 1);
	move_tells(2, move_at(5, 512), 1300, move_at(1, 1), 0); /* nobody has used it since */
	move_check_nothing(move_at(5, 512), 1300);
	move_check_values(move_at(1, 1), 1300, HUGE_FEW);
	space_meet();
	if (play_place() == 0)
		move_map_huge(7 * GIB, 1);
	space_meet();
	move_write_values(7 * GIB, UNIT_PAGES, HUGE_FEW);
	move_tells(1, 7 * GIB, UNIT_PAGES, 7 * GIB - UNIT_SIZE, 1);
	move_check_nothing(7 * GIB, UNIT_PAGES);
	move_check_values(7 * GIB - UNIT_SIZE, UNIT_PAGES, HUGE_FEW);
	space_meet();
	huge_close();
}

static void who_held_a_page_finds_it_where_it_went(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, move_what_all_hold);
}

/* The last core has the page, and serves nobody at first. */
static void move_what_one_holds(void)
{
	const uint64_t old = move_at(1, 0), new = move_at(3, 0);
	bool holds = play_place() == machine_cores() - 1;

	huge_open();
	if (play_place() == 0)
		move_map(old, 1, READ | WRITE);
	space_meet();
	if (holds)
		(void)move_reach(old, ACCESS_WRITE);
	play_meet();
	if (play_place() == 0)
		play_must(move_it(old, 1, 1, new) == (int64_t)new);
	if (holds) {
		while (!inbox_pending()) /* H3 */
			cpu_pause();
		play_must(slot_state(slots_word(space->slots, old)) == SLOT_RETIRED && slot_state(slots_word(space->slots, new)) == SLOT_RESERVED);
	}
	space_meet();
	huge_close();
}

static void a_page_goes_when_its_holders_have_been_told(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, move_what_one_holds);
}

/* Each page has a record of its holders, which is free again when the page goes. */
static void move_to_and_fro(void)
{
	enum { TURNS = 100, COUNT = 128, FRAMES = 8 }; /* frames: of the records of all pages, and as many that come back, and a few nodes */
	uint64_t used = 0;

	huge_open();
	if (play_place() == 0)
		move_map(move_at(1, 0), COUNT, READ | WRITE);
	for (unsigned turn = 0; turn < TURNS; turn++) {
		uint64_t from = move_at(turn % 2 ? 3 : 1, 0), to = move_at(turn % 2 ? 1 : 3, 0);

		space_meet();
		move_write_values(from, COUNT, 1);
		space_meet();
		if (play_place() == 0)
			play_must(move_it(from, COUNT, COUNT, to) == (int64_t)to);
		used = turn == TURNS / 2 ? counters[COUNTER_frames_used] : used;
	}
	play_must(counters[COUNTER_frames_used] <= used + FRAMES);
	space_meet();
	huge_close();
}

static void records_of_holders_are_used_again(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, move_to_and_fro);
}

/* While the second unit is being broken, which the last core has and does not answer for, another one faults in the first. */
static bool faulted;

static void fault_while_others_break(uint64_t first)
{
	while (slot_state(slots_word(space->slots, first + UNIT_SIZE)) != SLOT_COPYING) /* K2 */
		cpu_pause();
	*move_reach(first, ACCESS_WRITE) = 7;
	__atomic_store_n(&faulted, true, __ATOMIC_RELAXED);
}

static void move_units_with_a_wish(void)
{
	const uint64_t old = GIB, new = GIB + 4 * UNIT_SIZE;

	huge_open();
	if (play_place() == 0)
		move_map_huge(old, 2);
	space_meet();
	if (play_place() == 3)
		(void)move_reach(old + UNIT_SIZE, ACCESS_WRITE);
	play_meet();
	if (play_place() == 0)
		play_must(move_it(old, 2 * UNIT_PAGES, 2 * UNIT_PAGES, new) == (int64_t)new);
	if (play_place() == 1)
		fault_while_others_break(old);
	while (play_place() == 3 && !__atomic_load_n(&faulted, __ATOMIC_RELAXED))
		cpu_pause();
	space_meet();
	play_must(*move_reach(new, ACCESS_READ) == 7);
	space_meet();
	huge_close();
}

static void a_page_that_comes_while_huge_ones_are_broken_goes_along(void **state)
{
	(void)state;
	faulted = false;
	play(PLAY_MAX, FOUR, move_units_with_a_wish);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_held_a_page_finds_it_where_it_went),
		cmocka_unit_test(a_page_goes_when_its_holders_have_been_told),
		cmocka_unit_test(records_of_holders_are_used_again),
		cmocka_unit_test(a_page_that_comes_while_huge_ones_are_broken_goes_along),
	};

	return cmocka_run_group_tests_name("spaces_move_holders", tests, NULL, NULL);
}
