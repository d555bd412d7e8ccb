/* backing_change_test.c - mappings of objects that are replaced, moved, discarded and protected
 * SPDX-License-Identifier: MIT */
#include "tests/unit/backing_steps.h"

static void replace(void)
{
	open();
	map(0, 8, 10, 0, READ | WRITE | SHARED);
	check(0, 8, 1, 0);
	map(2, 3, 20, 0, READ);
	check(0, 2, 1, 0);
	check(2, 3, 2, 0);
	check(5, 3, 1, 5);
	play_must(objects_kept(10) == 1 && objects_kept(20) == 1);
	move_map(at(4), 2, READ | WRITE);
	play_must(reach(4, ACCESS_READ)[VALUE] == 0 && reach(5, ACCESS_WRITE)[VALUE] == 0);
	move_map(at(2), 2, READ);
	play_must(objects_kept(20) == 0);
	play_must(objects_map(at(4), 1, 30, 0, READ, VSPACE_FIXED_IF_EMPTY) == STATUS_EXISTS && objects_kept(30) == 0);
	unmap(0, 8);
	play_must(objects_kept(10) == 0);
	close();
}

static void a_mapping_takes_anothers_place(void **state)
{
	(void)state;
	play(1, ONE, replace);
}

/* All frames that nodes and tables may have but `left`, taken away; and given back. */
static uint64_t taken[UNIT_PAGES];
static unsigned taken_count;

static void keep_all_but(unsigned left)
{
	for (taken_count = 0; (taken[taken_count] = frame_take_node_for_program()); taken_count++)
		;
	while (left--)
		frame_give(taken[--taken_count]);
}

static void let_go(void)
{
	while (taken_count)
		frame_give(taken[--taken_count]);
}

/* Another object in the middle of one that has a unit's word in both trees. */
static int64_t replace_with(unsigned frames, uint64_t unit)
{
	uint64_t start = unit + 5 * PAGE_SIZE;
	struct object_page page;
	int64_t mapped;

	play_must(objects_map(unit, UNIT_PAGES, 10, 0, READ, VSPACE_FIXED) == (int64_t)unit);
	keep_all_but(frames);
	mapped = objects_map(start, 3, 20, 7, READ | WRITE, VSPACE_FIXED);
	let_go();
	play_must(mapped == (int64_t)start || mapped == STATUS_NO_MEMORY);
	play_must(objects_kept(10) == 1 && objects_kept(20) == (mapped > 0));
	for (unsigned i = 0; i < UNIT_PAGES; i++) {
		bool other = mapped > 0 && i >= 5 && i < 8;

		play_must(!backing_find(space, unit + i * PAGE_SIZE, &page) && page.object == (other ? 2 : 1) && page.index == (other ? i + 2 : i));
		play_must(vspace_fault(space_view, unit + i * PAGE_SIZE, ACCESS_WRITE) == (other ? STATUS_BACKED : STATUS_BAD_ADDRESS));
		play_must(vspace_fault(space_view, unit + i * PAGE_SIZE, ACCESS_READ) == STATUS_BACKED);
	}
	play_must(!space_change(VSPACE_UNMAP, unit, UNIT_SIZE, 0, 0) && objects_kept(10) == 0 && objects_kept(20) == 0);
	return mapped;
}

/* The same in the place of memory, while the space has nothing of an object yet. */
static void replace_memory(void)
{
	int64_t mapped = STATUS_NO_MEMORY;

	huge_open();
	move_map(at(0), 4, READ | WRITE);
	for (unsigned frames = 0; mapped == STATUS_NO_MEMORY; frames++) {
		reach(1, ACCESS_WRITE)[OWN] = 4;
		keep_all_but(frames);
		mapped = objects_map(at(0), 4, 20, 0, READ | WRITE, VSPACE_FIXED);
		let_go();
		play_must(objects_kept(20) == (mapped > 0));
		play_must(mapped > 0 || reach(1, ACCESS_READ)[OWN] == 4);
	}
	unmap(0, 4);
	huge_close();
}

static void replace_without_frames(void)
{
	unsigned frames = 0;

	huge_open();
	while (replace_with(frames, 2 * GIB + frames * UNIT_SIZE) == STATUS_NO_MEMORY)
		frames++;
	play_must(frames > 1);
	huge_close();
}

static void a_mapping_that_cannot_be_leaves_what_is_in_its_place(void **state)
{
	(void)state;
	play(1, ONE, replace_without_frames);
	play(1, ONE, replace_memory);
}

