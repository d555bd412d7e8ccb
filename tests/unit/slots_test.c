/* slots_test.c - the tree of page slots against an array with one entry a page
 * SPDX-License-Identifier: MIT
 * Nodes and frames come from memory that knows what is out, so that a lost or twice freed one shows. What several
 * cores do at once is in slots_threads_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "abi/kernel.h"
#include "tests/unit/host_frames.h"
#include "tests/unit/physical_memory.h"
#include "tests/unit/slots_tree.h"

enum {
	ROUNDS = 4000,
	FOLDED_UNIT = 512,
};

static struct host_frames frames;
static uint64_t root;
static uint64_t oracle[WINDOW_PAGES]; /* the word that each page's slot should be, or stand for */

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
	memset(oracle, 0, sizeof(oracle));
	root = take();
	return root ? 0 : -1;
}

static void give_visited(enum frame_type type, uint64_t frame)
{
	assert_true(type == FRAME_slots || type == FRAME_user);
	give(frame);
}

static int close_tree(void **state)
{
	(void)state;
	slots_visit(root, give_visited);
	host_frames_close(&frames);
	return frames.taken ? -1 : 0;
}

/* The word that stands for an address, without changing anything. */
static uint64_t word_at(uint64_t address)
{
	const uint64_t *node = direct(root);

	for (unsigned level = SLOT_LEVELS - 1;; level--) {
		uint64_t word = node[paging_index(address, level)];

		if (slot_state(word) != SLOT_NODE)
			return word;
		node = direct(word & SLOT_ADDRESS);
	}
}

static void check_window(void)
{
	for (unsigned page = 0; page < WINDOW_PAGES; page++)
		assert_int_equal(word_at(page_address(page)), oracle[page]);
}

static void count_frame(uint64_t before, const struct slots_change *how)
{
	(void)how;
	if (before & SLOT_ADDRESS)
		give(before & SLOT_ADDRESS);
}

/* One change of [first, last) in the tree and, page by page, in the array. */
static void change(unsigned first, unsigned last, struct slots_change how)
{
	assert_int_equal(slots_split(root, page_address(first), take, give), STATUS_OK);
	assert_int_equal(slots_split(root, page_address(last), take, give), STATUS_OK);
	slots_apply(root, page_address(first), page_address(last), &how);
	for (unsigned page = first; page < last; page++)
		oracle[page] = how.change(oracle[page], &how);
}

static void reserve(unsigned first, unsigned last, unsigned rights)
{
	change(first, last, (struct slots_change){ .change = change_reserve, .rights = rights });
}

static void unmap(unsigned first, unsigned last)
{
	change(first, last, (struct slots_change){ .change = change_unmap, .changed = count_frame });
}

/* As a core does it: RESERVED -> PRESENT. */
static void fault(unsigned page)
{
	status_t status;
	uint64_t *slots = slots_leaf(root, page_address(page), take, give, &status);
	uint64_t *slot;

	if (!slots) {
		assert_int_equal(status, STATUS_NOT_FOUND);
		assert_int_equal(slot_state(oracle[page]), SLOT_EMPTY);
		return;
	}
	slot = &slots[paging_index(page_address(page), 0)];
	assert_int_equal(*slot, oracle[page]);
	if (slot_state(*slot) != SLOT_RESERVED)
		return;
	*slot = oracle[page] = slot_make(SLOT_PRESENT, slot_rights(*slot), take());
}

static void an_untouched_mapping_is_a_few_words(void **state)
{
	(void)state;
	reserve(FOLDED_UNIT, 2 * FOLDED_UNIT, RIGHTS_READ);
	assert_int_equal(frames.taken, 1 + 2); /* root, level 2, level 1 */
	check_window();
	reserve(2 * FOLDED_UNIT, 2 * FOLDED_UNIT + 1, RIGHTS_READ);
	assert_int_equal(frames.taken, 1 + 2 + 3); /* and down to a leaf, behind the border */
	check_window();
}

static void unfolding_repeats_the_word(void **state)
{
	(void)state;
	reserve(0, WINDOW_PAGES, RIGHTS_READ | RIGHTS_WRITE);
	fault(700);
	assert_int_equal(slot_state(oracle[700]), SLOT_PRESENT);
	check_window();
}

static void nothing_is_found_where_nothing_is_mapped(void **state)
{
	status_t status = STATUS_OK;

	(void)state;
	assert_null(slots_leaf(root, page_address(5), take, give, &status));
	assert_int_equal(status, STATUS_NOT_FOUND);
	assert_int_equal(frames.taken, 1);
}

