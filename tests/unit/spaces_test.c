/* spaces_test.c - an address space on one core: every operation, against an array with one entry a page
 * SPDX-License-Identifier: MIT
 * Accesses go through the page tables that the kernel wrote, and through translations kept until it drops them. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "tests/cores/spaces.h" /* first: it says where physical memory lies here */
#include "kernel/memory/allowance.h"
#include "kernel/memory/arena.h"
#include "kernel/memory/copy.h"
#include "tests/unit/physical_memory.h"

enum {
	ROUNDS = 1500,
	ACCESSES = 60, /* after each change */
	HEAP = 0x4000000,
	READ = VSPACE_READ,
	WRITE = VSPACE_WRITE,
};

static const unsigned ONE[] = { 0 };

/* What the program should see. */
static struct {
	bool mapped;
	unsigned rights;
	uint64_t content; /* of its first word */
} oracle[SPACE_PAGES];

static const enum access ACCESSES_BY_KIND[] = { ACCESS_READ, ACCESS_WRITE, ACCESS_EXECUTE };

static void check_access(unsigned page, enum access access, uint64_t stamp)
{
	uint64_t *word;
	status_t status = space_access(space_address(page), access, (void **)&word);

	if (!oracle[page].mapped || !(oracle[page].rights & access)) {
		play_must(status == STATUS_BAD_ADDRESS);
		return;
	}
	play_must(status == STATUS_OK);
	play_must(*word == oracle[page].content);
	if (access == ACCESS_WRITE)
		*word = oracle[page].content = stamp;
}

static int64_t change(enum vspace_operation operation, unsigned first, unsigned count, uint64_t third,
		      uint64_t fourth)
{
	return space_change(operation, space_address(first), (uint64_t)count * PAGE_SIZE, third, fourth);
}

static bool any_mapped(unsigned first, unsigned count)
{
	for (unsigned page = first; page < first + count; page++)
		if (oracle[page].mapped)
			return true;
	return false;
}

/* How many pages there are before the first one that is not mapped. */
static unsigned mapped_before_hole(unsigned first, unsigned count)
{
	unsigned found = 0;

	while (found < count && oracle[first + found].mapped)
		found++;
	return found;
}

static void set(unsigned first, unsigned count, bool mapped, unsigned rights)
{
	for (unsigned page = first; page < first + count; page++) {
		oracle[page].mapped = mapped;
		oracle[page].rights = rights;
		oracle[page].content = 0;
	}
}

/* None, or with reading: a processor cannot forbid it where it permits anything else. */
static unsigned some_rights(uint64_t *seed)
{
	unsigned rights = next_random(seed) % 8;

	return rights ? rights | READ : 0;
}

static void change_something(uint64_t *seed)
{
	unsigned first = next_random(seed) % SPACE_PAGES, count = 1 + next_random(seed) % (SPACE_PAGES - first);
	unsigned rights = some_rights(seed), mapped;

	if (next_random(seed) % 4 && count > 40)
		count = 40;
	mapped = mapped_before_hole(first, count);
	switch (next_random(seed) % 7) {
	case 0:
	case 1:
		play_must(change(VSPACE_MAP, first, count, rights, VSPACE_FIXED) == (int64_t)space_address(first));
		set(first, count, true, rights);
		break;
	case 2:
		play_must(change(VSPACE_MAP, first, count, rights, VSPACE_FIXED_IF_EMPTY) ==
			  (any_mapped(first, count) ? STATUS_EXISTS : (int64_t)space_address(first)));
		if (!any_mapped(first, count))
			set(first, count, true, rights);
		break;
	case 3:
		play_must(change(VSPACE_UNMAP, first, count, 0, 0) == STATUS_OK);
		set(first, count, false, 0);
		break;
	case 4:
		play_must(change(VSPACE_PROTECT, first, count, rights, 0) == (mapped < count ? STATUS_NO_MEMORY : STATUS_OK));
		for (unsigned page = first; page < first + mapped; page++)
			oracle[page].rights = rights;
		break;
	case 5:
		play_must(change(next_random(seed) % 2 ? VSPACE_LOOK : VSPACE_ADVISE, first, count, 0, 0) ==
			  (mapped < count ? STATUS_NO_MEMORY : STATUS_OK));
		break;
	default:
		play_must(change(VSPACE_DISCARD, first, count, 0, 0) == (mapped < count ? STATUS_NO_MEMORY : STATUS_OK));
		for (unsigned page = first; page < first + count; page++)
			oracle[page].content = 0;
	}
}

