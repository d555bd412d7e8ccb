/* spaces_huge_test.c - huge pages step by step: they come with one fault, are broken, copied and taken back
 * SPDX-License-Identifier: MIT
 * What any mixture of steps does, at several cores at once, is in spaces_huge_threads_test.c. Frames that are lost or given back twice show when
 * the space is closed, and owners that were counted wrong, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "tests/cores/huge.h" /* first: it says where physical memory lies here */
#include "kernel/memory/allowance.h"
#include "kernel/memory/copy.h"

enum {
	READ = VSPACE_READ,
	WRITE = VSPACE_WRITE,
	FEW = 37, /* pages from one that is looked at to the next */
	WHOLE_UNITS = PLAY_UNITS - 3,
};

static const unsigned FOUR[] = { 0, 1, 2, 3 };

static uint64_t address_of(unsigned unit, unsigned page)
{
	return huge_unit(unit) + (uint64_t)page * PAGE_SIZE;
}

static int64_t change(enum vspace_operation operation, unsigned unit, unsigned first, unsigned count, unsigned rights)
{
	return space_change(operation, address_of(unit, first), (uint64_t)count * PAGE_SIZE, rights, VSPACE_FIXED);
}

static uint64_t *reach(unsigned unit, unsigned page, enum access access)
{
	uint64_t *word;

	play_must(!space_access(address_of(unit, page), access, (void **)&word));
	return word;
}

static bool refused(unsigned unit, unsigned page, enum access access)
{
	void *word;

	return space_access(address_of(unit, page), access, &word) == STATUS_BAD_ADDRESS;
}

static void map(unsigned unit, unsigned count)
{
	play_must(change(VSPACE_MAP, unit, 0, count * UNIT_PAGES, READ | WRITE) > 0);
	play_must(!change(VSPACE_ADVISE, unit, 0, count * UNIT_PAGES, 1));
}

/* Frames that were used before, so that one would see what is not zeroed. */
static void use_frames(void)
{
	play_must(change(VSPACE_MAP, 0, 0, 2 * UNIT_PAGES, READ | WRITE) > 0);
	for (unsigned page = 0; page < 2 * UNIT_PAGES; page++)
		memset(reach(0, page, ACCESS_WRITE), 0xff, PAGE_SIZE);
	play_must(!change(VSPACE_UNMAP, 0, 0, 2 * UNIT_PAGES, 0));
}

static void fault_once(void)
{
	uint64_t faults, *first;

	huge_open();
	use_frames();
	play_must(change(VSPACE_MAP, 3, 500, UNIT_PAGES + 30, READ | WRITE) > 0);
	play_must(!change(VSPACE_ADVISE, 3, 500, UNIT_PAGES + 30, 1));
	faults = counters[COUNTER_faults];
	first = reach(4, 0, ACCESS_READ);
	for (unsigned page = 0; page < UNIT_PAGES; page++) {
		uint64_t *word = reach(4, page, page % 2 ? ACCESS_WRITE : ACCESS_READ);

		play_must(word == first + page * (PAGE_SIZE / 8));
		for (unsigned i = 0; i < PAGE_SIZE / 8; i++)
			play_must(!word[i]);
	}
	play_must(counters[COUNTER_faults] == faults + 1 && is_huge(huge_unit(4)));
	play_must(space->pages - space_view->allowance == UNIT_PAGES);
	(void)reach(3, 511, ACCESS_READ);
	(void)reach(5, 0, ACCESS_READ);
	play_must(!is_huge(address_of(3, 511)) && !is_huge(address_of(5, 0)));
	play_must(space->pages - space_view->allowance == UNIT_PAGES + 2);
	play_must(!change(VSPACE_UNMAP, 4, 0, UNIT_PAGES, 0));
	play_must(refused(4, 7, ACCESS_READ) && !refused(5, 0, ACCESS_READ));
	play_must(space->pages - space_view->allowance == 2);
	huge_close();
}

static void one_fault_brings_a_unit(void **state)
{
	(void)state;
	play(1, FOUR, fault_once);
}

