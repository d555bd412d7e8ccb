/* model_lines_test.c - what one access costs: states, distances, queues
 * SPDX-License-Identifier: MIT */
#include "tests/unit/model_access.h"

static void a_lone_reader_may_write_at_no_cost(void **state)
{
	(void)state;
	start(2, 2);
	assert_false(hits(0, ACCESS_READ));
	assert_price(later(0, ACCESS_READ, LINE), SOURCE_MEMORY, MEMORY, 0);
	assert_true(hits(0, ACCESS_READ));
	assert_true(hits(0, ACCESS_WRITE));
	assert_price(later(0, ACCESS_WRITE, LINE), SOURCE_HIT, 0, 0);
	assert_price(later(0, ACCESS_READ, LINE + 63), SOURCE_HIT, 0, 0);
	assert_price(later(0, ACCESS_ATOMIC, LINE), SOURCE_HIT, ATOMIC, 0);
	assert_false(hits(1, ACCESS_READ));
}

static void memory_is_as_far_as_its_node(void **state)
{
	(void)state;
	start(4, 2);
	assert_price(later(0, ACCESS_READ, MODEL_NODE - 64), SOURCE_MEMORY, MEMORY, 0);
	assert_price(later(0, ACCESS_READ, MODEL_NODE), SOURCE_MEMORY, MEMORY + HOP + FAR, 0);
	assert_price(later(0, ACCESS_ATOMIC, 2 * MODEL_NODE - 64), SOURCE_MEMORY, MEMORY + HOP + FAR + ATOMIC, 0);
	assert_price(later(2, ACCESS_WRITE, 0), SOURCE_MEMORY, MEMORY + CROSS, 0);
	assert_null(lines_find(2 * MODEL_NODE));
}

static void reading_from_an_owner_costs_the_way(void **state)
{
	static const uint32_t way[] = { 0, CROSS, HOP, HOP + FAR };

	(void)state;
	start(4, 2);
	for (unsigned int group = 0; group < 4; group++) {
		later(1, ACCESS_WRITE, LINE);
		assert_price(later(2 * group, ACCESS_READ, LINE), SOURCE_TRANSFER_READ, TRANSFER + way[group], 0);
		assert_true(hits(1, ACCESS_READ));
		assert_false(hits(1, ACCESS_WRITE));
		assert_false(hits(2 * group, ACCESS_WRITE));
	}
	assert_int_equal(losses, 3); /* each later write took the reader's copy */
}

static void both_groups_have_what_one_gave_the_other(void **state)
{
	(void)state;
	start(3, 3);
	later(0, ACCESS_WRITE, LINE);
	later(6, ACCESS_READ, LINE);
	assert_price(later(7, ACCESS_READ, LINE), SOURCE_NEAR, NEAR, 0);
	assert_price(later(1, ACCESS_READ, LINE), SOURCE_NEAR, NEAR, 0);
	assert_price(later(3, ACCESS_READ, LINE), SOURCE_MEMORY, MEMORY + CROSS, 0);
	assert_false(hits(3, ACCESS_WRITE));
}

static void writing_takes_the_line_from_its_owner(void **state)
{
	(void)state;
	start(3, 2);
	later(0, ACCESS_WRITE, LINE);
	assert_price(later(1, ACCESS_WRITE, LINE), SOURCE_TRANSFER_WRITE, TRANSFER, 0);
	assert_price(later(4, ACCESS_ATOMIC, LINE), SOURCE_TRANSFER_WRITE, TRANSFER + HOP + ATOMIC, 0);
	assert_int_equal(losses, 2);
	assert_int_equal(last_loser, 1);
	assert_int_equal(lost_at, now);
	assert_false(hits(1, ACCESS_READ));
	assert_true(hits(4, ACCESS_ATOMIC));
}

