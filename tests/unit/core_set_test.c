/* core_set_test.c - sets of cores: membership, order, and the edges of words
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/core_set.h"

static const unsigned EDGES[] = { 0, 1, 31, 63, 64, 65, 127, 128, 191, 192, 254, 255 };
enum { EDGE_COUNT = sizeof(EDGES) / sizeof(EDGES[0]) };

static void add_and_remove_touch_one_member_only(void **state)
{
	(void)state;
	for (unsigned index = 0; index < EDGE_COUNT; index++) {
		struct core_set set = { { 0 } };

		assert_true(core_set_empty(&set));
		core_set_add(&set, EDGES[index]);
		core_set_add(&set, EDGES[index]);
		for (unsigned core = 0; core < CORE_SET_SIZE; core++)
			assert_int_equal(core_set_has(&set, core), core == EDGES[index]);
		assert_int_equal(core_set_count(&set), 1);
		assert_false(core_set_empty(&set));
		core_set_remove(&set, EDGES[index]);
		assert_true(core_set_empty(&set));
	}
}

static void remove_leaves_the_others(void **state)
{
	struct core_set set = { { 0 } };

	(void)state;
	for (unsigned core = 0; core < CORE_SET_SIZE; core++)
		core_set_add(&set, core);
	assert_int_equal(core_set_count(&set), 256);
	core_set_remove(&set, 64);
	core_set_remove(&set, 64);
	assert_int_equal(core_set_count(&set), 255);
	assert_false(core_set_has(&set, 64));
	assert_true(core_set_has(&set, 63));
	assert_true(core_set_has(&set, 65));
}

static void next_finds_the_lowest_at_or_after(void **state)
{
	struct core_set set = { { 0 } };

	(void)state;
	assert_int_equal(core_set_next(&set, 0), CORE_SET_SIZE);
	for (unsigned index = 0; index < EDGE_COUNT; index++)
		core_set_add(&set, EDGES[index]);
	for (unsigned from = 0; from <= CORE_SET_SIZE; from++) {
		unsigned index = 0;

		while (index < EDGE_COUNT && EDGES[index] < from)
			index++;
		assert_int_equal(core_set_next(&set, from),
				 index < EDGE_COUNT ? EDGES[index] : CORE_SET_SIZE);
	}
}

static void for_each_visits_members_in_order_and_may_remove(void **state)
{
	struct core_set set = { { 0 } };
	unsigned index = 0;

	(void)state;
	for (unsigned edge = 0; edge < EDGE_COUNT; edge++)
		core_set_add(&set, EDGES[EDGE_COUNT - 1 - edge]);
	core_set_for_each(core, &set) {
		assert_true(index < EDGE_COUNT);
		assert_int_equal(core, EDGES[index++]);
		core_set_remove(&set, core);
	}
	assert_int_equal(index, EDGE_COUNT);
	assert_true(core_set_empty(&set));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add_and_remove_touch_one_member_only),
		cmocka_unit_test(remove_leaves_the_others),
		cmocka_unit_test(next_finds_the_lowest_at_or_after),
		cmocka_unit_test(for_each_visits_members_in_order_and_may_remove),
	};

	return cmocka_run_group_tests_name("core_set", tests, NULL, NULL);
}