static void ask_in_vain(void)
{
	huge_open();
	play_must(change(VSPACE_MAP, 0, 0, 4 * UNIT_PAGES, READ | WRITE) > 0);
	play_must(!change(VSPACE_ADVISE, 0, 1, UNIT_PAGES - 1, 1));
	play_must(!change(VSPACE_ADVISE, 0, 500, UNIT_PAGES + 11, 1)); /* no whole unit */
	(void)reach(0, 0, ACCESS_READ);
	(void)reach(1, 0, ACCESS_READ);
	play_must(!is_huge(huge_unit(0)) && !is_huge(huge_unit(1)));
	play_must(!change(VSPACE_ADVISE, 2, 0, 2 * UNIT_PAGES, 1));
	play_must(!change(VSPACE_ADVISE, 2, 0, UNIT_PAGES, 0));
	(void)reach(2, 0, ACCESS_WRITE);
	(void)reach(3, 0, ACCESS_WRITE);
	play_must(!is_huge(huge_unit(2)) && is_huge(huge_unit(3)));
	play_must(!change(VSPACE_ADVISE, 3, 0, UNIT_PAGES, 0)); /* too late: what is there stays */
	play_must(is_huge(huge_unit(3)));
	play_must(change(VSPACE_MAP, 4, 0, UNIT_PAGES, READ | WRITE | VSPACE_SHARED) > 0);
	play_must(!change(VSPACE_ADVISE, 4, 0, UNIT_PAGES, 1));
	(void)reach(4, 0, ACCESS_WRITE);
	play_must(!is_huge(huge_unit(4)));
	huge_close();
}

static void only_whole_private_units_are_huge(void **state)
{
	(void)state;
	play(1, FOUR, ask_in_vain);
}

static uint64_t value_of(unsigned unit, unsigned page, unsigned place)
{
	return (uint64_t)(unit * UNIT_PAGES + page) << 8 | (place + 1);
}

static void write_values(unsigned unit)
{
	for (unsigned page = 0; page < UNIT_PAGES; page += FEW)
		reach(unit, page, ACCESS_WRITE)[play_place()] = value_of(unit, page, play_place());
}

static void check_values(unsigned unit, unsigned first, unsigned end)
{
	for (unsigned page = 0; page < UNIT_PAGES; page += FEW)
		for (unsigned place = 0; page >= first && page < end && place < machine_cores(); place++)
			play_must(reach(unit, page, ACCESS_READ)[place] == value_of(unit, page, place));
}

/* All four hold it, the second one's partition has it. */
static void hold_together(unsigned unit)
{
	space_meet();
	if (play_place() == 0)
		map(unit, 1);
	space_meet();
	if (play_place() == 1)
		(void)reach(unit, 300, ACCESS_READ);
	space_meet();
	write_values(unit);
	play_must(is_huge(huge_unit(unit)));
	space_meet();
}

/* A change that place 0, the home, makes; each other one is told of it so often. */
static void change_tells(enum vspace_operation operation, unsigned unit, unsigned first, unsigned count, unsigned rights, unsigned tells)
{
	unsigned before = space_told;

	space_meet();
	if (play_place() == 0)
		play_must(change(operation, unit, first, count, rights) >= 0);
	space_meet();
	play_must(play_place() == 0 || space_told == before + tells);
}

static void change_parts(void)
{
	huge_open();
	hold_together(0);
	change_tells(VSPACE_UNMAP, 0, 100, 60, 0, 1); /* all hold the huge page, and nobody the small ones in its place */
	play_must(refused(0, 100, ACCESS_READ) && refused(0, 159, ACCESS_WRITE) && refused(0, 111, ACCESS_READ));
	check_values(0, 0, 100);
	check_values(0, 160, UNIT_PAGES);
	hold_together(1);
	change_tells(VSPACE_PROTECT, 1, 0, 38, READ, 1);
	play_must(refused(1, 0, ACCESS_WRITE) && refused(1, 37, ACCESS_WRITE) && !refused(1, 38, ACCESS_WRITE));
	check_values(1, 0, UNIT_PAGES);
	hold_together(2);
	change_tells(VSPACE_DISCARD, 2, 500, 12, 0, 1);
	check_values(2, 0, 500);
	play_must(reach(2, 511, ACCESS_READ)[play_place()] == 0);
	space_meet();
	play_must(!is_huge(huge_unit(0)) && !is_huge(huge_unit(1)) && !is_huge(huge_unit(2)));
	space_meet();
	huge_close();
}

static void a_part_is_taken_and_the_rest_stays(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, change_parts);
}

