/* copy.c - see copy.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/copy.h"

#include "kernel/arch/cpu.h"
#include "kernel/arch/paging.h"
#include "kernel/memory/allowance.h"
#include "kernel/memory/backing.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/holders.h"
#include "kernel/memory/shootdown.h"
#include "kernel/memory/user.h"
#include "kernel/memory/vspace.h"
#include "lib/string.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"

enum {
	NOBODY_WAITS = CORES_MAX,
	STEPS_AT_ONCE = 256, /* pages that are filled, or passed over, while others wait */
};

/* The space that this core is changing, or is about to when nobody copies it any more; and who wants to copy or end it behind that. */
static struct vspace *changing;
static bool begun;
static unsigned waits = NOBODY_WAITS;

/* Only members are asked in F2, and a core may change a space that none of its threads has been in. */
static void become_member(struct vspace *space)
{
	uint64_t *word = &space->cores[this_core() / 64];

	if (!(__atomic_load_n(word, __ATOMIC_RELAXED) >> this_core() % 64 & 1))
		vspace_join(space, this_core());
}

void copy_keep_out(struct vspace *space)
{
	become_member(space);
	changing = space;
	while (__atomic_load_n(&space->copied, __ATOMIC_SEQ_CST)) { /* bounded: by the copy, which waits for leaves alone */
		inbox_serve_leaves();
		cpu_pause();
	}
	begun = true;
}

void copy_let_in(void)
{
	changing = NULL;
	begun = false;
	if (waits == NOBODY_WAITS)
		return;
	inbox_acknowledge(waits);
	waits = NOBODY_WAITS;
}

bool copy_must_wait(const struct vspace *space, enum shootdown what, unsigned core)
{
	if (changing != space || (what == SHOOTDOWN_NOTHING && !begun))
		return false;
	waits = core;
	return true;
}

static bool swap(uint64_t *slot, uint64_t *now, uint64_t by)
{
	return __atomic_compare_exchange_n(slot, now, by, 0, __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE);
}

static bool is_borrowed(uint64_t frame)
{
	return machine_home(frame) != this_core();
}

/* A borrowed frame is written through the program's mapping, so that must be the one that the processor uses. */
static uint64_t take_frame(const struct view *view)
{
	uint64_t frame = frame_take_page();

	if (!frame || !is_borrowed(frame) || view == view_active())
		return frame;
	frame_put_back(frame);
	return frame_take(FRAME_user);
}

/* Into a frame that only the program may write. Nobody else has the page: the word says COPYING, and interrupts are off. */
static void copy_through_mapping(struct view *view, uint64_t page, uint64_t frame, uint64_t old)
{
	view->recent_table[paging_index(page, 0)] = frame | PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_NO_EXECUTE;
	if (user_copy_out(page, direct(old), PAGE_SIZE))
		__builtin_trap(); /* it is mapped */
}

/* C2 to C4, of a page that has other owners. */
static status_t take_copy(struct view *view, uint64_t page, uint64_t *slot, uint64_t *now)
{
	uint64_t old = slot_frame(*now), frame = take_frame(view);
	struct core_set holders = { { 0 } };

	if (!frame) {
		__atomic_store_n(slot, *now, __ATOMIC_RELEASE);
		return view == view_active() ? STATUS_NO_PAGE : STATUS_NO_MEMORY;
	}
	holders_add_to(&holders, *now);
	shootdown(view->space, page, page + PAGE_SIZE, SHOOTDOWN_FORGET, &holders); /* C3 */
	if (is_borrowed(frame))
		copy_through_mapping(view, page, frame, old);
	else
		memcpy(direct(frame), direct(old), PAGE_SIZE);
	holders_free(*now);
	copy_moved(view->space, old); /* this and the next may serve leaves, which must not take the page away between C4 and its mapping */
	frame_drop(old);
	*now = slot_present(slot_rights(*now), frame, this_core()) | (*now & SLOT_BACKED);
	__atomic_store_n(slot, *now, __ATOMIC_RELEASE); /* C4 */
	return STATUS_OK;
}

status_t copy_page(struct view *view, uint64_t page, uint64_t *slot, uint64_t *now)
{
	uint64_t copying = slot_make(SLOT_COPYING, slot_rights(*now), 0);

	if (!swap(slot, now, copying)) /* C1 */
		return STATUS_BUSY;
	if (__atomic_load_n(frame_sharers(slot_frame(*now)), __ATOMIC_SEQ_CST))
		return take_copy(view, page, slot, now);
	__atomic_store_n(slot, *now & ~SLOT_COPY, __ATOMIC_RELEASE); /* C2 */
	return STATUS_BUSY;
}

static uint64_t settled_word(const uint64_t *slot)
{
	uint64_t now = __atomic_load_n(slot, __ATOMIC_ACQUIRE);

	while (slot_state(now) == SLOT_COPYING) { /* bounded: by C1 to C4, which wait for leaves alone */
		inbox_serve_leaves();
		now = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
	}
	return now;
}

