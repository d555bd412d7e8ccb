/* partition_test.c - who gets which unit: chosen machines, random ones, and refusals
 * SPDX-License-Identifier: MIT
 * Every plan is held against partition.h I1 to I3 by counting, unit by unit, with the RAM and the reserved ranges at
 * hand; random machines have holes, nodes without memory, nodes without cores, and too little of everything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "percpu/partition.h"
#include "tests/unit/physical_memory.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define UNIT (UINT64_C(1) << UNIT_SHIFT)

static struct acpi_machine machine;
static struct memory_range ram[16];
static struct memory_range reserved[16];
static struct partition_plan plan;

static int set_up(void **state)
{
	(void)state;
	memset(&machine, 0, sizeof(machine));
	machine.node_count = 1;
	memset(machine.distance, 20, sizeof(machine.distance));
	for (int i = 0; i < ACPI_NODES; i++)
		machine.distance[i][i] = 10;
	plan = (struct partition_plan){
		.units = calloc(UNITS_MAX, sizeof(struct unit)),
		.unit_count = UNITS_MAX,
		.ram = ram,
		.reserved = reserved,
		.machine = &machine,
	};
	assert_non_null(plan.units);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(plan.units);
	return 0;
}

static void use_units(uint32_t count)
{
	free(plan.units);
	plan.units = calloc(count, sizeof(struct unit));
	plan.unit_count = count;
}

static void add_ram(uint64_t start, uint64_t end)
{
	ram[plan.ram_count++] = (struct memory_range){ start, end };
}

static void reserve(uint64_t start, uint64_t end)
{
	reserved[plan.reserved_count++] = (struct memory_range){ start, end };
}

static void add_cores(uint32_t count, uint16_t node)
{
	for (; count > 0; count--) {
		machine.core[machine.core_count] = (struct acpi_core){ machine.core_count, node };
		machine.core_count++;
	}
	if (machine.node_count <= node)
		machine.node_count = node + 1u;
}

static void add_memory(uint64_t start, uint64_t end, uint16_t node)
{
	machine.memory[machine.memory_count++] = (struct acpi_memory){ { start, end }, node };
	if (machine.node_count <= node)
		machine.node_count = node + 1u;
}

static void set_distance(int a, int b, uint8_t distance)
{
	machine.distance[a][b] = machine.distance[b][a] = distance;
}

/* Units of one core, by kind, and of one node if that is 0 or more. */
static uint32_t units_of(uint32_t owner, int kind, int node)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < plan.unit_count; i++) {
		const struct unit *unit = &plan.units[i];

		count += unit->owner == owner && unit->kind == kind && (node < 0 || unit->node == node);
	}
	return count;
}

static uint32_t share_of(uint32_t core)
{
	return units_of(core, UNIT_PRIVATE, -1) + units_of(core, UNIT_SHARED, -1);
}

static bool is_whole_ram(uint32_t unit)
{
	for (uint32_t i = 0; i < plan.ram_count; i++) {
		if (ram[i].start <= unit * UNIT && (unit + 1) * UNIT <= ram[i].end)
			return true;
	}
	return false;
}

static bool is_reserved(uint32_t unit)
{
	if (unit == 0)
		return true;
	for (uint32_t i = 0; i < plan.reserved_count; i++) {
		if (reserved[i].start < (unit + 1) * UNIT && unit * UNIT < reserved[i].end &&
		    reserved[i].start < reserved[i].end)
			return true;
	}
	return false;
}

/* What a unit must be before cores come in; counts those that a core may own. */
static uint32_t check_units(void)
{
	uint32_t free_units = 0;

	for (uint32_t i = 0; i < plan.unit_count; i++) {
		const struct unit *unit = &plan.units[i];
		bool in_boot = plan.boot.start <= i * UNIT && i * UNIT < plan.boot.end;
		bool usable = is_whole_ram(i) && !is_reserved(i);

		free_units += usable;
		if (is_reserved(i) || in_boot)
			assert_int_equal(unit->owner, UNIT_BOOT);
		else if (!usable)
			assert_int_equal(unit->owner, UNIT_NONE);
		if (in_boot)
			assert_true(usable);
		if (unit->owner >= machine.core_count)
			assert_int_equal(unit->kind, UNIT_PRIVATE);
		assert_true(unit->owner < machine.core_count || unit->owner >= UNIT_BOOT);
	}
	return free_units;
}

/* A core's shared zone comes first in its share and is an eighth, at least one. */
static void check_shared_zone(uint32_t core)
{
	uint32_t share = share_of(core), left = share / 8 ? share / 8 : 1;

	assert_true(share >= CORE_MINIMUM_UNITS);
	for (uint32_t i = 0; i < plan.unit_count; i++) {
		if (plan.units[i].owner != core)
			continue;
		assert_int_equal(plan.units[i].kind, left ? UNIT_SHARED : UNIT_PRIVATE);
		left -= left > 0;
	}
}

