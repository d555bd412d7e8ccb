/* spaces_move_test.c - mappings that grow, shrink, and go elsewhere with their pages, step by step
 * SPDX-License-Identifier: MIT
 * What goes wrong is in spaces_move_fails_test.c; what several cores do together, in spaces_move_threads_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/cores/move.h" /* first: it says where physical memory lies here */
#include "kernel/memory/arena.h"
#include "kernel/memory/copy.h"

enum {
	READ = VSPACE_READ,
	WRITE = VSPACE_WRITE,
};

static const unsigned FOUR[] = { 0, 1, 2, 3 };

static void resize(void)
{
	uint64_t start = move_at(1, 0);

	huge_open();
	move_map(start, 8, READ | WRITE);
	move_write_values(start, 8, 1);
	play_must(move_it(start, 8, 8, VSPACE_STAY) == (int64_t)start);
	play_must(move_it(start, 8, 3, VSPACE_STAY) == (int64_t)start && move_pages_used() == 3);
	move_check_values(start, 3, 1);
	move_check_nothing(move_at(1, 3), 5);
	play_must(move_it(start, 3, 700, VSPACE_MOVE_ANYWHERE) == (int64_t)start && move_pages_used() == 3);
	move_check_values(start, 3, 1);
	move_check_zeros(move_at(1, 3), 697);
	move_check_nothing(move_at(1, 700), 1);
	play_must(move_it(start, 700, 2, VSPACE_MOVE_ANYWHERE) == (int64_t)start && move_pages_used() == 2);
	play_must(move_it(move_at(1, 1), 1, 2, VSPACE_STAY) == (int64_t)move_at(1, 1)); /* a part of a mapping */
	move_check_values(start, 2, 1);
	move_check_zeros(move_at(1, 2), 1);
	huge_close();
}

static void a_mapping_shrinks_and_grows_where_it_is(void **state)
{
	(void)state;
	play(1, FOUR, resize);
}

static void grow_in_vain(void)
{
	uint64_t start = move_at(1, 0), place;

	huge_open();
	move_map(start, 8, READ | WRITE);
	move_map(move_at(1, 9), 1, READ);
	move_write_values(start, 8, 1);
	play_must(move_it(start, 8, 10, VSPACE_STAY) == STATUS_NO_MEMORY);
	play_must(move_it(start, 4, 5, VSPACE_STAY) == STATUS_NO_MEMORY);
	move_check_values(start, 8, 1);
	move_check_nothing(move_at(1, 8), 1);
	place = (uint64_t)move_it(start, 8, 10, VSPACE_MOVE_ANYWHERE);
	play_must(place >= arena_of(0).start && place + 10 * PAGE_SIZE <= arena_of(0).end);
	move_check_nothing(start, 9);
	move_check_values(place, 8, 1);
	move_check_zeros(place + 8 * PAGE_SIZE, 2);
	play_must(!move_refused(move_at(1, 9), ACCESS_READ) && move_pages_used() == 11);
	play_must(move_it(place + 4 * PAGE_SIZE, 2, 6, VSPACE_MOVE_ANYWHERE) > 0); /* from the middle */
	move_check_values(place, 4, 1);
	move_check_nothing(place + 4 * PAGE_SIZE, 2);
	huge_close();
}

static void what_cannot_grow_goes_where_nothing_is(void **state)
{
	(void)state;
	play(1, FOUR, grow_in_vain);
}

/* It ends where other addresses begin, which are not for it. */
static void grow_at(uint64_t end)
{
	uint64_t start = end - PAGE_SIZE, place;

	move_map(start, 1, READ | WRITE);
	move_write_values(start, 1, 1);
	play_must(move_it(start, 1, 2, VSPACE_STAY) == STATUS_NO_MEMORY);
	place = (uint64_t)move_it(start, 1, 2, VSPACE_MOVE_ANYWHERE);
	play_must((int64_t)place > 0 && place != start);
	move_check_nothing(start, 1);
	move_check_values(place, 1, 1);
}

