/* map.c - see map.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/map.h"

#include "kernel/memory/arena.h"
#include "kernel/memory/backing.h"
#include "kernel/memory/change.h"
#include "kernel/memory/hole.h"
#include "kernel/memory/slots.h"
#include "kernel/memory/vspace.h"

/* Where a mapping goes; nothing has changed yet. */
static int64_t find_room(struct vspace *space, uint64_t address, uint64_t size, enum vspace_map_flags flags)
{
	if (flags == VSPACE_ANYWHERE)
		address = hole_find(space, size);
	else if (address < ARENA_LOWEST)
		return STATUS_BAD_ADDRESS;
	else if (flags == VSPACE_FIXED_IF_EMPTY && slots_occupied(space->slots, address, address + size))
		return STATUS_EXISTS;
	return address ? (int64_t)address : STATUS_NO_MEMORY;
}

int64_t map_memory(struct vspace *space, uint64_t address, uint64_t size, unsigned rights, enum vspace_map_flags flags)
{
	int64_t start = find_room(space, address, size, flags);
	status_t status = STATUS_OK;

	if (start < 0)
		return start;
	if (flags == VSPACE_FIXED)
		status = change_renew(space, address, address + size, rights);
	if (!status)
		status = vspace_reserve(space, (uint64_t)start, (uint64_t)start + size, rights);
	return status ? status : start;
}

/* All that can fail is done before anything is taken away. Whoever faults while there are two must not find the new object under the old one's rights. */
int64_t map_object(struct vspace *space, uint64_t address, uint64_t size, uint64_t how, uint64_t holder)
{
	unsigned rights = (unsigned)(how & VSPACE_OBJECT_RIGHTS) | VSPACE_BACKED;
	enum vspace_map_flags flags = (enum vspace_map_flags)(how >> VSPACE_OBJECT_FLAGS & 3);
	int64_t start = find_room(space, address, size, flags);
	struct backing_entered entered;
	uint64_t end = (uint64_t)start + size;
	status_t status;

	if (start < 0)
		return start;
	status = change_split(space, (uint64_t)start, end);
	if (!status)
		status = backing_enter(space, (uint64_t)start, end, holder, &entered);
	if (status)
		return status;
	if (flags == VSPACE_FIXED && change_await(space, (uint64_t)start, end))
		__builtin_trap(); /* its ends are split already, in both trees */
	backing_set(space, (uint64_t)start, end, &entered, how >> VSPACE_OBJECT_PAGE, how & VSPACE_OBJECT_UNWRITABLE);
	if (vspace_reserve(space, (uint64_t)start, end, rights))
		__builtin_trap();
	if (!entered.keeps)
		backing_let_go(holder);
	return start;
}