static void check_plan(void)
{
	uint32_t free_units = check_units(), shared_out = 0;

	assert_int_equal(plan.have_units, free_units);
	assert_int_equal(plan.boot.end - plan.boot.start, plan.boot_units * UNIT);
	assert_true(plan.boot.end <= 4 * GIB);
	for (uint32_t core = 0; core < machine.core_count; core++) {
		check_shared_zone(core);
		shared_out += share_of(core);
	}
	assert_int_equal(shared_out, free_units - plan.boot_units); /* nothing is left lying about */
}

static void check_refusal(void)
{
	check_units();
	for (uint32_t i = 0; i < plan.unit_count; i++)
		assert_true(plan.units[i].owner >= UNIT_BOOT);
}

static void one_core_gets_all(void **state)
{
	(void)state;
	add_ram(0, 0x9f000);
	add_ram(1 * MIB, 128 * MIB - 0x21000);
	reserve(1 * MIB, 3 * MIB);
	reserve(100 * MIB + 1, 100 * MIB + 2);
	reserve(50 * MIB + 5, 50 * MIB + 5);
	add_cores(1, 0);
	plan.boot_units = 3;
	assert_int_equal(partition_plan(&plan), STATUS_OK);
	check_plan();
	assert_int_equal(plan.boot.start, 4 * MIB);
	assert_int_equal(plan.have_units, 60);
	assert_int_equal(plan.needed_units, 5);
	assert_int_equal(plan.units[1].owner, UNIT_BOOT);
	assert_int_equal(plan.units[25].owner, 0);
	assert_int_equal(plan.units[50].owner, UNIT_BOOT);
	assert_int_equal(plan.units[63].owner, UNIT_NONE);
	assert_int_equal(units_of(0, UNIT_SHARED, -1), 57 / 8);
	assert_int_equal(plan.units[5].kind, UNIT_SHARED);
}

static void equal_shares_in_order(void **state)
{
	(void)state;
	add_ram(0, 2 * MIB * (1 + 23));
	add_cores(5, 0);
	assert_int_equal(partition_plan(&plan), STATUS_OK);
	check_plan();
	for (uint32_t core = 0; core < 5; core++) /* 23 units: the first three get one more */
		assert_int_equal(share_of(core), core < 3 ? 5 : 4);
	for (uint32_t i = 2; i < 24; i++) /* one run each */
		assert_true(plan.units[i].owner - plan.units[i - 1].owner <= 1);
	assert_int_equal(plan.boot.end, 0);
}

static void two_units_are_enough(void **state)
{
	(void)state;
	add_ram(0, UNIT * (1 + 6 + 1));
	add_cores(3, 0);
	plan.boot_units = 1;
	assert_int_equal(partition_plan(&plan), STATUS_OK);
	check_plan();
	plan.boot_units = 2;
	assert_int_equal(partition_plan(&plan), STATUS_NO_MEMORY);
	check_refusal();
	assert_int_equal(plan.needed_units, 8);
	assert_int_equal(plan.have_units, 7);
}

static void cores_draw_on_their_own_node(void **state)
{
	(void)state;
	add_ram(0, 1 * GIB);
	add_ram(4 * GIB, 5 * GIB);
	add_memory(0, 640 * 1024, 0);
	add_memory(1 * MIB, 511 * MIB, 0);
	add_memory(511 * MIB, 1 * GIB, 1); /* begins in the middle of unit 255 */
	add_memory(4 * GIB, 6 * GIB, 0);
	add_cores(3, 0);
	add_cores(1, 1);
	assert_int_equal(partition_plan(&plan), STATUS_OK);
	check_plan();
	for (uint32_t core = 0; core < 3; core++) {
		assert_int_equal(units_of(core, UNIT_PRIVATE, 1) + units_of(core, UNIT_SHARED, 1), 0);
		assert_in_range(share_of(core), 255, 256);
	}
	assert_int_equal(units_of(3, UNIT_PRIVATE, 0) + units_of(3, UNIT_SHARED, 0), 0);
	assert_int_equal(share_of(3), 256);
	assert_int_equal(plan.units[1].node, 0);
	assert_int_equal(plan.units[255].node, 0);
	assert_int_equal(plan.units[256].node, 1);
}

