/* units.h - which frames of a store are free, kept unit by unit, so that units that are free as a whole can be had as one
 * SPDX-License-Identifier: MIT
 * Two sizes are all that the hardware maps, so two sizes are kept: a frame of 4 KiB and a unit of 512 of them. Frames come from units that are
 * broken already, as long as there are such. A unit whose last frame comes back is whole again. Every step takes the same few instructions.
 * Context: own core, never waits.
 * I1 a unit is in `whole` when all its frames are free, in `broken` when some are, else in no list
 * I2 `frames` is the sum of the units' `free`
 * Tested by tests/unit/units_test.c */
#ifndef SERVICES_MEMORY_UNITS_H
#define SERVICES_MEMORY_UNITS_H

#include <stdint.h>

#include "abi/unit_note.h"

enum {
	FRAME_BYTES = 4096,
	UNIT_FRAMES = UNIT_BYTES / FRAME_BYTES,
};

struct units {
	struct unit_note *broken, *whole;
	uint64_t frames;
};

/* The frames of [start, end), all of one unit, are the store's from now on; nobody has used its others, or ever will. */
void units_add(struct units *units, struct unit_note *note, uint64_t start, uint64_t end);

/* A frame, its content whatever it was; 0: none is left. */
uint64_t units_take(struct units *units);
void units_release(struct units *units, struct unit_note *note, uint64_t frame);

/* A unit, the same; 0: none is free as a whole. */
uint64_t units_take_whole(struct units *units);
void units_release_whole(struct units *units, struct unit_note *note);

#endif
