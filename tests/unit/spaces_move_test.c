/* spaces_move_test.c - mappings that grow, shrink, and go elsewhere with their pages
 * SPDX-License-Identifier: MIT
 * Step by step on one core and four; then in any mixture, with each core's mappings used by all while they go from place to place, and while
 * the space is copied. A page that is left behind shows as an access that should have failed, or as a value lost; a frame that is lost or
 * given back twice, or an owner counted wrong, when the space is closed. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "tests/cores/huge.h" /* first: it says where physical memory lies here */
#include "kernel/memory/allowance.h"
#include "kernel/memory/arena.h"
#include "kernel/memory/copy.h"
#include "kernel/memory/frames.h"
#include "tests/unit/physical_memory.h"

enum {
	READ = VSPACE_READ,
	WRITE = VSPACE_WRITE,
	FEW = 37, /* pages from one that is looked at to the next */
};

#define GIB UINT64_C(0x40000000)

static const unsigned FOUR[] = { 0, 1, 2, 3 };

/* Pages across a border of 1 GiB. */
static uint64_t at(uint64_t border, unsigned page)
{
	return border * GIB + (uint64_t)page * PAGE_SIZE - 5 * PAGE_SIZE;
}

static void map(uint64_t start, unsigned count, unsigned rights)
{
	play_must(space_change(VSPACE_MAP, start, (uint64_t)count * PAGE_SIZE, rights, VSPACE_FIXED) == (int64_t)start);
}

static int64_t move(uint64_t start, unsigned count, unsigned new_count, uint64_t where)
{
	return space_change(VSPACE_MOVE, start, (uint64_t)count * PAGE_SIZE, (uint64_t)new_count * PAGE_SIZE, where);
}

static uint64_t *reach(uint64_t address, enum access access)
{
	uint64_t *word;

	play_must(!space_access(address, access, (void **)&word));
	return word;
}

static bool refused(uint64_t address, enum access access)
{
	void *word;

	return space_access(address, access, &word) == STATUS_BAD_ADDRESS;
}

static uint64_t value_of(unsigned page, unsigned place)
{
	return page * PLAY_MAX + place + 1;
}

/* Of each `step`th page, this core's value. */
static void write_values(uint64_t start, unsigned count, unsigned step)
{
	for (unsigned page = 0; page < count; page += step)
		reach(start + (uint64_t)page * PAGE_SIZE, ACCESS_WRITE)[play_place()] = value_of(page, play_place());
}

static void check_values(uint64_t start, unsigned count, unsigned step)
{
	for (unsigned page = 0; page < count; page += step)
		play_must(reach(start + (uint64_t)page * PAGE_SIZE, ACCESS_READ)[play_place()] == value_of(page, play_place()));
}

static void check_zeros(uint64_t start, unsigned count)
{
	for (unsigned page = 0; page < count; page++)
		play_must(!reach(start + (uint64_t)page * PAGE_SIZE, ACCESS_WRITE)[play_place()]);
}

static void check_nothing(uint64_t start, unsigned count)
{
	for (unsigned page = 0; page < count; page++)
		play_must(refused(start + (uint64_t)page * PAGE_SIZE, ACCESS_READ));
}

static uint64_t pages_used(void)
{
	return space->pages - space_view->allowance;
}

static void resize(void)
{
	uint64_t start = at(1, 0);

	huge_open();
	map(start, 8, READ | WRITE);
	write_values(start, 8, 1);
	play_must(move(start, 8, 8, VSPACE_STAY) == (int64_t)start);
	play_must(move(start, 8, 3, VSPACE_STAY) == (int64_t)start && pages_used() == 3);
	check_values(start, 3, 1);
	check_nothing(at(1, 3), 5);
	play_must(move(start, 3, 700, VSPACE_MOVE_ANYWHERE) == (int64_t)start && pages_used() == 3);
	check_values(start, 3, 1);
	check_zeros(at(1, 3), 697);
	check_nothing(at(1, 700), 1);
	play_must(move(start, 700, 2, VSPACE_MOVE_ANYWHERE) == (int64_t)start && pages_used() == 2);
	play_must(move(at(1, 1), 1, 2, VSPACE_STAY) == (int64_t)at(1, 1)); /* a part of a mapping */
	check_values(start, 2, 1);
	check_zeros(at(1, 2), 1);
	huge_close();
}

static void a_mapping_shrinks_and_grows_where_it_is(void **state)
{
	(void)state;
	play(1, FOUR, resize);
}