static void without_frames_it_says_so_and_loses_nothing(void **state)
{
	(void)state;
	for (unsigned nodes = 1; nodes < SLOT_LEVELS; nodes++) {
		frames.limit = nodes;
		assert_int_equal(slots_split(root, page_address(1), take, give), STATUS_NO_MEMORY);
		assert_int_equal(frames.taken, nodes);
		check_window();
	}
	frames.limit = HOST_FRAMES_MAX;
	reserve(FOLDED_UNIT, 2 * FOLDED_UNIT, RIGHTS_READ);
	frames.limit = frames.taken;
	for (unsigned page = FOLDED_UNIT; page < 2 * FOLDED_UNIT; page += 100) {
		status_t status = STATUS_OK;

		assert_null(slots_leaf(root, page_address(page), take, give, &status));
		assert_int_equal(status, STATUS_NO_MEMORY);
	}
	check_window();
	frames.limit = HOST_FRAMES_MAX;
	fault(FOLDED_UNIT);
	check_window();
}

/* What another core does while a fault is between its reading of a folded word and its exchange. */
static void (*meanwhile)(void);

static uint64_t take_slowly(void)
{
	uint64_t frame = take();
	void (*now)(void) = meanwhile;

	meanwhile = NULL;
	if (now)
		now();
	return frame;
}

static void protect_all(void)
{
	change(FOLDED_UNIT, 2 * FOLDED_UNIT, (struct slots_change){ .change = change_protect, .rights = RIGHTS_READ });
}

static void unmap_all(void)
{
	unmap(FOLDED_UNIT, 2 * FOLDED_UNIT);
}

static void unfold_too(void)
{
	fault(FOLDED_UNIT + 9);
}

static uint64_t *leaf_while(void (*other)(void), status_t *status)
{
	reserve(FOLDED_UNIT, 2 * FOLDED_UNIT, RIGHTS_READ | RIGHTS_WRITE);
	meanwhile = other;
	return slots_leaf(root, page_address(FOLDED_UNIT + 3), take_slowly, give, status);
}

static void a_fault_that_lost_to_another_uses_its_node(void **state)
{
	status_t status = STATUS_NOT_FOUND;
	uint64_t *slots = leaf_while(unfold_too, &status);
	unsigned present = 0;

	(void)state;
	assert_non_null(slots);
	assert_int_equal(status, STATUS_OK);
	for (unsigned i = 0; i < PTE_COUNT; i++)
		present += slot_state(slots[i]) == SLOT_PRESENT;
	assert_int_equal(present, 1);
	check_window();
}

static void a_fault_that_lost_to_an_unmap_finds_nothing(void **state)
{
	status_t status = STATUS_OK;

	(void)state;
	assert_null(leaf_while(unmap_all, &status));
	assert_int_equal(status, STATUS_NOT_FOUND);
	check_window();
}

static void a_fault_that_lost_to_a_protect_still_finds_the_page(void **state)
{
	status_t status = STATUS_NOT_FOUND;
	uint64_t *slots = leaf_while(protect_all, &status);

	(void)state;
	assert_int_equal(status, STATUS_OK);
	assert_non_null(slots);
	assert_int_equal(slots[3], slot_make(SLOT_RESERVED, RIGHTS_READ, 0));
	check_window();
}

/* Reads the word once more, as copy.c does. */
static status_t share_slowly(uint64_t *word, uint64_t *copy, void *context)
{
	void (*now)(void) = meanwhile;

	(void)context;
	meanwhile = NULL;
	if (now)
		now();
	*copy = slot_state(*word) == SLOT_PRESENT ? SLOT_EMPTY : *word;
	return STATUS_OK;
}

static void a_copy_that_a_fault_overtakes_has_nodes_of_its_own(void **state)
{
	uint64_t copy = take(), *leaf, *copied;
	status_t status;

	(void)state;
	reserve(FOLDED_UNIT, 2 * FOLDED_UNIT, RIGHTS_READ | RIGHTS_WRITE);
	meanwhile = unfold_too;
	assert_int_equal(slots_copy(root, copy, take, give, share_slowly, NULL), STATUS_OK);
	leaf = slots_leaf(root, page_address(FOLDED_UNIT), take, give, &status);
	copied = slots_leaf(copy, page_address(FOLDED_UNIT), take, give, &status);
	assert_non_null(copied);
	assert_ptr_not_equal(copied, leaf);
	assert_int_equal(copied[8], leaf[8]);
	assert_int_equal(copied[9], SLOT_EMPTY);
	slots_visit(copy, give_visited);
	check_window();
}