static void discard(void)
{
	open();
	map(0, 4, 10, 0, READ | WRITE);
	map(4, 4, 20, 0, READ | WRITE | SHARED);
	reach(1, ACCESS_WRITE)[VALUE] = 1;
	reach(5, ACCESS_WRITE)[OWN] = 1;
	play_must(!space_change(VSPACE_DISCARD, at(0), 8 * PAGE_SIZE, 0, 0));
	check(0, 4, 1, 0);
	check(4, 4, 2, 0);
	play_must(reach(5, ACCESS_READ)[OWN] == 1);
	unmap(0, 8);
	close();
}

static void a_discarded_page_is_the_objects_again(void **state)
{
	(void)state;
	play(1, ONE, discard);
}

static void protect(void)
{
	open();
	map(0, 4, 10, 0, READ | SHARED | UNWRITABLE);
	map(4, 4, 20, 0, READ);
	play_must(space_change(VSPACE_PROTECT, at(0), 8 * PAGE_SIZE, READ | WRITE, 0) == STATUS_UNWRITABLE);
	play_must(try(0, ACCESS_WRITE) == STATUS_BAD_ADDRESS);
	play_must(!space_change(VSPACE_PROTECT, at(4), 4 * PAGE_SIZE, READ | WRITE, 0));
	reach(4, ACCESS_WRITE)[VALUE] = 1;
	play_must(!space_change(VSPACE_PROTECT, at(0), 4 * PAGE_SIZE, 0, 0));
	play_must(try(0, ACCESS_READ) == STATUS_BAD_ADDRESS);
	play_must(!space_change(VSPACE_PROTECT, at(0), 4 * PAGE_SIZE, READ, 0));
	check(0, 4, 1, 0);
	unmap(0, 8);
	close();
}

static void what_may_not_be_written_cannot_be_made_writable(void **state)
{
	(void)state;
	play(1, ONE, protect);
}

static void move(void)
{
	int64_t to;

	open();
	map(0, 4, 10, 2, READ | WRITE | SHARED);
	check(0, 2, 1, 2);
	play_must(move_it(at(0), 4, 8, VSPACE_STAY) == (int64_t)at(0));
	check(0, 8, 1, 2);
	to = move_it(at(0), 8, 10, at(600));
	play_must(to == (int64_t)at(600));
	check(600, 10, 1, 2);
	play_must(try(0, ACCESS_READ) == STATUS_BAD_ADDRESS);
	map(604, 1, 20, 0, READ | WRITE | SHARED);
	play_must(move_it(at(600), 10, 12, VSPACE_MOVE_ANYWHERE) == STATUS_BAD_ADDRESS);
	map(612, 2, 10, 0, READ | WRITE | SHARED);
	play_must(move_it(at(605), 9, 10, VSPACE_MOVE_ANYWHERE) == STATUS_BAD_ADDRESS); /* the same object, but not the pages that follow */
	check(605, 5, 1, 7);
	unmap(600, 20);
	play_must(objects_kept(10) == 0 && objects_kept(20) == 0);
	close();
}

static void a_mapping_grows_and_moves_with_what_it_is_of(void **state)
{
	(void)state;
	play(1, ONE, move);
}

/* The middle of a word that stands for a unit. */
static void move_a_part(void)
{
	struct object_page page;

	huge_open();
	play_must(objects_map(2 * GIB, 3 * UNIT_PAGES, 10, 0, READ, VSPACE_FIXED) == (int64_t)(2 * GIB));
	play_must(move_it(2 * GIB + (UNIT_PAGES + 1) * PAGE_SIZE, 1, 2, VSPACE_MOVE_ANYWHERE) > 0);
	play_must(!backing_find(space, 2 * GIB + (UNIT_PAGES + 2) * PAGE_SIZE, &page) && page.index == UNIT_PAGES + 2);
	play_must(!backing_find(space, 2 * GIB + UNIT_PAGES * PAGE_SIZE, &page) && page.index == UNIT_PAGES);
	play_must(backing_find(space, 2 * GIB + (UNIT_PAGES + 1) * PAGE_SIZE, &page) == STATUS_BAD_ADDRESS);
	play_must(!space_change(VSPACE_UNMAP, 2 * GIB, 3 * UNIT_SIZE, 0, 0) && objects_kept(10) == 1);
	huge_close();
	play_must(objects_kept(10) == 0);
}

static void what_lies_around_a_part_that_moves_stays(void **state)
{
	(void)state;
	play(1, ONE, move_a_part);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mapping_takes_anothers_place),
		cmocka_unit_test(a_mapping_that_cannot_be_leaves_what_is_in_its_place),
		cmocka_unit_test(a_discarded_page_is_the_objects_again),
		cmocka_unit_test(what_may_not_be_written_cannot_be_made_writable),
		cmocka_unit_test(a_mapping_grows_and_moves_with_what_it_is_of),
		cmocka_unit_test(what_lies_around_a_part_that_moves_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
