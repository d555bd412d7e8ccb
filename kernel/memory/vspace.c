/* vspace.c - see vspace.h: life of a space, and faults in it
 * SPDX-License-Identifier: MIT
 * vspace_fault is the hot path: two table words when the last fault was near, no message ever. */
#include "kernel/memory/vspace.h"

#include "kernel/arch/paging.h"
#include "kernel/memory/allowance.h"
#include "kernel/memory/arena.h"
#include "kernel/memory/backing.h"
#include "kernel/memory/copy.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/holders.h"
#include "kernel/memory/huge.h"
#include "kernel/memory/shootdown.h"
#include "kernel/memory/slots.h"
#include "kernel/memory/tables.h"
#include "percpu/counters.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"
#include "percpu/machine.h"

enum { TRIES = 5 }; /* a slot becomes present under a fault, gets a holder, and many; or its copy is the last */

static struct vspace *spaces; /* whose home this core is */

struct vspace *vspace_create(uint64_t heap_start)
{
	uint64_t frame = frame_take(FRAME_space);
	uint64_t slots = frame ? frame_take_node() : 0;
	uint64_t tables = slots && tables_shared ? tables_create() : 0;
	struct vspace *space = direct(frame);

	if (!slots || (tables_shared && !tables)) {
		if (frame)
			frame_give(frame);
		if (slots)
			frame_give(slots);
		return NULL;
	}
	*space = (struct vspace){
		.slots = slots,
		.tables = tables,
		.home = this_core(),
		.users = 1,
		.heap_start = heap_start,
		.heap_end = heap_start,
		.search_high = ARENA_BASE,
		.next = spaces,
	};
	spaces = space;
	return space;
}

void vspace_join(struct vspace *space, unsigned core)
{
	__atomic_fetch_or(&space->cores[core / 64], UINT64_C(1) << core % 64, __ATOMIC_SEQ_CST); /* J1 */
}

void vspace_members(const struct vspace *space, struct core_set *cores)
{
	for (unsigned i = 0; i < CORE_SET_WORDS; i++)
		cores->word[i] = __atomic_load_n(&space->cores[i], __ATOMIC_SEQ_CST);
}

void vspaces_visit(frame_visitor visit)
{
	for (const struct vspace *space = spaces; space; space = space->next) {
		slots_visit(space->slots, visit);
		holders_visit(space, visit);
		tables_visit(space, visit);
		backing_visit(space, visit);
		visit(FRAME_space, direct_physical(space));
	}
}

static void forget_space(const struct vspace *space)
{
	struct vspace **link = &spaces;

	while (*link != space)
		link = &(*link)->next;
	*link = space->next;
}

/* A large space takes long: others are answered between its nodes. */
static void give(enum frame_type type, uint64_t frame)
{
	if (type == FRAME_slots)
		inbox_serve_leaves();
	if (type == FRAME_user)
		frame_drop(frame);
	else
		frame_give(frame);
}

void vspace_release(struct vspace *space)
{
	struct core_set members;

	if (--space->users)
		return;
	vspace_members(space, &members);
	shootdown(space, 0, USER_END, SHOOTDOWN_DESTROY, &members);
	slots_visit(space->slots, give);
	holders_visit(space, give);
	tables_visit(space, give);
	backing_let_all_go(space);
	backing_visit(space, give);
	forget_space(space);
	frame_give(direct_physical(space));
	frame_give_flush();
}

