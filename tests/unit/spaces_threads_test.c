/* spaces_threads_test.c - one address space used by four cores while its pages are mapped and taken back
 * SPDX-License-Identifier: MIT
 * Each core alone changes a part of the window, by asking the space's home, and all touch all of it. A part's owner says
 * before and after each change what it is; whoever finds the same word before and after an access knows what the access
 * must have met: rights, and its own last value or zero. A page that is reached after it was
 * taken back shows as a wrong status, as a value lost or astray, or as a race under ThreadSanitizer. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/memory/arena.h"
#include "tests/cores/spaces.h"
#include "tests/unit/physical_memory.h"

enum {
	CHANGES = 2500,/* of a core */
	ACCESSES = 600, /* between two of them, at most */
	GIVES_WAY = 24, /* accesses until another core's thread may run */
	HOT = 3,       /* pages of each part that everybody touches often */
	PART = SPACE_PAGES / PLAY_MAX,
	FAULT_ROUNDS = 100,
	READ = VSPACE_READ,
	HEAP = 0x4000000,
};

static const unsigned FOUR[] = { 0, 1, 2, 3 };
static const enum access ACCESSES_BY_KIND[] = { ACCESS_READ, ACCESS_WRITE, ACCESS_EXECUTE };

/* What an owner says of a page: one word, written by it alone. */
struct fact {
	uint64_t changes : 24;  /* so far */
	uint64_t contents : 24; /* how often the content has become zero again */
	uint64_t busy : 1;      /* a change is under way */
	uint64_t mapped : 1;
	uint64_t rights : 3;
};

_Static_assert(sizeof(struct fact) == 8, "read and written as one word");

static uint64_t facts[SPACE_PAGES];

/* Of the core: its last value in a page, and with which content it was written. */
enum { UNSURE = 0xffffffff };
static _Thread_local uint32_t written_with[SPACE_PAGES];
static _Thread_local uint64_t seed, compared;

static struct fact fact_of(unsigned page)
{
	uint64_t word = __atomic_load_n(&facts[page], __ATOMIC_RELAXED);
	struct fact fact;

	memcpy(&fact, &word, sizeof(fact));
	return fact;
}

/* An exchange, so that the kernel's steps around it come before and after. */
static void say(unsigned page, struct fact fact)
{
	uint64_t word;

	memcpy(&word, &fact, sizeof(word));
	__atomic_exchange_n(&facts[page], word, __ATOMIC_RELAXED);
}

static uint64_t value_of(unsigned page)
{
	return 1 + page * PLAY_MAX + play_place();
}

static void check_content(unsigned page, uint64_t found, struct fact fact)
{
	bool written = written_with[page] == fact.contents;

	if (written_with[page] == UNSURE)
		play_must(found == 0 || found == value_of(page));
	else
		play_must(found == (written ? value_of(page) : 0));
}

/* As the program does; or, when it is to be written, as the kernel does for it. */
static status_t reach(unsigned page, enum access access, uint64_t **word)
{
	uint64_t physical = 0;
	status_t status;

	if (access != ACCESS_WRITE || next_random(&seed) % 4)
		return space_access(space_address(page), access, (void **)word);
	status = vspace_physical(space_view, space_address(page), &physical);
	*word = direct(physical);
	return status;
}

static void touch(unsigned page, enum access access)
{
	struct fact before = fact_of(page), after;
	uint64_t *word, found = 0;
	status_t status = reach(page, access, &word);

	play_must(status == STATUS_OK || status == STATUS_BAD_ADDRESS);
	if (status == STATUS_OK) {
		found = word[play_place()];
		if (access == ACCESS_WRITE)
			word[play_place()] = value_of(page);
	}
	after = fact_of(page);
	if (before.busy || memcmp(&before, &after, sizeof(before))) {
		play_must(found == 0 || found == value_of(page));
		if (access == ACCESS_WRITE && status == STATUS_OK)
			written_with[page] = UNSURE;
		return;
	}
	compared++;
	play_must((status == STATUS_OK) == (before.mapped && before.rights & access));
	if (status != STATUS_OK)
		return;
	check_content(page, found, before);
	if (access == ACCESS_WRITE)
		written_with[page] = before.contents;
}

