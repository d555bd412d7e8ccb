/* spaces_huge_test.c - huge pages step by step: they come with one fault, are held by many, broken and taken back
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
#include "kernel/memory/holders.h"

enum {
	READ = VSPACE_READ,
	WRITE = VSPACE_WRITE,
	WHOLE_UNITS = PLAY_UNITS - 3,
	TOGETHER = 120, /* units: more than there are records of holders in a frame */
};

static const unsigned FOUR[] = { 0, 1, 2, 3 };

/* All units that are whole have been used before, so that one would see what is not zeroed. */
static void use_units(void)
{
	huge_map(0, WHOLE_UNITS);
	for (unsigned page = 0; page < WHOLE_UNITS * UNIT_PAGES; page++)
		memset(huge_reach(0, page, ACCESS_WRITE), 0xff, PAGE_SIZE);
	play_must(!huge_change(VSPACE_UNMAP, 0, 0, WHOLE_UNITS * UNIT_PAGES, 0));
}

static void fault_once(void)
{
	uint64_t faults, *first;

	huge_open();
	use_units();
	play_must(huge_change(VSPACE_MAP, 3, 500, UNIT_PAGES + 30, READ | WRITE) > 0);
	play_must(!huge_change(VSPACE_ADVISE, 3, 500, UNIT_PAGES + 30, 1));
	faults = counters[COUNTER_faults];
	first = huge_reach(4, 0, ACCESS_READ);
	for (unsigned page = 0; page < UNIT_PAGES; page++) {
		uint64_t *word = huge_reach(4, page, page % 2 ? ACCESS_WRITE : ACCESS_READ);

		play_must(word == first + page * (PAGE_SIZE / 8));
		for (unsigned i = 0; i < PAGE_SIZE / 8; i++)
			play_must(!word[i]);
	}
	play_must(counters[COUNTER_faults] == faults + 1 && is_huge(huge_unit(4)));
	play_must(space->pages - space_view->allowance == UNIT_PAGES);
	(void)huge_reach(3, 511, ACCESS_READ);
	(void)huge_reach(5, 0, ACCESS_READ);
	play_must(!is_huge(huge_address(3, 511)) && !is_huge(huge_address(5, 0)));
	play_must(space->pages - space_view->allowance == UNIT_PAGES + 2);
	play_must(!huge_change(VSPACE_UNMAP, 4, 0, UNIT_PAGES, 0));
	play_must(huge_refused(4, 7, ACCESS_READ) && !huge_refused(5, 0, ACCESS_READ));
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
	play_must(huge_change(VSPACE_MAP, 0, 0, 4 * UNIT_PAGES, READ | WRITE) > 0);
	play_must(!huge_change(VSPACE_ADVISE, 0, 1, UNIT_PAGES - 1, 1));
	play_must(!huge_change(VSPACE_ADVISE, 0, 500, UNIT_PAGES + 11, 1)); /* no whole unit */
	(void)huge_reach(0, 0, ACCESS_READ);
	(void)huge_reach(1, 0, ACCESS_READ);
	play_must(!is_huge(huge_unit(0)) && !is_huge(huge_unit(1)));
	play_must(!huge_change(VSPACE_ADVISE, 2, 0, 2 * UNIT_PAGES, 1));
	play_must(!huge_change(VSPACE_ADVISE, 2, 0, UNIT_PAGES, 0));
	(void)huge_reach(2, 0, ACCESS_WRITE);
	(void)huge_reach(3, 0, ACCESS_WRITE);
	play_must(!is_huge(huge_unit(2)) && is_huge(huge_unit(3)));
	play_must(!huge_change(VSPACE_ADVISE, 3, 0, UNIT_PAGES, 0)); /* too late: what is there stays */
	play_must(is_huge(huge_unit(3)));
	play_must(huge_change(VSPACE_MAP, 4, 0, UNIT_PAGES, READ | WRITE | VSPACE_SHARED) > 0);
	play_must(!huge_change(VSPACE_ADVISE, 4, 0, UNIT_PAGES, 1));
	(void)huge_reach(4, 0, ACCESS_WRITE);
	play_must(!is_huge(huge_unit(4)));
	huge_close();
}

static void only_whole_private_units_are_huge(void **state)
{
	(void)state;
	play(1, FOUR, ask_in_vain);
}

/* A change that place 0, the home, makes; each other one is told of it so often. */
static void change_tells(enum vspace_operation operation, unsigned unit, unsigned first, unsigned count, unsigned rights, unsigned tells)
{
	unsigned before = space_told;

	space_meet();
	if (play_place() == 0)
		play_must(huge_change(operation, unit, first, count, rights) >= 0);
	space_meet();
	play_must(play_place() == 0 || space_told == before + tells);
}

