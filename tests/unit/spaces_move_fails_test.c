/* spaces_move_fails_test.c - moves that are refused, or lack frames: then all is as it was, at every moment
 * SPDX-License-Identifier: MIT
 * A frame that is lost or given back twice shows when the space is closed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/cores/move.h" /* first: it says where physical memory lies here */
#include "kernel/memory/arena.h"
#include "kernel/memory/frames.h"

enum {
	READ = VSPACE_READ,
	WRITE = VSPACE_WRITE,
};

static const unsigned FOUR[] = { 0, 1, 2, 3 };

static void expect(status_t expected, unsigned first, unsigned count, unsigned new_count, uint64_t where)
{
	play_must(move_it(move_at(1, first), count, new_count, where) == expected);
	move_check_values(move_at(1, 0), 8, 1);
	move_check_values(move_at(1, 0), 8, 1);
}

static void refuse_places(void)
{
	uint64_t other = arena_of(1).start;

	for (unsigned page = 1; page < 8; page++) {
		expect(STATUS_BAD_ARGUMENT, 0, 8, 8, move_at(1, page));
		expect(STATUS_BAD_ARGUMENT, page, 8 - page, 8, move_at(1, 0));
	}
	expect(STATUS_BAD_ARGUMENT, 0, 8, 8, move_at(1, 0));
	expect(STATUS_BAD_ARGUMENT, 0, 8, 8, move_at(3, 0) + 8);
	expect(STATUS_BAD_ARGUMENT, 0, 8, 8, 2);
	expect(STATUS_BAD_ARGUMENT, 0, 8, 8, PAGE_SIZE);
	expect(STATUS_BAD_ARGUMENT, 0, 8, 8, ARENA_LOWEST - PAGE_SIZE);
	expect(STATUS_BAD_ARGUMENT, 0, 8, 8, USER_END - 7 * PAGE_SIZE);
	expect(STATUS_BAD_ARGUMENT, 0, 8, 8, UINT64_MAX - PAGE_SIZE + 1);
	expect(STATUS_BAD_ARGUMENT, 0, 8, 8, TOKEN_WINDOW - 7 * PAGE_SIZE);
	expect(STATUS_BAD_ARGUMENT, 0, 8, 8, TOKEN_WINDOW_END - PAGE_SIZE);
	expect(STATUS_BAD_ARGUMENT, 0, 8, 8, other);
	expect(STATUS_BAD_ARGUMENT, 0, 8, 8, other - PAGE_SIZE);
	expect(STATUS_BAD_ARGUMENT, 0, 8, 8, arena_of(1).end - PAGE_SIZE);
	expect(STATUS_BAD_ARGUMENT, 0, 8, 0, VSPACE_STAY);
	expect(STATUS_BAD_ARGUMENT, 0, 8, 0, move_at(3, 0));
	play_must(space_change(VSPACE_MOVE, move_at(1, 0), 8 * PAGE_SIZE, 8 * PAGE_SIZE + 1, VSPACE_MOVE_ANYWHERE) == STATUS_BAD_ARGUMENT);
	play_must(space_change(VSPACE_MOVE, move_at(1, 0), 8 * PAGE_SIZE, USER_END + PAGE_SIZE, VSPACE_MOVE_ANYWHERE) == STATUS_BAD_ARGUMENT);
	play_must(space_change(VSPACE_MOVE, move_at(1, 0), 8 * PAGE_SIZE, USER_END, VSPACE_MOVE_ANYWHERE) == STATUS_NO_MEMORY);
	play_must(space_change(VSPACE_MOVE, move_at(1, 0) + 8, 8 * PAGE_SIZE, 8 * PAGE_SIZE, move_at(3, 0)) == STATUS_BAD_ARGUMENT);
}

