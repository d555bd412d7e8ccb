/* change.c - what a space's home does to it: map, unmap, protect, discard, heap (vspace.h)
 * SPDX-License-Identifier: MIT
 * Each operation checks its range, splits folded words at the two ends (the only step that can fail), and then
 * cannot fail any more. Pages are taken back in two passes with the shoot-down between them; a space that
 * only its home core uses needs one. */
#include "kernel/arch/paging.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/shootdown.h"
#include "kernel/memory/slots.h"
#include "kernel/memory/vspace.h"

enum {
	MAP_LOWEST = 0x10000,
};

static uint64_t to_reserved(uint64_t word, const struct slots_change *how)
{
	return slot_state(word) == SLOT_EMPTY ? slot_make(SLOT_RESERVED, how->rights, 0) : word;
}

/* What remains where pages were taken back: nothing (unmap), a reservation with the word's own rights (discard), or
 * one with new rights, REMAINS_NEW + those (a mapping over another: at no moment is there none). */
enum remains {
	REMAINS_NOTHING = 0,
	REMAINS_RESERVED = 8,
	REMAINS_NEW = 16,
};

static uint64_t after_taking(uint64_t word, const struct slots_change *how)
{
	if (how->rights == REMAINS_NOTHING)
		return 0;
	if (how->rights == REMAINS_RESERVED)
		return slot_make(SLOT_RESERVED, slot_rights(word), 0);
	return slot_make(SLOT_RESERVED, how->rights - REMAINS_NEW, 0);
}

static uint64_t to_retired(uint64_t word, const struct slots_change *how)
{
	if (slot_state(word) == SLOT_PRESENT)
		return word - SLOT_PRESENT + SLOT_RETIRED;
	return slot_state(word) == SLOT_RESERVED ? after_taking(word, how) : word;
}

static uint64_t from_retired(uint64_t word, const struct slots_change *how)
{
	return slot_state(word) == SLOT_RETIRED ? after_taking(word, how) : word;
}

static uint64_t straight(uint64_t word, const struct slots_change *how)
{
	return word ? after_taking(word, how) : word;
}

static void give_frame(uint64_t before, const struct slots_change *how)
{
	(void)how;
	if (before & SLOT_ADDRESS)
		frame_give(before & SLOT_ADDRESS);
}

static uint64_t to_rights(uint64_t word, const struct slots_change *how)
{
	if (slot_state(word) != SLOT_RESERVED && slot_state(word) != SLOT_PRESENT)
		return word;
	return (word & ~(uint64_t)SLOT_RIGHTS) | (uint64_t)how->rights << SLOT_RIGHTS_SHIFT;
}

static status_t split(struct vspace *space, uint64_t start, uint64_t end)
{
	status_t status = slots_split(space->slots, start, frame_take_shared, frame_give);

	return status ? status : slots_split(space->slots, end, frame_take_shared, frame_give);
}

status_t vspace_reserve(struct vspace *space, uint64_t start, uint64_t end, unsigned rights)
{
	struct slots_change how = { .change = to_reserved, .rights = rights };
	status_t status = split(space, start, end);

	if (!status)
		slots_apply(space->slots, start, end, &how);
	return status;
}

static status_t take_back(struct vspace *space, uint64_t start, uint64_t end, unsigned remains)
{
	struct slots_change once = { .change = straight, .changed = give_frame, .rights = remains };
	struct slots_change first = { .change = to_retired, .rights = remains };
	struct slots_change second = { .change = from_retired, .changed = give_frame, .rights = remains };
	status_t status = split(space, start, end);

	if (status)
		return status;
	if (shootdown_alone(space)) {
		slots_apply(space->slots, start, end, &once);
		shootdown(space, start, end, SHOOTDOWN_FORGET);
	} else {
		slots_apply(space->slots, start, end, &first); /* H1 */
		shootdown(space, start, end, SHOOTDOWN_FORGET);
		slots_apply(space->slots, start, end, &second); /* H5 */
	}
	frame_give_flush();
	if (remains == REMAINS_NOTHING && end > space->search_high)
		space->search_high = end;
	return STATUS_OK;
}

static uint64_t find_hole(struct vspace *space, uint64_t size)
{
	uint64_t found = slots_hole(space->slots, space->heap_end, space->search_high, size);

	if (!found)
		found = slots_hole(space->slots, space->heap_end, USER_END, size);
	if (found)
		space->search_high = found + size;
	return found;
}

static int64_t map(struct vspace *space, uint64_t address, uint64_t size, unsigned rights,
		   enum vspace_map_flags flags)
{
	status_t status;

	if (flags == VSPACE_ANYWHERE) {
		address = find_hole(space, size);
		if (!address)
			return STATUS_NO_MEMORY;
	} else if (address < MAP_LOWEST) {
		return STATUS_BAD_ADDRESS;
	} else if (flags == VSPACE_FIXED_IF_EMPTY && slots_occupied(space->slots, address, address + size)) {
		return STATUS_EXISTS;
	} else if (flags == VSPACE_FIXED) {
		status = take_back(space, address, address + size, REMAINS_NEW + rights);
		if (status)
			return status;
	}
	status = vspace_reserve(space, address, address + size, rights);
	return status ? status : (int64_t)address;
}

static status_t protect(struct vspace *space, uint64_t start, uint64_t end, unsigned rights)
{
	struct slots_change how = { .change = to_rights, .rights = rights };
	status_t status = split(space, start, end);

	if (status)
		return status;
	slots_apply(space->slots, start, end, &how);
	shootdown(space, start, end, SHOOTDOWN_FORGET);
	return STATUS_OK;
}

/* Moves the heap's end; an impossible wish changes nothing. The end as it then is. */
static uint64_t set_break(struct vspace *space, uint64_t wish)
{
	uint64_t old = (space->heap_end + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
	uint64_t new = (wish + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);

	if (wish < space->heap_start || new > USER_END || new < wish)
		return space->heap_end;
	if (new > old && (slots_occupied(space->slots, old, new) ||
			  vspace_reserve(space, old, new, VSPACE_READ | VSPACE_WRITE)))
		return space->heap_end;
	if (new < old && take_back(space, new, old, REMAINS_NOTHING))
		return space->heap_end;
	space->heap_end = wish;
	return wish;
}

int64_t vspace_change(struct vspace *space, enum vspace_operation operation, const uint64_t *argument)
{
	uint64_t start = argument[0], size = argument[1];

	if (operation == VSPACE_BREAK)
		return (int64_t)set_break(space, start);
	if (start % PAGE_SIZE || !size || size > USER_END || start > USER_END - size)
		return STATUS_BAD_ARGUMENT;
	size = (size + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
	if (start > USER_END - size)
		return STATUS_BAD_ARGUMENT;
	switch (operation) {
	case VSPACE_MAP:
		return map(space, start, size, (unsigned)argument[2], (enum vspace_map_flags)argument[3]);
	case VSPACE_UNMAP:
		return take_back(space, start, start + size, REMAINS_NOTHING);
	case VSPACE_PROTECT:
		return protect(space, start, start + size, (unsigned)argument[2]);
	case VSPACE_DISCARD:
		return take_back(space, start, start + size, REMAINS_RESERVED);
	default:
		return STATUS_NO_CALL;
	}
}
