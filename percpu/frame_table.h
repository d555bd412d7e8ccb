/* frame_table.h - one typed entry for each frame, written by its home alone; and how many owners it has besides one
 * SPDX-License-Identifier: MIT
 * The entries of a unit's frames fill one page of its owner's private memory, so that the MMU keeps other cores from writing them.
 * The counts of owners are co-managed words of the owner's shared zone. Both lie at the end of the zones, and boot places them.
 *   sharers   0 when a frame has one owner (or none). Who makes another owner adds 1 first; who stops being one subtracts 1; or, when
 *             it is 0, leaves it and frees the frame (frame_drop in kernel/memory/frames.h). To add 1 and subtract it again does no harm to
 *             anybody, even when the frame is free or another's by then: so one may try, and find that one came too late.
 * Beside the entries lies a note on each unit, which is the memory service's (abi/unit_note.h).
 * I1 type is FRAME_free exactly while the memory service has the frame
 * I2 generation grows with each return, so a name of frame and generation means one life of it
 * Context: any core, never waits. */
#ifndef PERCPU_FRAME_TABLE_H
#define PERCPU_FRAME_TABLE_H

#include <stdint.h>

#include "abi/unit_note.h"
#include "kernel/arch/paging.h"
#include "percpu/machine.h"

enum frame_type {
#define X(name, zone, first, words, meaning) FRAME_##name,
#include "percpu/frame_types.def"
#undef X
	FRAME_TYPES,
};

/* The words of a type that are pure values, as frame_types.def has them. */
enum frame_values {
#define X(name, zone, first, words, meaning) FRAME_FIRST_VALUE_##name = first, FRAME_VALUES_##name = words,
#include "percpu/frame_types.def"
#undef X
	FRAME_VALUES_ALL = PAGE_SIZE / 8,
};

struct frame_entry {
	uint32_t generation;
	uint8_t type; /* enum frame_type */
};

_Static_assert(UNIT_SIZE / PAGE_SIZE * sizeof(struct frame_entry) == PAGE_SIZE, "a unit's entries are a page");

enum { FRAME_SHARERS_SIZE = UNIT_SIZE / PAGE_SIZE * sizeof(uint32_t) }; /* of a unit */

/* Boot core, once, on the boot tables: places tables, counts and notes, all 0. Moves private_end and shared_end of each core's memory. */
void frame_table_place(void);

/* Bytes of a core's entries, counts and notes. */
uint64_t frame_table_size(unsigned core);

/* A frame of this core's partition. */
static inline struct frame_entry *frame_entry(uint64_t frame)
{
	struct frame_entry *unit = direct((uint64_t)machine.unit[frame >> UNIT_SHIFT].entries * PAGE_SIZE);

	return &unit[frame / PAGE_SIZE % (UNIT_SIZE / PAGE_SIZE)];
}

/* Of a frame of any partition, as it is now: others' entries are readable, and this is all that anybody wants of them. */
uint32_t frame_generation(uint64_t frame);

/* A frame of any partition. */
static inline uint32_t *frame_sharers(uint64_t frame)
{
	uint32_t *unit = direct((uint64_t)machine.unit[frame >> UNIT_SHIFT].sharers * FRAME_SHARERS_SIZE);

	return &unit[frame / PAGE_SIZE % (UNIT_SIZE / PAGE_SIZE)];
}

/* A unit of this core's partition. */
static inline struct unit_note *unit_note(uint64_t unit)
{
	return (struct unit_note *)direct(0) + machine.unit[unit >> UNIT_SHIFT].note;
}

/* What an enumeration of frames in use calls for each. */
typedef void (*frame_visitor)(enum frame_type type, uint64_t frame);

const char *frame_type_name(enum frame_type type);

#endif
