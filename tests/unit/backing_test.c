/* backing_test.c - objects that a service has, mapped by a program, step by step
 * SPDX-License-Identifier: MIT
 * What becomes of mappings that change is in backing_change_test.c, what several cores do together in backing_threads_test.c. */
#include "tests/unit/backing_steps.h"

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

static const unsigned FOUR[] = { 0, 1, 2, 3 };

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
		cmocka_unit_test(pages_of_the_lowest_unit_come_there),
		cmocka_unit_test(a_copied_space_maps_the_same),
		cmocka_unit_test(a_page_that_its_object_has_lost_stays_with_who_has_it),
		cmocka_unit_test(a_space_maps_many_objects),
		cmocka_unit_test(the_end_of_a_space_lets_its_holders_go),
		cmocka_unit_test(cores_have_one_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
