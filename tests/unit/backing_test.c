/* backing_test.c - objects that a service has, mapped by a program, step by step
 * SPDX-License-Identifier: MIT
 * What several cores do together is in backing_threads_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/cores/objects.h" /* first: it says where physical memory lies here */
#include "kernel/memory/arena.h"
#include "kernel/memory/backing.h"
#include "kernel/memory/copy.h"
#include "kernel/memory/frames.h"

enum {
	READ = VSPACE_READ,
	WRITE = VSPACE_WRITE,
	SHARED = VSPACE_SHARED,
	UNWRITABLE = VSPACE_OBJECT_UNWRITABLE,
	VALUE = 8, /* word with the page's number */
	OWN = 9,
};

static const unsigned ONE[] = { 0 }, FOUR[] = { 0, 1, 2, 3 };

static uint64_t at(unsigned page)
{
	return move_at(1, page);
}

static void map(unsigned page, unsigned count, uint64_t holder, unsigned first, unsigned rights)
{
	play_must(objects_map(at(page), count, holder, first, rights, VSPACE_FIXED) == (int64_t)at(page));
}

static uint64_t *reach(unsigned page, enum access access)
{
	uint64_t *words;

	play_must(!objects_access(at(page), access, &words));
	return words;
}

static status_t try(unsigned page, enum access access)
{
	uint64_t *words;

	return objects_access(at(page), access, &words);
}

static void unmap(unsigned page, unsigned count)
{
	play_must(!space_change(VSPACE_UNMAP, at(page), (uint64_t)count * PAGE_SIZE, 0, 0));
}

static void check(unsigned page, unsigned count, uint64_t object, unsigned index)
{
	for (unsigned i = 0; i < count; i++)
		play_must(reach(page + i, ACCESS_READ)[VALUE] == objects_value(object, index + i));
}

static void open(void)
{
	huge_open();
	objects_open(20);
}

static void close(void)
{
	objects_close();
	huge_close();
}

static void alone(void)
{
	open();
	map(0, 10, 30, 2, READ | WRITE);
	check(0, 10, 3, 2);
	play_must(objects_kept(30) == 1);
	play_must(reach(4, ACCESS_WRITE)[VALUE] == objects_value(3, 6));
	reach(4, ACCESS_WRITE)[OWN] = 7;
	map(20, 1, 30, 6, READ);
	play_must(reach(20, ACCESS_READ)[OWN] == 0 && objects_kept(30) == 1);
	play_must(try(20, ACCESS_WRITE) == STATUS_BAD_ADDRESS);
	unmap(20, 1);
	play_must(objects_kept(30) == 1);
	unmap(2, 4);
	play_must(try(4, ACCESS_READ) == STATUS_BAD_ADDRESS);
	check(0, 2, 3, 2);
	check(6, 4, 3, 8);
	unmap(0, 2);
	unmap(6, 4);
	play_must(objects_kept(30) == 0);
	close();
}

static void a_private_mapping_has_the_objects_pages_until_it_writes(void **state)
{
	(void)state;
	play(1, ONE, alone);
}

static void together(void)
{
	open();
	map(0, 4, 50, 0, READ | WRITE | SHARED);
	map(10, 4, 51, 0, READ | WRITE | SHARED);
	reach(1, ACCESS_WRITE)[OWN] = 5;
	play_must(reach(11, ACCESS_READ)[OWN] == 5);
	play_must(objects_kept(50) + objects_kept(51) == 1);
	play_must(try(2, ACCESS_EXECUTE) == STATUS_BAD_ADDRESS);
	unmap(0, 4);
	play_must(objects_kept(50) + objects_kept(51) == 1 && reach(11, ACCESS_READ)[OWN] == 5);
	unmap(10, 4);
	play_must(objects_kept(50) + objects_kept(51) == 0);
	close();
}

static void shared_mappings_have_one_page_and_one_holder(void **state)
{
	(void)state;
	play(1, ONE, together);
}

static void beyond(void)
{
	open();
	map(0, 4, 10, OBJECT_PAGES - 2, READ);
	check(0, 2, 1, OBJECT_PAGES - 2);
	play_must(try(2, ACCESS_READ) == STATUS_NOT_FOUND);
	unmap(0, 4);
	close();
}

static void a_page_behind_the_objects_end_is_not_found(void **state)
{
	(void)state;
	play(1, ONE, beyond);
}

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

/* In the first unit of all, while others are looked at in between. */
static void low(void)
{
	uint64_t *words;

	open();
	play_must(objects_map(ARENA_LOWEST, 4, 10, 0, READ, VSPACE_FIXED) == (int64_t)ARENA_LOWEST);
	map(0, 4, 20, 0, READ | WRITE | SHARED);
	play_must(vspace_fault(space_view, ARENA_LOWEST, ACCESS_READ) == STATUS_BACKED);
	play_must(vspace_fault(space_view, at(300), ACCESS_READ) == STATUS_BAD_ADDRESS);
	play_must(!objects_access(ARENA_LOWEST, ACCESS_READ, &words) && words[VALUE] == objects_value(1, 0));
	play_must(try(0, ACCESS_WRITE) == STATUS_OK);
	play_must(!objects_access(ARENA_LOWEST + PAGE_SIZE, ACCESS_READ, &words) && words[VALUE] == objects_value(1, 1));
	check(0, 4, 2, 0);
	close();
}

static void pages_of_the_lowest_unit_come_there(void **state)
{
	(void)state;
	play(1, ONE, low);
}

