/* model_room_test.c - what caches have room for, and the directory's invariants while they make room
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/model_access.h"

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
		cmocka_unit_test(a_full_set_gives_its_oldest_line_to_the_group),
		cmocka_unit_test(a_full_set_keeps_what_came_last),
		cmocka_unit_test(copies_of_before_a_write_are_void),
		cmocka_unit_test(a_line_that_several_read_belongs_to_none_of_them),
		cmocka_unit_test(shared_caches_have_room_for_so_many),
		cmocka_unit_test(without_a_shared_cache_neighbours_help),
		cmocka_unit_test(owners_are_alone_whatever_happens),
		cmocka_unit_test(a_core_holds_no_more_than_its_cache),
		cmocka_unit_test(without_costs_nothing_costs_and_nobody_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