/* Node 2 has cores alone. Nearest is node 1; of equally near ones it is the lowest. */
static void cores_without_memory_borrow_from_the_nearest(void **state)
{
	(void)state;
	add_ram(0, 600 * MIB);
	add_memory(0, 200 * MIB, 0);
	add_memory(200 * MIB, 400 * MIB, 1);
	add_memory(400 * MIB, 600 * MIB, 3);
	add_cores(1, 0);
	add_cores(1, 1);
	add_cores(1, 2);
	add_cores(1, 3);
	set_distance(2, 1, 15);
	assert_int_equal(partition_plan(&plan), STATUS_OK);
	check_plan();
	assert_int_equal(share_of(0), 99);
	assert_int_equal(share_of(1), 50);
	assert_int_equal(share_of(2), 50);
	assert_int_equal(share_of(3), 100);
	assert_int_equal(units_of(2, UNIT_PRIVATE, 1) + units_of(2, UNIT_SHARED, 1), 50);
	set_distance(2, 1, 20);
	assert_int_equal(partition_plan(&plan), STATUS_OK);
	check_plan();
	assert_int_equal(share_of(1), 100);
	assert_int_equal(units_of(2, UNIT_PRIVATE, 0) + units_of(2, UNIT_SHARED, 0), 49);
}

/* Node 1 can carry two of its four cores; a third unit of its own is left over and stays there. */
static void surplus_cores_go_to_a_neighbour(void **state)
{
	(void)state;
	add_ram(0, UNIT * (1 + 20 + 5));
	add_memory(0, UNIT * 21, 0);
	add_memory(UNIT * 21, UNIT * 26, 1);
	add_cores(1, 0);
	add_cores(4, 1);
	assert_int_equal(partition_plan(&plan), STATUS_OK);
	check_plan();
	assert_int_equal(share_of(0), 7);
	assert_int_equal(share_of(1), 3);
	assert_int_equal(share_of(2), 2);
	assert_int_equal(share_of(3), 7);
	assert_int_equal(share_of(4), 6);
}

static void memory_without_cores_goes_to_the_nearest(void **state)
{
	(void)state;
	add_ram(0, 300 * MIB);
	add_memory(0, 100 * MIB, 0);
	add_memory(100 * MIB, 200 * MIB, 1);
	add_memory(200 * MIB, 300 * MIB, 2);
	add_cores(1, 0);
	add_cores(1, 1);
	set_distance(2, 1, 12);
	assert_int_equal(partition_plan(&plan), STATUS_OK);
	check_plan();
	assert_int_equal(share_of(0), 49);
	assert_int_equal(share_of(1), 100);
}

/* Three units in each of two nodes are two for each of three cores, but only across nodes. */
static void nodes_give_way_when_memory_is_short(void **state)
{
	(void)state;
	add_ram(0, UNIT * 7);
	add_memory(0, UNIT * 4, 0);
	add_memory(UNIT * 4, UNIT * 7, 1);
	add_cores(2, 0);
	add_cores(1, 1);
	assert_int_equal(partition_plan(&plan), STATUS_OK);
	check_plan();
	add_cores(1, 1);
	assert_int_equal(partition_plan(&plan), STATUS_NO_MEMORY);
	check_refusal();
	assert_int_equal(plan.needed_units, 8);
	assert_int_equal(plan.have_units, 6);
}

static void boot_run_needs_to_be_one_run_below_4_gib(void **state)
{
	(void)state;
	add_ram(0, 64 * MIB);
	add_ram(100 * MIB, 100 * MIB + 10 * UNIT);
	add_ram(4 * GIB - 3 * UNIT, 8 * GIB);
	reserve(8 * MIB, 9 * MIB);
	reserve(30 * MIB, 31 * MIB);
	reserve(50 * MIB, 51 * MIB);
	add_cores(1, 0);
	plan.boot_units = 3;
	assert_int_equal(partition_plan(&plan), STATUS_OK);
	check_plan();
	assert_int_equal(plan.boot.start, 2 * MIB);
	plan.boot_units = 10;
	assert_int_equal(partition_plan(&plan), STATUS_OK);
	check_plan();
	assert_int_equal(plan.boot.start, 10 * MIB);
	plan.boot_units = 11;
	assert_int_equal(partition_plan(&plan), STATUS_NO_MEMORY);
	check_refusal();
	assert_int_equal(plan.boot.end, 0);
	assert_true(plan.have_units > plan.needed_units);
}

static void ram_beyond_the_last_unit_is_reported(void **state)
{
	(void)state;
	use_units(512);
	add_ram(0, 1 * GIB - 5);
	add_cores(2, 0);
	assert_int_equal(partition_plan(&plan), STATUS_OK);
	check_plan();
	assert_int_equal(plan.ignored_bytes, 0);
	ram[0].end = 1 * GIB + 4096;
	add_ram(3 * GIB, UINT64_MAX);
	reserve(2 * GIB, UINT64_MAX);
	add_memory(0, UINT64_MAX, 0);
	assert_int_equal(partition_plan(&plan), STATUS_OK);
	check_plan();
	assert_int_equal(plan.ignored_bytes, 4096 + (UINT64_MAX - 3 * GIB));
	assert_int_equal(partition_plan(&plan), STATUS_OK);
	assert_int_equal(plan.ignored_bytes, 4096 + (UINT64_MAX - 3 * GIB));
	assert_int_equal(plan.have_units, 511);
	use_units(0);
	assert_int_equal(partition_plan(&plan), STATUS_NO_MEMORY);
	assert_int_equal(plan.have_units, 0);
}