static void change_and_access(void)
{
	uint64_t seed = 55;

	memset(oracle, 0, sizeof(oracle));
	space_open(HEAP);
	for (unsigned round = 0; round < ROUNDS; round++) {
		change_something(&seed);
		for (unsigned i = 0; i < ACCESSES; i++)
			check_access(next_random(&seed) % SPACE_PAGES, ACCESSES_BY_KIND[next_random(&seed) % 3],
				     next_random(&seed));
	}
	space_close();
}

static void any_mixture_is_as_the_array_has_it(void **state)
{
	(void)state;
	play(1, ONE, change_and_access);
}

static unsigned touch(unsigned first, unsigned count)
{
	unsigned touched = 0;
	void *page;

	for (; touched < count; touched++)
		if (space_access(space_address(first + touched), ACCESS_WRITE, &page))
			break;
	return touched;
}

static void count_pages(void)
{
	struct vspace *copy;

	space_open(HEAP);
	play_must(change(VSPACE_MAP, 0, 600, READ | WRITE, VSPACE_FIXED) > 0);
	play_must(touch(0, 200) == 200 && touch(0, 200) == 200);
	play_must(space->pages - space_view->allowance == 200);
	play_must(!change(VSPACE_UNMAP, 0, 150, 0, 0));
	play_must(space->pages - space_view->allowance == 50 && space_view->allowance <= ALLOWANCE);
	play_must(!change(VSPACE_DISCARD, 150, 10, 0, 0));
	play_must(space->pages - space_view->allowance == 40);
	copy = space_fork(space);
	play_must(copy && copy->pages == 40);
	play_must(touch(170, 30) == 30); /* copies come in place of what was there */
	play_must(space->pages - space_view->allowance == 40);
	vspace_release(copy);
	space_close();
}

static void a_space_knows_how_many_pages_it_has(void **state)
{
	(void)state;
	play(1, ONE, count_pages);
}

static void reach_the_limit(void)
{
	space_open(HEAP);
	play_must(change(VSPACE_MAP, 0, 600, READ | WRITE, VSPACE_FIXED) > 0);
	play_must(touch(0, 600) == 256);
	play_must(touch(256, 1) == 0);
	play_must(!change(VSPACE_UNMAP, 0, 100, 0, 0));
	play_must(touch(256, 200) == 100);
	space_close();
}

static void a_space_has_no_more_than_its_limit(void **state)
{
	(void)state;
	play_booted("limit=1", 1, ONE, reach_the_limit);
}

