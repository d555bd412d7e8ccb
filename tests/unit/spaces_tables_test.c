/* spaces_tables_test.c - page tables that all cores of a space share, step by step
 * SPDX-License-Identifier: MIT
 * Any mixture of changes, copies and moves with them is in spaces_threads_test.c, spaces_copy_test.c and spaces_move_threads_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/cores/move.h" /* first: it says where physical memory lies here */
#include "kernel/memory/frames.h"

enum {
	READ = VSPACE_READ,
	WRITE = VSPACE_WRITE,
	ROUNDS = 60,
	TAKEN_BACK = 1000,
};

static const unsigned FOUR[] = { 0, 1, 2, 3 };

static void play_shared(unsigned count, void (*job)(void))
{
	play_booted("tables=shared", count, FOUR, job);
}

static uint64_t *word_of(uint64_t address)
{
	uint64_t *word = tables_word(space_view, address);

	play_must(word);
	return word;
}

static uint64_t read_word(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

/* Neither empty nor a mapping. */
static bool is_barred(const uint64_t *word)
{
	return read_word(word) && !(read_word(word) & PTE_PRESENT);
}

static void look_at_option(void)
{
	huge_open();
	play_must(!tables_shared && !space->tables);
	huge_close();
}

static void tables_are_shared_when_asked_for(void **state)
{
	(void)state;
	play(1, FOUR, look_at_option);
	play_booted("tables=own", 1, FOUR, look_at_option);
	play_booted("shared=tables", 1, FOUR, look_at_option);
}

static void put_words(void)
{
	const uint64_t mapping = PTE_PRESENT | PTE_USER, other = mapping | PTE_WRITE, at = move_at(1, 0);
	uint64_t *word;

	huge_open();
	word = word_of(at);
	play_must(!*word && tables_put(word, 0, mapping) && *word == mapping);
	play_must(!tables_put(word, 0, other) && *word == mapping); /* it has changed since */
	play_must(tables_put(word, mapping, other) && *word == other);
	tables_bar(space, at, at + PAGE_SIZE);
	play_must(is_barred(word) && !tables_put(word, other, mapping) && !tables_put(word, 0, mapping));
	play_must(!tables_put(word, *word, mapping) && is_barred(word)); /* also who sees the bar */
	tables_unbar(space, at, at + PAGE_SIZE);
	play_must(!*word && tables_put(word, 0, mapping));
	tables_unbar(space, at, at + PAGE_SIZE); /* of who has barred it together with another, and comes second */
	play_must(*word == mapping);
	*word = 0;
	huge_close();
}

static void a_word_is_put_where_it_is_as_it_was_and_not_barred(void **state)
{
	(void)state;
	play_shared(1, put_words);
}

/* Tables far apart, with nothing between them, in any level. */
static const uint64_t PLACES[] = {
	GIB, GIB + UNIT_SIZE - PAGE_SIZE, GIB + UNIT_SIZE, GIB + 5 * UNIT_SIZE + 7 * PAGE_SIZE, 2 * GIB - PAGE_SIZE,
	4 * GIB, 4 * GIB + PAGE_SIZE, 512 * GIB, 1300 * GIB + 3 * UNIT_SIZE, 1300 * GIB + 3 * UNIT_SIZE + PAGE_SIZE,
};

enum { PLACES_COUNT = sizeof(PLACES) / sizeof(*PLACES) };

static void bar_between(uint64_t start, uint64_t end)
{
	for (unsigned i = 0; i < PLACES_COUNT; i++)
		play_must(tables_put(word_of(PLACES[i]), 0, PTE_PRESENT));
	tables_bar(space, start, end);
	for (unsigned i = 0; i < PLACES_COUNT; i++)
		play_must(is_barred(word_of(PLACES[i])) == (PLACES[i] >= start && PLACES[i] < end));
	tables_unbar(space, start, end);
	for (unsigned i = 0; i < PLACES_COUNT; i++) {
		uint64_t *word = word_of(PLACES[i]);

		play_must(*word == (PLACES[i] >= start && PLACES[i] < end ? 0 : PTE_PRESENT));
		*word = 0;
	}
}

static void bar_ranges(void)
{
	huge_open();
	for (unsigned first = 0; first < PLACES_COUNT; first++)
		for (unsigned last = first; last < PLACES_COUNT; last++) {
			bar_between(PLACES[first], PLACES[last] + PAGE_SIZE);
			bar_between(PLACES[first] + PAGE_SIZE, PLACES[last] + PAGE_SIZE);
			bar_between(PLACES[first], PLACES[last] + GIB / 2);
		}
	bar_between(0, USER_END);
	huge_close();
}

static void a_range_is_barred_and_nothing_else(void **state)
{
	(void)state;
	play_shared(1, bar_ranges);
}

/* The page is there, and in no table. */
static void map_and_forget(uint64_t at)
{
	move_map(at, 1, READ | WRITE);
	(void)move_reach(at, ACCESS_WRITE);
	play_must(!space_change(VSPACE_PROTECT, at, PAGE_SIZE, READ, 0));
}

/* The last core is in the middle of a fault, between T1 and T3, when the page is taken back. */
static void put_too_late(void)
{
	const uint64_t at = move_at(1, 0);
	uint64_t *word;

	huge_open();
	if (play_place() == 0)
		map_and_forget(at);
	space_meet();
	word = word_of(at);
	play_must(!read_word(word));
	play_meet();
	if (play_place() == 0)
		play_must(!space_change(VSPACE_UNMAP, at, PAGE_SIZE, 0, 0));
	if (play_place() == machine_cores() - 1) {
		while (!inbox_pending()) /* H3 */
			cpu_pause();
		play_must(!tables_put(word, 0, PTE_PRESENT | PTE_USER));
	}
	space_meet();
	play_must(move_refused(at, ACCESS_READ) && !read_word(word));
	space_meet();
	huge_close();
}

static void who_is_in_a_fault_puts_nothing_where_a_page_was_taken_back(void **state)
{
	(void)state;
	play_shared(PLAY_MAX, put_too_late);
}

/* The first core takes a page back again and again, while the others ask where it is. */
static void ask_where_it_is(void)
{
	const uint64_t at = move_at(1, 0);
	static bool over;

	huge_open();
	__atomic_store_n(&over, false, __ATOMIC_RELAXED);
	if (play_place() == 0)
		move_map(at, 1, READ | WRITE);
	space_meet();
	for (unsigned i = 0; play_place() == 0 && i < TAKEN_BACK; i++)
		play_must(!space_change(VSPACE_DISCARD, at, PAGE_SIZE, 0, 0));
	if (play_place() == 0)
		__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
		uint64_t physical;

		play_must(!vspace_physical(space_view, at, &physical) && physical);
		space_interrupt();
		cpu_pause();
	}
	space_meet();
	huge_close();
}

