/* change.c - what the home of an arena does to it: unmap, protect, discard, advise, look, heap (vspace.h); see change.h
 * SPDX-License-Identifier: MIT
 * Each operation checks its range, splits folded words at the two ends (the only step that can fail), and then
 * cannot fail any more. Pages that this core alone holds, or nobody, are taken back at once; those of others in a second pass, behind
 * the shoot-down. */
#include "kernel/memory/change.h"

#include "abi/token.h"
#include "kernel/arch/paging.h"
#include "kernel/memory/allowance.h"
#include "kernel/memory/arena.h"
#include "kernel/memory/backing.h"
#include "kernel/memory/copy.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/holders.h"
#include "kernel/memory/hole.h"
#include "kernel/memory/huge.h"
#include "kernel/memory/map.h"
#include "kernel/memory/move.h"
#include "kernel/memory/shootdown.h"
#include "kernel/memory/slots.h"
#include "kernel/memory/tables.h"
#include "kernel/memory/vspace.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"
#include "percpu/machine.h"

uint64_t change_reserved(unsigned rights)
{
	return slot_make(SLOT_RESERVED, rights % VSPACE_SHARED, 0) | (rights & VSPACE_SHARED ? SLOT_SHARED : 0) | (rights & VSPACE_BACKED ? SLOT_BACKED : 0);
}

static uint64_t to_reserved(uint64_t word, const struct slots_change *how)
{
	const uint64_t *wanted = how->context;

	return slot_state(word) == SLOT_EMPTY || word == SLOT_AWAITED ? *wanted : word;
}

/* What remains where pages were taken back: nothing (unmap), a reservation like the word's own (discard, which leaves shared pages, and drop),
 * or, in the place of which another mapping comes, so that at no moment there is none: one with new rights, REMAINS_NEW + those, or AWAITED. */
enum remains {
	REMAINS_NOTHING,
	REMAINS_RESERVED,
	REMAINS_DROPPED,
	REMAINS_AWAITED,
	REMAINS_NEW = 64,
};

static uint64_t after_taking(uint64_t word, const struct slots_change *how)
{
	if (how->rights == REMAINS_NOTHING)
		return SLOT_EMPTY;
	if (how->rights == REMAINS_AWAITED)
		return SLOT_AWAITED;
	if (how->rights < REMAINS_NEW)
		return change_reserved(slot_rights(word)) | (word & (SLOT_HUGE | SLOT_SHARED | SLOT_BACKED));
	return change_reserved(how->rights - REMAINS_NEW);
}

/* Where tables are shared nobody knows who has a page. */
static bool is_held_alone(uint64_t word)
{
	return slot_held_alone(word, this_core()) && !tables_shared;
}

static uint64_t to_retired(uint64_t word, const struct slots_change *how)
{
	if (slot_state(word) == SLOT_PRESENT && !is_held_alone(word))
		return word - SLOT_PRESENT + SLOT_RETIRED;
	return slot_state(word) == SLOT_PRESENT || slot_state(word) == SLOT_RESERVED ? after_taking(word, how) : word;
}

/* What a shared mapping holds is not this space's to discard. */
static uint64_t to_discarded(uint64_t word, const struct slots_change *how)
{
	struct told *told = how->context;

	if (slot_state(word) == SLOT_EMPTY)
		told->hole = true;
	return word & SLOT_SHARED ? word : to_retired(word, how);
}

void change_tell(uint64_t before, const struct slots_change *how)
{
	struct told *told = how->context;

	if (slot_state(before) != SLOT_PRESENT)
		return;
	holders_add_to(&told->holders, before);
	told->pages++;
}

static void give_up_unit(uint64_t word)
{
	if (slot_page_shared(word))
		frame_drop_unit(slot_frame(word));
	else
		frame_give_unit(slot_frame(word));
}

static void give_up(uint64_t word, struct told *told)
{
	if (word & SLOT_TOKEN)
		return;
	told->given += slot_frames(word);
	if (word & SLOT_HUGE)
		give_up_unit(word);
	else if (slot_page_shared(word))
		frame_drop(slot_frame(word));
	else
		frame_give(slot_frame(word));
}

/* A frame that nobody else holds goes home; the holders of the others are told first. */
static void give_or_tell(uint64_t before, const struct slots_change *how)
{
	if (slot_state(before) == SLOT_PRESENT && is_held_alone(before))
		give_up(before, how->context);
	else
		change_tell(before, how);
}

static uint64_t from_retired(uint64_t word, const struct slots_change *how)
{
	return slot_state(word) == SLOT_RETIRED ? after_taking(word, how) : word;
}

static void give_frame(uint64_t before, const struct slots_change *how)
{
	give_up(before, how->context);
	holders_free(before);
}

/* What lies behind a hole stays as it is. */
static uint64_t to_rights(uint64_t word, const struct slots_change *how)
{
	struct told *told = how->context;

	if (slot_state(word) == SLOT_EMPTY)
		told->hole = true;
	if (told->hole || (slot_state(word) != SLOT_RESERVED && slot_state(word) != SLOT_PRESENT))
		return word;
	return (word & ~(uint64_t)SLOT_RIGHTS) | (uint64_t)how->rights << SLOT_RIGHTS_SHIFT;
}