static inline status_t fill_with(uint64_t frame, uint64_t *slot, uint64_t *now, unsigned holder)
{
	uint64_t present = slot_present(slot_rights(*now), frame, holder) | (*now & (SLOT_SHARED | SLOT_BACKED));

	if (!__atomic_compare_exchange_n(slot, now, present, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		frame_put_back(frame);
		return STATUS_BUSY;
	}
	*now = present;
	return STATUS_OK;
}

static inline status_t fill(uint64_t *slot, uint64_t *now, unsigned holder)
{
	uint64_t frame = frame_take_page();

	return __builtin_expect(frame != 0, 1) ? fill_with(frame, slot, now, holder) : STATUS_NO_PAGE;
}

status_t vspace_fill(struct vspace *space, uint64_t *slot, uint64_t *now)
{
	status_t status;

	if (!allowance_charge_within(space, 1))
		return STATUS_NO_MEMORY;
	status = fill(slot, now, SLOT_NOBODY);
	if (status)
		allowance_return(space, NULL, 1);
	return status;
}

static inline status_t fill_allowed(struct view *view, uint64_t *slot, uint64_t *now)
{
	status_t status;

	if (__builtin_expect(*now & SLOT_BACKED, 0))
		return STATUS_BACKED;
	if (!allowance_use(view))
		return STATUS_OVER_LIMIT;
	status = fill(slot, now, this_core());
	if (__builtin_expect(status, STATUS_OK))
		view->allowance++;
	return status;
}

/* What a present slot asks of its page before it is mapped, or what a reserved one needs to be present: OK, and *now the word to map. */
static inline status_t resolve(struct view *view, uint64_t address, uint64_t *slot, uint64_t *now, enum access access)
{
	if (slot_state(*now) == SLOT_RETIRED || slot_state(*now) == SLOT_COPYING)
		return STATUS_BUSY;
	if (!(slot_rights(*now) & access))
		return *now == SLOT_AWAITED ? STATUS_BUSY : STATUS_BAD_ADDRESS;
	if (slot_state(*now) != SLOT_PRESENT)
		return fill_allowed(view, slot, now);
	if (access == ACCESS_WRITE && *now & SLOT_COPY)
		return copy_page(view, address & ~(uint64_t)(PAGE_SIZE - 1), slot, now);
	return holders_join(view, slot, *now);
}

/* T1 to T3. */
static status_t fault_in_shared(struct view *view, uint64_t address, enum access access)
{
	status_t status;
	uint64_t *slots = slots_leaf(view->space->slots, address, frame_take_node_for_program, frame_give, &status);
	uint64_t *word = slots ? tables_word(view, address) : NULL;

	if (!slots)
		return status == STATUS_NOT_FOUND ? STATUS_BAD_ADDRESS : status;
	if (!word)
		return STATUS_NO_MEMORY;
	slots += paging_index(address, 0);
	for (unsigned tries = 0; tries < TRIES; tries++) {
		uint64_t before = __atomic_load_n(word, __ATOMIC_SEQ_CST), now = __atomic_load_n(slots, __ATOMIC_SEQ_CST);

		status = resolve(view, address, slots, &now, access);
		if (!status && !tables_put(word, before, slot_mapping(now)))
			return STATUS_BUSY;
		if (status != STATUS_BUSY)
			break;
	}
	counters[COUNTER_faults] += status == STATUS_OK;
	return status;
}

/* Finds the slots and the page table around an address and keeps them for the next fault; or *huge, where the slot is a huge page's. */
static status_t look_around(struct view *view, uint64_t address, uint64_t **huge)
{
	status_t status;
	uint64_t *unit = slots_unit(view->space->slots, address, frame_take_node_for_program, frame_give, &status);

	view->recent = 0;
	if (unit && __atomic_load_n(unit, __ATOMIC_ACQUIRE) & SLOT_HUGE) {
		*huge = unit;
		return STATUS_OK;
	}
	view->recent_slots = unit ? slots_below(unit, frame_take_node_for_program, frame_give, &status) : NULL;
	if (status)
		return status == STATUS_NOT_FOUND ? STATUS_BAD_ADDRESS : status;
	view->recent_table = view_table(view, address, 0);
	if (!view->recent_table)
		return STATUS_NO_MEMORY;
	view->recent = address / UNIT_SIZE;
	return STATUS_OK;
}

status_t vspace_fault(struct view *view, uint64_t address, enum access access)
{
	unsigned index = paging_index(address, 0);
	status_t status;

	if (address >= USER_END)
		return STATUS_BAD_ADDRESS;
	if (address / UNIT_SIZE != view->recent || !view->recent) {
		uint64_t *huge = NULL;

		if (tables_shared)
			return fault_in_shared(view, address, access);
		status = look_around(view, address, &huge);
		if (status)
			return status;
		if (huge)
			return huge_fault(view, huge, address, access);
	}
	for (unsigned tries = 0; tries < TRIES; tries++) {
		uint64_t *slot = &view->recent_slots[index];
		uint64_t now = __atomic_load_n(slot, __ATOMIC_ACQUIRE); /* J2 */

		status = resolve(view, address, slot, &now, access);
		if (!status) {
			view->recent_table[index] = slot_mapping(now);
			counters[COUNTER_faults]++;
		}
		if (status != STATUS_BUSY)
			return status;
	}
	return STATUS_BUSY;
}

status_t vspace_fault_now(struct view *view, uint64_t address, enum access access)
{
	status_t status = vspace_fault(view, address, access);

	if (status == STATUS_NO_PAGE && frame_reserve_open())
		status = vspace_fault(view, address, access);
	return status == STATUS_NO_PAGE ? STATUS_NO_MEMORY : status;
}

status_t vspace_physical(struct view *view, uint64_t address, uint64_t *physical)
{
	status_t status;

	*physical = address < USER_END ? view_writable(view, address) : 0;
	if (*physical)
		return STATUS_OK;
	for (;;) { /* bounded: by who changes the page, and waits for leaves alone */
		status = vspace_fault_now(view, address, ACCESS_WRITE);
		*physical = status ? 0 : view_writable(view, address); /* where tables are shared, another core may have barred it since */
		if (*physical || (status && status != STATUS_BUSY))
			return status;
		inbox_serve_leaves();
	}
}

void *vspace_page(struct vspace *space, uint64_t address)
{
	status_t status;
	uint64_t *slots = slots_leaf(space->slots, address, frame_take_node, frame_give, &status);
	uint64_t now, frame;

	if (!slots)
		return NULL;
	slots += paging_index(address, 0);
	now = *slots;
	if (slot_state(now) == SLOT_RESERVED) {
		frame = frame_take(FRAME_user); /* of this partition: the caller writes it */
		if (!frame || fill_with(frame, slots, &now, SLOT_NOBODY))
			return NULL;
		allowance_charge(space, 1);
	}
	return slot_state(now) == SLOT_PRESENT ? direct(slot_frame(now)) : NULL;
}

uint64_t vspace_key(const struct vspace *space, uint64_t address, uint64_t frame)
{
	uint64_t now;

	while (slot_state(now = slots_word(space->slots, address)) == SLOT_COPYING) /* bounded: by who copies or breaks it, and waits for leaves alone */
		inbox_serve_leaves();
	if (slot_state(now) != SLOT_PRESENT || slot_frame(now) + (now & SLOT_HUGE ? address % UNIT_SIZE & ~(uint64_t)(PAGE_SIZE - 1) : 0) != frame)
		return 0;
	return now & SLOT_SHARED ? (uint64_t)frame_generation(frame) << 1 | 1 : (uint64_t)space;
}