static void refuse(void)
{
	uint64_t page = PAGE_SIZE, address = space_address(0);

	space_open(HEAP);
	play_must(space_change(VSPACE_MAP, address + 1, page, READ, VSPACE_FIXED) == STATUS_BAD_ARGUMENT);
	play_must(space_change(VSPACE_MAP, address, 0, READ, VSPACE_FIXED) == STATUS_BAD_ARGUMENT);
	play_must(space_change(VSPACE_MAP, 0, page, READ, VSPACE_FIXED) == STATUS_BAD_ADDRESS);
	play_must(space_change(VSPACE_MAP, USER_END, page, READ, VSPACE_FIXED) == STATUS_NO_MEMORY);
	play_must(space_change(VSPACE_MAP, TOKEN_WINDOW - page, 2 * page, READ, VSPACE_FIXED) == STATUS_NO_MEMORY);
	play_must(space_change(VSPACE_PROTECT, USER_END - page, 2 * page, READ, 0) == STATUS_NO_MEMORY);
	play_must(space_change(VSPACE_LOOK, 0, page, 0, 0) == STATUS_NO_MEMORY);
	play_must(space_change(VSPACE_MOVE, USER_END, page, page, VSPACE_STAY) == STATUS_BAD_ADDRESS);
	play_must(space_change(VSPACE_UNMAP, USER_END - page, page + 1, 0, 0) == STATUS_BAD_ARGUMENT);
	play_must(space_change(VSPACE_UNMAP, page, UINT64_MAX - 5, 0, 0) == STATUS_BAD_ARGUMENT);
	play_must(space_change(VSPACE_DISCARD, UINT64_MAX - 4095, page, 0, 0) == STATUS_NO_MEMORY);
	play_must(space_change(VSPACE_MAP, 0, USER_END, READ, VSPACE_ANYWHERE) == STATUS_NO_MEMORY);
	play_must(space_change(99, address, page, 0, 0) == STATUS_NO_CALL);
	play_must(space_access(USER_END, ACCESS_READ, (void **)&page) == STATUS_BAD_ADDRESS);
	play_must(space_change(VSPACE_MAP, address, 1, READ, VSPACE_FIXED) == (int64_t)address);
	play_must(space_change(VSPACE_PROTECT, address, 1, READ | WRITE, 0) == STATUS_OK); /* of the whole page */
	play_must(space_access(address + 4095, ACCESS_WRITE, (void **)&page) == STATUS_OK);
	play_must(space_change(VSPACE_UNMAP, 0, USER_END, 0, 0) == STATUS_BAD_ARGUMENT); /* the token window lies in it */
	play_must(space_change(VSPACE_UNMAP, 0, TOKEN_WINDOW, 0, 0) == STATUS_OK);
	play_must(space_access(address, ACCESS_READ, (void **)&page) == STATUS_BAD_ADDRESS);
	space_close();
}

static void what_is_wrong_is_refused(void **state)
{
	(void)state;
	play(1, ONE, refuse);
}

static void map_anywhere(void)
{
	enum { MAPPINGS = 200 };
	uint64_t start[MAPPINGS], size[MAPPINGS], seed = 7;
	uint64_t *word;

	space_open(HEAP);
	for (unsigned i = 0; i < MAPPINGS; i++) {
		int64_t found;

		size[i] = (1 + next_random(&seed) % 700) * PAGE_SIZE;
		found = space_change(VSPACE_MAP, 0, size[i], READ | WRITE, VSPACE_ANYWHERE);
		play_must(found > HEAP && found % PAGE_SIZE == 0 && (uint64_t)found + size[i] <= USER_END);
		start[i] = (uint64_t)found;
		for (unsigned j = 0; j < i; j++)
			play_must(start[i] + size[i] <= start[j] || start[j] + size[j] <= start[i]);
		play_must(!space_access(start[i], ACCESS_WRITE, (void **)&word) && !*word);
		*word = i + 1;
		if (i % 3 == 2) { /* the hole is found again */
			play_must(!space_change(VSPACE_UNMAP, start[i - 1], size[i - 1], 0, 0));
			found = space_change(VSPACE_MAP, 0, size[i - 1], READ | WRITE, VSPACE_ANYWHERE);
			play_must((uint64_t)found >= start[i - 1]);
			start[i - 1] = (uint64_t)found;
			play_must(!space_access(start[i - 1], ACCESS_WRITE, (void **)&word) && !*word);
			*word = i;
		}
	}
	for (unsigned i = 0; i < MAPPINGS; i++)
		play_must(!space_access(start[i], ACCESS_READ, (void **)&word) && *word == i + 1);
	space_close();
}

static void anywhere_is_where_nothing_is(void **state)
{
	(void)state;
	play(1, ONE, map_anywhere);
}