static void grow_at_borders(void)
{
	huge_open();
	if (play_place() == 0) {
		grow_at(USER_END);
		grow_at(TOKEN_WINDOW);
		grow_at(ARENA_BASE + (UINT64_C(1) << ARENA_SHIFT));
	}
	huge_close();
}

static void it_grows_among_addresses_of_its_own_alone(void **state)
{
	(void)state;
	play(2, FOUR, grow_at_borders);
}

static void move_to_addresses(void)
{
	huge_open();
	move_map(move_at(1, 0), 600, READ | WRITE);
	move_write_values(move_at(1, 0), 600, HUGE_FEW);
	move_map(move_at(3, 100), 20, READ);
	(void)move_reach(move_at(3, 111), ACCESS_READ);
	/* Another distance from the borders of leaves; 9 are replaced. */
	play_must(move_it(move_at(1, 0), 600, 610, move_at(3, 111)) == (int64_t)move_at(3, 111));
	move_check_nothing(move_at(1, 0), 600);
	move_check_values(move_at(3, 111), 600, HUGE_FEW);
	move_check_zeros(move_at(3, 711), 10);
	move_check_nothing(move_at(3, 721), 1);
	play_must(!move_refused(move_at(3, 110), ACCESS_READ) && move_refused(move_at(3, 110), ACCESS_WRITE));
	play_must(move_it(move_at(3, 111), 610, 300, move_at(3, 721)) == (int64_t)move_at(3, 721)); /* next to it, and half of it */
	move_check_values(move_at(3, 721), 300, HUGE_FEW);
	move_check_nothing(move_at(3, 111), 610);
	play_must(move_it(move_at(3, 721), 300, 300, ARENA_LOWEST) == ARENA_LOWEST);
	move_check_values(ARENA_LOWEST, 300, HUGE_FEW);
	play_must(!space_change(VSPACE_PROTECT, ARENA_LOWEST, 300 * PAGE_SIZE, READ, 0));
	play_must(move_it(ARENA_LOWEST, 300, 301, move_at(1, 0)) == (int64_t)move_at(1, 0));
	move_check_values(move_at(1, 0), 300, HUGE_FEW);
	play_must(move_refused(move_at(1, HUGE_FEW), ACCESS_WRITE) && move_refused(move_at(1, 1), ACCESS_WRITE));
	play_must(move_refused(move_at(1, 300), ACCESS_WRITE));
	move_map(move_at(5, 0), 3, 0);
	play_must(move_it(move_at(5, 0), 3, 3, move_at(5, 10)) == (int64_t)move_at(5, 10)); /* nobody may use it, and still it is something */
	move_check_nothing(move_at(5, 10), 3);
	play_must(space_change(VSPACE_MAP, move_at(5, 12), PAGE_SIZE, READ, VSPACE_FIXED_IF_EMPTY) == STATUS_EXISTS);
	huge_close();
}

static void it_goes_to_an_address_and_replaces_what_is_there(void **state)
{
	(void)state;
	play(1, FOUR, move_to_addresses);
}

/* A program in the copy, on this core. */
static uint64_t *reach_in(struct view *view, uint64_t address, enum access access)
{
	uint64_t *word;

	view_activate(view);
	play_must(!processor_access(view, address, access, space_interrupt, (void **)&word));
	view_activate(space_view);
	return word;
}