static void the_largest_machine(void **state)
{
	(void)state;
	add_ram(0, 3 * GIB);
	add_ram(4 * GIB, 129 * GIB);
	for (uint16_t node = 0; node < ACPI_NODES; node++) {
		add_memory(node * 2 * GIB, (node + 1) * 2 * GIB, node);
		add_cores(node == 0 ? 3 : 4, node);
	}
	plan.boot_units = 64;
	assert_int_equal(machine.core_count, ACPI_CORES);
	assert_int_equal(partition_plan(&plan), STATUS_OK);
	check_plan();
	assert_int_equal(share_of(0), (1024 - 1 - 64 + 2) / 3);
	assert_int_equal(share_of(254), 256);
	assert_int_equal(plan.ignored_bytes, 1 * GIB);
}

static void random_machine(uint64_t *seed)
{
	uint64_t at = 0;

	machine.core_count = machine.memory_count = 0;
	machine.node_count = 1 + next_random(seed) % 6;
	plan.ram_count = plan.reserved_count = 0;
	plan.boot_units = next_random(seed) % 5;
	for (int i = 0; i < 6; i++) {
		at += next_random(seed) % 8 * MIB;
		add_ram(at, at + (1 + next_random(seed) % 40) * MIB);
		at = ram[i].end + 4096;
	}
	for (int i = 0; i < 3; i++) {
		uint64_t start = next_random(seed) % at;

		reserve(start, start + next_random(seed) % (4 * MIB));
	}
	at = 0;
	for (uint64_t count = next_random(seed) % 8; count > 0; count--) {
		uint64_t end = at + next_random(seed) % (60 * MIB);

		add_memory(at, end, next_random(seed) % machine.node_count);
		at = end;
	}
	for (uint64_t count = 1 + next_random(seed) % 24; count > 0; count--)
		add_cores(1, next_random(seed) % machine.node_count);
	for (uint32_t i = 0; i < machine.node_count; i++) {
		for (uint32_t j = 0; j < i; j++)
			set_distance(i, j, (uint8_t)(11 + next_random(seed) % 20));
	}
}

/* Cores whose units lie in one node alone, and in the same one, differ by at most one unit. */
static void check_fairness(void)
{
	uint32_t least[ACPI_NODES], most[ACPI_NODES] = { 0 };

	memset(least, 0xff, sizeof(least));
	for (uint32_t core = 0; core < machine.core_count; core++) {
		uint32_t share = share_of(core);

		for (uint32_t node = 0; node < machine.node_count; node++) {
			if (units_of(core, UNIT_PRIVATE, node) + units_of(core, UNIT_SHARED, node) != share)
				continue;
			least[node] = share < least[node] ? share : least[node];
			most[node] = share > most[node] ? share : most[node];
		}
	}
	for (uint32_t node = 0; node < machine.node_count; node++)
		assert_true(most[node] == 0 || most[node] - least[node] <= 1);
}

static void random_machines(void **state)
{
	uint64_t seed = 0x9a77171017;
	uint32_t refused = 0;
	struct unit again[256];

	(void)state;
	use_units(256);
	for (int round = 0; round < 5000; round++) {
		status_t status;

		random_machine(&seed);
		status = partition_plan(&plan);
		memcpy(again, plan.units, sizeof(again));
		memset(plan.units, 0x5a, sizeof(again));
		assert_int_equal(partition_plan(&plan), status);
		assert_memory_equal(again, plan.units, sizeof(again));
		if (status == STATUS_OK) {
			check_plan();
			check_fairness();
			continue;
		}
		assert_int_equal(status, STATUS_NO_MEMORY);
		assert_true(plan.have_units < plan.needed_units || plan.boot.end == 0);
		check_refusal();
		refused++;
	}
	assert_in_range(refused, 50, 4000); /* both outcomes are met */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_core_gets_all),
		TEST(equal_shares_in_order),
		TEST(two_units_are_enough),
		TEST(cores_draw_on_their_own_node),
		TEST(cores_without_memory_borrow_from_the_nearest),
		TEST(surplus_cores_go_to_a_neighbour),
		TEST(memory_without_cores_goes_to_the_nearest),
		TEST(nodes_give_way_when_memory_is_short),
		TEST(boot_run_needs_to_be_one_run_below_4_gib),
		TEST(ram_beyond_the_last_unit_is_reported),
		TEST(the_largest_machine),
		TEST(random_machines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