static bool array_occupied(unsigned first, unsigned last)
{
	for (unsigned page = first; page < last; page++)
		if (oracle[page])
			return true;
	return false;
}

/* The highest hole by trying every page. */
static uint64_t array_hole(unsigned low, unsigned high, unsigned size)
{
	for (unsigned first = high; first-- > low;)
		if (first + size <= high && !array_occupied(first, first + size))
			return page_address(first);
	return 0;
}

static bool array_missing(unsigned first, unsigned last)
{
	for (unsigned page = first; page < last; page++)
		if (!oracle[page])
			return true;
	return false;
}

static void look(uint64_t *seed)
{
	unsigned low = next_random(seed) % WINDOW_PAGES, high = low + 1 + next_random(seed) % (WINDOW_PAGES - low);
	unsigned size = 1 + next_random(seed) % 300;

	assert_int_equal(slots_occupied(root, page_address(low), page_address(high)), array_occupied(low, high));
	assert_int_equal(slots_missing(root, page_address(low), page_address(high)), array_missing(low, high));
	assert_int_equal(slots_hole(root, page_address(low), page_address(high), (uint64_t)size * PAGE_SIZE),
			 array_hole(low, high, size));
}

/* Ranges that often begin and end at nodes' borders. */
static unsigned some_page(uint64_t *seed)
{
	unsigned page = next_random(seed) % (WINDOW_PAGES + 1);

	return next_random(seed) % 3 ? page : page / FOLDED_UNIT * FOLDED_UNIT;
}

static void act(uint64_t *seed)
{
	unsigned a = some_page(seed), b = some_page(seed);
	unsigned first = a < b ? a : b, last = a < b ? b : a;

	switch (next_random(seed) % 8) {
	case 0:
	case 1:
		reserve(first, last, next_random(seed) % 8);
		return;
	case 2:
		change(first, last, (struct slots_change){ .change = change_retire });
		check_window();
		unmap(first, last);
		return;
	case 3:
		change(first, last, (struct slots_change){ .change = change_retire });
		change(first, last, (struct slots_change){ .change = change_discard, .changed = count_frame });
		return;
	case 4:
		change(first, last, (struct slots_change){ .change = change_protect, .rights = next_random(seed) % 8 });
		return;
	default:
		for (unsigned i = 0; i < 8; i++)
			fault(next_random(seed) % WINDOW_PAGES);
	}
}

static void any_mixture_is_as_the_array_has_it(void **state)
{
	uint64_t seed = 161803;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		act(&seed);
		if (round % 16 == 0)
			check_window();
		look(&seed);
	}
	check_window();
}

static void a_hole_may_be_as_large_as_all_there_is(void **state)
{
	uint64_t low = 0x10000, high = USER_END;

	(void)state;
	assert_int_equal(slots_hole(root, low, high, high - low), low);
	assert_int_equal(slots_hole(root, low, high, high - low + PAGE_SIZE), 0);
	assert_int_equal(slots_hole(root, low, high, PAGE_SIZE), high - PAGE_SIZE);
	reserve(100, 101, RIGHTS_READ);
	assert_int_equal(slots_hole(root, low, high, high - page_address(101)), page_address(101));
	assert_int_equal(slots_hole(root, low, high, high - page_address(101) + PAGE_SIZE), 0);
	assert_int_equal(slots_hole(root, low, page_address(101), page_address(100) - low), low);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_untouched_mapping_is_a_few_words, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(unfolding_repeats_the_word, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(nothing_is_found_where_nothing_is_mapped, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(without_frames_it_says_so_and_loses_nothing, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(a_fault_that_lost_to_another_uses_its_node, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(a_fault_that_lost_to_an_unmap_finds_nothing, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(a_fault_that_lost_to_a_protect_still_finds_the_page, open_tree,
						close_tree),
		cmocka_unit_test_setup_teardown(a_copy_that_a_fault_overtakes_has_nodes_of_its_own, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(any_mixture_is_as_the_array_has_it, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(a_hole_may_be_as_large_as_all_there_is, open_tree, close_tree),
	};

	return cmocka_run_group_tests_name("slots", tests, NULL, NULL);
}
