/* slots_huge_test.c - words of units in the tree of page slots: wishes for huge pages, and huge pages
 * SPDX-License-Identifier: MIT
 * Nodes come from memory that knows what is out. The frames of huge pages are numbers here: the tree never looks into them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kernel/memory/holders.h"
#include "tests/unit/host_frames.h"
#include "tests/unit/slots_tree.h"

enum {
	UNIT_PAGES = UNIT_SIZE / PAGE_SIZE,
	UNITS = WINDOW_PAGES / UNIT_PAGES,
	FIRST_FRAME = 64 << 20, /* of the huge page */
	RIGHTS = RIGHTS_READ | RIGHTS_WRITE,
};

static const uint64_t WISH = SLOT_RESERVED | (uint64_t)RIGHTS << SLOT_RIGHTS_SHIFT | SLOT_HUGE;

static struct host_frames frames;
static uint64_t root;

static uint64_t take(void)
{
	return host_frames_take(&frames);
}

static void give(uint64_t frame)
{
	host_frames_give(&frames, frame);
}

static int open_tree(void **state)
{
	(void)state;
	host_frames_open(&frames);
	root = take();
	return root ? 0 : -1;
}

static void give_node(enum frame_type type, uint64_t frame)
{
	if (type == FRAME_slots)
		give(frame);
}

static int close_tree(void **state)
{
	(void)state;
	slots_visit(root, give_node);
	host_frames_close(&frames);
	return frames.taken ? -1 : 0;
}

static uint64_t unit_address(unsigned unit)
{
	return page_address(unit * UNIT_PAGES);
}

static uint64_t *unit_word(unsigned unit)
{
	status_t status;
	uint64_t *word = slots_unit(root, unit_address(unit) + 5 * PAGE_SIZE, take, give, &status);

	assert_non_null(word);
	assert_int_equal(status, STATUS_OK);
	return word;
}

static uint64_t change_wish(uint64_t word, const struct slots_change *how)
{
	(void)how;
	return slot_state(word) == SLOT_EMPTY ? WISH : word;
}

static void wish(unsigned first, unsigned end)
{
	struct slots_change how = { .change = change_wish };

	assert_int_equal(slots_split(root, unit_address(first), take, give), STATUS_OK);
	assert_int_equal(slots_split(root, unit_address(end), take, give), STATUS_OK);
	slots_apply(root, unit_address(first), unit_address(end), &how);
}

static uint64_t huge_word(enum slot_state state)
{
	return slot_make(state, RIGHTS, FIRST_FRAME) | (uint64_t)SLOT_NOBODY << SLOT_HOLDER_SHIFT | SLOT_HUGE;
}

static uint64_t *put_huge_page(unsigned unit, enum slot_state state)
{
	uint64_t *word;

	wish(unit, unit + 1);
	word = unit_word(unit);
	*word = huge_word(state);
	return word;
}

static void a_wish_is_one_word_until_a_small_page_is_wanted(void **state)
{
	uint64_t *word, *leaf;
	status_t status;
	unsigned before;

	(void)state;
	wish(0, 2);
	word = unit_word(1);
	before = frames.taken;
	assert_int_equal(*word, WISH);
	assert_int_equal(slots_word(root, page_address(UNIT_PAGES + 77)), WISH);
	assert_int_equal(frames.taken, before);
	leaf = slots_below(word, take, give, &status);
	assert_non_null(leaf);
	assert_int_equal(frames.taken, before + 1);
	for (unsigned i = 0; i < PTE_COUNT; i++)
		assert_int_equal(leaf[i], WISH);
	assert_int_equal(slot_state(*word), SLOT_NODE);
	assert_int_equal(*word & SLOT_HUGE, 0);
	assert_int_equal(*unit_word(0), WISH);
	assert_ptr_equal(slots_leaf(root, page_address(UNIT_PAGES + 9), take, give, &status), leaf);
}

static void a_wish_above_the_units_comes_down_to_them(void **state)
{
	struct slots_change how = { .change = change_wish };
	uint64_t large = (UINT64_C(1) << 30) * 7;

	(void)state;
	assert_int_equal(slots_split(root, large, take, give), STATUS_OK);
	assert_int_equal(slots_split(root, large + (1 << 30), take, give), STATUS_OK);
	slots_apply(root, large, large + (1 << 30), &how);
	for (unsigned unit = 0; unit < PTE_COUNT; unit += 100) {
		status_t status;
		uint64_t *word = slots_unit(root, large + (uint64_t)unit * UNIT_SIZE, take, give, &status);

		assert_non_null(word);
		assert_int_equal(*word, WISH);
	}
}