static void move_what_two_have(void)
{
	uint64_t *word, *shared;
	struct vspace *copy;
	struct view *view;

	huge_open();
	move_map(move_at(1, 0), 20, READ | WRITE);
	move_map(move_at(1, 20), 3, READ | WRITE | VSPACE_SHARED);
	move_write_values(move_at(1, 0), 22, 1);
	copy = space_fork(space);
	view = copy ? view_get(copy) : NULL;
	play_must(view);
	word = move_reach(move_at(1, 3), ACCESS_READ);
	shared = move_reach(move_at(1, 21), ACCESS_READ);
	play_must(move_it(move_at(1, 0), 20, 20, move_at(3, 7)) > 0 && move_it(move_at(1, 20), 3, 9, move_at(5, 7)) > 0);
	play_must(move_reach(move_at(3, 10), ACCESS_READ) == word && reach_in(view, move_at(1, 3), ACCESS_READ) == word);
	play_must(move_reach(move_at(5, 8), ACCESS_WRITE) == shared && reach_in(view, move_at(1, 21), ACCESS_WRITE) == shared);
	*move_reach(move_at(3, 10), ACCESS_WRITE) = 77;
	play_must(*reach_in(view, move_at(1, 3), ACCESS_READ) == move_value(3, 0) && *move_reach(move_at(3, 10), ACCESS_READ) == 77);
	*reach_in(view, move_at(1, 4), ACCESS_WRITE) = 78;
	play_must(*move_reach(move_at(3, 11), ACCESS_WRITE) == move_value(4, 0));
	vspace_release(copy);
	word = move_reach(move_at(3, 12), ACCESS_READ);
	play_must(move_reach(move_at(3, 12), ACCESS_WRITE) == word); /* the last owner keeps it */
	copy = space_fork(space);
	play_must(copy);
	play_must(vspace_page(copy, move_at(5, 15)) == move_reach(move_at(5, 15), ACCESS_WRITE)); /* what it has grown by is shared, too */
	play_must(!space_change(VSPACE_UNMAP, move_at(3, 7), 20 * PAGE_SIZE, 0, 0));
	vspace_release(copy);
	huge_close();
}

static void pages_take_their_owners_along(void **state)
{
	(void)state;
	play(1, FOUR, move_what_two_have);
}

static void move_units(void)
{
	struct vspace *copy;

	huge_open();
	move_map_huge(GIB - UNIT_SIZE, 3);
	move_write_values(GIB - UNIT_SIZE, 2 * UNIT_PAGES, HUGE_FEW); /* the third unit is not touched */
	play_must(is_huge(GIB) && move_pages_used() == 2 * UNIT_PAGES);
	play_must(move_it(GIB - UNIT_SIZE, 3 * UNIT_PAGES, 3 * UNIT_PAGES, move_at(3, 100)) > 0);
	move_check_values(move_at(3, 100), 2 * UNIT_PAGES, HUGE_FEW);
	play_must(move_refused(GIB, ACCESS_READ) && !is_huge(move_at(3, 100)) && move_pages_used() == 2 * UNIT_PAGES);
	play_must(move_it(move_at(3, 100), 3 * UNIT_PAGES, 5 * UNIT_PAGES, 5 * GIB) > 0);
	move_check_values(5 * GIB, 2 * UNIT_PAGES, HUGE_FEW);
	(void)move_reach(5 * GIB + 4 * UNIT_SIZE, ACCESS_WRITE);
	play_must(is_huge(5 * GIB + 4 * UNIT_SIZE)); /* the wish went along */
	copy = space_fork(space);
	play_must(copy && is_huge_in(copy, 5 * GIB + 4 * UNIT_SIZE));
	*reach_in(view_get(copy), 5 * GIB + 4 * UNIT_SIZE, ACCESS_READ) = 0;
	play_must(move_it(5 * GIB, 5 * UNIT_PAGES, 5 * UNIT_PAGES - 7, 7 * GIB + PAGE_SIZE) > 0);
	move_check_values(7 * GIB + PAGE_SIZE, 2 * UNIT_PAGES, HUGE_FEW);
	play_must(is_huge_in(copy, 5 * GIB + 4 * UNIT_SIZE));
	vspace_release(copy);
	move_check_values(7 * GIB + PAGE_SIZE, 2 * UNIT_PAGES, HUGE_FEW);
	huge_close();
}

static void huge_pages_are_broken_and_go_along(void **state)
{
	(void)state;
	play(1, FOUR, move_units);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mapping_shrinks_and_grows_where_it_is),
		cmocka_unit_test(what_cannot_grow_goes_where_nothing_is),
		cmocka_unit_test(it_grows_among_addresses_of_its_own_alone),
		cmocka_unit_test(it_goes_to_an_address_and_replaces_what_is_there),
		cmocka_unit_test(pages_take_their_owners_along),
		cmocka_unit_test(huge_pages_are_broken_and_go_along),
	};

	return cmocka_run_group_tests_name("spaces_move", tests, NULL, NULL);
}