static void change_whole(void)
{
	huge_open();
	hold_together(0);
	change_tells(VSPACE_PROTECT, 0, 0, UNIT_PAGES, READ, 1);
	play_must(refused(0, 5, ACCESS_WRITE));
	check_values(0, 0, UNIT_PAGES);
	change_tells(VSPACE_PROTECT, 0, 0, UNIT_PAGES, READ | WRITE, 1);
	write_values(0);
	change_tells(VSPACE_DISCARD, 0, 0, UNIT_PAGES, 0, 1);
	play_must(reach(0, FEW, ACCESS_READ)[play_place()] == 0 && is_huge(huge_unit(0)));
	space_meet();
	change_tells(VSPACE_UNMAP, 0, 0, UNIT_PAGES, 0, 1);
	play_must(refused(0, FEW, ACCESS_READ));
	hold_together(0);
	change_tells(VSPACE_MAP, 0, 0, UNIT_PAGES, READ | WRITE, 1);
	play_must(reach(0, FEW, ACCESS_READ)[play_place()] == 0 && !is_huge(huge_unit(0))); /* nobody has asked for it here */
	space_meet();
	huge_close();
}

static void all_of_it_is_changed_as_one_page(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, change_whole);
}

/* A program in the copy, on this core. */
static uint64_t *reach_in(struct view *view, unsigned page, enum access access)
{
	uint64_t *word;

	view_activate(view);
	play_must(!processor_access(view, address_of(0, page), access, space_interrupt, (void **)&word));
	view_activate(space_view);
	return word;
}

static struct vspace *copy_space(struct view **view)
{
	struct vspace *copy = vspace_fork(space);

	play_must(copy && copy->pages == UNIT_PAGES);
	*view = view_get(copy);
	play_must(*view);
	return copy;
}

static void write_to_both(void)
{
	struct vspace *copy;
	struct view *view;

	huge_open();
	map(0, 1);
	write_values(0);
	copy = copy_space(&view);
	play_must(is_huge(huge_unit(0)) && is_huge_in(copy, huge_unit(0)));
	play_must(reach(0, 3, ACCESS_READ) == reach_in(view, 3, ACCESS_READ));
	reach(0, FEW, ACCESS_WRITE)[0] = 5;
	play_must(!is_huge(huge_unit(0)) && is_huge_in(copy, huge_unit(0)));
	play_must(reach(0, FEW, ACCESS_READ)[0] == 5 && reach_in(view, FEW, ACCESS_READ)[0] == value_of(0, FEW, 0));
	play_must(reach(0, 3, ACCESS_READ) == reach_in(view, 3, ACCESS_READ)); /* the others are everybody's still */
	reach_in(view, 2 * FEW, ACCESS_WRITE)[0] = 6;
	reach_in(view, FEW, ACCESS_WRITE)[0] = 7;
	play_must(!is_huge_in(copy, huge_unit(0)));
	play_must(reach(0, FEW, ACCESS_WRITE)[0] == 5 && reach(0, 2 * FEW, ACCESS_WRITE)[0] == value_of(0, 2 * FEW, 0));
	play_must(reach_in(view, 2 * FEW, ACCESS_READ)[0] == 6 && reach_in(view, FEW, ACCESS_READ)[0] == 7);
	check_values(0, 2 * FEW, UNIT_PAGES);
	play_must(space->pages - space_view->allowance == UNIT_PAGES && copy->pages - view->allowance == UNIT_PAGES);
	vspace_release(copy);
	check_values(0, 2 * FEW, UNIT_PAGES);
	huge_close();
}

static void what_one_space_writes_the_other_does_not_see(void **state)
{
	(void)state;
	play(1, FOUR, write_to_both);
}

/* The copy is gone; then the first space has given the page up, in whole or, when it has written to a page of it, in parts. */
static void write_alone(void)
{
	struct vspace *copy;
	struct view *view;
	uint64_t *before;

	huge_open();
	map(0, 1);
	write_values(0);
	before = reach(0, 0, ACCESS_WRITE);
	copy = copy_space(&view);
	(void)reach_in(view, 0, ACCESS_READ);
	vspace_release(copy);
	play_must(reach(0, 0, ACCESS_WRITE) == before && is_huge(huge_unit(0)));
	for (unsigned turn = 0; turn < 2; turn++) {
		copy = copy_space(&view);
		if (turn)
			(void)reach(0, 9, ACCESS_WRITE);
		play_must(!change(VSPACE_UNMAP, 0, 0, UNIT_PAGES, 0));
		play_must(reach_in(view, FEW, ACCESS_WRITE)[0] == value_of(0, FEW, 0) && is_huge_in(copy, huge_unit(0)));
		vspace_release(copy);
		map(0, 1);
		write_values(0);
	}
	huge_close();
}

