/* move.c - see move.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/move.h"

#include <stdbool.h>

#include "kernel/arch/paging.h"
#include "kernel/memory/arena.h"
#include "kernel/memory/backing.h"
#include "kernel/memory/change.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/holders.h"
#include "kernel/memory/hole.h"
#include "kernel/memory/huge.h"
#include "kernel/memory/shootdown.h"
#include "kernel/memory/vspace.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"
#include "percpu/machine.h"

/* What a mapping is like: its rights and kind, as in the word of a reserved page. */
struct kind {
	uint64_t word; /* EMPTY: nothing seen yet */
	bool differs;
};

struct range {
	uint64_t start, end;
};

static uint64_t look(uint64_t word, const struct slots_change *how)
{
	struct kind *kind = how->context;
	uint64_t like = slot_make(SLOT_RESERVED, slot_rights(word), 0) | (word & (SLOT_SHARED | SLOT_HUGE | SLOT_BACKED));

	if (!kind->word)
		kind->word = like;
	if (!word || (kind->word ^ like) & ~SLOT_HUGE)
		kind->differs = true;
	kind->word |= like & SLOT_HUGE;
	return word;
}

/* The word of a page that is reserved in this mapping; EMPTY: it is none, or several. */
static uint64_t kind_of(struct vspace *space, struct range range)
{
	struct kind kind = { .word = SLOT_EMPTY };
	struct slots_change how = { .change = look, .wait = inbox_serve_leaves, .context = &kind };

	slots_apply(space->slots, range.start, range.end, &how);
	return kind.differs ? SLOT_EMPTY : kind.word;
}

static uint64_t to_small(uint64_t word, const struct slots_change *how)
{
	(void)how;
	return slot_state(word) == SLOT_RESERVED ? word & ~SLOT_HUGE : word;
}

/* Where the next unit begins that may be another than this one's: a folded word stands for many. */
static uint64_t next_unit(const struct vspace *space, uint64_t at)
{
	uint64_t end = slots_word_end(space->slots, at), next = (at | (UNIT_SIZE - 1)) + 1;

	return end > next ? end : next;
}

/* No fault makes a huge page any more, so one look at each unit is enough. */
static status_t break_all(struct vspace *space, struct range range)
{
	struct slots_change how = { .change = to_small, .wait = inbox_serve_leaves };
	status_t status = STATUS_OK;

	slots_apply(space->slots, range.start, range.end, &how);
	for (uint64_t at = range.start; !status && at < range.end; at = next_unit(space, at))
		if (slots_word(space->slots, at) & SLOT_HUGE)
			status = huge_break(space, at);
	return status;
}

/* What is reserved becomes RETIRED without a frame. */
static uint64_t to_retired(uint64_t word, const struct slots_change *how)
{
	(void)how;
	return word - slot_state(word) + SLOT_RETIRED;
}

static bool is_page(uint64_t retired)
{
	return (retired & SLOT_ADDRESS) != 0;
}

static uint64_t from_retired(uint64_t word, const struct slots_change *how)
{
	const uint64_t *reserved = how->context;

	return is_page(word) ? word - SLOT_RETIRED + SLOT_PRESENT : *reserved;
}

static uint64_t to_empty(uint64_t word, const struct slots_change *how)
{
	(void)word;
	(void)how;
	return SLOT_EMPTY;
}

/* The leaves around an address, if there are any. */
static uint64_t *leaves(struct vspace *space, uint64_t address, status_t *status)
{
	return slots_leaf(space->slots, address, frame_take_node_for_program, frame_give, status);
}

/* M3. */
static status_t make_leaves(struct vspace *space, struct range range, uint64_t distance)
{
	status_t status, none;

	for (uint64_t next, at = range.start; at < range.end; at = next) {
		next = next_unit(space, at);
		if (next > range.end)
			next = range.end;
		if (!leaves(space, at, &none)) /* all words are RETIRED above leaves, so this one makes none */
			continue;
		if (!leaves(space, at + distance, &status) || !leaves(space, next - 1 + distance, &status))
			return status;
	}
	return STATUS_OK;
}

static void move_page(struct vspace *space, uint64_t *old, uint64_t address)
{
	status_t status;
	uint64_t word = __atomic_load_n(old, __ATOMIC_ACQUIRE), *slot = leaves(space, address, &status) + paging_index(address, 0);

	__atomic_store_n(slot, slot_present(slot_rights(word), slot_frame(word), SLOT_NOBODY) | (word & (SLOT_COPY | SLOT_SHARED | SLOT_BACKED)),
			 __ATOMIC_RELEASE);
	__atomic_store_n(old, SLOT_EMPTY, __ATOMIC_RELEASE);
	holders_free(word);
}

/* M5. */
static void move_pages(struct vspace *space, struct range range, uint64_t distance)
{
	status_t none;

	for (uint64_t next, at = range.start; at < range.end; at = next) {
		uint64_t *leaf = leaves(space, at, &none);

		next = next_unit(space, at);
		for (; leaf && at < next && at < range.end; at += PAGE_SIZE)
			if (is_page(__atomic_load_n(&leaf[paging_index(at, 0)], __ATOMIC_ACQUIRE))) /* who lost a race may still try to change it */
				move_page(space, &leaf[paging_index(at, 0)], at + distance);
	}
}

