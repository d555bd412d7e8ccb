/* holders.c - see holders.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/holders.h"

#include <stddef.h>

#include "kernel/memory/frames.h"
#include "kernel/memory/view.h"
#include "kernel/memory/vspace.h"
#include "percpu/instance.h"

static void add_spare(struct view *view, struct holders *record)
{
	record->next = view->spare;
	view->spare = record;
}

static void grow(struct view *view)
{
	uint64_t frame = frame_take(FRAME_holders);
	struct holders_frame *records = direct(frame);

	if (!frame)
		return;
	records->own = view->records;
	view->records = records;
	for (unsigned i = 0; i < sizeof(records->record) / sizeof(*records->record); i++)
		add_spare(view, &records->record[i]);
	records->next = __atomic_exchange_n(&view->space->records, frame, __ATOMIC_ACQ_REL); /* only the space's end follows it */
}

/* What others have freed since. */
static void take_returned(struct view *view)
{
	for (struct holders_frame *records = view->records; records; records = records->own) {
		uint64_t returned = __atomic_load_n(&records->returned, __ATOMIC_RELAXED);

		if (returned)
			returned = __atomic_exchange_n(&records->returned, 0, __ATOMIC_ACQUIRE);
		for (; returned; returned &= returned - 1)
			add_spare(view, &records->record[__builtin_ctzll(returned)]);
	}
}

static struct holders *take_record(struct view *view)
{
	struct holders *record;

	if (!view->spare)
		take_returned(view);
	if (!view->spare)
		grow(view);
	record = view->spare;
	if (record)
		view->spare = record->next;
	return record;
}

static uint64_t bit_of(unsigned core)
{
	return UINT64_C(1) << core % 64;
}

static int replace(uint64_t *slot, uint64_t word, uint64_t by)
{
	return __atomic_compare_exchange_n(slot, &word, by, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

static status_t become_first(uint64_t *slot, uint64_t word)
{
	uint64_t with = slot_present(slot_rights(word), word & SLOT_ADDRESS, this_core()) | (word & SLOT_KIND);

	return replace(slot, word, with) ? STATUS_OK : STATUS_BUSY;
}

static status_t promote(struct view *view, uint64_t *slot, uint64_t word)
{
	struct holders *record = take_record(view);
	unsigned first = slot_holder(word);

	if (!record)
		return STATUS_NO_MEMORY;
	__atomic_store_n(&record->frame, word & SLOT_ADDRESS, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < CORE_SET_WORDS; i++)
		__atomic_store_n(&record->core[i], (first / 64 == i ? bit_of(first) : 0) | (this_core() / 64 == i ? bit_of(this_core()) : 0),
				 __ATOMIC_RELAXED);
	if (replace(slot, word, slot_make(SLOT_PRESENT, slot_rights(word), direct_physical(record)) | SLOT_MANY |
				(word & SLOT_KIND)))
		return STATUS_OK;
	add_spare(view, record);
	return STATUS_BUSY;
}

static status_t join_many(uint64_t *slot, uint64_t word)
{
	uint64_t *mask = &slot_holders(word)->core[this_core() / 64], bit = bit_of(this_core());

	if (!(__atomic_load_n(mask, __ATOMIC_RELAXED) & bit))
		__atomic_fetch_or(mask, bit, __ATOMIC_SEQ_CST);                          /* J2 */
	else
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(slot, __ATOMIC_SEQ_CST) != word)                             /* J3 */
		return STATUS_BUSY;
	return __atomic_load_n(mask, __ATOMIC_SEQ_CST) & bit ? STATUS_OK : STATUS_BUSY; /* J4 */
}

status_t holders_join(struct view *view, uint64_t *slot, uint64_t word)
{
	if (word & SLOT_MANY)
		return join_many(slot, word);
	if (slot_holder(word) == this_core())
		return STATUS_OK;
	return slot_holder(word) == SLOT_NOBODY ? become_first(slot, word) : promote(view, slot, word);
}

void holders_add_to(struct core_set *set, uint64_t word)
{
	if (word & SLOT_MANY) {
		for (unsigned i = 0; i < CORE_SET_WORDS; i++)
			set->word[i] |= __atomic_load_n(&slot_holders(word)->core[i], __ATOMIC_SEQ_CST);
	} else if (slot_holder(word) != SLOT_NOBODY) {
		core_set_add(set, slot_holder(word));
	}
}

void holders_free(uint64_t word)
{
	struct holders *record = slot_holders(word);
	struct holders_frame *records = (void *)((uint64_t)record & ~(uint64_t)(PAGE_SIZE - 1));

	if (word & SLOT_MANY)
		__atomic_fetch_or(&records->returned, UINT64_C(1) << (record - records->record), __ATOMIC_RELEASE);
}

void holders_visit(const struct vspace *space, frame_visitor visit)
{
	for (uint64_t next, frame = space->records; frame; frame = next) {
		next = ((struct holders_frame *)direct(frame))->next;
		visit(FRAME_holders, frame);
	}
}
