/* hole.c - see hole.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/hole.h"

#include "kernel/memory/arena.h"
#include "kernel/memory/slots.h"
#include "kernel/memory/vspace.h"
#include "percpu/instance.h"

enum { WANDER = 64 << 20 }; /* bytes mapped before the search for a hole begins anew at the top */

/* Where the search for a hole begins among this core's addresses; NULL: nobody searches there. */
static uint64_t *search_mark(struct vspace *space, uint64_t address)
{
	struct arena own = arena_of(this_core());
	struct view *view = view_find(space);

	if (address < ARENA_BASE)
		return &space->search_high;
	return view && address >= own.start && address < own.end ? &view->search_high : NULL;
}

/* Below the last mapping mostly, which needs no search. Holes that were too small are left above it, so now and then it looks at all: when
 * as much was mapped since as that may cost, and addresses do not wander down for ever, with a node of slots for each leaf they touch. */
static uint64_t find_hole_between(struct vspace *space, uint64_t low, uint64_t high, uint64_t size, uint64_t *mark, uint64_t *rest)
{
	uint64_t found = *rest >= size ? slots_hole(space->slots, low, *mark, size) : 0;

	if (found) {
		*rest -= size;
	} else {
		found = slots_hole(space->slots, low, high, size);
		if (!found)
			return 0;
		*rest = high - found > WANDER ? high - found : WANDER;
	}
	*mark = found + size;
	return found;
}

/* For what is too large for an arena; or in that of a core where the space has never run, for a mapping that moves and was inherited, or placed by
 * the program. */
static uint64_t find_elsewhere(struct vspace *space, uint64_t size)
{
	struct arena own = arena_of(this_core());

	if (size <= ARENA_MAPPING_MAX)
		return slots_hole(space->slots, own.start, own.end, size);
	if (space->home != this_core())
		return 0;
	return find_hole_between(space, space->heap_end, ARENA_BASE, size, &space->search_high, &space->search_rest);
}

uint64_t hole_find(struct vspace *space, uint64_t size)
{
	struct arena own = arena_of(this_core());
	struct view *view = view_find(space);

	if (view && size <= ARENA_MAPPING_MAX)
		return find_hole_between(space, own.start, own.end, size, &view->search_high, &view->search_rest);
	return find_elsewhere(space, size);
}

void hole_made(struct vspace *space, uint64_t start, uint64_t end)
{
	uint64_t *mark = search_mark(space, start);

	if (mark && end > *mark)
		*mark = end;
}