/* The first page that is not mapped, or the one behind the last. */
static unsigned hole_in(unsigned first, unsigned count)
{
	unsigned page = first;

	while (page < first + count && fact_of(page).mapped)
		page++;
	return page;
}

static int64_t expected(enum vspace_operation operation, uint64_t start, bool hole)
{
	if (operation == VSPACE_MAP)
		return (int64_t)start;
	return hole && operation != VSPACE_UNMAP ? STATUS_NO_MEMORY : STATUS_OK;
}

/* Of this core's own part: what it says before, does, and says after. Rights change up to a hole. */
static void change(unsigned first, unsigned count, enum vspace_operation operation, unsigned rights)
{
	uint64_t start = space_address(first), size = (uint64_t)count * PAGE_SIZE;
	unsigned hole = hole_in(first, count);

	for (unsigned page = first; page < first + count; page++) {
		struct fact fact = fact_of(page);

		fact.busy = 1;
		fact.changes++;
		say(page, fact);
	}
	play_must(space_change(operation, start, size, rights, VSPACE_FIXED) == expected(operation, start, hole < first + count));
	for (unsigned page = first; page < first + count; page++) {
		struct fact fact = fact_of(page);

		fact.busy = 0;
		fact.contents += operation != VSPACE_PROTECT;
		if (operation == VSPACE_MAP || operation == VSPACE_UNMAP)
			fact.mapped = operation == VSPACE_MAP;
		if (operation == VSPACE_MAP || (operation == VSPACE_PROTECT && page < hole))
			fact.rights = rights;
		say(page, fact);
	}
}

static void change_something(void)
{
	static const enum vspace_operation OPERATIONS[] = {
		VSPACE_MAP, VSPACE_MAP, VSPACE_MAP, VSPACE_UNMAP, VSPACE_PROTECT, VSPACE_DISCARD,
	};
	unsigned first = next_random(&seed) % PART, count = 1 + next_random(&seed) % (PART - first);

	change(play_place() * PART + first, count, OPERATIONS[next_random(&seed) % 6],
	       READ | (next_random(&seed) % 8));
}

static unsigned some_page(void)
{
	unsigned page = next_random(&seed) % SPACE_PAGES;

	return next_random(&seed) % 2 ? page : page / PART * PART + page % HOT;
}

static void change_and_touch(void)
{
	seed = 1 + play_place();
	memset(written_with, 0xff, sizeof(written_with));
	space_open(HEAP);
	for (unsigned turn = 0; turn < CHANGES; turn++) {
		change_something();
		for (unsigned left = next_random(&seed) % ACCESSES; left; left--) {
			touch(some_page(), ACCESSES_BY_KIND[next_random(&seed) % 3]);
			if (left % GIVES_WAY == 0)
				cpu_pause();
		}
	}
	play_must(compared > CHANGES);
	space_close();
}

static void a_page_taken_back_is_reached_by_nobody(void **state)
{
	(void)state;
	memset(facts, 0, sizeof(facts));
	play(PLAY_MAX, FOUR, change_and_touch);
}

/* All write into the same fresh pages in the same order: who is behind finds them filled and catches up, and then
 * they fault together. All must have written into the same frame. */
static void fault_together(void)
{
	space_open(HEAP);
	for (unsigned round = 0; round < FAULT_ROUNDS; round++) {
		uint64_t *word;

		if (play_place() == round % PLAY_MAX)
			play_must(space_change(VSPACE_MAP, space_address(0), SPACE_PAGES * (uint64_t)PAGE_SIZE,
					       READ | VSPACE_WRITE, VSPACE_FIXED) > 0);
		space_meet();
		for (unsigned page = 0; page < SPACE_PAGES; page++) {
			play_must(!space_access(space_address(page), ACCESS_WRITE, (void **)&word));
			word[play_place()] = value_of(page);
		}
		space_meet();
		for (unsigned page = 0; page < SPACE_PAGES; page++) {
			play_must(!space_access(space_address(page), ACCESS_READ, (void **)&word));
			for (unsigned place = 0; place < PLAY_MAX; place++)
				play_must(word[place] == 1 + page * PLAY_MAX + place);
		}
		space_meet();
	}
	space_close();
}