static void fork_it(void)
{
	struct vspace *copy, *own;
	struct view *view;

	open();
	own = space;
	view = space_view;
	map(0, 4, 10, 0, READ | WRITE);
	map(4, 4, 20, 0, READ | WRITE | SHARED);
	reach(0, ACCESS_WRITE)[OWN] = 1;
	reach(4, ACCESS_WRITE)[OWN] = 1;
	copy = space_fork(space);
	play_must(copy && objects_kept(10) == 2 && objects_kept(20) == 2);
	reach(0, ACCESS_WRITE)[OWN] = 2;
	vspace_join(copy, this_core());
	space = copy;
	space_view = view_get(copy);
	view_activate(space_view);
	play_must(reach(0, ACCESS_READ)[OWN] == 1 && reach(4, ACCESS_READ)[OWN] == 1);
	check(1, 3, 1, 1);
	check(5, 3, 2, 1);
	reach(5, ACCESS_WRITE)[OWN] = 3;
	reach(1, ACCESS_WRITE)[OWN] = 3;
	play_must(!space_change(VSPACE_DISCARD, at(0), 2 * PAGE_SIZE, 0, 0));
	check(0, 2, 1, 0);
	space = own;
	space_view = view;
	view_activate(view);
	play_must(reach(5, ACCESS_READ)[OWN] == 3 && reach(1, ACCESS_READ)[OWN] == 0);
	vspace_release(copy);
	play_must(objects_kept(10) == 1 && objects_kept(20) == 1);
	unmap(0, 8);
	play_must(objects_kept(10) == 0 && objects_kept(20) == 0);
	close();
}

static void a_copied_space_maps_the_same(void **state)
{
	(void)state;
	play(1, ONE, fork_it);
}

static void exchange(void)
{
	open();
	map(0, 4, 10, 0, READ | SHARED);
	check(0, 1, 1, 0);
	objects_exchange(1, 0);
	objects_exchange(1, 1);
	check(0, 4, 1, 0);
	unmap(0, 4);
	close();
}

static void a_page_that_its_object_has_lost_stays_with_who_has_it(void **state)
{
	(void)state;
	play(1, ONE, exchange);
}

/* In every second page, so that no two lie in one word. */
static void check_many(const struct vspace *which, int64_t references)
{
	struct object_page page;

	for (unsigned i = 0; i < OBJECTS; i++) {
		play_must(!backing_find(which, at(2 * i), &page) && page.object == i && page.index == i % OBJECT_PAGES);
		play_must(backing_find(which, at(2 * i + 1), &page) == STATUS_BAD_ADDRESS);
		play_must(objects_kept(i * 10) == references);
	}
}

static void many(void)
{
	struct vspace *copy;

	huge_open();
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < OBJECTS; i++)
			map(2 * i, 1, i * 10, i % OBJECT_PAGES, READ);
		check_many(space, 1);
		for (unsigned i = 0; i < OBJECTS; i++) {
			map(2 * i + 1, 1, i * 10 + 1, 0, READ);
			play_must(objects_kept(i * 10 + 1) == 0);
			unmap(2 * i + 1, 1);
		}
		copy = space_fork(space);
		play_must(copy);
		check_many(copy, 2);
		vspace_release(copy);
		check_many(space, 1);
		for (unsigned i = 0; i < OBJECTS; i++) {
			unmap(2 * i, 1);
			play_must(objects_kept(i * 10) == 0);
		}
	}
	huge_close();
}

static void a_space_maps_many_objects(void **state)
{
	(void)state;
	play(1, ONE, many);
}

static void end(void)
{
	open();
	map(0, 4, 10, 0, READ | WRITE);
	check(0, 2, 1, 0);
	close();
	play_must(objects_kept(10) == 0);
}

static void the_end_of_a_space_lets_its_holders_go(void **state)
{
	(void)state;
	play(1, ONE, end);
}

static void elsewhere(void)
{
	huge_open();
	if (play_place() == 0)
		objects_open(4);
	space_meet();
	if (play_place() == 1) {
		map(0, 4, 10, 0, READ | WRITE | SHARED);
		check(0, 4, 1, 0);
		reach(2, ACCESS_WRITE)[OWN] = 4;
	}
	space_meet();
	play_must(reach(2, ACCESS_READ)[OWN] == 4);
	space_meet();
	if (play_place() == 1)
		unmap(0, 4);
	space_meet();
	play_must(try(2, ACCESS_READ) == STATUS_BAD_ADDRESS);
	if (play_place() == 0)
		objects_close();
	huge_close();
}

static void cores_have_one_page(void **state)
{
	(void)state;
	play(4, FOUR, elsewhere);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_private_mapping_has_the_objects_pages_until_it_writes),
		cmocka_unit_test(shared_mappings_have_one_page_and_one_holder),
		cmocka_unit_test(a_page_behind_the_objects_end_is_not_found),
		cmocka_unit_test(a_mapping_takes_anothers_place),
		cmocka_unit_test(a_mapping_that_cannot_be_leaves_what_is_in_its_place),
		cmocka_unit_test(a_discarded_page_is_the_objects_again),
		cmocka_unit_test(what_may_not_be_written_cannot_be_made_writable),
		cmocka_unit_test(a_mapping_grows_and_moves_with_what_it_is_of),
		cmocka_unit_test(what_lies_around_a_part_that_moves_stays),
		cmocka_unit_test(pages_of_the_lowest_unit_come_there),
		cmocka_unit_test(a_copied_space_maps_the_same),
		cmocka_unit_test(a_page_that_its_object_has_lost_stays_with_who_has_it),
		cmocka_unit_test(a_space_maps_many_objects),
		cmocka_unit_test(the_end_of_a_space_lets_its_holders_go),
		cmocka_unit_test(cores_have_one_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