static void grow_in_vain(void)
{
	uint64_t start = at(1, 0), place;

	huge_open();
	map(start, 8, READ | WRITE);
	map(at(1, 9), 1, READ);
	write_values(start, 8, 1);
	play_must(move(start, 8, 10, VSPACE_STAY) == STATUS_NO_MEMORY);
	play_must(move(start, 4, 5, VSPACE_STAY) == STATUS_NO_MEMORY);
	check_values(start, 8, 1);
	check_nothing(at(1, 8), 1);
	place = (uint64_t)move(start, 8, 10, VSPACE_MOVE_ANYWHERE);
	play_must(place >= arena_of(0).start && place + 10 * PAGE_SIZE <= arena_of(0).end);
	check_nothing(start, 9);
	check_values(place, 8, 1);
	check_zeros(place + 8 * PAGE_SIZE, 2);
	play_must(!refused(at(1, 9), ACCESS_READ) && pages_used() == 11);
	play_must(move(place + 4 * PAGE_SIZE, 2, 6, VSPACE_MOVE_ANYWHERE) > 0); /* from the middle */
	check_values(place, 4, 1);
	check_nothing(place + 4 * PAGE_SIZE, 2);
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

	map(start, 1, READ | WRITE);
	write_values(start, 1, 1);
	play_must(move(start, 1, 2, VSPACE_STAY) == STATUS_NO_MEMORY);
	place = (uint64_t)move(start, 1, 2, VSPACE_MOVE_ANYWHERE);
	play_must((int64_t)place > 0 && place != start);
	check_nothing(start, 1);
	check_values(place, 1, 1);
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
	map(at(1, 0), 600, READ | WRITE);
	write_values(at(1, 0), 600, FEW);
	map(at(3, 100), 20, READ);
	(void)reach(at(3, 111), ACCESS_READ);
	play_must(move(at(1, 0), 600, 610, at(3, 111)) == (int64_t)at(3, 111)); /* another distance from the borders of leaves; replaces 9 */
	check_nothing(at(1, 0), 600);
	check_values(at(3, 111), 600, FEW);
	check_zeros(at(3, 711), 10);
	check_nothing(at(3, 721), 1);
	play_must(!refused(at(3, 110), ACCESS_READ) && refused(at(3, 110), ACCESS_WRITE));
	play_must(move(at(3, 111), 610, 300, at(3, 721)) == (int64_t)at(3, 721)); /* next to it, and half of it */
	check_values(at(3, 721), 300, FEW);
	check_nothing(at(3, 111), 610);
	play_must(move(at(3, 721), 300, 300, ARENA_LOWEST) == ARENA_LOWEST);
	check_values(ARENA_LOWEST, 300, FEW);
	play_must(!space_change(VSPACE_PROTECT, ARENA_LOWEST, 300 * PAGE_SIZE, READ, 0));
	play_must(move(ARENA_LOWEST, 300, 301, at(1, 0)) == (int64_t)at(1, 0));
	check_values(at(1, 0), 300, FEW);
	play_must(refused(at(1, FEW), ACCESS_WRITE) && refused(at(1, 1), ACCESS_WRITE) && refused(at(1, 300), ACCESS_WRITE));
	map(at(5, 0), 3, 0);
	play_must(move(at(5, 0), 3, 3, at(5, 10)) == (int64_t)at(5, 10)); /* nobody may use it, and still it is something */
	check_nothing(at(5, 10), 3);
	play_must(space_change(VSPACE_MAP, at(5, 12), PAGE_SIZE, READ, VSPACE_FIXED_IF_EMPTY) == STATUS_EXISTS);
	huge_close();
}

static void it_goes_to_an_address_and_replaces_what_is_there(void **state)
{
	(void)state;
	play(1, FOUR, move_to_addresses);
}

static void expect(status_t expected, unsigned first, unsigned count, unsigned new_count, uint64_t where)
{
	play_must(move(at(1, first), count, new_count, where) == expected);
	check_values(at(1, 0), 8, 1);
	check_values(at(1, 0), 8, 1);
}