static void who_faults_together_gets_one_page(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, fault_together);
}

/* A change that core `by` makes; `tells` has a bit for each place that is to be told of it, once. */
static void change_tells(unsigned by, enum vspace_operation operation, unsigned page, unsigned tells)
{
	unsigned before = space_told;

	space_meet();
	if (play_place() == by)
		play_must(!space_change(operation, space_address(page), PAGE_SIZE, READ, 0));
	space_meet();
	play_must(space_told - before == (tells >> play_place() & 1));
}

static void use(unsigned page)
{
	uint64_t *word;

	play_must(!space_access(space_address(page), ACCESS_READ, (void **)&word));
}

/* Place 0 is the home; page 5 is built by it, which does not make it a holder. */
static void share_pages(void)
{
	space_open(HEAP);
	if (play_place() == 0)
		play_must(space_change(VSPACE_MAP, space_address(0), 8 * PAGE_SIZE, READ | VSPACE_WRITE, VSPACE_FIXED) > 0 &&
			  vspace_page(space, space_address(5)));
	space_meet();
	if (play_place() == 3)
		use(5);
	change_tells(0, VSPACE_UNMAP, 5, 1 << 3);
	if (play_place() == 1 || play_place() == 2)
		use(0);
	if (play_place() == 1)
		use(1);
	if (play_place() == 0)
		use(2);
	if (play_place() <= 2)
		use(4);
	change_tells(0, VSPACE_PROTECT, 0, 1 << 1 | 1 << 2);
	change_tells(0, VSPACE_UNMAP, 0, 1 << 1 | 1 << 2);
	change_tells(0, VSPACE_UNMAP, 1, 1 << 1);
	change_tells(0, VSPACE_UNMAP, 2, 0);
	change_tells(0, VSPACE_UNMAP, 3, 0);
	change_tells(3, VSPACE_DISCARD, 4, 1 << 1 | 1 << 2); /* at place 0, which holds it, too, and needs no message */
	change_tells(3, VSPACE_UNMAP, 4, 0);                 /* nobody has used it since */
	space_meet();
	space_close();
}

static void a_shoot_down_goes_to_holders_alone(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, share_pages);
}

static void share_pages_with_all(void)
{
	space_open(HEAP);
	if (play_place() == 0)
		play_must(space_change(VSPACE_MAP, space_address(0), PAGE_SIZE, READ, VSPACE_FIXED) > 0);
	space_meet();
	if (play_place() == 1)
		use(0);
	change_tells(0, VSPACE_UNMAP, 0, 1 << 1 | 1 << 2 | 1 << 3);
	space_meet();
	space_close();
}

static void everybody_is_told_when_asked_to(void **state)
{
	(void)state;
	play_booted("shootdown=all", PLAY_MAX, FOUR, share_pages_with_all);
}

static uint64_t anywhere[PLAY_MAX];

/* Each maps where it likes, and its neighbour uses that and takes it back. */
static void map_anywhere(void)
{
	struct arena own = arena_of(this_core());
	unsigned neighbour = (play_place() + 1) % PLAY_MAX, told;
	uint64_t *word, address, nobodys;
	int64_t large;

	space_open(HEAP);
	told = space_told;
	for (unsigned round = 0; round < FAULT_ROUNDS; round++) {
		address = (uint64_t)space_change(VSPACE_MAP, 0, PAGE_SIZE, READ | VSPACE_WRITE, VSPACE_ANYWHERE);
		play_must(address >= own.start && address < own.end);
		play_must(!space_access(address, ACCESS_WRITE, (void **)&word) && *word == 0);
		*word = address;
		play_must(!space_change(VSPACE_UNMAP, address, PAGE_SIZE, 0, 0));
		play_must(space_access(address, ACCESS_READ, (void **)&word) == STATUS_BAD_ADDRESS);
	}
	play_must(space_told == told);
	anywhere[play_place()] = (uint64_t)space_change(VSPACE_MAP, 0, PAGE_SIZE, READ | VSPACE_WRITE, VSPACE_ANYWHERE);
	play_must(!space_access(anywhere[play_place()], ACCESS_WRITE, (void **)&word));
	*word = play_place();
	space_meet();
	play_must(!space_access(anywhere[neighbour], ACCESS_READ, (void **)&word) && *word == neighbour);
	space_meet();
	play_must(!space_change(VSPACE_UNMAP, anywhere[neighbour], PAGE_SIZE, 0, 0));
	space_meet();
	play_must(space_access(anywhere[neighbour], ACCESS_READ, (void **)&word) == STATUS_BAD_ADDRESS);
	play_must(space_change(VSPACE_UNMAP, arena_of(0).end - PAGE_SIZE, 2 * PAGE_SIZE, 0, 0) == STATUS_NO_MEMORY);
	large = space_change(VSPACE_MAP, 0, 2 * ARENA_MAPPING_MAX, READ, VSPACE_ANYWHERE);
	play_must(large > HEAP && (uint64_t)large + 2 * ARENA_MAPPING_MAX <= ARENA_BASE);
	nobodys = arena_of(PLAY_MAX + play_place()).start;
	play_must(space_change(VSPACE_MAP, nobodys, PAGE_SIZE, READ, VSPACE_FIXED) == (int64_t)nobodys);
	space_meet();
	space_close();
}

