/* partition.c - dividing the units among the cores
 * SPDX-License-Identifier: MIT
 * Three passes over the units (what is RAM, what is taken, who gets the rest), and between them
 * one decision per core and node: from which pool of units a core draws. A pool is a node,
 * together with those nodes whose memory no core draws on (memory without cores, or too little
 * for one). Cores that their node cannot give two units go to the nearest node that still can.
 * See partition.h. */
#include "percpu/partition.h"

#include <stdbool.h>

enum {
	UNIT_FREE        = 0xfffd, /* only while planning: RAM that nobody has yet */
	SHARED_FRACTION  = 8,
	BOOT_UNITS_BELOW = 1 << (32 - UNIT_SHIFT), /* 4 GiB */
	NO_POOL          = 0xffff,
};

_Static_assert((int)ACPI_CORES <= (int)UNIT_FREE, "a core's index is no special owner");
_Static_assert(ACPI_NODES <= UINT8_MAX + 1, "a node fits its field of struct unit");

/* Who draws on what. */
struct pools {
	uint32_t free[ACPI_NODES];      /* units, by node */
	uint32_t drawing[ACPI_NODES];   /* cores, by node drawn on */
	uint16_t pool_of_node[ACPI_NODES];
	uint16_t node_of_core[ACPI_CORES]; /* drawn on; NO_POOL until decided */
};

/* Where a pool's division stands: its current core, and what that core still gets. */
struct cursor {
	uint32_t units;  /* of the whole pool */
	uint32_t cores;  /* of the whole pool */
	uint32_t served; /* cores that have begun */
	uint32_t next_core; /* where to look for the pool's next core */
	uint16_t core;
	uint32_t left;   /* units due to core */
	uint32_t shared; /* of these, units for the shared zone */
};

static uint32_t units_below(const struct partition_plan *plan, uint64_t address)
{
	uint64_t unit = address >> UNIT_SHIFT;

	return unit < plan->unit_count ? (uint32_t)unit : plan->unit_count;
}

/* The first unit boundary at or above an address. */
static uint32_t units_up_to(const struct partition_plan *plan, uint64_t address)
{
	uint64_t part = address & (((uint64_t)1 << UNIT_SHIFT) - 1);
	uint32_t unit = units_below(plan, address);

	return part && unit < plan->unit_count ? unit + 1 : unit;
}

static void mark_ram(struct partition_plan *plan)
{
	uint64_t limit = (uint64_t)plan->unit_count << UNIT_SHIFT;

	for (uint32_t i = 0; i < plan->unit_count; i++)
		plan->units[i] = (struct unit){ .owner = UNIT_NONE, .kind = UNIT_PRIVATE };
	for (uint32_t i = 0; i < plan->ram_count; i++) {
		struct memory_range ram = plan->ram[i];
		uint32_t end = units_below(plan, ram.end);

		for (uint32_t unit = units_up_to(plan, ram.start); unit < end; unit++)
			plan->units[unit].owner = UNIT_FREE;
		if (ram.end > limit)
			plan->ignored_bytes += ram.end - (ram.start > limit ? ram.start : limit);
	}
}

static void mark_reserved(struct partition_plan *plan)
{
	if (plan->unit_count > 0)
		plan->units[0].owner = UNIT_BOOT;
	for (uint32_t i = 0; i < plan->reserved_count; i++) {
		struct memory_range reserved = plan->reserved[i];
		uint32_t end = units_up_to(plan, reserved.end);

		if (reserved.start >= reserved.end)
			continue;
		for (uint32_t unit = units_below(plan, reserved.start); unit < end; unit++)
			plan->units[unit].owner = UNIT_BOOT;
	}
}

/* A unit belongs to the node of its first byte. */
static void mark_nodes(struct partition_plan *plan)
{
	for (uint32_t i = 0; i < plan->machine->memory_count; i++) {
		const struct acpi_memory *memory = &plan->machine->memory[i];
		uint32_t end = units_up_to(plan, memory->range.end);

		for (uint32_t unit = units_up_to(plan, memory->range.start); unit < end; unit++)
			plan->units[unit].node = (uint8_t)memory->node;
	}
}

/* Takes the lowest free run that is long enough. */
static void take_boot_run(struct partition_plan *plan)
{
	uint32_t limit = plan->unit_count < BOOT_UNITS_BELOW ? plan->unit_count : BOOT_UNITS_BELOW;
	uint32_t run = 0;

	for (uint32_t i = 0; i < limit && run < plan->boot_units; i++) {
		run = plan->units[i].owner == UNIT_FREE ? run + 1 : 0;
		plan->boot.end = (uint64_t)(i + 1) << UNIT_SHIFT;
	}
	if (run < plan->boot_units || run == 0) {
		plan->boot = (struct memory_range){ 0, 0 };
		return;
	}
	plan->boot.start = plan->boot.end - ((uint64_t)run << UNIT_SHIFT);
	for (uint32_t i = units_below(plan, plan->boot.start); run > 0; i++, run--)
		plan->units[i].owner = UNIT_BOOT;
}