/* A space that is being copied. */
struct fork {
	struct vspace *space;
	struct core_set writers; /* hold pages that they may no longer write */
	uint64_t pages;          /* of the copy */
};

/* F3, of one present page. BUSY: its word has changed. */
static status_t share_page(uint64_t *slot, uint64_t now, uint64_t *copy, struct fork *fork)
{
	uint64_t frame = slot_first_frame(now), how = now & SLOT_SHARED ? SLOT_SHARED : SLOT_COPY;
	unsigned frames = slot_frames(now);

	for (unsigned i = 0; i < frames; i++)
		__atomic_fetch_add(&frame_sharers(frame)[i], 1, __ATOMIC_SEQ_CST);
	if (!swap(slot, &now, now | how)) {
		for (unsigned i = 0; i < frames; i++)
			frame_drop(frame + i * PAGE_SIZE);
		return STATUS_BUSY;
	}
	*copy = slot_present(slot_rights(now), frame, SLOT_NOBODY) | how | (now & (SLOT_HUGE | SLOT_BACKED));
	if (how == SLOT_COPY && !(now & SLOT_COPY) && slot_rights(now) & VSPACE_WRITE)
		holders_add_to(&fork->writers, now);
	fork->pages += frames;
	return STATUS_OK;
}

/* Both are to have the same page; but an object's they get from it. */
static bool is_wanted(uint64_t word)
{
	return slot_state(word) == SLOT_RESERVED && (word & (SLOT_SHARED | SLOT_BACKED)) == SLOT_SHARED;
}

/* F3. A page of a shared mapping must be there, so that both have the same one. Tokens are not inherited. */
static status_t share(uint64_t *slot, uint64_t *copy, void *context)
{
	struct fork *fork = context;
	status_t status;

	do { /* bounded: other cores change a word a few times (slots.h) */
		uint64_t now = settled_word(slot);

		status = STATUS_OK;
		if (now & SLOT_TOKEN)
			return STATUS_OK;
		if (is_wanted(now))
			status = vspace_fill(fork->space, slot, &now);
		if (!status && slot_state(now) == SLOT_PRESENT)
			status = share_page(slot, now, copy, fork);
		else if (!status)
			*copy = now;
	} while (status == STATUS_BUSY);
	return status;
}

/* A large space takes long: others are answered between its nodes. */
static uint64_t take_node(void)
{
	inbox_serve_leaves();
	return frame_take_node();
}

static void begin(struct vspace *space)
{
	struct message message = { .kind = MESSAGE_invalidate, .word = { (uint64_t)space, 0, 0, SHOOTDOWN_NOTHING } };
	struct core_set others;
	uint32_t nobody = 0;

	while (!__atomic_compare_exchange_n(&space->copied, &nobody, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) { /* bounded: as above */
		nobody = 0;
		inbox_serve_leaves();
		cpu_pause();
	}
	vspace_members(space, &others);
	core_set_remove(&others, this_core());
	if (!core_set_empty(&others))
		inbox_ask_all(&others, &message);
}

struct vspace *vspace_fork(struct vspace *space, status_t *status)
{
	struct vspace *copy = vspace_create(space->heap_start);
	struct fork fork = { .space = space };

	*status = copy ? STATUS_OK : STATUS_NO_MEMORY;
	if (!copy)
		return NULL;
	begin(space); /* F1, F2 */
	copy->heap_end = space->heap_end;
	*status = slots_copy(space->slots, copy->slots, take_node, frame_give, share, &fork); /* F3 */
	if (!*status)
		*status = backing_copy(space, copy);
	shootdown(space, 0, USER_END, SHOOTDOWN_PROTECT, &fork.writers);                               /* F4 */
	__atomic_store_n(&space->copied, 0, __ATOMIC_SEQ_CST);                                   /* F5 */
	allowance_charge(copy, fork.pages);
	if (!*status)
		return copy;
	vspace_release(copy);
	return NULL;
}

static status_t fill_page(struct vspace *space, uint64_t address)
{
	status_t status;
	uint64_t *leaf = slots_leaf(space->slots, address, take_node, frame_give, &status), now;

	if (!leaf)
		return status;
	leaf += paging_index(address, 0);
	now = __atomic_load_n(leaf, __ATOMIC_ACQUIRE);
	return is_wanted(now) ? vspace_fill(space, leaf, &now) : STATUS_OK;
}

status_t vspace_fill_shared(struct vspace *space, uint64_t *address)
{
	for (unsigned steps = 0; *address < USER_END && steps < STEPS_AT_ONCE; steps++) {
		if (is_wanted(slots_word(space->slots, *address))) {
			status_t status = fill_page(space, *address);

			if (status == STATUS_NO_PAGE || status == STATUS_NO_MEMORY)
				return status;
			*address += PAGE_SIZE; /* else it has got a page, or the mapping has gone, since */
		} else {
			*address = slots_word_end(space->slots, *address);
		}
	}
	return *address < USER_END ? STATUS_BUSY : STATUS_OK;
}