static void each_core_has_an_arena(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, map_anywhere);
}

/* Both ends of such a range have the home of the space for their home, and others' arenas lie between. */
static void reach_across(void)
{
	const struct arena mine = arena_of(this_core());
	const uint64_t below = ARENA_BASE - PAGE_SIZE, above = arena_of(PLAY_MAX).start, page = PAGE_SIZE;
	uint64_t *word;

	space_open(HEAP);
	play_must(space_change(VSPACE_MAP, mine.start, page, READ | VSPACE_WRITE, VSPACE_FIXED) == (int64_t)mine.start);
	play_must(!space_access(mine.start, ACCESS_WRITE, (void **)&word));
	*word = 7;
	space_meet();
	if (play_place() == 0) {
		play_must(space_change(VSPACE_UNMAP, below, above + page - below, 0, 0) == STATUS_NO_MEMORY);
		play_must(space_change(VSPACE_UNMAP, mine.start, above + page - mine.start, 0, 0) == STATUS_NO_MEMORY);
		play_must(space_change(VSPACE_UNMAP, 0, above + page, 0, 0) == STATUS_NO_MEMORY);
		play_must(space_change(VSPACE_UNMAP, 0, USER_END, 0, 0) == STATUS_BAD_ARGUMENT); /* the token window */
		play_must(space_change(VSPACE_MAP, below - page, page, READ, VSPACE_FIXED) > 0);
		play_must(space_change(VSPACE_MOVE, below - page, page, above + page - below, below) == STATUS_BAD_ARGUMENT);
		play_must(space_change(VSPACE_MOVE, below - page, page, above + page - below, VSPACE_STAY) == STATUS_NO_MEMORY);
		play_must(!space_change(VSPACE_UNMAP, below - page, 3 * page, 0, 0)); /* the first arena is its own */
		play_must(!space_change(VSPACE_UNMAP, above, page, 0, 0));
	}
	space_meet();
	play_must((space_access(mine.start, ACCESS_READ, (void **)&word) == STATUS_OK) == (play_place() != 0));
	play_must(!space_change(VSPACE_UNMAP, mine.start, mine.end - mine.start, 0, 0));
	space_meet();
	space_close();
}

static void a_range_around_others_arenas_is_refused(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, reach_across);
}

static void none_of_this_fails_where_tables_are_shared(void **state)
{
	(void)state;
	memset(facts, 0, sizeof(facts));
	play_booted("tables=shared", PLAY_MAX, FOUR, change_and_touch);
	play_booted("tables=shared", PLAY_MAX, FOUR, fault_together);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_taken_back_is_reached_by_nobody),
		cmocka_unit_test(who_faults_together_gets_one_page),
		cmocka_unit_test(a_shoot_down_goes_to_holders_alone),
		cmocka_unit_test(everybody_is_told_when_asked_to),
		cmocka_unit_test(each_core_has_an_arena),
		cmocka_unit_test(a_range_around_others_arenas_is_refused),
		cmocka_unit_test(none_of_this_fails_where_tables_are_shared),
	};

	return cmocka_run_group_tests_name("spaces_threads", tests, NULL, NULL);
}