static void the_last_owner_keeps_it_whole(void **state)
{
	(void)state;
	play(1, FOUR, write_alone);
}

/* All hold it when one of them breaks it and copies a page: the others' next look must find what it wrote. */
static void write_what_all_hold(void)
{
	static struct vspace *copy;

	huge_open();
	for (unsigned writer = 0; writer < PLAY_MAX; writer++) {
		hold_together(writer);
		if (play_place() == writer) {
			copy = vspace_fork(space);
			play_must(copy);
			reach(writer, FEW, ACCESS_WRITE)[0] = 77;
		}
		space_meet();
		play_must(reach(writer, FEW, ACCESS_READ)[0] == 77);
		check_values(writer, 2 * FEW, UNIT_PAGES);
		play_must(!is_huge(huge_unit(writer)) && is_huge_in(copy, huge_unit(writer)));
		space_meet();
		if (play_place() == writer)
			vspace_release(copy);
		write_values(writer);
		space_meet();
		check_values(writer, 0, UNIT_PAGES);
		space_meet();
	}
	huge_close();
}

static void what_one_writes_all_see(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, write_what_all_hold);
}

static void use_up_units(void)
{
	enum { WANTED = WHOLE_UNITS + 3 };

	huge_open();
	for (unsigned turn = 0; turn < 2; turn++) {
		unsigned found = 0;

		map(turn * WANTED, WANTED);
		for (unsigned unit = turn * WANTED; unit < (turn + 1) * WANTED; unit++) {
			for (unsigned page = 0; page < UNIT_PAGES; page += 10 * FEW)
				play_must(!reach(unit, page, ACCESS_WRITE)[3]);
			found += is_huge(huge_unit(unit));
		}
		play_must(found == WHOLE_UNITS);
		write_values(turn * WANTED);
		write_values((turn + 1) * WANTED - 1);
		play_must(!change(VSPACE_UNMAP, turn * WANTED, 0, WANTED * UNIT_PAGES, 0));
	}
	huge_close();
}

static void without_units_small_pages_do(void **state)
{
	(void)state;
	play(1, FOUR, use_up_units);
}

static unsigned touch(unsigned unit, unsigned most)
{
	unsigned touched = 0;
	void *page;

	while (touched < most && !space_access(address_of(unit, touched), ACCESS_WRITE, &page))
		touched++;
	return touched;
}

static void come_near_the_limit(void)
{
	huge_open();
	map(0, 3);
	play_must(touch(0, 1) == 1 && is_huge(huge_unit(0)));
	play_must(touch(1, UNIT_PAGES) == UNIT_PAGES / 2 && !is_huge(huge_unit(1)));
	play_must(!change(VSPACE_UNMAP, 1, 0, UNIT_PAGES, 0));
	play_must(!change(VSPACE_UNMAP, 0, 0, UNIT_PAGES, 0));
	play_must(touch(2, 1) == 1 && is_huge(huge_unit(2)));
	huge_close();
}

static void near_the_limit_small_pages_do(void **state)
{
	(void)state;
	strcpy(machine.boot.command_line, "limit=3"); /* a unit and a half */
	play(1, FOUR, come_near_the_limit);
	machine.boot.command_line[0] = '\0';
}

/* The kernel asks where a page is: a fault that has only put small pages in place of a unit is no answer. */
static void ask_for_physical(void)
{
	uint64_t physical, *word;
	struct vspace *copy;

	huge_open();
	map(0, 2);
	play_must(!vspace_physical(space_view, address_of(0, 7) + 24, &physical) && is_huge(huge_unit(0)));
	play_must(direct(physical) == (char *)reach(0, 7, ACCESS_READ) + 24);
	play_must(!vspace_physical(space_view, address_of(1, 7), &physical) && !is_huge(huge_unit(1)));
	play_must(direct(physical) == reach(1, 7, ACCESS_READ));
	word = reach(0, 7, ACCESS_READ);
	copy = vspace_fork(space);
	play_must(copy && !vspace_physical(space_view, address_of(0, 7), &physical));
	play_must(direct(physical) != word && direct(physical) == reach(0, 7, ACCESS_READ));
	vspace_release(copy);
	huge_close();
}