static void refuse_places(void)
{
	uint64_t other = arena_of(1).start;

	for (unsigned page = 1; page < 8; page++) {
		expect(STATUS_BAD_ARGUMENT, 0, 8, 8, at(1, page));
		expect(STATUS_BAD_ARGUMENT, page, 8 - page, 8, at(1, 0));
	}
	expect(STATUS_BAD_ARGUMENT, 0, 8, 8, at(1, 0));
	expect(STATUS_BAD_ARGUMENT, 0, 8, 8, at(3, 0) + 8);
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
	expect(STATUS_BAD_ARGUMENT, 0, 8, 0, at(3, 0));
	play_must(space_change(VSPACE_MOVE, at(1, 0), 8 * PAGE_SIZE, 8 * PAGE_SIZE + 1, VSPACE_MOVE_ANYWHERE) == STATUS_BAD_ARGUMENT);
	play_must(space_change(VSPACE_MOVE, at(1, 0), 8 * PAGE_SIZE, USER_END + PAGE_SIZE, VSPACE_MOVE_ANYWHERE) == STATUS_BAD_ARGUMENT);
	play_must(space_change(VSPACE_MOVE, at(1, 0), 8 * PAGE_SIZE, USER_END, VSPACE_MOVE_ANYWHERE) == STATUS_NO_MEMORY);
	play_must(space_change(VSPACE_MOVE, at(1, 0) + 8, 8 * PAGE_SIZE, 8 * PAGE_SIZE, at(3, 0)) == STATUS_BAD_ARGUMENT);
}

/* What is no mapping of one kind; page 8 is a hole, page 9 may be read alone, page 10 is as the first, page 11 shared. */
static void refuse_mixtures(uint64_t where)
{
	map(at(1, 9), 1, READ);
	map(at(1, 10), 1, READ | WRITE);
	map(at(1, 11), 1, READ | WRITE | VSPACE_SHARED);
	expect(STATUS_BAD_ADDRESS, 0, 9, 10, where);
	if (where <= VSPACE_MOVE_ANYWHERE) { /* what neither grows nor moves may be anything */
		play_must(move(at(1, 8), 4, 4, where) == STATUS_BAD_ADDRESS);
		play_must(move(at(1, 0), 12, 12, where) == (int64_t)at(1, 0));
		play_must(move(at(1, 0), 12, 11, where) == (int64_t)at(1, 0));
		map(at(1, 11), 1, READ | WRITE | VSPACE_SHARED);
	}
	expect(STATUS_BAD_ADDRESS, 0, 11, 20, where);
	expect(STATUS_BAD_ADDRESS, 9, 2, 3, where);
	expect(STATUS_BAD_ADDRESS, 10, 2, 3, where);
	(void)reach(at(1, 9), ACCESS_READ);
	(void)reach(at(1, 10), ACCESS_READ);
	(void)reach(at(1, 11), ACCESS_READ);
	expect(STATUS_BAD_ADDRESS, 9, 2, 3, where);
	expect(STATUS_BAD_ADDRESS, 10, 2, 3, where);
	expect(STATUS_BAD_ADDRESS, 100, 5, 5, where);
	play_must(refused(at(1, 9), ACCESS_WRITE) && !refused(at(1, 10), ACCESS_WRITE) && !refused(at(1, 11), ACCESS_WRITE));
	play_must(!space_change(VSPACE_UNMAP, at(1, 8), 4 * PAGE_SIZE, 0, 0));
}

/* The second core's addresses: neither the home's, nor too large for it. */
static void refuse_elsewhere(void)
{
	uint64_t own = arena_of(1).start;

	map(own, 4, READ | WRITE);
	write_values(own, 4, 1);
	play_must(move(own, 4, 4, at(3, 0)) == STATUS_BAD_ARGUMENT);
	play_must(move(own, 4, 4, arena_of(0).start) == STATUS_BAD_ARGUMENT);
	play_must(space_change(VSPACE_MOVE, own, 4 * PAGE_SIZE, arena_of(1).end - own + PAGE_SIZE, VSPACE_MOVE_ANYWHERE) == STATUS_NO_MEMORY);
	check_values(own, 4, 1);
	play_must(move(own, 4, 5, arena_of(1).end - 5 * PAGE_SIZE) == (int64_t)(arena_of(1).end - 5 * PAGE_SIZE));
	check_values(arena_of(1).end - 5 * PAGE_SIZE, 4, 1);
}

