/* huge.c - see huge.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/huge.h"

#include "kernel/arch/paging.h"
#include "kernel/memory/allowance.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/holders.h"
#include "kernel/memory/shootdown.h"
#include "kernel/memory/slots.h"
#include "percpu/counters.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"

enum { TRIES = 5 }; /* as in vspace_fault */

static bool swap(uint64_t *slot, uint64_t *now, uint64_t by)
{
	return __atomic_compare_exchange_n(slot, now, by, 0, __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE);
}

static uint64_t copying(uint64_t now)
{
	return slot_make(SLOT_COPYING, slot_rights(now), 0) | SLOT_HUGE;
}

/* K3 to K5, of a page whose word was `now` and is COPYING. */
static void put_small_pages(struct vspace *space, uint64_t *slot, uint64_t now, uint64_t address, uint64_t node)
{
	uint64_t start = address & ~(uint64_t)(UNIT_SIZE - 1), *leaf = direct(node);
	struct core_set holders = { { 0 } };

	holders_add_to(&holders, now);
	shootdown(space, start, start + UNIT_SIZE, SHOOTDOWN_FORGET, &holders);
	for (unsigned i = 0; i < PTE_COUNT; i++)
		leaf[i] = slot_present(slot_rights(now), slot_frame(now) + i * PAGE_SIZE, SLOT_NOBODY) | (now & SLOT_COPY);
	holders_free(now);
	__atomic_store_n(slot, slot_make(SLOT_NODE, 0, node), __ATOMIC_RELEASE);
}

/* BUSY: look again. */
static status_t break_page(struct vspace *space, uint64_t *slot, uint64_t now, uint64_t address)
{
	uint64_t node = frame_take_node();

	if (!node)
		return STATUS_NO_MEMORY;
	if (swap(slot, &now, copying(now)))
		put_small_pages(space, slot, now, address, node);
	else
		frame_give(node);
	return STATUS_BUSY;
}

status_t huge_break(struct vspace *space, uint64_t address)
{
	status_t status;
	uint64_t *slot = slots_unit(space->slots, address, frame_take_node, frame_give, &status);

	while (status != STATUS_NO_MEMORY) { /* bounded: faulting cores change a word a few times (slots.h), and a copy comes to its end */
		uint64_t now = __atomic_load_n(slot, __ATOMIC_ACQUIRE);

		if (slot_state(now) == SLOT_PRESENT)
			status = break_page(space, slot, now, address);
		else if (slot_state(now) == SLOT_COPYING)
			inbox_serve_leaves();
		else
			return STATUS_OK;
	}
	return status;
}

/* Small pages take the place of a unit that is reserved. BUSY, if that could be done, or if something else is there by now. */
static status_t fall_back(uint64_t *slot)
{
	status_t status;

	(void)slots_below(slot, frame_take_node, frame_give, &status);
	return status == STATUS_NO_MEMORY ? status : STATUS_BUSY;
}

static status_t fill(struct view *view, uint64_t *slot, uint64_t *now)
{
	uint64_t frames = slot_frames(*now), unit, present;

	if (!allowance_charge_within(view->space, frames))
		return fall_back(slot);
	unit = frame_take_unit();
	if (!unit) {
		allowance_return(view->space, NULL, frames);
		return fall_back(slot);
	}
	present = slot_present(slot_rights(*now), unit, this_core()) | SLOT_HUGE;
	if (!swap(slot, now, present)) {
		frame_give_unit(unit);
		allowance_return(view->space, NULL, frames);
		return STATUS_BUSY;
	}
	*now = present;
	return STATUS_OK;
}

/* A write to what other spaces may have (copy.h): C2 when no other space has any of its frames, small pages when one does. */
static status_t write_copy(struct view *view, uint64_t *slot, uint64_t now, uint64_t address)
{
	if (frame_unit_shared(slot_first_frame(now)))
		return break_page(view->space, slot, now, address);
	if (!swap(slot, &now, copying(now)))
		return STATUS_BUSY;
	if (!frame_unit_shared(slot_frame(now))) /* a copy of this space may have begun since the first look */
		now &= ~SLOT_COPY;
	__atomic_store_n(slot, now, __ATOMIC_RELEASE);
	return STATUS_BUSY;
}

static status_t resolve(struct view *view, uint64_t *slot, uint64_t *now, uint64_t address, enum access access)
{
	if (!(slot_rights(*now) & access))
		return STATUS_BAD_ADDRESS;
	if (slot_state(*now) == SLOT_RESERVED)
		return fill(view, slot, now);
	if (slot_state(*now) != SLOT_PRESENT)
		return STATUS_BUSY;
	if (access == ACCESS_WRITE && *now & SLOT_COPY)
		return write_copy(view, slot, *now, address);
	return holders_join(view, slot, *now);
}

status_t huge_fault(struct view *view, uint64_t *slot, uint64_t address, enum access access)
{
	uint64_t *words = view_table(view, address, 1);
	status_t status = STATUS_BUSY;

	if (!words)
		return STATUS_NO_MEMORY;
	for (unsigned tries = 0; status == STATUS_BUSY && tries < TRIES; tries++) {
		uint64_t now = __atomic_load_n(slot, __ATOMIC_ACQUIRE);

		if (!(now & SLOT_HUGE)) /* small pages, or nothing any more: the program's next try will tell */
			return STATUS_BUSY;
		status = resolve(view, slot, &now, address, access);
		if (!status) {
			words[paging_index(address, 1)] = slot_mapping(now) | PTE_LARGE;
			counters[COUNTER_faults]++;
		}
	}
	return status;
}