static void where_a_page_is_is_known_while_it_is_taken_back(void **state)
{
	(void)state;
	play_shared(PLAY_MAX, ask_where_it_is);
}

/* The first core alone has faulted the page in, the last one has walked the tables. */
static void reach_what_is_taken_back(void)
{
	const uint64_t at = move_at(1, 0);
	uint64_t frame;

	huge_open();
	if (play_place() == 0)
		move_map(at, 1, READ | WRITE);
	space_meet();
	if (play_place() == 0)
		(void)move_reach(at, ACCESS_WRITE);
	space_meet();
	frame = read_word(word_of(at)) & PTE_ADDRESS;
	play_meet();
	if (play_place() == 0)
		play_must(!space_change(VSPACE_UNMAP, at, PAGE_SIZE, 0, 0));
	if (play_place() == machine_cores() - 1) {
		while (!inbox_pending()) /* H3 */
			cpu_pause();
		play_must(frame_entry(frame)->type == FRAME_user);
	}
	space_meet();
	huge_close();
}

static void a_frame_waits_for_all_who_may_have_walked_to_it(void **state)
{
	(void)state;
	play_shared(PLAY_MAX, reach_what_is_taken_back);
}

static void reach_without_faults(void)
{
	enum { COUNT = 1200 };
	uint64_t faults;

	huge_open();
	if (play_place() == 0)
		move_map(move_at(1, 0), 1 + COUNT, READ | WRITE);
	space_meet();
	(void)move_reach(move_at(1, COUNT), ACCESS_READ); /* each has a root of its own */
	space_meet();
	if (play_place() == 0)
		move_write_values(move_at(1, 0), COUNT, 1);
	space_meet();
	faults = counters[COUNTER_faults];
	for (unsigned page = 0; page < COUNT; page++)
		play_must(move_reach(move_at(1, page), ACCESS_WRITE)[0] == move_value(page, 0));
	play_must(counters[COUNTER_faults] == faults);
	space_meet();
	huge_close();
}

static void what_one_core_has_mapped_all_reach_without_a_fault(void **state)
{
	(void)state;
	play_shared(PLAY_MAX, reach_without_faults);
}

/* One of them has faulted the page in. */
static void change_tells_all(enum vspace_operation operation)
{
	const uint64_t at = move_at(1, 0);
	unsigned before;

	if (play_place() == 0)
		move_map(at, 1, READ | WRITE);
	space_meet();
	if (play_place() == 1)
		(void)move_reach(at, ACCESS_WRITE);
	space_meet();
	(void)move_reach(at, ACCESS_READ);
	before = space_told;
	space_meet();
	if (play_place() == 2)
		play_must(!space_change(operation, at, PAGE_SIZE, 0, 0));
	space_meet();
	play_must(space_told == before + (play_place() != 0));
	play_must(operation == VSPACE_DISCARD || move_refused(at, ACCESS_READ));
	space_meet();
	if (play_place() == 0)
		play_must(!space_change(VSPACE_UNMAP, at, PAGE_SIZE, 0, 0));
	space_meet();
}