static void refuse(void)
{
	huge_open();
	if (play_place() == 0) {
		map(at(1, 0), 8, READ | WRITE);
		write_values(at(1, 0), 8, 1);
		refuse_places();
		refuse_mixtures(VSPACE_STAY);
		refuse_mixtures(VSPACE_MOVE_ANYWHERE);
		refuse_mixtures(at(3, 0));
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
	map(at(1, 0), 20, READ | WRITE);
	map(at(1, 20), 3, READ | WRITE | VSPACE_SHARED);
	write_values(at(1, 0), 22, 1);
	copy = vspace_fork(space);
	view = copy ? view_get(copy) : NULL;
	play_must(view);
	word = reach(at(1, 3), ACCESS_READ);
	shared = reach(at(1, 21), ACCESS_READ);
	play_must(move(at(1, 0), 20, 20, at(3, 7)) > 0 && move(at(1, 20), 3, 9, at(5, 7)) > 0);
	play_must(reach(at(3, 10), ACCESS_READ) == word && reach_in(view, at(1, 3), ACCESS_READ) == word);
	play_must(reach(at(5, 8), ACCESS_WRITE) == shared && reach_in(view, at(1, 21), ACCESS_WRITE) == shared);
	*reach(at(3, 10), ACCESS_WRITE) = 77;
	play_must(*reach_in(view, at(1, 3), ACCESS_READ) == value_of(3, 0) && *reach(at(3, 10), ACCESS_READ) == 77);
	*reach_in(view, at(1, 4), ACCESS_WRITE) = 78;
	play_must(*reach(at(3, 11), ACCESS_WRITE) == value_of(4, 0));
	vspace_release(copy);
	word = reach(at(3, 12), ACCESS_READ);
	play_must(reach(at(3, 12), ACCESS_WRITE) == word); /* the last owner keeps it */
	copy = vspace_fork(space);
	play_must(copy);
	play_must(vspace_page(copy, at(5, 15)) == reach(at(5, 15), ACCESS_WRITE)); /* what it has grown by is shared, too */
	play_must(!space_change(VSPACE_UNMAP, at(3, 7), 20 * PAGE_SIZE, 0, 0));
	vspace_release(copy);
	huge_close();
}

static void pages_take_their_owners_along(void **state)
{
	(void)state;
	play(1, FOUR, move_what_two_have);
}

static void map_huge(uint64_t start, unsigned units)
{
	map(start, units * UNIT_PAGES, READ | WRITE);
	play_must(!space_change(VSPACE_ADVISE, start, (uint64_t)units * UNIT_SIZE, 1, 0));
}

static void move_units(void)
{
	struct vspace *copy;

	huge_open();
	map_huge(GIB - UNIT_SIZE, 3);
	write_values(GIB - UNIT_SIZE, 2 * UNIT_PAGES, FEW); /* the third unit is not touched */
	play_must(is_huge(GIB) && pages_used() == 2 * UNIT_PAGES);
	play_must(move(GIB - UNIT_SIZE, 3 * UNIT_PAGES, 3 * UNIT_PAGES, at(3, 100)) > 0);
	check_values(at(3, 100), 2 * UNIT_PAGES, FEW);
	play_must(refused(GIB, ACCESS_READ) && !is_huge(at(3, 100)) && pages_used() == 2 * UNIT_PAGES);
	play_must(move(at(3, 100), 3 * UNIT_PAGES, 5 * UNIT_PAGES, 5 * GIB) > 0);
	check_values(5 * GIB, 2 * UNIT_PAGES, FEW);
	(void)reach(5 * GIB + 4 * UNIT_SIZE, ACCESS_WRITE);
	play_must(is_huge(5 * GIB + 4 * UNIT_SIZE)); /* the wish went along */
	copy = vspace_fork(space);
	play_must(copy && is_huge_in(copy, 5 * GIB + 4 * UNIT_SIZE));
	*reach_in(view_get(copy), 5 * GIB + 4 * UNIT_SIZE, ACCESS_READ) = 0;
	play_must(move(5 * GIB, 5 * UNIT_PAGES, 5 * UNIT_PAGES - 7, 7 * GIB + PAGE_SIZE) > 0);
	check_values(7 * GIB + PAGE_SIZE, 2 * UNIT_PAGES, FEW);
	play_must(is_huge_in(copy, 5 * GIB + 4 * UNIT_SIZE));
	vspace_release(copy);
	check_values(7 * GIB + PAGE_SIZE, 2 * UNIT_PAGES, FEW);
	huge_close();
}

static void huge_pages_are_broken_and_go_along(void **state)
{
	(void)state;
	play(1, FOUR, move_units);
}

/* A move that core `by` asks for; each core but the home is told so often. */
static void move_tells(unsigned by, uint64_t from, unsigned count, uint64_t to, unsigned tells)
{
	unsigned before = space_told;

	space_meet();
	if (play_place() == by)
		play_must(move(from, count, count, to) == (int64_t)to);
	space_meet();
	play_must(play_place() == 0 || space_told == before + tells);
}

static void move_what_all_hold(void)
{
	huge_open();
	if (play_place() == 0)
		map(at(1, 0), 1300, READ | WRITE);
	space_meet();
	write_values(at(1, 0), 1300, FEW);
	move_tells(0, at(1, 0), 1300, at(3, 77), 1);
	check_nothing(at(1, 0), 1300);
	check_values(at(3, 77), 1300, FEW);
	move_tells(3, at(3, 77), 1300, at(5, 512), 1);
	move_tells(2, at(5, 512), 1300, at(1, 1), 0); /* nobody has used it since */
	check_nothing(at(5, 512), 1300);
	check_values(at(1, 1), 1300, FEW);
	space_meet();
	if (play_place() == 0)
		map_huge(7 * GIB, 1);
	space_meet();
	write_values(7 * GIB, UNIT_PAGES, FEW);
	move_tells(1, 7 * GIB, UNIT_PAGES, 7 * GIB - UNIT_SIZE, 1);
	check_nothing(7 * GIB, UNIT_PAGES);
	check_values(7 * GIB - UNIT_SIZE, UNIT_PAGES, FEW);
	space_meet();
	huge_close();
}

static void who_held_a_page_finds_it_where_it_went(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, move_what_all_hold);
}

