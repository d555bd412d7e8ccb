/* partition_machine.h - a made-up machine to be partitioned, and what every plan must be
 * SPDX-License-Identifier: MIT
 * A plan is held against partition.h I1 and I2 by counting, unit by unit, with the RAM and the
 * reserved ranges at hand. For the suites of partition.c; each has one machine at a time. */
#ifndef TESTS_UNIT_PARTITION_MACHINE_H
#define TESTS_UNIT_PARTITION_MACHINE_H

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

static inline int set_up(void **state)
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

static inline int tear_down(void **state)
{
	(void)state;
	free(plan.units);
	return 0;
}

static inline void use_units(uint32_t count)
{
	free(plan.units);
	plan.units = calloc(count, sizeof(struct unit));
	plan.unit_count = count;
}

static inline void add_ram(uint64_t start, uint64_t end)
{
	ram[plan.ram_count++] = (struct memory_range){ start, end };
}

static inline void reserve(uint64_t start, uint64_t end)
{
	reserved[plan.reserved_count++] = (struct memory_range){ start, end };
}

static inline void add_cores(uint32_t count, uint16_t node)
{
	for (; count > 0; count--) {
		machine.core[machine.core_count] = (struct acpi_core){ machine.core_count, node };
		machine.core_count++;
	}
	if (machine.node_count <= node)
		machine.node_count = node + 1u;
}

static inline void add_memory(uint64_t start, uint64_t end, uint16_t node)
{
	machine.memory[machine.memory_count++] = (struct acpi_memory){ { start, end }, node };
	if (machine.node_count <= node)
		machine.node_count = node + 1u;
}

static inline void set_distance(int a, int b, uint8_t distance)
{
	machine.distance[a][b] = machine.distance[b][a] = distance;
}

/* Units of one core, by kind, and of one node if that is 0 or more. */
static inline uint32_t units_of(uint32_t owner, int kind, int node)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < plan.unit_count; i++) {
		const struct unit *unit = &plan.units[i];

		count += unit->owner == owner && unit->kind == kind && (node < 0 || unit->node == node);
	}
	return count;
}

static inline uint32_t share_of(uint32_t core)
{
	return units_of(core, UNIT_PRIVATE, -1) + units_of(core, UNIT_SHARED, -1);
}

static inline bool is_whole_ram(uint32_t unit)
{
	for (uint32_t i = 0; i < plan.ram_count; i++) {
		if (ram[i].start <= unit * UNIT && (unit + 1) * UNIT <= ram[i].end)
			return true;
	}
	return false;
}

static inline bool is_reserved(uint32_t unit)
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
static inline uint32_t check_units(void)
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
static inline void check_shared_zone(uint32_t core)
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

static inline void check_plan(void)
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

static inline void check_refusal(void)
{
	check_units();
	for (uint32_t i = 0; i < plan.unit_count; i++)
		assert_true(plan.units[i].owner >= UNIT_BOOT);
}

#endif
