/* model_lines_test.c - what one access costs: states, distances, queues, caches; and the directory's invariants
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scalability-tests/machine/lines.h"
#include "tests/unit/model_machine.h"

enum { LINE = 0x4000, LONG = 100000 /* cycles, after which nothing is busy any more */ };

static struct model_machine machine;
static uint64_t now;
static unsigned int losses, last_loser;
static uint64_t lost_at;

static void on_loss(unsigned int core, uint64_t when)
{
	losses++;
	last_loser = core;
	lost_at = when;
}

static void start(unsigned int groups, unsigned int cores_each)
{
	machine = model_machine(groups, cores_each);
	assert_int_equal(lines_start(&machine, on_loss), 0);
	now = LONG;
	losses = 0;
}

static struct price access_at(uint64_t when, unsigned int core, enum access_kind kind, uint64_t physical)
{
	struct access access = { .core = core, .kind = kind, .physical = physical, .now = when };

	return lines_access(lines_find(physical), &access);
}

/* Long after everything before, so that nothing waits. */
static struct price later(unsigned int core, enum access_kind kind, uint64_t physical)
{
	now += LONG;
	return access_at(now, core, kind, physical);
}

static void assert_price(struct price price, enum source source, uint32_t cycles, uint32_t waited)
{
	assert_int_equal(price.source, source);
	assert_int_equal(price.cycles, cycles);
	assert_int_equal(price.waited, waited);
}

static bool hits(unsigned int core, enum access_kind kind)
{
	return lines_hit(lines_find(LINE), core, kind);
}

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

static void fill_set(unsigned int core)
{
	for (unsigned int i = 1; i <= MODEL_WAYS; i++)
		later(core, ACCESS_WRITE, LINE + i * MODEL_SETS * 64);
}

static void a_full_set_gives_its_oldest_line_to_the_group(void **state)
{
	(void)state;
	start(2, 2);
	later(0, ACCESS_WRITE, LINE);
	fill_set(0);
	assert_false(hits(0, ACCESS_READ));
	assert_int_equal(losses, 0);
	assert_price(later(1, ACCESS_READ, LINE), SOURCE_NEAR, NEAR, 0);
	assert_true(hits(1, ACCESS_WRITE)); /* alone, and nobody has read it since it was written */
}

static void a_full_set_keeps_what_came_last(void **state)
{
	(void)state;
	start(1, 1);
	later(0, ACCESS_WRITE, LINE);
	fill_set(0);
	for (unsigned int i = 1; i <= MODEL_WAYS; i++)
		assert_true(lines_hit(lines_find(LINE + i * MODEL_SETS * 64), 0, ACCESS_WRITE));
}

static void copies_of_before_a_write_are_void(void **state)
{
	(void)state;
	start(2, 2);
	later(0, ACCESS_WRITE, LINE);
	fill_set(0);
	assert_price(later(2, ACCESS_READ, LINE), SOURCE_MEMORY, MEMORY + CROSS, 0);
	assert_price(later(2, ACCESS_WRITE, LINE), SOURCE_HIT, 0, 0); /* which the directory cannot see */
	fill_set(2);
	assert_price(later(0, ACCESS_READ, LINE), SOURCE_MEMORY, MEMORY, 0);
}

/* Else two groups that read the same would take it from each other whenever they make room. */
static void a_line_that_several_read_belongs_to_none_of_them(void **state)
{
	(void)state;
	start(2, 2);
	later(0, ACCESS_READ, LINE);
	later(2, ACCESS_READ, LINE);
	fill_set(0);
	fill_set(2);
	assert_price(later(0, ACCESS_READ, LINE), SOURCE_NEAR, NEAR, 0);
	assert_false(hits(0, ACCESS_WRITE));
	assert_price(later(2, ACCESS_READ, LINE), SOURCE_NEAR, NEAR, 0);
}

static void shared_caches_have_room_for_so_many(void **state)
{
	unsigned int near = 0;

	(void)state;
	machine = model_machine(1, 1);
	machine.shared_cache = (struct machine_cache){ .lines = 128, .ways = 8 };
	assert_int_equal(lines_start(&machine, on_loss), 0);
	for (unsigned int round = 0; round < 2; round++)
		for (uint64_t line = 0; line < 4096; line++)
			near += later(0, ACCESS_READ, line * 64).source == SOURCE_NEAR;
	assert_int_equal(near, 0); /* first in, first out: a longer round finds nothing */
	for (uint64_t line = 0; line < 160; line++)
		later(0, ACCESS_READ, line * 64);
	for (uint64_t line = 0; line < 160; line++)
		near += later(0, ACCESS_READ, line * 64).source == SOURCE_NEAR;
	assert_int_equal(near, 160); /* 64 in the private cache, 128 here */
}