static void change_parts(void)
{
	huge_open();
	huge_hold_together(0);
	change_tells(VSPACE_UNMAP, 0, 100, 60, 0, 1); /* all hold the huge page, and nobody the small ones in its place */
	play_must(huge_refused(0, 100, ACCESS_READ) && huge_refused(0, 159, ACCESS_WRITE) && huge_refused(0, 111, ACCESS_READ));
	huge_check_values(0, 0, 100);
	huge_check_values(0, 160, UNIT_PAGES);
	huge_hold_together(1);
	change_tells(VSPACE_PROTECT, 1, 0, 38, READ, 1);
	play_must(huge_refused(1, 0, ACCESS_WRITE) && huge_refused(1, 37, ACCESS_WRITE) && !huge_refused(1, 38, ACCESS_WRITE));
	huge_check_values(1, 0, UNIT_PAGES);
	huge_hold_together(2);
	change_tells(VSPACE_DISCARD, 2, 500, 12, 0, 1);
	huge_check_values(2, 0, 500);
	play_must(huge_reach(2, 511, ACCESS_READ)[play_place()] == 0);
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
	huge_hold_together(0);
	change_tells(VSPACE_PROTECT, 0, 0, UNIT_PAGES, READ, 1);
	play_must(huge_refused(0, 5, ACCESS_WRITE));
	huge_check_values(0, 0, UNIT_PAGES);
	change_tells(VSPACE_PROTECT, 0, 0, UNIT_PAGES, READ | WRITE, 1);
	huge_write_values(0);
	change_tells(VSPACE_DISCARD, 0, 0, UNIT_PAGES, 0, 1);
	play_must(huge_reach(0, HUGE_FEW, ACCESS_READ)[play_place()] == 0 && is_huge(huge_unit(0)));
	space_meet();
	change_tells(VSPACE_UNMAP, 0, 0, UNIT_PAGES, 0, 1);
	play_must(huge_refused(0, HUGE_FEW, ACCESS_READ));
	huge_hold_together(0);
	change_tells(VSPACE_MAP, 0, 0, UNIT_PAGES, READ | WRITE, 1);
	play_must(huge_reach(0, HUGE_FEW, ACCESS_READ)[play_place()] == 0 && !is_huge(huge_unit(0))); /* nobody has asked for it here */
	space_meet();
	huge_close();
}

static void all_of_it_is_changed_as_one_page(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, change_whole);
}

/* All write into the same fresh units in the same order. One of them brings it, and the others give back what they have brought. */
static void fault_together(void)
{
	uint64_t *word;

	huge_open();
	for (unsigned unit = 0; unit < TOGETHER; unit++) {
		unsigned page = play_place() * (UNIT_PAGES / PLAY_MAX);

		if (play_place() == 0)
			huge_map(unit, 1);
		space_meet();
		for (unsigned i = 0; i < PLAY_MAX; i++, page = (page + UNIT_PAGES / PLAY_MAX) % UNIT_PAGES) {
			word = huge_reach(unit, page, ACCESS_WRITE);
			word[play_place()] = huge_value(unit, page, play_place());
		}
		space_meet();
		for (unsigned place = 0; place < PLAY_MAX; place++, page = (page + UNIT_PAGES / PLAY_MAX) % UNIT_PAGES)
			play_must(huge_reach(unit, page, ACCESS_READ)[place] == huge_value(unit, page, place));
		play_must(is_huge(huge_unit(unit)));
		space_meet();
		if (play_place() == 0)
			play_must(!huge_change(VSPACE_UNMAP, unit, 0, UNIT_PAGES, 0));
	}
	huge_check_pages();
	huge_close();
}

static void who_faults_together_gets_one_unit(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, fault_together);
}

/* Place 2 joins second, and so it makes the record of the holders, which it gets back when the page is broken. */
static void break_many(void)
{
	huge_open();
	for (unsigned unit = 0; unit < TOGETHER; unit++) {
		if (play_place() == 0)
			huge_map(unit, 1);
		space_meet();
		for (unsigned place = 1; place <= 2; place++) {
			if (play_place() == place)
				(void)huge_reach(unit, 0, ACCESS_WRITE);
			space_meet();
		}
		if (play_place() == 0)
			play_must(!huge_change(VSPACE_UNMAP, unit, unit, 1, 0) && !huge_change(VSPACE_UNMAP, unit, 0, UNIT_PAGES, 0));
	}
	play_must(space->records && !((struct holders_frame *)direct(space->records))->next);
	huge_check_pages();
	huge_close();
}

static void records_of_holders_come_back(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, break_many);
}

