/* spaces_huge_copy_test.c - huge pages of which two spaces have the same frames, step by step
 * SPDX-License-Identifier: MIT
 * Owners that were counted wrong show when the space is closed, as frames that are lost or given back twice do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/cores/huge.h" /* first: it says where physical memory lies here */
#include "kernel/memory/copy.h"

static const unsigned FOUR[] = { 0, 1, 2, 3 };

/* A program in the copy, on this core. */
static uint64_t *reach_in(struct view *view, unsigned page, enum access access)
{
	uint64_t *word;

	view_activate(view);
	play_must(!processor_access(view, huge_address(0, page), access, space_interrupt, (void **)&word));
	view_activate(space_view);
	return word;
}

static struct vspace *copy_space(struct view **view)
{
	struct vspace *copy = space_fork(space);

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
	huge_map(0, 1);
	huge_write_values(0);
	copy = copy_space(&view);
	play_must(is_huge(huge_unit(0)) && is_huge_in(copy, huge_unit(0)));
	play_must(huge_reach(0, 3, ACCESS_READ) == reach_in(view, 3, ACCESS_READ));
	huge_reach(0, HUGE_FEW, ACCESS_WRITE)[0] = 5;
	play_must(!is_huge(huge_unit(0)) && is_huge_in(copy, huge_unit(0)));
	play_must(huge_reach(0, HUGE_FEW, ACCESS_READ)[0] == 5 && reach_in(view, HUGE_FEW, ACCESS_READ)[0] == huge_value(0, HUGE_FEW, 0));
	play_must(huge_reach(0, 3, ACCESS_READ) == reach_in(view, 3, ACCESS_READ)); /* the others are everybody's still */
	(void)huge_reach(0, 0, ACCESS_WRITE); /* the copy alone has the first page and the last, and not the whole */
	(void)huge_reach(0, UNIT_PAGES - 1, ACCESS_WRITE);
	reach_in(view, 2 * HUGE_FEW, ACCESS_WRITE)[0] = 6;
	reach_in(view, HUGE_FEW, ACCESS_WRITE)[0] = 7;
	play_must(!is_huge_in(copy, huge_unit(0)));
	play_must(huge_reach(0, HUGE_FEW, ACCESS_WRITE)[0] == 5 && huge_reach(0, 2 * HUGE_FEW, ACCESS_WRITE)[0] == huge_value(0, 2 * HUGE_FEW, 0));
	play_must(reach_in(view, 2 * HUGE_FEW, ACCESS_READ)[0] == 6 && reach_in(view, HUGE_FEW, ACCESS_READ)[0] == 7);
	huge_check_values(0, 2 * HUGE_FEW, UNIT_PAGES);
	play_must(space->pages - space_view->allowance == UNIT_PAGES && copy->pages - view->allowance == UNIT_PAGES);
	vspace_release(copy);
	huge_check_values(0, 2 * HUGE_FEW, UNIT_PAGES);
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
	huge_map(0, 1);
	huge_write_values(0);
	before = huge_reach(0, 0, ACCESS_WRITE);
	copy = copy_space(&view);
	(void)reach_in(view, 0, ACCESS_READ);
	vspace_release(copy);
	play_must(huge_reach(0, 0, ACCESS_WRITE) == before && is_huge(huge_unit(0)));
	for (unsigned turn = 0; turn < 2; turn++) {
		copy = copy_space(&view);
		if (turn)
			(void)huge_reach(0, 9, ACCESS_WRITE);
		play_must(!huge_change(VSPACE_UNMAP, 0, 0, UNIT_PAGES, 0));
		play_must(reach_in(view, HUGE_FEW, ACCESS_WRITE)[0] == huge_value(0, HUGE_FEW, 0) && is_huge_in(copy, huge_unit(0)));
		vspace_release(copy);
		huge_map(0, 1);
		huge_write_values(0);
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
		huge_hold_together(writer);
		if (play_place() == writer) {
			copy = space_fork(space);
			play_must(copy);
			huge_reach(writer, HUGE_FEW, ACCESS_WRITE)[0] = 77;
		}
		space_meet();
		play_must(huge_reach(writer, HUGE_FEW, ACCESS_READ)[0] == 77);
		huge_check_values(writer, 2 * HUGE_FEW, UNIT_PAGES);
		play_must(!is_huge(huge_unit(writer)) && is_huge_in(copy, huge_unit(writer)));
		space_meet();
		if (play_place() == writer)
			vspace_release(copy);
		huge_write_values(writer);
		space_meet();
		huge_check_values(writer, 0, UNIT_PAGES);
		space_meet();
	}
	huge_close();
}

static void what_one_writes_all_see(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, write_what_all_hold);
}

/* The home is to take away a part of a page that place 1 is breaking, which waits for the home's answer. */
static void change_while_it_is_broken(void)
{
	static struct vspace *copy;

	huge_open();
	huge_hold_together(0);
	if (play_place() == 0)
		copy = space_fork(space);
	space_meet();
	if (play_place() == 1)
		huge_reach(0, 0, ACCESS_WRITE)[0] = 5;
	while (play_place() == 0 && slot_state(slots_word(space->slots, huge_unit(0))) != SLOT_COPYING)
		cpu_pause();
	if (play_place() == 0)
		play_must(!huge_change(VSPACE_UNMAP, 0, 100, 60, 0));
	space_meet();
	play_must(huge_refused(0, 111, ACCESS_READ) && huge_reach(0, 0, ACCESS_READ)[0] == 5);
	huge_check_values(0, HUGE_FEW, 100);
	huge_check_values(0, 160, UNIT_PAGES);
	space_meet();
	if (play_place() == 0)
		vspace_release(copy);
	huge_close();
}

static void a_change_waits_for_who_breaks_the_page(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, change_while_it_is_broken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_one_space_writes_the_other_does_not_see),
		cmocka_unit_test(the_last_owner_keeps_it_whole),
		cmocka_unit_test(what_one_writes_all_see),
		cmocka_unit_test(a_change_waits_for_who_breaks_the_page),
	};

	return cmocka_run_group_tests_name("spaces_huge_copy", tests, NULL, NULL);
}