static void the_word_of_a_unit_may_be_empty_or_not_be_there(void **state)
{
	status_t status = STATUS_OK;
	uint64_t *word;

	(void)state;
	assert_null(slots_unit(root, unit_address(1), take, give, &status));
	assert_int_equal(status, STATUS_NOT_FOUND);
	assert_int_equal(frames.taken, 1);
	wish(0, 1);
	word = unit_word(1); /* in the same node */
	assert_int_equal(*word, 0);
	assert_null(slots_below(word, take, give, &status));
	assert_int_equal(status, STATUS_NOT_FOUND);
	frames.limit = frames.taken;
	assert_null(slots_below(unit_word(0), take, give, &status));
	assert_int_equal(status, STATUS_NO_MEMORY);
	assert_int_equal(*unit_word(0), WISH);
}

/* In each state that a huge page's word has. */
static void nobody_comes_below_a_huge_page(void **state)
{
	static const enum slot_state STATES[] = { SLOT_PRESENT, SLOT_RETIRED, SLOT_COPYING };
	uint64_t *word = put_huge_page(1, SLOT_PRESENT);
	unsigned before = frames.taken;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		status_t status = STATUS_OK;

		*word = huge_word(STATES[i]);
		assert_null(slots_below(word, take, give, &status));
		assert_int_equal(status, STATUS_BUSY);
		assert_null(slots_leaf(root, unit_address(1) + 3 * PAGE_SIZE, take, give, &status));
		assert_int_equal(status, STATUS_BUSY);
		assert_int_equal(slots_split(root, unit_address(1) + PAGE_SIZE, take, give), STATUS_BUSY);
		assert_int_equal(slots_split(root, unit_address(2) - PAGE_SIZE, take, give), STATUS_BUSY);
		assert_int_equal(slots_split(root, unit_address(1), take, give), STATUS_OK);
		assert_int_equal(slots_split(root, unit_address(2), take, give), STATUS_OK);
		assert_ptr_equal(unit_word(1), word);
		assert_int_equal(*word, huge_word(STATES[i]));
		assert_int_equal(slots_word(root, unit_address(1)), *word);
		assert_int_equal(slots_word(root, unit_address(2) - 1), *word);
	}
	assert_int_equal(frames.taken, before);
}

/* What another core does between the reading of a word and the exchange. */
static uint64_t *filled_meanwhile;

static uint64_t take_slowly(void)
{
	if (filled_meanwhile)
		*filled_meanwhile = huge_word(SLOT_PRESENT);
	filled_meanwhile = NULL;
	return take();
}

static void who_unfolds_too_late_finds_a_huge_page(void **state)
{
	status_t status = STATUS_OK;
	unsigned before;
	uint64_t *word;

	(void)state;
	wish(0, 2);
	before = frames.taken;
	filled_meanwhile = word = unit_word(0);
	assert_null(slots_below(word, take_slowly, give, &status));
	assert_int_equal(status, STATUS_BUSY);
	assert_int_equal(*word, huge_word(SLOT_PRESENT));
	filled_meanwhile = word = unit_word(1);
	assert_int_equal(slots_split(root, unit_address(1) + PAGE_SIZE, take_slowly, give), STATUS_BUSY);
	assert_int_equal(*word, huge_word(SLOT_PRESENT));
	assert_int_equal(frames.taken, before);
}

static unsigned changed, waited;
static uint64_t *breaking;

static void count_change(uint64_t before, const struct slots_change *how)
{
	(void)how;
	changed += slot_state(before) == SLOT_PRESENT;
}

/* Another core puts small pages in the place of the huge one. */
static void wait_for_small_pages(void)
{
	uint64_t node = take(), *leaf = direct(node);

	waited++;
	for (unsigned i = 0; i < PTE_COUNT; i++)
		leaf[i] = slot_present(RIGHTS, FIRST_FRAME + i * PAGE_SIZE, SLOT_NOBODY);
	*breaking = slot_make(SLOT_NODE, 0, node);
}

static void a_change_meets_the_page_or_all_of_its_parts(void **state)
{
	struct slots_change how = { .change = change_unmap, .changed = count_change, .wait = wait_for_small_pages };
	uint64_t *word = put_huge_page(1, SLOT_PRESENT);

	(void)state;
	changed = waited = 0;
	slots_apply(root, unit_address(1), unit_address(2), &how);
	assert_int_equal(changed, 1);
	assert_int_equal(*word, 0);
	breaking = word;
	*word = huge_word(SLOT_COPYING);
	slots_apply(root, unit_address(1), unit_address(2), &how);
	assert_int_equal(waited, 1);
	assert_int_equal(changed, 1 + UNIT_PAGES);
	assert_false(slots_occupied(root, unit_address(0), unit_address(UNITS)));
}

static unsigned seen[UNIT_PAGES], nodes;

static void count_frames(enum frame_type type, uint64_t frame)
{
	nodes += type == FRAME_slots;
	if (type == FRAME_slots)
		return;
	assert_int_equal(type, FRAME_user);
	assert_true(frame >= FIRST_FRAME && frame < FIRST_FRAME + UNIT_SIZE && frame % PAGE_SIZE == 0);
	seen[(frame - FIRST_FRAME) / PAGE_SIZE]++;
}