static bool has_run(const struct vspace *space)
{
	struct core_set members;

	vspace_members(space, &members);
	return !core_set_empty(&members);
}

static status_t split_at(struct vspace *space, uint64_t address)
{
	slots_allocate allocate = has_run(space) ? frame_take_node_for_program : frame_take_node;
	status_t status;

	do /* bounded: what is broken stays so */
		status = slots_split(space->slots, address, allocate, frame_give);
	while (status == STATUS_BUSY && !(status = huge_break(space, address)));
	return status;
}

status_t change_split(struct vspace *space, uint64_t start, uint64_t end)
{
	status_t status = split_at(space, start);

	if (start % UNIT_SIZE && start / UNIT_SIZE == end / UNIT_SIZE)
		return status; /* one node of leaves has both */
	return status ? status : split_at(space, end);
}

status_t change_reserve(struct vspace *space, uint64_t start, uint64_t end, uint64_t word)
{
	struct slots_change how = { .change = to_reserved, .wait = inbox_serve_leaves, .context = &word };
	status_t status = change_split(space, start, end);

	if (!status)
		slots_apply(space->slots, start, end, &how);
	return status;
}

status_t vspace_reserve(struct vspace *space, uint64_t start, uint64_t end, unsigned rights)
{
	return change_reserve(space, start, end, change_reserved(rights));
}

static bool ends_mapping(unsigned remains)
{
	return remains != REMAINS_RESERVED && remains != REMAINS_DROPPED;
}

static status_t take_back(struct vspace *space, uint64_t start, uint64_t end, unsigned remains)
{
	struct told told = { .pages = 0 };
	struct slots_change first = {
		.change = remains == REMAINS_RESERVED ? to_discarded : to_retired,
		.changed = give_or_tell,
		.wait = inbox_serve_leaves,
		.rights = remains,
		.context = &told,
	};
	struct slots_change second = { .change = from_retired, .changed = give_frame, .wait = inbox_serve_leaves, .rights = remains, .context = &told };
	status_t status = change_split(space, start, end);

	if (!status && ends_mapping(remains))
		status = backing_split(space, start, end);
	if (status)
		return status;
	slots_apply(space->slots, start, end, &first); /* H1, H2 */
	shootdown(space, start, end, SHOOTDOWN_FORGET, &told.holders);
	if (told.pages)
		slots_apply(space->slots, start, end, &second); /* H5 */
	allowance_return(space, view_find(space), told.given);
	frame_give_flush();
	if (ends_mapping(remains))
		backing_clear(space, start, end);
	if (remains == REMAINS_NOTHING)
		hole_made(space, start, end);
	return told.hole ? STATUS_NO_MEMORY : STATUS_OK;
}

status_t change_unmap(struct vspace *space, uint64_t start, uint64_t end)
{
	return take_back(space, start, end, REMAINS_NOTHING);
}

status_t change_await(struct vspace *space, uint64_t start, uint64_t end)
{
	return take_back(space, start, end, REMAINS_AWAITED);
}

status_t change_renew(struct vspace *space, uint64_t start, uint64_t end, unsigned rights)
{
	return take_back(space, start, end, REMAINS_NEW + rights);
}

static status_t protect(struct vspace *space, uint64_t start, uint64_t end, unsigned rights)
{
	struct told told = { .pages = 0 };
	struct slots_change how = { .change = to_rights, .changed = change_tell, .wait = inbox_serve_leaves, .rights = rights, .context = &told };
	status_t status = rights & VSPACE_WRITE && backing_unwritable(space, start, end) ? STATUS_UNWRITABLE : change_split(space, start, end);

	if (status)
		return status;
	slots_apply(space->slots, start, end, &how);
	shootdown(space, start, end, SHOOTDOWN_FORGET, &told.holders);
	return told.hole ? STATUS_NO_MEMORY : STATUS_OK;
}

/* NO_MEMORY: something in the range is not mapped. */
static status_t look(const struct vspace *space, uint64_t start, uint64_t end)
{
	return slots_missing(space->slots, start, end) ? STATUS_NO_MEMORY : STATUS_OK;
}

static uint64_t to_advised(uint64_t word, const struct slots_change *how)
{
	if (slot_state(word) != SLOT_RESERVED || word & (SLOT_SHARED | SLOT_BACKED))
		return word;
	return how->rights ? word | SLOT_HUGE : word & ~SLOT_HUGE;
}

/* Of the units that lie in the range as a whole. */
static status_t advise_units(struct vspace *space, uint64_t start, uint64_t end, unsigned wanted)
{
	struct slots_change how = { .change = to_advised, .wait = inbox_serve_leaves, .rights = wanted };
	uint64_t first = (start + UNIT_SIZE - 1) & ~(uint64_t)(UNIT_SIZE - 1), last = end & ~(uint64_t)(UNIT_SIZE - 1);
	status_t status;

	if (first >= last || tables_shared)
		return STATUS_OK;
	status = change_split(space, first, last);
	if (!status)
		slots_apply(space->slots, first, last, &how);
	return status;
}