/* What is anywhere lies among this core's addresses, the home's own, or nowhere. */
static void map_all_that_there_is(void)
{
	const struct arena own = arena_of(0);
	const uint64_t elsewhere[] = { arena_of(1).start, HEAP, own.start - PAGE_SIZE, TOKEN_WINDOW_END };

	space_open(HEAP);
	for (unsigned i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++) {
		uint64_t found;

		play_must(space_change(VSPACE_MAP, elsewhere[i], PAGE_SIZE, READ, VSPACE_FIXED) > 0);
		play_must(!space_change(VSPACE_UNMAP, elsewhere[i], PAGE_SIZE, 0, 0));
		found = (uint64_t)space_change(VSPACE_MAP, 0, PAGE_SIZE, READ, VSPACE_ANYWHERE);
		play_must(found >= own.start && found < own.end);
	}
	play_must(space_change(VSPACE_MAP, 0, ARENA_BASE - HEAP + PAGE_SIZE, READ, VSPACE_ANYWHERE) == STATUS_NO_MEMORY);
	play_must(space_change(VSPACE_MAP, 0, ARENA_BASE - HEAP, READ, VSPACE_ANYWHERE) == HEAP);
	play_must(space_change(VSPACE_MAP, 0, ARENA_MAPPING_MAX + PAGE_SIZE, READ, VSPACE_ANYWHERE) == STATUS_NO_MEMORY);
	space_close();
}

static void what_is_free_elsewhere_is_not_taken(void **state)
{
	(void)state;
	play(1, ONE, map_all_that_there_is);
}

/* Mappings of different sizes come and go: what they leave between them is used again, however long it lasts. */
static void come_and_go(void)
{
	enum { MAPPINGS = 6, TURNS = 12000 };
	const uint64_t farthest = 128 << 20; /* 64 MiB until the search begins anew, and all the mappings */
	uint64_t start[MAPPINGS] = {}, size[MAPPINGS], seed = 7, highest = 0;

	space_open(HEAP);
	for (unsigned turn = 0; turn < TURNS; turn++) {
		unsigned i = next_random(&seed) % MAPPINGS;

		if (start[i])
			play_must(!space_change(VSPACE_UNMAP, start[i], size[i], 0, 0));
		size[i] = (1 + next_random(&seed) % (next_random(&seed) % 2 ? 1500 : 20)) * PAGE_SIZE;
		start[i] = (uint64_t)space_change(VSPACE_MAP, 0, size[i], READ | WRITE, VSPACE_ANYWHERE);
		highest = start[i] > highest ? start[i] : highest;
		play_must(start[i] + farthest > highest);
	}
	space_close();
}

static void addresses_do_not_wander(void **state)
{
	(void)state;
	play(1, ONE, come_and_go);
}

static void move_the_break(void)
{
	uint64_t *word;

	space_open(HEAP);
	play_must(space_change(VSPACE_BREAK, 0, 0, 0, 0) == HEAP);
	play_must(space_change(VSPACE_BREAK, HEAP - 1, 0, 0, 0) == HEAP);
	play_must(space_change(VSPACE_BREAK, HEAP + 100, 0, 0, 0) == HEAP + 100);
	play_must(!space_access(HEAP + 99, ACCESS_WRITE, (void **)&word));
	*word = 5;
	play_must(space_change(VSPACE_BREAK, HEAP + 3 * PAGE_SIZE, 0, 0, 0) == HEAP + 3 * PAGE_SIZE);
	play_must(!space_access(HEAP, ACCESS_READ, (void **)&word) && *word == 5);
	play_must(!space_access(HEAP + 2 * PAGE_SIZE, ACCESS_WRITE, (void **)&word));
	*word = 6;
	play_must(space_access(HEAP + 3 * PAGE_SIZE, ACCESS_READ, (void **)&word) == STATUS_BAD_ADDRESS);
	play_must(space_change(VSPACE_BREAK, HEAP + PAGE_SIZE + 1, 0, 0, 0) == HEAP + PAGE_SIZE + 1);
	play_must(space_access(HEAP + 2 * PAGE_SIZE, ACCESS_READ, (void **)&word) == STATUS_BAD_ADDRESS);
	play_must(space_change(VSPACE_MAP, HEAP + 8 * PAGE_SIZE, PAGE_SIZE, READ, VSPACE_FIXED) > 0);
	play_must(space_change(VSPACE_BREAK, HEAP + 9 * PAGE_SIZE, 0, 0, 0) == HEAP + PAGE_SIZE + 1);
	play_must(space_change(VSPACE_BREAK, UINT64_MAX, 0, 0, 0) == HEAP + PAGE_SIZE + 1);
	play_must(space_change(VSPACE_BREAK, HEAP + 8 * PAGE_SIZE, 0, 0, 0) == HEAP + 8 * PAGE_SIZE);
	play_must(!space_access(HEAP + 2 * PAGE_SIZE, ACCESS_READ, (void **)&word) && !*word);
	space_close();
}