static void use_up_units(void)
{
	enum { WANTED = WHOLE_UNITS + 3 };

	huge_open();
	for (unsigned turn = 0; turn < 2; turn++) {
		unsigned found = 0, small;

		huge_map(turn * WANTED, WANTED);
		for (unsigned unit = turn * WANTED; unit < (turn + 1) * WANTED; unit++) {
			for (unsigned page = 0; page < UNIT_PAGES; page += 10 * HUGE_FEW)
				play_must(!huge_reach(unit, page, ACCESS_WRITE)[3]);
			found += is_huge(huge_unit(unit));
		}
		play_must(found == WHOLE_UNITS);
		small = (WANTED - found) * ((UNIT_PAGES + 10 * HUGE_FEW - 1) / (10 * HUGE_FEW));
		play_must(space->pages - space_view->allowance == found * UNIT_PAGES + small);
		huge_write_values(turn * WANTED);
		huge_write_values((turn + 1) * WANTED - 1);
		play_must(!huge_change(VSPACE_UNMAP, turn * WANTED, 0, WANTED * UNIT_PAGES, 0));
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

	while (touched < most && !space_access(huge_address(unit, touched), ACCESS_WRITE, &page))
		touched++;
	return touched;
}

static void come_near_the_limit(void)
{
	huge_open();
	huge_map(0, 3);
	play_must(touch(0, 1) == 1 && is_huge(huge_unit(0)));
	play_must(touch(1, UNIT_PAGES) == UNIT_PAGES / 2 && !is_huge(huge_unit(1)));
	play_must(!huge_change(VSPACE_UNMAP, 1, 0, UNIT_PAGES, 0));
	play_must(!huge_change(VSPACE_UNMAP, 0, 0, UNIT_PAGES, 0));
	play_must(touch(2, 1) == 1 && is_huge(huge_unit(2)));
	huge_close();
}

static void near_the_limit_small_pages_do(void **state)
{
	(void)state;
	play_booted("limit=3", 1, FOUR, come_near_the_limit); /* a unit and a half */
}

/* The kernel asks where a page is: a fault that has only put small pages in place of a unit is no answer. */
static void ask_for_physical(void)
{
	uint64_t physical, *word;
	struct vspace *copy;

	huge_open();
	huge_map(0, 2);
	play_must(!vspace_physical(space_view, huge_address(0, 7) + 24, &physical) && is_huge(huge_unit(0)));
	play_must(direct(physical) == (char *)huge_reach(0, 7, ACCESS_READ) + 24);
	play_must(!vspace_physical(space_view, huge_address(1, 7), &physical) && !is_huge(huge_unit(1)));
	play_must(direct(physical) == huge_reach(1, 7, ACCESS_READ));
	word = huge_reach(0, 7, ACCESS_READ);
	copy = space_fork(space);
	play_must(copy && !vspace_physical(space_view, huge_address(0, 7), &physical));
	play_must(direct(physical) != word && direct(physical) == huge_reach(0, 7, ACCESS_READ));
	vspace_release(copy);
	huge_close();
}

static void the_kernel_finds_any_page(void **state)
{
	(void)state;
	play_booted("limit=3", 1, FOUR, ask_for_physical);
}

/* The home breaks a page that place 1 holds, who asks meanwhile whose a frame of it is: so one finds sleepers in it (services/linux/futex.c). */
static void ask_for_key(void)
{
	uint64_t frame;

	huge_open();
	huge_hold_together(0);
	frame = direct_physical(huge_reach(0, 7, ACCESS_READ));
	space_meet();
	if (play_place() == 0)
		play_must(!huge_change(VSPACE_UNMAP, 0, 100, 1, 0));
	while (play_place() == 1 && slots_word(space->slots, huge_address(0, 7)) & SLOT_HUGE)
		play_must(vspace_key(space, huge_address(0, 7) + 40, frame) == (uint64_t)space);
	play_must(vspace_key(space, huge_address(0, 7), frame) == (uint64_t)space);
	play_must(!vspace_key(space, huge_address(0, 8), frame));
	space_meet();
	huge_close();
}

static void a_page_is_the_same_while_it_is_broken(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, ask_for_key);
}

enum { TURNS = 3000 }; /* one in twenty takes a node, of which there are some hundred */
static unsigned unit_now, looking_at;

static void map_and_unmap(void)
{
	for (; unit_now < WHOLE_UNITS + TURNS; __atomic_fetch_add(&unit_now, 1, __ATOMIC_RELAXED)) {
		while (__atomic_load_n(&looking_at, __ATOMIC_RELAXED) != unit_now)
			space_interrupt();
		huge_map(unit_now, 1);
		for (unsigned left = unit_now % 40; left; left--)
			cpu_pause_instruction();
		play_must(!huge_change(VSPACE_UNMAP, unit_now, 0, UNIT_PAGES, 0));
	}
}

static void fault_meanwhile(void)
{
	for (unsigned unit; (unit = __atomic_load_n(&unit_now, __ATOMIC_RELAXED)) < WHOLE_UNITS + TURNS;) {
		status_t status = vspace_fault(space_view, huge_address(unit, 0), ACCESS_READ);

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
		huge_map(0, WHOLE_UNITS);
	play_meet();
	if (play_place() == 1)
		for (unit_now = 0; unit_now < WHOLE_UNITS; unit_now++)
			play_must(huge_reach(unit_now, 0, ACCESS_READ) && is_huge(huge_unit(unit_now)));
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
		cmocka_unit_test(who_faults_together_gets_one_unit),
		cmocka_unit_test(records_of_holders_come_back),
		cmocka_unit_test(without_units_small_pages_do),
		cmocka_unit_test(near_the_limit_small_pages_do),
		cmocka_unit_test(the_kernel_finds_any_page),
		cmocka_unit_test(who_falls_back_finds_a_page_or_nothing),
		cmocka_unit_test(a_page_is_the_same_while_it_is_broken),
	};

	return cmocka_run_group_tests_name("spaces_huge", tests, NULL, NULL);
}
