/* frame_table.c - see frame_table.h
 * SPDX-License-Identifier: MIT */
#include "percpu/frame_table.h"

#include "lib/string.h"

/* Takes the last bytes of a core's private or shared memory. What lies above the end is taken, so below a unit's beginning the
 * core's previous unit of that kind goes on. */
static uint64_t take_last(unsigned core, enum unit_kind kind, uint64_t *end, uint64_t size)
{
	while (machine.unit[(*end - 1) >> UNIT_SHIFT].owner != core || machine.unit[(*end - 1) >> UNIT_SHIFT].kind != kind)
		*end -= UNIT_SIZE; /* bounded: each core has units of each kind */
	*end -= size;
	memset(direct(*end), 0, size);
	return *end;
}

/* The last unit of each kind is where the tables begin. */
static void find_ends(void)
{
	for (uint32_t unit = 0; unit < machine.unit_count; unit++) {
		unsigned owner = machine.unit[unit].owner;
		uint64_t end = (uint64_t)(unit + 1) << UNIT_SHIFT;

		if (owner >= CORES_MAX)
			continue;
		if (machine.unit[unit].kind == UNIT_SHARED)
			machine.memory[owner].shared_end = end;
		else
			machine.memory[owner].private_end = end;
	}
}

static void place_frames(struct unit *unit)
{
	struct core_memory *memory = &machine.memory[unit->owner];
	uint64_t entries = take_last(unit->owner, UNIT_PRIVATE, &memory->private_end, PAGE_SIZE);
	uint64_t sharers = take_last(unit->owner, UNIT_SHARED, &memory->shared_end, FRAME_SHARERS_SIZE);

	unit->entries = (uint32_t)(entries / PAGE_SIZE);
	unit->sharers = (uint32_t)(sharers / FRAME_SHARERS_SIZE);
}

static void place_note(struct unit *unit)
{
	uint64_t note = take_last(unit->owner, UNIT_PRIVATE, &machine.memory[unit->owner].private_end, sizeof(struct unit_note));

	unit->note = (uint32_t)(note / sizeof(struct unit_note));
}

void frame_table_place(void)
{
	find_ends();
	for (uint32_t unit = 0; unit < machine.unit_count; unit++)
		if (machine.unit[unit].owner < CORES_MAX)
			place_frames(&machine.unit[unit]);
	for (uint32_t unit = 0; unit < machine.unit_count; unit++) /* smaller than a page, so behind what is one */
		if (machine.unit[unit].owner < CORES_MAX)
			place_note(&machine.unit[unit]);
	for (unsigned core = 0; core < machine_cores(); core++) {
		machine.memory[core].private_end &= ~(uint64_t)(PAGE_SIZE - 1);
		machine.memory[core].shared_end &= ~(uint64_t)(PAGE_SIZE - 1);
	}
}

uint64_t frame_table_size(unsigned core)
{
	uint64_t units = 0;

	for (uint32_t unit = 0; unit < machine.unit_count; unit++)
		units += machine.unit[unit].owner == core;
	return units * (PAGE_SIZE + FRAME_SHARERS_SIZE + sizeof(struct unit_note));
}

uint32_t frame_generation(uint64_t frame)
{
	return __atomic_load_n(&frame_entry(frame)->generation, __ATOMIC_RELAXED);
}

const char *frame_type_name(enum frame_type type)
{
	static const char *const name[] = {
#define X(name, zone, first, words, meaning) #name,
#include "percpu/frame_types.def"
#undef X
	};

	return type < FRAME_TYPES ? name[type] : "?";
}
