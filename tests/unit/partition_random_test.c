/* partition_random_test.c - who gets which unit on random machines
 * SPDX-License-Identifier: MIT
 * They have holes, nodes without memory, nodes without cores, and too little of everything.
 * Holds partition.h I1 to I3, and that the same machine gives the same plan. */
#include "tests/unit/partition_machine.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(random_machines, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