static uint64_t to_final(uint64_t word, const struct slots_change *how)
{
	const uint64_t *reserved = how->context;

	return slot_state(word) == SLOT_RESERVED ? *reserved : word;
}

/* M2 to M6, when M1 is done. */
static status_t move_to(struct vspace *space, struct range old, struct range new, uint64_t reserved)
{
	struct told told = { .pages = 0 };
	struct slots_change retire = { .change = to_retired, .changed = change_tell, .wait = inbox_serve_leaves, .context = &told };
	struct slots_change restore = { .change = from_retired, .wait = inbox_serve_leaves, .context = &reserved };
	struct slots_change clear = { .change = to_empty, .wait = inbox_serve_leaves };
	struct slots_change finish = { .change = to_final, .wait = inbox_serve_leaves, .context = &reserved };
	status_t status = break_all(space, old);

	if (status) {
		slots_apply(space->slots, old.start, old.end, &finish); /* the wish for huge pages */
		return status;
	}
	slots_apply(space->slots, old.start, old.end, &retire);
	status = make_leaves(space, old, new.start - old.start);
	if (status) {
		slots_apply(space->slots, old.start, old.end, &restore);
		return status;
	}
	shootdown(space, old.start, old.end, SHOOTDOWN_FORGET, &told.holders);
	move_pages(space, old, new.start - old.start);
	slots_apply(space->slots, old.start, old.end, &clear);
	slots_apply(space->slots, new.start, new.end, &finish);
	return STATUS_OK;
}

static bool is_home_of(const struct vspace *space, struct range range)
{
	return arena_home(range.start, machine_cores(), space->home) == this_core() &&
	       arena_one_home(range.start, range.end, machine_cores(), space->home);
}

static bool grow(struct vspace *space, struct range old, uint64_t new_size, uint64_t reserved)
{
	struct range more = { old.end, old.start + new_size };

	if (more.end > USER_END || !is_home_of(space, more) || arena_token_window(more.start, more.end) || slots_occupied(space->slots, more.start, more.end))
		return false;
	if (reserved & SLOT_BACKED && backing_extend(space, old.start, old.end, more.start, more.end, false))
		return false;
	if (!change_reserve(space, more.start, more.end, reserved))
		return true;
	backing_clear(space, more.start, more.end);
	return false;
}

/* M1. The start; 0: no room, or no frame. */
static uint64_t find_place(struct vspace *space, uint64_t size, uint64_t where)
{
	struct range new = { where, where + size };

	if (where == VSPACE_MOVE_ANYWHERE)
		new.start = hole_find(space, size);
	else if (change_await(space, new.start, new.end))
		return 0;
	if (!new.start || change_reserve(space, new.start, new.start + size, SLOT_AWAITED))
		return 0;
	return new.start;
}

static int64_t move(struct vspace *space, struct range old, uint64_t new_size, uint64_t where, uint64_t reserved)
{
	uint64_t start = find_place(space, new_size, where);
	status_t status = STATUS_OK;

	if (!start)
		return STATUS_NO_MEMORY;
	if (reserved & SLOT_BACKED)
		status = backing_extend(space, old.start, old.end, start, start + new_size, true);
	if (!status)
		status = move_to(space, old, (struct range){ start, start + new_size }, reserved);
	if (status && change_unmap(space, start, start + new_size))
		__builtin_trap(); /* its ends are split already */
	if (!status)
		backing_clear(space, old.start, old.end);
	return status ? status : (int64_t)start;
}

static bool is_possible(const struct vspace *space, struct range old, uint64_t new_size, uint64_t where)
{
	struct range new = { where, where + new_size };

	if (!new_size || new_size % PAGE_SIZE || new_size > USER_END)
		return false;
	if (where <= VSPACE_MOVE_ANYWHERE)
		return true;
	return where % PAGE_SIZE == 0 && where >= ARENA_LOWEST && where <= USER_END - new_size && is_home_of(space, new) &&
	       !arena_token_window(new.start, new.end) && (new.end <= old.start || new.start >= old.end);
}

int64_t vspace_move(struct vspace *space, uint64_t start, uint64_t size, uint64_t new_size, uint64_t where)
{
	struct range old = { start, start + size };
	uint64_t reserved;
	status_t status;

	if (!is_possible(space, old, new_size, where))
		return STATUS_BAD_ARGUMENT;
	if (slots_word(space->slots, start) == SLOT_EMPTY)
		return STATUS_BAD_ADDRESS;
	status = change_split(space, old.start, old.end);
	if (!status)
		status = backing_split(space, old.start, old.end);
	if (!status && new_size < size) {
		status = change_unmap(space, start + new_size, old.end);
		old.end = start + new_size;
	}
	if (status)
		return status;
	if (where <= VSPACE_MOVE_ANYWHERE && old.end - old.start == new_size)
		return (int64_t)start; /* whatever lies in it: as on Linux */
	reserved = kind_of(space, old);
	if (!reserved)
		return STATUS_BAD_ADDRESS;
	if (where <= VSPACE_MOVE_ANYWHERE && grow(space, old, new_size, reserved))
		return (int64_t)start;
	return where == VSPACE_STAY ? STATUS_NO_MEMORY : move(space, old, new_size, where, reserved);
}