/* The nearest node for which the test holds; the lowest of several equally near; NO_POOL for none. */
static uint16_t nearest(const struct acpi_machine *machine, const struct pools *pools, uint16_t from,
			bool (*test)(const struct pools *pools, uint32_t node))
{
	uint16_t best = NO_POOL;

	for (uint32_t node = 0; node < machine->node_count; node++) {
		if (!test(pools, node))
			continue;
		if (best == NO_POOL || machine->distance[from][node] < machine->distance[from][best])
			best = (uint16_t)node;
	}
	return best;
}

static bool has_room(const struct pools *pools, uint32_t node)
{
	return pools->drawing[node] < pools->free[node] / CORE_MINIMUM_UNITS;
}

static bool is_drawn_on(const struct pools *pools, uint32_t node)
{
	return pools->drawing[node] > 0;
}

/* Every node its own cores first, then the others by distance. False when a core is left over. */
static bool place_cores(const struct acpi_machine *machine, struct pools *pools)
{
	for (uint32_t i = 0; i < machine->core_count; i++) {
		uint16_t home = machine->core[i].node;

		pools->node_of_core[i] = has_room(pools, home) ? home : NO_POOL;
		if (pools->node_of_core[i] == home)
			pools->drawing[home]++;
	}
	for (uint32_t i = 0; i < machine->core_count; i++) {
		uint16_t node = pools->node_of_core[i];

		if (node != NO_POOL)
			continue;
		node = nearest(machine, pools, machine->core[i].node, has_room);
		if (node == NO_POOL)
			return false;
		pools->node_of_core[i] = node;
		pools->drawing[node]++;
	}
	return true;
}

/* Enough units in all, but not two in one node for every core: nodes no longer matter. */
static void pool_everything(const struct acpi_machine *machine, struct pools *pools)
{
	for (uint32_t i = 0; i < machine->core_count; i++)
		pools->node_of_core[i] = 0;
	for (uint32_t node = 0; node < machine->node_count; node++)
		pools->pool_of_node[node] = 0;
}

static void pool_nodes(const struct acpi_machine *machine, struct pools *pools)
{
	for (uint32_t node = 0; node < machine->node_count; node++) {
		pools->pool_of_node[node] = (uint16_t)node;
		if (!is_drawn_on(pools, node))
			pools->pool_of_node[node] = nearest(machine, pools, (uint16_t)node, is_drawn_on);
	}
}

/* Moves on to the pool's next core and works out its share: the first ones get the remainder. */
static void serve_next_core(struct cursor *cursor, const struct pools *pools, uint16_t pool)
{
	while (pools->node_of_core[cursor->next_core] != pool)
		cursor->next_core++;
	cursor->core = (uint16_t)cursor->next_core++;
	cursor->left = cursor->units / cursor->cores;
	if (cursor->served++ < cursor->units % cursor->cores)
		cursor->left++;
	cursor->shared = cursor->left / SHARED_FRACTION;
	if (cursor->shared == 0)
		cursor->shared = 1;
}

static void share_out(struct partition_plan *plan, const struct pools *pools)
{
	struct cursor cursors[ACPI_NODES] = { 0 };

	for (uint32_t i = 0; i < plan->machine->core_count; i++)
		cursors[pools->node_of_core[i]].cores++;
	for (uint32_t node = 0; node < plan->machine->node_count; node++)
		cursors[pools->pool_of_node[node]].units += pools->free[node];
	for (uint32_t i = 0; i < plan->unit_count; i++) {
		struct unit *unit = &plan->units[i];
		uint16_t pool = pools->pool_of_node[unit->node];
		struct cursor *cursor = &cursors[pool];

		if (unit->owner != UNIT_FREE)
			continue;
		if (cursor->left == 0)
			serve_next_core(cursor, pools, pool);
		unit->owner = cursor->core;
		unit->kind = cursor->shared > 0 ? UNIT_SHARED : UNIT_PRIVATE;
		cursor->left--;
		if (cursor->shared > 0)
			cursor->shared--;
	}
}

/* After a refusal nothing is left half planned. */
static void give_up(struct partition_plan *plan)
{
	for (uint32_t i = 0; i < plan->unit_count; i++) {
		if (plan->units[i].owner == UNIT_FREE)
			plan->units[i].owner = UNIT_NONE;
	}
}

status_t partition_plan(struct partition_plan *plan)
{
	struct pools pools = { 0 };
	uint32_t for_cores = CORE_MINIMUM_UNITS * plan->machine->core_count;
	uint32_t left = 0;

	plan->ignored_bytes = 0;
	plan->needed_units = for_cores + plan->boot_units;
	plan->have_units = 0;
	mark_ram(plan);
	mark_reserved(plan);
	mark_nodes(plan);
	for (uint32_t i = 0; i < plan->unit_count; i++)
		plan->have_units += plan->units[i].owner == UNIT_FREE;
	take_boot_run(plan);
	for (uint32_t i = 0; i < plan->unit_count; i++) {
		if (plan->units[i].owner == UNIT_FREE) {
			pools.free[plan->units[i].node]++;
			left++;
		}
	}
	if (left < for_cores || (plan->boot_units > 0 && plan->boot.end == 0)) {
		give_up(plan);
		return STATUS_NO_MEMORY;
	}
	if (place_cores(plan->machine, &pools))
		pool_nodes(plan->machine, &pools);
	else
		pool_everything(plan->machine, &pools);
	share_out(plan, &pools);
	return STATUS_OK;
}
