/* unit_note.h - what a memory replica knows of one unit of 2 MiB of its core
 * SPDX-License-Identifier: MIT
 * Boot finds a place for it in the core's private memory; only the replica looks inside. */
#ifndef ABI_UNIT_NOTE_H
#define ABI_UNIT_NOTE_H

#include <stdint.h>

#define UNIT_BYTES (UINT64_C(1) << 21)

struct unit_note {
	struct unit_note *next, *previous; /* of the units that are as full as this one; in no list when nothing is free */
	uint64_t start;   /* the unit's physical address */
	/* frames, by their place in the unit: */
	uint16_t freed;   /* the last one that came back; the others follow in the frames themselves; UNIT_FRAMES ends them */
	uint16_t next_new, end_new; /* were never used since the unit was whole */
	uint16_t free;    /* how many in all */
};

#endif
