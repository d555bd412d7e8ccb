/* backing.c - see backing.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/backing.h"

#include "kernel/arch/paging.h"
#include "kernel/memory/allowance.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/holders.h"
#include "kernel/memory/slots.h"
#include "kernel/memory/store.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"

/* A word of the tree is a RESERVED slot's, with these in it. */
enum {
	NUMBER_SHIFT = 6, /* in the table */
	NUMBERS = 1 << 16,
	DISTANCE_SHIFT = 22,
};

/* A tree of hash tables: an object's entry is in one bucket of the first, or of the one of the four below it that its hash leads to, and so on. */
enum {
	BUCKETS = 13,
	BUCKET = 13,
	ENTRIES = BUCKETS * BUCKET,
	BELOW = 4,
	LEVELS = 5,
	TABLES = 1 + BELOW + BELOW * BELOW + BELOW * BELOW * BELOW + BELOW * BELOW * BELOW * BELOW, /* numbered level by level */
};

#define HASH UINT64_C(0x9e3779b97f4a7c15) /* 2^64 by the golden ratio: numbers that follow each other lie far apart */

#define DISTANCE_MASK ((UINT64_C(1) << 36) - 1)
#define WORD_UNWRITABLE   UINT64_C(8)
#define CLAIMED       (UINT64_C(1) << 63)

struct entry {
	uint64_t pages;          /* co-managed */
	uint64_t object, holder; /* constant while pages is neither 0 nor CLAIMED */
};

struct table {
	struct entry entry[ENTRIES];
	uint64_t below[BELOW]; /* co-managed: 0 -> a frame, once */
};

_Static_assert(sizeof(struct table) <= PAGE_SIZE, "a table is a frame");
_Static_assert(TABLES * ENTRIES <= NUMBERS, "each entry has a number");