static void tell_all(void)
{
	huge_open();
	change_tells_all(VSPACE_UNMAP);
	change_tells_all(VSPACE_PROTECT);
	change_tells_all(VSPACE_DISCARD);
	huge_close();
}

static void nobody_knows_who_has_a_page_so_all_are_told(void **state)
{
	(void)state;
	play_shared(PLAY_MAX, tell_all);
}

/* The kernel asks where a page is, which the first core takes back again and again. */
static void ask_for_physical(void)
{
	const uint64_t at = move_at(1, 0);

	huge_open();
	if (play_place() == 0)
		move_map(at, 1, READ | WRITE);
	space_meet();
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t physical;

		play_must(!vspace_physical(space_view, at, &physical));
		((uint64_t *)direct(physical))[play_place()] = round;
		space_interrupt();
		if (play_place() == 0)
			play_must(!space_change(VSPACE_DISCARD, at, PAGE_SIZE, 0, 0));
	}
	space_meet();
	huge_close();
}

static void the_kernel_finds_pages_that_others_take_back(void **state)
{
	(void)state;
	play_shared(PLAY_MAX, ask_for_physical);
}

/* Each round needs a table that nobody has made yet. */
static void open_together(void)
{
	huge_open();
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t at = GIB + (uint64_t)round * UNIT_SIZE, *word;

		play_meet();
		word = word_of(at);
		play_meet();
		play_must(word == word_of(at));
	}
	huge_close();
}

static void who_needs_a_table_together_makes_one(void **state)
{
	(void)state;
	play_shared(PLAY_MAX, open_together);
}

/* All frames of the kind that tables are of but so many, taken away; and given back. */
static uint64_t kept[UNIT_PAGES];
static unsigned kept_count;

static void keep_all_but(unsigned left)
{
	for (kept_count = 0; (kept[kept_count] = frame_take(FRAME_shared_table)); kept_count++)
		;
	while (left--)
		frame_give(kept[--kept_count]);
}

static void let_go(void)
{
	while (kept_count)
		frame_give(kept[--kept_count]);
}

static status_t reach_with(unsigned frames)
{
	uint64_t *word;
	status_t status;

	keep_all_but(frames);
	status = space_access(GIB, ACCESS_WRITE, (void **)&word);
	let_go();
	return status;
}

static bool create_with(unsigned frames)
{
	struct vspace *created;
	uint64_t left = 0;

	keep_all_but(frames);
	created = vspace_create(HUGE_HEAP);
	if (created)
		vspace_release(created);
	while ((kept[kept_count + left] = frame_take(FRAME_shared_table)))
		left++;
	kept_count += left;
	play_must(left == frames);
	let_go();
	return created != NULL;
}

static void lack_frames(void)
{
	huge_open();
	move_map(GIB, 1, READ | WRITE);
	play_must(vspace_page(space, GIB)); /* so all its slots are there */
	for (unsigned frames = 0; frames < 3; frames++) { /* each failure leaves what it has made */
		play_must(reach_with(0) == STATUS_NO_MEMORY);
		play_must(reach_with(1) == (frames < 2 ? STATUS_NO_MEMORY : STATUS_OK));
	}
	for (unsigned frames = 0; frames < 3; frames++)
		play_must(!create_with(frames)); /* the space, a node, a table */
	play_must(create_with(3));
	huge_close();
}

static void without_frames_there_are_no_tables_and_nothing_is_lost(void **state)
{
	(void)state;
	play_shared(1, lack_frames);
}

static void wish_for_huge_pages(void)
{
	huge_open();
	huge_map(0, 1);
	(void)huge_reach(0, 3, ACCESS_WRITE);
	play_must(!is_huge(huge_unit(0)));
	huge_close();
}

static void there_are_no_huge_pages(void **state)
{
	(void)state;
	play_shared(1, wish_for_huge_pages);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_shared_when_asked_for),
		cmocka_unit_test(a_word_is_put_where_it_is_as_it_was_and_not_barred),
		cmocka_unit_test(a_range_is_barred_and_nothing_else),
		cmocka_unit_test(who_is_in_a_fault_puts_nothing_where_a_page_was_taken_back),
		cmocka_unit_test(where_a_page_is_is_known_while_it_is_taken_back),
		cmocka_unit_test(a_frame_waits_for_all_who_may_have_walked_to_it),
		cmocka_unit_test(what_one_core_has_mapped_all_reach_without_a_fault),
		cmocka_unit_test(nobody_knows_who_has_a_page_so_all_are_told),
		cmocka_unit_test(the_kernel_finds_pages_that_others_take_back),
		cmocka_unit_test(who_needs_a_table_together_makes_one),
		cmocka_unit_test(without_frames_there_are_no_tables_and_nothing_is_lost),
		cmocka_unit_test(there_are_no_huge_pages),
	};

	return cmocka_run_group_tests_name("spaces_tables", tests, NULL, NULL);
}
