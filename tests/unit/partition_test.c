/* partition_test.c - who gets which unit on chosen machines, and refusals
 * SPDX-License-Identifier: MIT
 * Holds partition.h I1 and I2, and by its figures I3. */
#include "tests/unit/partition_machine.h"

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