/* All frames for nodes but `left`, taken away; and given back. */
static uint64_t kept[UNIT_PAGES];
static unsigned kept_count;

static void keep_all_but(unsigned left)
{
	for (kept_count = 0; (kept[kept_count] = frame_take(FRAME_slots)); kept_count++)
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

	map_huge(old, 2);
	map(old + 2 * UNIT_SIZE, COUNT - 2 * UNIT_PAGES, READ | WRITE);
	write_values(old, UNIT_PAGES, FEW);
	reach(old + 3 * UNIT_SIZE, ACCESS_WRITE)[1] = 5;
	reach(old + 5 * UNIT_SIZE, ACCESS_WRITE)[1] = 6;
	keep_all_but(frames);
	moved = move(old, COUNT, COUNT, new);
	let_go();
	if (moved != STATUS_NO_MEMORY)
		play_must(moved == (int64_t)new && refused(old, ACCESS_READ) && refused(old + 4 * UNIT_SIZE, ACCESS_READ));
	else
		play_must(refused(new, ACCESS_READ) && refused(new + 3 * UNIT_SIZE, ACCESS_READ));
	new = moved == STATUS_NO_MEMORY ? old : new;
	check_values(new, UNIT_PAGES, FEW);
	play_must(reach(new + 3 * UNIT_SIZE, ACCESS_WRITE)[1] == 5 && reach(new + 5 * UNIT_SIZE, ACCESS_WRITE)[1] == 6);
	check_zeros(new + 4 * UNIT_SIZE, 3);
	check_zeros(new + UNIT_SIZE + 3 * PAGE_SIZE, 2);
	play_must(!space_change(VSPACE_UNMAP, new, 6 * UNIT_SIZE, 0, 0) && pages_used() == 0);
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
		(void)reach(GIB + (uint64_t)leaf * UNIT_SIZE, ACCESS_WRITE);
	keep_all_but(0);
	play_must(move(GIB, VAIN_LEAVES * UNIT_PAGES, VAIN_LEAVES * UNIT_PAGES, GIB + 16 * UNIT_SIZE) == STATUS_NO_MEMORY);
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
		map(GIB, VAIN_LEAVES * UNIT_PAGES, READ | WRITE);
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

/* Any mixture. Each core has three mappings that it alone changes, and all use; each goes to and fro in two windows, or anywhere. */
enum {
	MAPPINGS = 3,
	LONGEST = 40,  /* pages */
	WINDOW = 600,
	MOVES = 1000,  /* of a core */
	ACCESSES = 300, /* between two of them, at most */
	COPY_EVERY = 50, /* moves */
	UNSURE = 0xffffffff,
};

/* What an owner says of a page: one word, written by it alone. */
struct fact {
	uint64_t changes : 24;  /* so far */
	uint64_t contents : 24; /* how often it has been a new page */
	uint64_t busy : 1;      /* a change is under way */
	uint64_t mapped : 1;
};

_Static_assert(sizeof(struct fact) == 8, "read and written as one word");

struct owned {
	uint64_t start; /* where it is; and where it was, when nothing is there now, or 0 */
	uint64_t before;
	uint64_t facts[LONGEST];
};

static struct owned owned[PLAY_MAX][MAPPINGS];
static _Thread_local unsigned size_of[MAPPINGS];
static _Thread_local uint32_t written_with[PLAY_MAX][MAPPINGS][LONGEST];
static _Thread_local uint64_t seed, compared, left_behind;

/* An exchange, so that the kernel's steps around it come before and after. */
static void say(uint64_t *word, uint64_t value)
{
	__atomic_exchange_n(word, value, __ATOMIC_RELAXED);
}

static uint64_t heard(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static struct fact fact_of(const uint64_t *word)
{
	uint64_t now = heard(word);
	struct fact fact;

	memcpy(&fact, &now, sizeof(fact));
	return fact;
}

static void say_fact(uint64_t *word, struct fact fact)
{
	uint64_t now;

	memcpy(&now, &fact, sizeof(now));
	say(word, now);
}

/* The first mapping of each core is the home's to change, the others are its own arena's. */
static uint64_t window(unsigned owner, unsigned mapping, unsigned which)
{
	uint64_t base = mapping == 0 ? 2 * GIB : arena_of(owner).start;

	return base + ((uint64_t)(owner * MAPPINGS + mapping) * 2 + which) * 4 * UNIT_SIZE;
}

static bool in_windows(unsigned owner, unsigned mapping, uint64_t address)
{
	return address >= window(owner, mapping, 0) && address < window(owner, mapping, 2);
}

static void touch_old(unsigned owner, unsigned mapping)
{
	const struct owned *it = &owned[owner][mapping];
	struct fact fact = fact_of(&it->facts[0]), after;
	uint64_t address = heard(&it->before);
	bool nothing = refused(address, ACCESS_READ);

	after = fact_of(&it->facts[0]);
	if (!address || fact.busy || memcmp(&fact, &after, sizeof(fact)))
		return;
	play_must(nothing);
	left_behind++;
}

static void check_content(uint64_t found, uint64_t value, uint32_t with, struct fact fact)
{
	if (with == UNSURE)
		play_must(found == 0 || found == value);
	else
		play_must(found == (with == fact.contents ? value : 0));
}

static void touch(unsigned owner, unsigned mapping, unsigned page, enum access access)
{
	struct owned *it = &owned[owner][mapping];
	uint32_t *with = &written_with[owner][mapping][page];
	struct fact before = fact_of(&it->facts[page]), after;
	uint64_t value = value_of(page + (owner * MAPPINGS + mapping) * LONGEST, play_place());
	uint64_t address = heard(&it->start) + (uint64_t)page * PAGE_SIZE, *word, found = 0;
	status_t status = space_access(address, access, (void **)&word);

	play_must(status == STATUS_OK || status == STATUS_BAD_ADDRESS);
	after = fact_of(&it->facts[page]);
	if (before.busy || memcmp(&before, &after, sizeof(before)))
		return;
	if (!before.mapped && !in_windows(owner, mapping, address)) /* another mapping may be there */
		return;
	play_must((status == STATUS_OK) == before.mapped);
	if (status)
		return;
	found = word[play_place()];
	check_content(found, value, *with, before);
	if (access == ACCESS_WRITE) {
		word[play_place()] = value;
		*with = before.contents;
	}
	compared++;
}

/* Before a change, and behind it. */
static void announce(struct owned *it)
{
	for (unsigned page = 0; page < LONGEST; page++) {
		struct fact fact = fact_of(&it->facts[page]);

		fact.busy = 1;
		fact.changes++;
		say_fact(&it->facts[page], fact);
	}
}

static void tell(struct owned *it, unsigned old_size, unsigned size)
{
	for (unsigned page = 0; page < LONGEST; page++) {
		struct fact fact = fact_of(&it->facts[page]);

		fact.busy = 0;
		fact.contents += page >= old_size || page >= size;
		fact.mapped = page < size;
		say_fact(&it->facts[page], fact);
	}
}

static bool apart(uint64_t a, unsigned a_size, uint64_t b, unsigned b_size)
{
	return a + (uint64_t)a_size * PAGE_SIZE <= b || b + (uint64_t)b_size * PAGE_SIZE <= a;
}

static void move_one(unsigned mapping)
{
	struct owned *it = &owned[play_place()][mapping];
	unsigned old_size = size_of[mapping], size = 1 + next_random(&seed) % LONGEST, kind = next_random(&seed) % 6;
	uint64_t old = it->start, where = kind > 1 ? window(play_place(), mapping, kind % 2) + next_random(&seed) % WINDOW * PAGE_SIZE : kind;
	bool possible = where <= VSPACE_MOVE_ANYWHERE || apart(old, old_size, where, size);
	int64_t moved;

	announce(it);
	moved = move(old, old_size, size, where);
	if (moved < 0) {
		play_must(moved == (possible ? STATUS_NO_MEMORY : STATUS_BAD_ARGUMENT));
		play_must(!possible || (where == VSPACE_STAY && size > old_size));
		tell(it, old_size, old_size);
		return;
	}
	play_must(possible && (where <= VSPACE_MOVE_ANYWHERE ? moved == (int64_t)old || where : moved == (int64_t)where));
	if (moved != (int64_t)old)
		say(&it->before, in_windows(play_place(), mapping, old) && apart(old, 1, (uint64_t)moved, size) ? old : 0);
	else if (!apart(it->before, 1, old, size))
		say(&it->before, 0);
	say(&it->start, (uint64_t)moved);
	size_of[mapping] = size;
	tell(it, old_size, size);
}

static void begin_mappings(void)
{
	seed = 1 + play_place();
	memset(written_with, 0xff, sizeof(written_with));
	for (unsigned mapping = 0; mapping < MAPPINGS; mapping++) {
		struct owned *it = &owned[play_place()][mapping];

		announce(it);
		say(&it->start, window(play_place(), mapping, 0));
		map(it->start, LONGEST, READ | WRITE);
		size_of[mapping] = LONGEST;
		tell(it, LONGEST, LONGEST);
	}
}

static void touch_something(void)
{
	unsigned owner = next_random(&seed) % machine_cores(), mapping = next_random(&seed) % MAPPINGS;

	if (next_random(&seed) % 8 == 0)
		touch_old(owner, mapping);
	else
		touch(owner, mapping, next_random(&seed) % LONGEST, next_random(&seed) % 2 ? ACCESS_READ : ACCESS_WRITE);
}

static void move_and_touch(void)
{
	huge_open();
	begin_mappings();
	compared = left_behind = 0;
	for (unsigned turn = 0; turn < MOVES; turn++) {
		move_one(next_random(&seed) % MAPPINGS);
		if (turn % COPY_EVERY == play_place()) {
			struct vspace *copy = vspace_fork(space);

			play_must(copy);
			vspace_release(copy);
		}
		for (unsigned left = next_random(&seed) % ACCESSES; left; left--) {
			touch_something();
			if (left % 24 == 0)
				cpu_pause();
		}
	}
	play_must(compared > MOVES && left_behind > MOVES);
	huge_close();
}

static void any_mixture_of_moves_loses_nothing(void **state)
{
	(void)state;
	for (unsigned cores = 1; cores <= PLAY_MAX; cores++) {
		memset(owned, 0, sizeof(owned));
		play(cores, FOUR, move_and_touch);
	}
}

static void nor_where_tables_are_shared(void **state)
{
	(void)state;
	memset(owned, 0, sizeof(owned));
	play_booted("tables=shared", PLAY_MAX, FOUR, move_and_touch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mapping_shrinks_and_grows_where_it_is),
		cmocka_unit_test(what_cannot_grow_goes_where_nothing_is),
		cmocka_unit_test(it_grows_among_addresses_of_its_own_alone),
		cmocka_unit_test(it_goes_to_an_address_and_replaces_what_is_there),
		cmocka_unit_test(what_is_wrong_is_refused_and_changes_nothing),
		cmocka_unit_test(pages_take_their_owners_along),
		cmocka_unit_test(huge_pages_are_broken_and_go_along),
		cmocka_unit_test(who_held_a_page_finds_it_where_it_went),
		cmocka_unit_test(without_frames_all_is_as_it_was),
		cmocka_unit_test(what_fails_to_move_is_there_all_the_time),
		cmocka_unit_test(any_mixture_of_moves_loses_nothing),
		cmocka_unit_test(nor_where_tables_are_shared),
	};

	return cmocka_run_group_tests_name("spaces_move", tests, NULL, NULL);
}