/* What is no mapping of one kind; page 8 is a hole, page 9 may be read alone, page 10 is as the first, page 11 shared. */
static void refuse_mixtures(uint64_t where)
{
	move_map(move_at(1, 9), 1, READ);
	move_map(move_at(1, 10), 1, READ | WRITE);
	move_map(move_at(1, 11), 1, READ | WRITE | VSPACE_SHARED);
	expect(STATUS_BAD_ADDRESS, 0, 9, 10, where);
	if (where <= VSPACE_MOVE_ANYWHERE) { /* what neither grows nor moves may be anything */
		play_must(move_it(move_at(1, 8), 4, 4, where) == STATUS_BAD_ADDRESS);
		play_must(move_it(move_at(1, 0), 12, 12, where) == (int64_t)move_at(1, 0));
		play_must(move_it(move_at(1, 0), 12, 11, where) == (int64_t)move_at(1, 0));
		move_map(move_at(1, 11), 1, READ | WRITE | VSPACE_SHARED);
	}
	expect(STATUS_BAD_ADDRESS, 0, 11, 20, where);
	expect(STATUS_BAD_ADDRESS, 9, 2, 3, where);
	expect(STATUS_BAD_ADDRESS, 10, 2, 3, where);
	(void)move_reach(move_at(1, 9), ACCESS_READ);
	(void)move_reach(move_at(1, 10), ACCESS_READ);
	(void)move_reach(move_at(1, 11), ACCESS_READ);
	expect(STATUS_BAD_ADDRESS, 9, 2, 3, where);
	expect(STATUS_BAD_ADDRESS, 10, 2, 3, where);
	expect(STATUS_BAD_ADDRESS, 100, 5, 5, where);
	play_must(move_refused(move_at(1, 9), ACCESS_WRITE) && !move_refused(move_at(1, 10), ACCESS_WRITE) && !move_refused(move_at(1, 11), ACCESS_WRITE));
	play_must(!space_change(VSPACE_UNMAP, move_at(1, 8), 4 * PAGE_SIZE, 0, 0));
}

/* Whatever rights it has. */
static void refuse_holes(void)
{
	for (unsigned rights = 0; rights < 8; rights++) {
		move_map(move_at(5, 0), 6, rights);
		play_must(!space_change(VSPACE_UNMAP, move_at(5, 3), PAGE_SIZE, 0, 0));
		play_must(move_it(move_at(5, 0), 6, 7, VSPACE_MOVE_ANYWHERE) == STATUS_BAD_ADDRESS);
		play_must(move_it(move_at(5, 0), 6, 6, move_at(3, 0)) == STATUS_BAD_ADDRESS);
	}
}

/* The second core's addresses: neither the home's, nor too large for it. */
static void refuse_elsewhere(void)
{
	uint64_t own = arena_of(1).start;

	move_map(own, 4, READ | WRITE);
	move_write_values(own, 4, 1);
	play_must(move_it(own, 4, 4, move_at(3, 0)) == STATUS_BAD_ARGUMENT);
	play_must(move_it(own, 4, 4, arena_of(0).start) == STATUS_BAD_ARGUMENT);
	play_must(space_change(VSPACE_MOVE, own, 4 * PAGE_SIZE, arena_of(1).end - own + PAGE_SIZE, VSPACE_MOVE_ANYWHERE) == STATUS_NO_MEMORY);
	move_check_values(own, 4, 1);
	play_must(move_it(own, 4, 5, arena_of(1).end - 5 * PAGE_SIZE) == (int64_t)(arena_of(1).end - 5 * PAGE_SIZE));
	move_check_values(arena_of(1).end - 5 * PAGE_SIZE, 4, 1);
}

static void refuse(void)
{
	huge_open();
	if (play_place() == 0) {
		move_map(move_at(1, 0), 8, READ | WRITE);
		move_write_values(move_at(1, 0), 8, 1);
		refuse_places();
		refuse_mixtures(VSPACE_STAY);
		refuse_mixtures(VSPACE_MOVE_ANYWHERE);
		refuse_mixtures(move_at(3, 0));
		refuse_holes();
	} else {
		refuse_elsewhere();
	}
	huge_close();
}

static void what_is_wrong_is_refused_and_changes_nothing(void **state)
{
	(void)state;
	play(2, FOUR, refuse);
}

/* All frames that a program may have for nodes but `left`, taken away; and given back. */
static uint64_t kept[UNIT_PAGES];
static unsigned kept_count;

static void keep_all_but(unsigned left)
{
	for (kept_count = 0; (kept[kept_count] = frame_take_node_for_program()); kept_count++)
		;
	while (left--)
		frame_give(kept[--kept_count]);
}

static void let_go(void)
{
	while (kept_count)
		frame_give(kept[--kept_count]);
}