static void the_break_moves_where_nothing_is_in_its_way(void **state)
{
	(void)state;
	play(1, ONE, move_the_break);
}

static void use_up_all_frames(void)
{
	unsigned page = 0, touched[2];
	uint64_t *word;

	space_open(HEAP);
	play_must(space_change(VSPACE_MAP, HEAP, UINT64_C(64) << 20, READ | WRITE, VSPACE_FIXED) == HEAP);
	for (unsigned turn = 0; turn < 2; turn++) {
		status_t status;

		for (page = 0; !(status = space_access(HEAP + page * PAGE_SIZE, ACCESS_WRITE, (void **)&word)); page++)
			*word = page;
		play_must(status == STATUS_NO_MEMORY);
		touched[turn] = page;
		play_must(space->pages - space_view->allowance == page);
		while (page--)
			play_must(!space_access(HEAP + page * PAGE_SIZE, ACCESS_READ, (void **)&word) && *word == page);
		play_must(!space_change(VSPACE_DISCARD, HEAP, UINT64_C(64) << 20, 0, 0));
	}
	play_must(touched[0] > 1500 && touched[1] == touched[0]);
	space_close();
}

static void without_frames_a_fault_says_so_and_nothing_is_lost(void **state)
{
	(void)state;
	play_booted("limit=none", 1, ONE, use_up_all_frames);
}

static void build_an_image(void)
{
	uint64_t physical, *word, *seen;

	space_open(HEAP);
	play_must(!vspace_page(space, space_address(3)));
	play_must(!vspace_reserve(space, space_address(2), space_address(5), READ));
	word = vspace_page(space, space_address(3));
	play_must(word && word == vspace_page(space, space_address(3)) && !*word);
	*word = 77;
	play_must(!space_access(space_address(3), ACCESS_READ, (void **)&seen) && *seen == 77);
	play_must(vspace_physical(space_view, space_address(3), &physical) == STATUS_BAD_ADDRESS);
	play_must(!space_change(VSPACE_PROTECT, space_address(3), PAGE_SIZE, READ | WRITE, 0));
	play_must(!vspace_physical(space_view, space_address(3) + 40, &physical));
	play_must(direct(physical) == (char *)word + 40);
	space_close();
}

static void an_image_is_built_page_by_page(void **state)
{
	(void)state;
	play(1, ONE, build_an_image);
}

static void it_is_the_same_where_tables_are_shared(void **state)
{
	(void)state;
	play_booted("tables=shared", 1, ONE, change_and_access);
	play_booted("tables=shared limit=none", 1, ONE, use_up_all_frames);
	play_booted("tables=shared", 1, ONE, build_an_image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_mixture_is_as_the_array_has_it),
		cmocka_unit_test(a_space_knows_how_many_pages_it_has),
		cmocka_unit_test(a_space_has_no_more_than_its_limit),
		cmocka_unit_test(what_is_wrong_is_refused),
		cmocka_unit_test(anywhere_is_where_nothing_is),
		cmocka_unit_test(what_is_free_elsewhere_is_not_taken),
		cmocka_unit_test(addresses_do_not_wander),
		cmocka_unit_test(the_break_moves_where_nothing_is_in_its_way),
		cmocka_unit_test(without_frames_a_fault_says_so_and_nothing_is_lost),
		cmocka_unit_test(an_image_is_built_page_by_page),
		cmocka_unit_test(it_is_the_same_where_tables_are_shared),
	};

	return cmocka_run_group_tests_name("spaces", tests, NULL, NULL);
}