static uint64_t load(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

static bool swap(uint64_t *word, uint64_t from, uint64_t to)
{
	return __atomic_compare_exchange_n(word, &from, to, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/* The frame that a word leads to, made if there is none yet. 0: no memory. */
static uint64_t reach(uint64_t *word)
{
	uint64_t frame = load(word), made = frame ? 0 : frame_take_node_for_program();

	if (frame || !made)
		return frame;
	if (swap(word, 0, made))
		return made;
	frame_give(made);
	return load(word);
}

static const struct table *table_at(const struct vspace *space, unsigned table)
{
	return direct(table ? load(&table_at(space, (table - 1) / BELOW)->below[(table - 1) % BELOW]) : load(&space->backing));
}

static const struct entry *entry_at(const struct vspace *space, unsigned number)
{
	return &table_at(space, number / ENTRIES)->entry[number % ENTRIES];
}

static unsigned number_of(uint64_t word)
{
	return word >> NUMBER_SHIFT & (NUMBERS - 1);
}

static uint64_t index_of(uint64_t word, uint64_t address)
{
	return (address / PAGE_SIZE - (word >> DISTANCE_SHIFT)) & DISTANCE_MASK;
}

static uint64_t make_word(unsigned number, uint64_t start, uint64_t first, bool unwritable)
{
	uint64_t distance = (start / PAGE_SIZE - first) & DISTANCE_MASK;

	return distance << DISTANCE_SHIFT | (uint64_t)number << NUMBER_SHIFT | (unwritable ? WORD_UNWRITABLE : 0) | SLOT_RESERVED;
}

static uint64_t word_at(const struct vspace *space, uint64_t address)
{
	uint64_t tree = load(&space->backing_tree);

	return tree ? slots_word(tree, address) : SLOT_EMPTY;
}

/* Where the word that an address has may end, within a range. */
static uint64_t piece_end(const struct vspace *space, uint64_t address, uint64_t end)
{
	uint64_t next = slots_word_end(load(&space->backing_tree), address);

	return next < end ? next : end;
}

static void leave(struct entry *entry, uint64_t pages)
{
	uint64_t now = load(&entry->pages), holder = entry->holder;

	while (!swap(&entry->pages, now, now == pages ? CLAIMED : now - pages)) /* bounded: by homes that map and unmap */
		now = load(&entry->pages);
	if (now != pages)
		return;
	__atomic_store_n(&entry->pages, 0, __ATOMIC_RELEASE);
	backing_let_go(holder);
}

/* Of an object that is mapped already. The entry may become another's just before it is added to. */
static bool add_to(struct entry *entry, uint64_t object, uint64_t pages)
{
	for (uint64_t now = load(&entry->pages); now && now != CLAIMED && load(&entry->object) == object; now = load(&entry->pages)) { /* bounded: by homes that map */
		if (!swap(&entry->pages, now, now + pages))
			continue;
		if (load(&entry->object) == object)
			return true;
		leave(entry, pages);
	}
	return false;
}

static bool claim(struct entry *entry, uint64_t object, uint64_t holder, uint64_t pages)
{
	if (load(&entry->pages) || !swap(&entry->pages, 0, CLAIMED))
		return false;
	__atomic_store_n(&entry->object, object, __ATOMIC_RELAXED);
	entry->holder = holder;
	__atomic_store_n(&entry->pages, pages, __ATOMIC_RELEASE);
	return true;
}

/* Its number; -1: no memory, or no room where it may be. */
static int enter(struct vspace *space, uint64_t holder, uint64_t pages, bool *kept)
{
	uint64_t object = backing_object(holder), hash = object * HASH >> 32;
	unsigned first = (hash >> 2 * LEVELS) % BUCKETS * BUCKET;

	for (int pass = 0; pass < 2; pass++) {
		uint64_t *link = &space->backing;

		*kept = pass;
		for (unsigned level = 0, number = 0; level < LEVELS; level++) {
			unsigned below = hash >> 2 * level & (BELOW - 1);
			uint64_t frame = pass ? reach(link) : load(link);
			struct table *table = direct(frame);

			if (!frame)
				break;
			for (unsigned i = first; i < first + BUCKET; i++)
				if (pass ? claim(&table->entry[i], object, holder, pages) : add_to(&table->entry[i], object, pages))
					return (int)(number * ENTRIES + i);
			number = number * BELOW + 1 + below;
			link = &table->below[below];
		}
	}
	return -1;
}

static uint64_t to_word(uint64_t word, const struct slots_change *how)
{
	(void)word;
	return *(const uint64_t *)how->context;
}

static void put_word(const struct vspace *space, uint64_t start, uint64_t end, uint64_t word)
{
	struct slots_change how = { .change = to_word, .wait = inbox_serve_leaves, .context = &word };

	slots_apply(load(&space->backing_tree), start, end, &how);
}

static status_t split_at(const struct vspace *space, uint64_t address)
{
	return slots_split(load(&space->backing_tree), address, frame_take_node_for_program, frame_give);
}

/* For words that are to be put there, whatever is there now. */
static status_t split_all(const struct vspace *space, uint64_t start, uint64_t end)
{
	status_t status = split_at(space, start);

	return status ? status : split_at(space, end);
}

/* What stands for nothing need not be cut: so where no object is, nothing can fail. */
status_t backing_split(const struct vspace *space, uint64_t start, uint64_t end)
{
	status_t status = word_at(space, start) ? split_at(space, start) : STATUS_OK;

	return status || !word_at(space, end) ? status : split_at(space, end);
}

status_t backing_enter(struct vspace *space, uint64_t start, uint64_t end, uint64_t holder, struct backing_entered *entered)
{
	status_t status = reach(&space->backing_tree) ? split_all(space, start, end) : STATUS_NO_MEMORY;
	int number = status ? -1 : enter(space, holder, (end - start) / PAGE_SIZE, &entered->keeps);

	if (number < 0)
		return status ? status : STATUS_NO_MEMORY;
	entered->number = (unsigned)number;
	return STATUS_OK;
}

void backing_set(struct vspace *space, uint64_t start, uint64_t end, const struct backing_entered *entered, uint64_t first, bool unwritable)
{
	put_word(space, start, end, make_word(entered->number, start, first, unwritable));
}

status_t backing_extend(struct vspace *space, uint64_t start, uint64_t end, uint64_t new_start, uint64_t new_end, bool moves)
{
	uint64_t word = word_at(space, start);
	status_t status;

	for (uint64_t at = start; at < end; at = piece_end(space, at, end))
		if (!word || word_at(space, at) != word)
			return STATUS_BAD_ADDRESS;
	status = split_all(space, new_start, new_end);
	if (status)
		return status;
	__atomic_fetch_add((uint64_t *)&entry_at(space, number_of(word))->pages, (new_end - new_start) / PAGE_SIZE, __ATOMIC_SEQ_CST);
	put_word(space, new_start, new_end,
		 moves ? make_word(number_of(word), new_start, index_of(word, start), word & WORD_UNWRITABLE) : word);
	return STATUS_OK;
}

void backing_clear(struct vspace *space, uint64_t start, uint64_t end)
{
	if (!load(&space->backing_tree))
		return;
	for (uint64_t next, at = start; at < end; at = next) {
		uint64_t word = word_at(space, at);

		next = piece_end(space, at, end);
		if (!word)
			continue;
		put_word(space, at, next, SLOT_EMPTY);
		leave((struct entry *)entry_at(space, number_of(word)), (next - at) / PAGE_SIZE);
	}
}

bool backing_unwritable(const struct vspace *space, uint64_t start, uint64_t end)
{
	if (load(&space->backing_tree))
		for (uint64_t at = start; at < end; at = piece_end(space, at, end))
			if (word_at(space, at) & WORD_UNWRITABLE)
				return true;
	return false;
}

status_t backing_find(const struct vspace *space, uint64_t address, struct object_page *page)
{
	uint64_t word = word_at(space, address);

	if (!word)
		return STATUS_BAD_ADDRESS;
	*page = (struct object_page){ load(&entry_at(space, number_of(word))->object), index_of(word, address) };
	return STATUS_OK;
}

/* B2 to B4: the slot's word is what *reserved is then. Nobody else changes the slot meanwhile. */
static status_t put(const struct vspace *space, uint64_t address, uint64_t *slot, uint64_t *reserved, const struct object_page *page,
		    const struct store_page *from)
{
	struct object_page now;
	uint64_t frame = 0;
	status_t status = backing_find(space, address, &now);

	if (!status)
		status = now.object == page->object && now.index == page->index ? store_share(from, &frame) : STATUS_BUSY;
	if (!status)
		*reserved = slot_present(slot_rights(*reserved), frame, this_core()) | SLOT_BACKED | (*reserved & SLOT_SHARED ? SLOT_SHARED : SLOT_COPY);
	__atomic_store_n(slot, *reserved, __ATOMIC_SEQ_CST);
	return status;
}

static bool is_recent(const struct view *view, uint64_t address)
{
	return view->recent && view->recent == address / UNIT_SIZE;
}

/* The slot of an address, found at its fault as a rule. NULL: *status. */
static uint64_t *slot_of(const struct view *view, uint64_t address, status_t *status)
{
	uint64_t *leaf = view->recent_slots;

	if (!is_recent(view, address))
		leaf = slots_leaf(view->space->slots, address, frame_take_node_for_program, frame_give, status);
	if (!leaf && *status == STATUS_NOT_FOUND)
		*status = STATUS_BAD_ADDRESS;
	return leaf ? &leaf[paging_index(address, 0)] : NULL;
}

/* Somebody else has been faster, or something else is mapped there. */
static status_t look_again(struct view *view, uint64_t address, enum access access)
{
	status_t status = vspace_fault(view, address, access);

	return status == STATUS_BACKED ? STATUS_BUSY : status; /* whoever was faster has lost it again */
}

status_t backing_put(struct view *view, uint64_t address, const struct object_page *page, const struct store_page *from, enum access access)
{
	status_t status;
	uint64_t *slot = slot_of(view, address, &status), now;

	if (!slot)
		return status;
	now = load(slot);
	if (slot_state(now) != SLOT_RESERVED || !(now & SLOT_BACKED))
		return look_again(view, address, access);
	if (!allowance_use(view))
		return STATUS_OVER_LIMIT;
	status = swap(slot, now, slot_make(SLOT_COPYING, slot_rights(now), 0)) ? /* B1 */
		 put(view->space, address, slot, &now, page, from) : STATUS_BUSY;
	if (status)
		view->allowance++;
	if (status || !is_recent(view, address) || (access == ACCESS_WRITE && now & SLOT_COPY))
		return status ? status : look_again(view, address, access);
	view->recent_table[paging_index(address, 0)] = slot_mapping(now);
	return STATUS_OK;
}

static status_t copy_word(uint64_t *word, uint64_t *copy, void *context)
{
	(void)context;
	*copy = load(word);
	return STATUS_OK;
}

static status_t copy_tables(uint64_t from, uint64_t *link)
{
	const struct table *table = direct(from);
	struct table *copy;
	status_t status = STATUS_OK;

	if (!from)
		return STATUS_OK;
	copy = direct(reach(link));
	if (!*link)
		return STATUS_NO_MEMORY;
	for (unsigned i = 0; i < ENTRIES; i++) {
		if (!table->entry[i].pages)
			continue;
		backing_keep(table->entry[i].holder);
		copy->entry[i] = table->entry[i];
	}
	for (unsigned i = 0; i < BELOW && !status; i++)
		status = copy_tables(table->below[i], &copy->below[i]);
	return status;
}

status_t backing_copy(const struct vspace *from, struct vspace *to)
{
	status_t status = copy_tables(from->backing, &to->backing);

	if (status || !from->backing_tree)
		return status;
	if (!reach(&to->backing_tree))
		return STATUS_NO_MEMORY;
	return slots_copy(from->backing_tree, to->backing_tree, frame_take_node, frame_give, copy_word, NULL);
}

static void let_all_go(uint64_t frame)
{
	const struct table *table = direct(frame);

	if (!frame)
		return;
	for (unsigned i = 0; i < ENTRIES; i++)
		if (table->entry[i].pages)
			backing_let_go(table->entry[i].holder);
	for (unsigned i = 0; i < BELOW; i++)
		let_all_go(table->below[i]);
}

void backing_let_all_go(const struct vspace *space)
{
	let_all_go(space->backing);
}

static void visit_tables(uint64_t frame, frame_visitor visit)
{
	if (!frame)
		return;
	for (unsigned i = 0; i < BELOW; i++)
		visit_tables(((const struct table *)direct(frame))->below[i], visit);
	visit(FRAME_slots, frame);
}

void backing_visit(const struct vspace *space, frame_visitor visit)
{
	visit_tables(space->backing, visit);
	if (space->backing_tree)
		slots_visit(space->backing_tree, visit);
}