/* Mapped: a huge page, small ones, and much that is not there, in six leaves and above. */
static int64_t move_with(unsigned frames, uint64_t old, uint64_t new)
{
	enum { COUNT = 6 * UNIT_PAGES };
	int64_t moved;

	move_map_huge(old, 2);
	move_map(old + 2 * UNIT_SIZE, COUNT - 2 * UNIT_PAGES, READ | WRITE);
	move_write_values(old, UNIT_PAGES, HUGE_FEW);
	move_reach(old + 3 * UNIT_SIZE, ACCESS_WRITE)[1] = 5;
	move_reach(old + 6 * UNIT_SIZE - PAGE_SIZE, ACCESS_WRITE)[1] = 6;
	keep_all_but(frames);
	moved = move_it(old, COUNT, COUNT, new);
	let_go();
	if (moved != STATUS_NO_MEMORY)
		play_must(moved == (int64_t)new && move_refused(old, ACCESS_READ) && move_refused(old + 4 * UNIT_SIZE, ACCESS_READ));
	else
		play_must(!slots_occupied(space->slots, new, new + COUNT * PAGE_SIZE));
	new = moved == STATUS_NO_MEMORY ? old : new;
	move_check_values(new, UNIT_PAGES, HUGE_FEW);
	play_must(move_reach(new + 3 * UNIT_SIZE, ACCESS_WRITE)[1] == 5 && move_reach(new + 6 * UNIT_SIZE - PAGE_SIZE, ACCESS_WRITE)[1] == 6);
	move_check_zeros(new + 4 * UNIT_SIZE, 3);
	move_check_zeros(new + UNIT_SIZE + 3 * PAGE_SIZE, 2);
	play_must(moved != STATUS_NO_MEMORY || is_huge(old + UNIT_SIZE)); /* it still has the wish */
	play_must(!space_change(VSPACE_UNMAP, new, 6 * UNIT_SIZE, 0, 0) && move_pages_used() == 0);
	return moved;
}

static void move_without_frames(void)
{
	unsigned frames = 0;

	huge_open();
	while (move_with(frames, (1 + 4 * frames) * GIB, (3 + 4 * frames) * GIB - 3 * PAGE_SIZE) == STATUS_NO_MEMORY)
		frames++;
	play_must(frames > 6);
	huge_close();
}

static void without_frames_all_is_as_it_was(void **state)
{
	(void)state;
	play(1, FOUR, move_without_frames);
}

enum { VAIN_LEAVES = 3, VAIN_TURNS = 200 };
static bool vain_end;

/* There is a page in each leaf, so that the move gets as far as the leaves of the new place. */
static void move_in_vain(void)
{
	for (unsigned leaf = 0; leaf < VAIN_LEAVES; leaf++)
		(void)move_reach(GIB + (uint64_t)leaf * UNIT_SIZE, ACCESS_WRITE);
	keep_all_but(0);
	play_must(move_it(GIB, VAIN_LEAVES * UNIT_PAGES, VAIN_LEAVES * UNIT_PAGES, GIB + 16 * UNIT_SIZE) == STATUS_NO_MEMORY);
	let_go();
	play_must(!space_change(VSPACE_DISCARD, GIB, (uint64_t)VAIN_LEAVES * UNIT_SIZE, 0, 0));
}

/* Of what is there or could be. */
static void fault_meanwhile(void)
{
	unsigned page = 0;

	play_meet();
	while (!__atomic_load_n(&vain_end, __ATOMIC_RELAXED)) {
		page = (page + 1009) % (VAIN_LEAVES * UNIT_PAGES);
		play_must(vspace_fault(space_view, GIB + (uint64_t)page * PAGE_SIZE, ACCESS_READ) != STATUS_BAD_ADDRESS);
		space_interrupt();
	}
}

static void use_what_fails_to_move(void)
{
	huge_open();
	if (play_place() == 0) {
		vain_end = false;
		move_map(GIB, VAIN_LEAVES * UNIT_PAGES, READ | WRITE);
		play_meet();
		for (unsigned turn = 0; turn < VAIN_TURNS; turn++)
			move_in_vain();
		__atomic_store_n(&vain_end, true, __ATOMIC_RELAXED);
	} else {
		fault_meanwhile();
	}
	huge_close();
}

static void what_fails_to_move_is_there_all_the_time(void **state)
{
	(void)state;
	play(2, FOUR, use_what_fails_to_move);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_is_refused_and_changes_nothing),
		cmocka_unit_test(without_frames_all_is_as_it_was),
		cmocka_unit_test(what_fails_to_move_is_there_all_the_time),
	};

	return cmocka_run_group_tests_name("spaces_move_fails", tests, NULL, NULL);
}