/* How often each of the unit's frames is seen; all of them as often. */
static unsigned visit(void)
{
	memset(seen, 0, sizeof(seen));
	nodes = 0;
	slots_visit(root, count_frames);
	assert_int_equal(nodes, frames.taken);
	for (unsigned i = 1; i < UNIT_PAGES; i++)
		assert_int_equal(seen[i], seen[0]);
	return seen[0];
}

static void all_frames_of_a_huge_page_are_visited(void **state)
{
	struct holders *record;
	uint64_t *word = put_huge_page(1, SLOT_PRESENT), frame = take();

	(void)state;
	record = direct(frame);
	record->frame = FIRST_FRAME;
	frames.taken--; /* it is no node */
	assert_int_equal(visit(), 1);
	*word = slot_make(SLOT_PRESENT, RIGHTS, frame) | SLOT_MANY | SLOT_HUGE | SLOT_COPY;
	assert_int_equal(visit(), 1);
	*word = WISH;
	assert_int_equal(visit(), 0);
	frames.taken++;
	give(frame);
}

/* Whoever has read the word before it was broken, and the record when another page had it. */
static void a_record_that_is_anothers_by_now_leads_to_a_unit(void **state)
{
	uint64_t frame = take(), word = slot_make(SLOT_PRESENT, RIGHTS, frame) | SLOT_MANY;
	struct holders *record = direct(frame);

	(void)state;
	record->frame = FIRST_FRAME + 5 * PAGE_SIZE;
	assert_int_equal(slot_first_frame(word | SLOT_HUGE), FIRST_FRAME);
	assert_int_equal(slot_first_frame(word), FIRST_FRAME + 5 * PAGE_SIZE);
	give(frame);
}

static unsigned shared_words;

static status_t share_word(uint64_t *word, uint64_t *copy, void *context)
{
	(void)context;
	shared_words++;
	*copy = *word;
	return STATUS_OK;
}

/* The page is broken before the word is read. */
static status_t share_broken(uint64_t *word, uint64_t *copy, void *context)
{
	if (*word & SLOT_HUGE && slot_state(*word) == SLOT_PRESENT) {
		breaking = word;
		wait_for_small_pages();
	}
	return share_word(word, copy, context);
}

static void a_huge_page_is_copied_as_one_word_or_page_by_page(void **state)
{
	uint64_t *word = put_huge_page(1, SLOT_PRESENT), *leaf, *copied;
	uint64_t copy = take(), other = take();
	status_t status;

	(void)state;
	wish(0, 1);
	shared_words = 0;
	assert_int_equal(slots_copy(root, copy, take, give, share_word, NULL), STATUS_OK);
	assert_int_equal(shared_words, 2);
	assert_int_equal(slots_word(copy, unit_address(0)), WISH);
	assert_int_equal(slots_word(copy, unit_address(1)), huge_word(SLOT_PRESENT));
	shared_words = 0;
	assert_int_equal(slots_copy(root, other, take, give, share_broken, NULL), STATUS_OK);
	assert_int_equal(shared_words, 2 + UNIT_PAGES);
	leaf = slots_below(word, take, give, &status);
	copied = slots_leaf(other, unit_address(1), take, give, &status);
	assert_non_null(copied);
	assert_ptr_not_equal(copied, leaf);
	assert_memory_equal(copied, leaf, PAGE_SIZE);
	slots_visit(copy, give_node);
	slots_visit(other, give_node);
}

static void a_huge_page_is_in_the_way(void **state)
{
	(void)state;
	put_huge_page(1, SLOT_PRESENT);
	assert_true(slots_occupied(root, unit_address(1), unit_address(2)));
	assert_false(slots_occupied(root, unit_address(0), unit_address(1)));
	assert_false(slots_occupied(root, unit_address(2), unit_address(3)));
	assert_int_equal(slots_hole(root, unit_address(0), unit_address(3), UNIT_SIZE), unit_address(2));
	assert_int_equal(slots_hole(root, unit_address(0), unit_address(2), PAGE_SIZE), unit_address(1) - PAGE_SIZE);
	assert_int_equal(slots_hole(root, unit_address(0), unit_address(3), UNIT_SIZE + PAGE_SIZE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_wish_is_one_word_until_a_small_page_is_wanted, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(a_wish_above_the_units_comes_down_to_them, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(the_word_of_a_unit_may_be_empty_or_not_be_there, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(nobody_comes_below_a_huge_page, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(who_unfolds_too_late_finds_a_huge_page, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(a_change_meets_the_page_or_all_of_its_parts, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(all_frames_of_a_huge_page_are_visited, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(a_record_that_is_anothers_by_now_leads_to_a_unit, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(a_huge_page_is_copied_as_one_word_or_page_by_page, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(a_huge_page_is_in_the_way, open_tree, close_tree),
	};

	return cmocka_run_group_tests_name("slots_huge", tests, NULL, NULL);
}