static void upgrading_costs_the_farthest_loss(void **state)
{
	(void)state;
	start(4, 2);
	later(0, ACCESS_READ, LINE);
	later(1, ACCESS_READ, LINE);
	assert_price(later(0, ACCESS_WRITE, LINE), SOURCE_TRANSFER_WRITE, TRANSFER, 0);
	later(2, ACCESS_READ, LINE);
	later(7, ACCESS_READ, LINE);
	losses = 0;
	assert_price(later(0, ACCESS_WRITE, LINE), SOURCE_TRANSFER_WRITE, TRANSFER + (HOP + FAR) / 2, 0);
	assert_int_equal(losses, 2);
	assert_false(hits(2, ACCESS_READ));
	assert_false(hits(7, ACCESS_READ));
	later(5, ACCESS_READ, LINE);
	later(7, ACCESS_READ, LINE);
	assert_price(later(7, ACCESS_WRITE, LINE), SOURCE_TRANSFER_WRITE, TRANSFER + (HOP + FAR) / 2, 0);
}

/* Who has no copy itself waits for the data as well as for the losses, whichever comes last. */
static void writing_a_line_that_others_share(void **state)
{
	(void)state;
	start(4, 2);
	later(0, ACCESS_WRITE, LINE);
	later(2, ACCESS_READ, LINE);
	assert_price(later(1, ACCESS_WRITE, LINE), SOURCE_TRANSFER_WRITE, TRANSFER + CROSS / 2, 0);
	later(0, ACCESS_READ, LINE);
	assert_price(later(4, ACCESS_WRITE, LINE), SOURCE_TRANSFER_WRITE, MEMORY + HOP, 0);
}

static void what_nobody_else_holds_is_written_near(void **state)
{
	(void)state;
	start(2, 2);
	later(0, ACCESS_READ, LINE);
	later(1, ACCESS_READ, LINE);
	for (unsigned int i = 1; i <= MODEL_WAYS; i++)
		later(1, ACCESS_READ, LINE + i * MODEL_SETS * 64);
	assert_false(hits(1, ACCESS_READ));
	assert_price(later(0, ACCESS_WRITE, LINE), SOURCE_NEAR, NEAR, 0);
	assert_int_equal(losses, 0);
}

static void writers_queue(void **state)
{
	(void)state;
	start(1, 5);
	later(0, ACCESS_WRITE, LINE);
	now += LONG;
	assert_price(access_at(now, 1, ACCESS_WRITE, LINE), SOURCE_TRANSFER_WRITE, TRANSFER, 0);
	assert_price(access_at(now + 10, 2, ACCESS_WRITE, LINE), SOURCE_TRANSFER_WRITE, 2 * TRANSFER - 10, TRANSFER - 10);
	assert_int_equal(lost_at, now + TRANSFER);
	assert_price(access_at(now + 20, 3, ACCESS_WRITE, LINE), SOURCE_TRANSFER_WRITE, 3 * TRANSFER - 20, 2 * TRANSFER - 20);
	assert_price(access_at(now - INTERVAL_REACH - 1, 4, ACCESS_WRITE, LINE), SOURCE_TRANSFER_WRITE, TRANSFER, 0);
	assert_price(access_at(now + 3 * TRANSFER, 0, ACCESS_ATOMIC, LINE), SOURCE_TRANSFER_WRITE, TRANSFER + ATOMIC, 0);
}

static void the_owner_does_not_wait_for_itself(void **state)
{
	(void)state;
	start(1, 2);
	later(0, ACCESS_WRITE, LINE);
	later(1, ACCESS_WRITE, LINE);
	assert_price(access_at(now + 1, 1, ACCESS_WRITE, LINE), SOURCE_HIT, 0, 0);
}

/* One fetches what an owner has, the line being busy for no longer than SHARE; the others wait until it has
 * come, and then for each other. */
static void readers_of_a_group_queue_behind_the_first(void **state)
{
	(void)state;
	start(1, 5);
	later(0, ACCESS_WRITE, LINE);
	now += LONG;
	assert_price(access_at(now, 1, ACCESS_READ, LINE), SOURCE_TRANSFER_READ, TRANSFER, 0);
	assert_price(access_at(now, 2, ACCESS_READ, LINE), SOURCE_NEAR, TRANSFER + NEAR, TRANSFER);
	assert_price(access_at(now + 5, 3, ACCESS_READ, LINE), SOURCE_NEAR, TRANSFER + SHARE + NEAR - 5, TRANSFER + SHARE - 5);
	assert_price(access_at(now + 5, 4, ACCESS_WRITE, LINE), SOURCE_TRANSFER_WRITE, SHARE - 5 + TRANSFER, SHARE - 5);
}