static status_t advise(struct vspace *space, uint64_t start, uint64_t end, unsigned wanted)
{
	status_t status = advise_units(space, start, end, wanted);

	return status ? status : look(space, start, end);
}

/* Moves the heap's end; an impossible wish changes nothing. The end as it then is. */
static uint64_t set_break(struct vspace *space, uint64_t wish)
{
	uint64_t old = (space->heap_end + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
	uint64_t new = (wish + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);

	if (wish < space->heap_start || new > ARENA_BASE || new < wish)
		return space->heap_end;
	if (new > old && (slots_occupied(space->slots, old, new) ||
			  vspace_reserve(space, old, new, VSPACE_READ | VSPACE_WRITE)))
		return space->heap_end;
	if (new < old && change_unmap(space, new, old))
		return space->heap_end;
	space->heap_end = wish;
	return wish;
}

unsigned vspace_changer(const struct vspace *space, enum vspace_operation operation, uint64_t address, uint64_t size)
{
	if (operation == VSPACE_BREAK)
		return space->home;
	if ((operation == VSPACE_MAP || operation == VSPACE_MAP_OBJECT) && !address)
		return size <= ARENA_MAPPING_MAX ? this_core() : space->home;
	return arena_home(address, machine_cores(), space->home);
}

/* A range that reaches beyond what programs may map, in Linux's words. */
static status_t beyond(enum vspace_operation operation)
{
	switch (operation) {
	case VSPACE_UNMAP:
		return STATUS_BAD_ARGUMENT;
	case VSPACE_MOVE:
		return STATUS_BAD_ADDRESS;
	default:
		return STATUS_NO_MEMORY;
	}
}

static int64_t change(struct vspace *space, enum vspace_operation operation, const uint64_t *argument)
{
	uint64_t start = argument[0], size = argument[1];
	bool anywhere = (operation == VSPACE_MAP || operation == VSPACE_MAP_OBJECT) && !start;

	if (operation == VSPACE_BREAK)
		return (int64_t)set_break(space, start);
	if (start % PAGE_SIZE || !size)
		return STATUS_BAD_ARGUMENT;
	if (size > USER_END || start > USER_END - size)
		return beyond(operation);
	size = (size + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
	if (!anywhere && arena_token_window(start, start + size))
		return beyond(operation);
	if (!anywhere && !arena_one_home(start, start + size, machine_cores(), space->home))
		return STATUS_NO_MEMORY; /* two cores would have to change it */
	switch (operation) {
	case VSPACE_MAP:
		return map_memory(space, start, size, (unsigned)argument[2], (enum vspace_map_flags)argument[3]);
	case VSPACE_MAP_OBJECT:
		return map_object(space, start, size, argument[2], argument[3]);
	case VSPACE_UNMAP:
		return change_unmap(space, start, start + size);
	case VSPACE_PROTECT:
		return protect(space, start, start + size, (unsigned)argument[2]);
	case VSPACE_DISCARD:
		return take_back(space, start, start + size, REMAINS_RESERVED);
	case VSPACE_DROP:
		return take_back(space, start, start + size, REMAINS_DROPPED);
	case VSPACE_ADVISE:
		return advise(space, start, start + size, (unsigned)argument[2]);
	case VSPACE_LOOK:
		return look(space, start, start + size);
	case VSPACE_MOVE:
		return vspace_move(space, start, size, argument[2], argument[3]);
	default:
		return STATUS_NO_CALL;
	}
}

static uint64_t to_granted(uint64_t word, const struct slots_change *how)
{
	const uint64_t *granted = how->context;

	(void)word;
	return *granted;
}

status_t vspace_grant(struct vspace *space, uint64_t frame, unsigned rights)
{
	uint64_t start = TOKEN_WINDOW + frame, end = start + PAGE_SIZE, word = slot_present(rights, frame, SLOT_NOBODY) | SLOT_TOKEN;
	struct slots_change how = { .change = to_granted, .wait = inbox_serve_leaves, .context = &word };
	status_t status;

	copy_keep_out(space);
	status = change_split(space, start, end);
	if (!status)
		slots_apply(space->slots, start, end, &how);
	copy_let_in();
	return status;
}

void vspace_revoke(struct vspace *space, uint64_t frame)
{
	status_t status;

	copy_keep_out(space);
	status = change_unmap(space, TOKEN_WINDOW + frame, TOKEN_WINDOW + frame + PAGE_SIZE);
	copy_let_in();
	if (status)
		__builtin_trap(); /* the grant has split all words */
}

int64_t vspace_change(struct vspace *space, enum vspace_operation operation, const uint64_t *argument)
{
	int64_t result;

	copy_keep_out(space);
	result = change(space, operation, argument);
	copy_let_in();
	return result;
}