static void the_kernel_finds_any_page(void **state)
{
	(void)state;
	strcpy(machine.boot.command_line, "limit=3");
	play(1, FOUR, ask_for_physical);
	machine.boot.command_line[0] = '\0';
}

/* The home breaks a page that place 1 holds, who asks meanwhile whose a frame of it is: so one finds sleepers in it (services/linux/futex.c). */
static void ask_for_key(void)
{
	uint64_t frame;

	huge_open();
	hold_together(0);
	frame = direct_physical(reach(0, 7, ACCESS_READ));
	space_meet();
	if (play_place() == 0)
		play_must(!change(VSPACE_UNMAP, 0, 100, 1, 0));
	while (play_place() == 1 && slots_word(space->slots, address_of(0, 7)) & SLOT_HUGE)
		play_must(vspace_key(space, address_of(0, 7) + 40, frame) == (uint64_t)space);
	play_must(vspace_key(space, address_of(0, 7), frame) == (uint64_t)space);
	play_must(!vspace_key(space, address_of(0, 8), frame));
	space_meet();
	huge_close();
}

static void a_page_is_the_same_while_it_is_broken(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, ask_for_key);
}

enum { TURNS = 20000 };
static unsigned unit_now, looking_at;

static void map_and_unmap(void)
{
	for (; unit_now < WHOLE_UNITS + TURNS; __atomic_fetch_add(&unit_now, 1, __ATOMIC_RELAXED)) {
		while (__atomic_load_n(&looking_at, __ATOMIC_RELAXED) != unit_now)
			space_interrupt();
		map(unit_now, 1);
		for (unsigned left = unit_now % 40; left; left--)
			cpu_pause_instruction();
		play_must(!change(VSPACE_UNMAP, unit_now, 0, UNIT_PAGES, 0));
	}
}

static void fault_meanwhile(void)
{
	for (unsigned unit; (unit = __atomic_load_n(&unit_now, __ATOMIC_RELAXED)) < WHOLE_UNITS + TURNS;) {
		status_t status = vspace_fault(space_view, address_of(unit, 0), ACCESS_READ);

		__atomic_store_n(&looking_at, unit, __ATOMIC_RELAXED);
		play_must(status == STATUS_OK || status == STATUS_BUSY || status == STATUS_BAD_ADDRESS);
		if (status != STATUS_BAD_ADDRESS || play_rung())
			space_interrupt();
	}
}

/* Place 1 has no units left and faults where the home maps and unmaps: what it finds is a page or nothing. */
static void fall_back_while_it_goes(void)
{
	huge_open();
	if (play_place() == 0)
		map(0, WHOLE_UNITS);
	play_meet();
	if (play_place() == 1)
		for (unit_now = 0; unit_now < WHOLE_UNITS; unit_now++)
			play_must(reach(unit_now, 0, ACCESS_READ) && is_huge(huge_unit(unit_now)));
	play_meet();
	if (play_place() == 0)
		map_and_unmap();
	else
		fault_meanwhile();
	huge_close();
}

static void who_falls_back_finds_a_page_or_nothing(void **state)
{
	(void)state;
	play(2, FOUR, fall_back_while_it_goes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_fault_brings_a_unit),
		cmocka_unit_test(only_whole_private_units_are_huge),
		cmocka_unit_test(a_part_is_taken_and_the_rest_stays),
		cmocka_unit_test(all_of_it_is_changed_as_one_page),
		cmocka_unit_test(what_one_space_writes_the_other_does_not_see),
		cmocka_unit_test(the_last_owner_keeps_it_whole),
		cmocka_unit_test(what_one_writes_all_see),
		cmocka_unit_test(without_units_small_pages_do),
		cmocka_unit_test(near_the_limit_small_pages_do),
		cmocka_unit_test(the_kernel_finds_any_page),
		cmocka_unit_test(who_falls_back_finds_a_page_or_nothing),
		cmocka_unit_test(a_page_is_the_same_while_it_is_broken),
	};

	return cmocka_run_group_tests_name("spaces_huge", tests, NULL, NULL);
}