static void groups_read_in_parallel_what_they_have(void **state)
{
	(void)state;
	start(3, 3);
	later(0, ACCESS_WRITE, LINE);
	later(6, ACCESS_READ, LINE);
	now += LONG;
	for (unsigned int core = 1; core <= 2; core++)
		assert_price(access_at(now, core, ACCESS_READ, LINE), SOURCE_NEAR, NEAR + (core - 1) * SHARE, (core - 1) * SHARE);
	assert_price(access_at(now, 7, ACCESS_READ, LINE), SOURCE_NEAR, NEAR, 0);
}

/* From another group a line is fetched once at a time, and the giver's cores wait as well. */
static void fetches_of_other_groups_queue(void **state)
{
	uint32_t fetch = TRANSFER + HOP;

	(void)state;
	start(3, 3);
	later(0, ACCESS_WRITE, LINE);
	now += LONG;
	assert_price(access_at(now, 6, ACCESS_READ, LINE), SOURCE_TRANSFER_READ, fetch, 0);
	assert_price(access_at(now, 3, ACCESS_READ, LINE), SOURCE_MEMORY, fetch + MEMORY + CROSS, fetch);
	assert_price(access_at(now, 1, ACCESS_READ, LINE), SOURCE_NEAR, fetch + NEAR, fetch);
	assert_price(access_at(now, 7, ACCESS_READ, LINE), SOURCE_NEAR, fetch + NEAR, fetch);
	assert_price(access_at(now, 4, ACCESS_READ, LINE), SOURCE_NEAR, fetch + MEMORY + CROSS + NEAR, fetch + MEMORY + CROSS);
}

static void reads_from_memory_wait_for_each_other(void **state)
{
	(void)state;
	start(2, 2);
	now += LONG;
	assert_price(access_at(now, 0, ACCESS_READ, LINE), SOURCE_MEMORY, MEMORY, 0);
	assert_price(access_at(now + 50, 1, ACCESS_READ, LINE), SOURCE_TRANSFER_READ, MEMORY - 50 + TRANSFER, MEMORY - 50);
}

static void starting_again_forgets(void **state)
{
	(void)state;
	start(1, 2);
	later(0, ACCESS_WRITE, LINE);
	start(1, 2);
	assert_false(hits(0, ACCESS_READ));
	assert_price(later(1, ACCESS_READ, LINE), SOURCE_MEMORY, MEMORY, 0);
}

static void the_last_core_is_like_the_first(void **state)
{
	(void)state;
	start(4, 64);
	later(255, ACCESS_WRITE, LINE);
	assert_true(hits(255, ACCESS_WRITE));
	later(64, ACCESS_READ, LINE);
	later(128, ACCESS_WRITE, LINE);
	assert_int_equal(losses, 2);
	assert_false(hits(255, ACCESS_READ));
	assert_false(hits(64, ACCESS_READ));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lone_reader_may_write_at_no_cost),
		cmocka_unit_test(memory_is_as_far_as_its_node),
		cmocka_unit_test(reading_from_an_owner_costs_the_way),
		cmocka_unit_test(both_groups_have_what_one_gave_the_other),
		cmocka_unit_test(writing_takes_the_line_from_its_owner),
		cmocka_unit_test(upgrading_costs_the_farthest_loss),
		cmocka_unit_test(writing_a_line_that_others_share),
		cmocka_unit_test(what_nobody_else_holds_is_written_near),
		cmocka_unit_test(writers_queue),
		cmocka_unit_test(the_owner_does_not_wait_for_itself),
		cmocka_unit_test(readers_of_a_group_queue_behind_the_first),
		cmocka_unit_test(groups_read_in_parallel_what_they_have),
		cmocka_unit_test(fetches_of_other_groups_queue),
		cmocka_unit_test(reads_from_memory_wait_for_each_other),
		cmocka_unit_test(starting_again_forgets),
		cmocka_unit_test(the_last_core_is_like_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