static void without_a_shared_cache_neighbours_help(void **state)
{
	(void)state;
	machine = model_machine(2, 3);
	machine.shared_cache = (struct machine_cache){ 0 };
	assert_int_equal(lines_start(&machine, on_loss), 0);
	later(0, ACCESS_WRITE, LINE);
	later(1, ACCESS_READ, LINE);
	assert_price(later(2, ACCESS_READ, LINE), SOURCE_NEAR, NEAR, 0);
	assert_price(later(3, ACCESS_READ, LINE), SOURCE_MEMORY, MEMORY + CROSS, 0);
	later(0, ACCESS_WRITE, LINE);
	fill_set(0);
	assert_price(later(1, ACCESS_READ, LINE), SOURCE_MEMORY, MEMORY, 0);
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

static unsigned int holders(const struct line *line)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < MACHINE_CORES / 64; i++)
		count += __builtin_popcountll(line->present[i]);
	return count;
}

/* So few lines that they meet, and sets so small that they make room all the time. */
static struct price random_access(struct line **line, unsigned int *core, enum access_kind *kind)
{
	uint64_t physical = (uint64_t)(rand() % 12) * MODEL_SETS * 64 + (uint64_t)(rand() % 2) * MODEL_NODE;

	*core = rand() % machine.cores;
	*kind = rand() % 3;
	*line = lines_find(physical);
	now += rand() % 200;
	return access_at(now - rand() % 100, *core, *kind, physical);
}

static void owners_are_alone_whatever_happens(void **state)
{
	(void)state;
	start(4, 3);
	srand(1);
	for (unsigned int i = 0; i < 200000; i++) {
		struct line *line;
		enum access_kind kind;
		unsigned int core;
		struct price price = random_access(&line, &core, &kind);

		assert_true(lines_hit(line, core, kind));
		assert_true(price.cycles >= price.waited);
		if (price.source == SOURCE_HIT)
			assert_int_equal(price.cycles, kind == ACCESS_ATOMIC ? ATOMIC : 0);
		if (line->owner)
			assert_int_equal(holders(line), 1);
		if (line->owner)
			assert_true(lines_hit(line, line->owner - 1, ACCESS_READ));
		if (kind != ACCESS_READ)
			assert_int_equal(line->owner, core + 1);
	}
}

static void a_core_holds_no_more_than_its_cache(void **state)
{
	(void)state;
	start(2, 2);
	srand(2);
	for (unsigned int i = 0; i < 20000; i++) {
		unsigned int held = 0, core;
		struct line *line;
		enum access_kind kind;

		random_access(&line, &core, &kind);
		for (uint64_t set = 0; set < 24; set++)
			held += lines_hit(lines_find(set % 12 * MODEL_SETS * 64 + set / 12 * MODEL_NODE), core, ACCESS_READ);
		assert_true(held <= MODEL_WAYS);
	}
}

static void without_costs_nothing_costs_and_nobody_waits(void **state)
{
	(void)state;
	machine = model_machine(4, 3);
	memset(machine.costs, 0, sizeof(machine.costs));
	assert_int_equal(lines_start(&machine, on_loss), 0);
	srand(3);
	for (unsigned int i = 0; i < 50000; i++) {
		struct line *line;
		enum access_kind kind;
		unsigned int core;
		struct price price = random_access(&line, &core, &kind);

		assert_int_equal(price.cycles, 0);
		assert_int_equal(price.waited, 0);
	}
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
		cmocka_unit_test(a_full_set_gives_its_oldest_line_to_the_group),
		cmocka_unit_test(a_full_set_keeps_what_came_last),
		cmocka_unit_test(copies_of_before_a_write_are_void),
		cmocka_unit_test(a_line_that_several_read_belongs_to_none_of_them),
		cmocka_unit_test(shared_caches_have_room_for_so_many),
		cmocka_unit_test(without_a_shared_cache_neighbours_help),
		cmocka_unit_test(starting_again_forgets),
		cmocka_unit_test(the_last_core_is_like_the_first),
		cmocka_unit_test(owners_are_alone_whatever_happens),
		cmocka_unit_test(a_core_holds_no_more_than_its_cache),
		cmocka_unit_test(without_costs_nothing_costs_and_nobody_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
