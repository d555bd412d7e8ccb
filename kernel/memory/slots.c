/* slots.c - see slots.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/slots.h"

#include <stddef.h>

#include "kernel/arch/paging.h"
#include "kernel/memory/holders.h"

static uint64_t load(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/* Acquire and release: a node is seen filled, a frame zeroed. */
static int swap(uint64_t *word, uint64_t *expected, uint64_t desired)
{
	return __atomic_compare_exchange_n(word, expected, desired, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

static uint64_t *node_words(uint64_t word)
{
	return direct(word & SLOT_ADDRESS);
}

/* Turns a folded word into a node that repeats it. Whoever comes second uses the first one's node. */
static status_t unfold(uint64_t *word, uint64_t folded, slots_allocate allocate, slots_free give_back)
{
	uint64_t frame = allocate();
	uint64_t *node = direct(frame);

	if (!frame)
		return STATUS_NO_MEMORY;
	if (folded)
		for (unsigned i = 0; i < PTE_COUNT; i++)
			node[i] = folded;
	if (!swap(word, &folded, slot_make(SLOT_NODE, 0, frame))) {
		for (unsigned i = 0; i < PTE_COUNT; i++)
			node[i] = 0;
		give_back(frame);
	}
	return STATUS_OK;
}

/* What a word leads to: a node, made if the word is folded. NULL: *status. */
static uint64_t *open_word(uint64_t *word, slots_allocate allocate, slots_free give_back, status_t *status)
{
	uint64_t now = load(word);

	while (slot_state(now) == SLOT_RESERVED) { /* bounded: again only when the home has changed the word */
		*status = unfold(word, now, allocate, give_back);
		if (*status)
			return NULL;
		now = load(word);
	}
	*status = slot_state(now) == SLOT_NODE ? STATUS_OK : slot_state(now) == SLOT_EMPTY ? STATUS_NOT_FOUND : STATUS_BUSY;
	return *status ? NULL : node_words(now);
}

uint64_t *slots_unit(uint64_t root, uint64_t address, slots_allocate allocate, slots_free give_back, status_t *status)
{
	uint64_t *node = direct(root);

	for (unsigned level = SLOT_LEVELS - 1; node && level > 1; level--)
		node = open_word(&node[paging_index(address, level)], allocate, give_back, status);
	return node ? &node[paging_index(address, 1)] : NULL;
}

uint64_t *slots_below(uint64_t *unit, slots_allocate allocate, slots_free give_back, status_t *status)
{
	return open_word(unit, allocate, give_back, status);
}

uint64_t *slots_leaf(uint64_t root, uint64_t address, slots_allocate allocate, slots_free give_back, status_t *status)
{
	uint64_t *unit = slots_unit(root, address, allocate, give_back, status);

	return unit ? slots_below(unit, allocate, give_back, status) : NULL;
}

/* Down to the word that is no node; *level is its own, and *where it lies. */
static inline uint64_t descend(uint64_t root, uint64_t address, unsigned *level, const uint64_t **where)
{
	uint64_t now = slot_make(SLOT_NODE, 0, root);

	for (*level = SLOT_LEVELS; slot_state(now) == SLOT_NODE; --*level) {
		*where = &node_words(now)[paging_index(address, *level - 1)];
		now = load(*where);
	}
	return now;
}

const uint64_t *slots_find(uint64_t root, uint64_t address)
{
	const uint64_t *where = NULL;
	unsigned level;

	(void)descend(root, address, &level, &where);
	return where;
}

uint64_t slots_word(uint64_t root, uint64_t address)
{
	const uint64_t *where = NULL;
	unsigned level;

	return descend(root, address, &level, &where);
}

uint64_t slots_word_end(uint64_t root, uint64_t address)
{
	const uint64_t *where = NULL;
	unsigned level;

	(void)descend(root, address, &level, &where);
	return (address | (paging_size(level) - 1)) + 1;
}

status_t slots_split(uint64_t root, uint64_t address, slots_allocate allocate, slots_free give_back)
{
	uint64_t *node = direct(root);

	for (unsigned level = SLOT_LEVELS - 1; address & (paging_size(level) - 1); level--) {
		uint64_t *word = &node[paging_index(address, level)];
		uint64_t now = load(word);

		while (slot_state(now) == SLOT_EMPTY || slot_state(now) == SLOT_RESERVED) { /* bounded: faults change it a few times */
			status_t status = unfold(word, now, allocate, give_back);

			if (status)
				return status;
			now = load(word);
		}
		if (slot_state(now) != SLOT_NODE)
			return STATUS_BUSY;
		node = node_words(now);
	}
	return STATUS_OK;
}

/* A word in a range that is being changed; true when it is a node to descend into. */
static int change_word(uint64_t *word, const struct slots_change *how)
{
	uint64_t now = load(word);

	for (;;) { /* bounded: faulting cores change a word a few times (slots.h), and a copy comes to its end */
		uint64_t after;

		if (slot_state(now) == SLOT_NODE)
			return 1;
		if (slot_state(now) == SLOT_COPYING) {
			how->wait();
			now = load(word);
			continue;
		}
		after = how->change(now, how);
		if (after == now)
			return 0;
		if (swap(word, &now, after)) {
			if (how->changed)
				how->changed(now, how);
			return 0;
		}
	}
}

static void apply(uint64_t *node, unsigned level, uint64_t base, uint64_t start, uint64_t end,
		  const struct slots_change *how)
{
	uint64_t size = paging_size(level);
	unsigned index = start > base ? (unsigned)((start - base) / size) : 0;

	for (; index < PTE_COUNT && base + index * size < end; index++) {
		uint64_t *word = &node[index];

		if (change_word(word, how))
			apply(node_words(load(word)), level - 1, base + index * size, start, end, how);
	}
}

void slots_apply(uint64_t root, uint64_t start, uint64_t end, const struct slots_change *how)
{
	apply(direct(root), SLOT_LEVELS - 1, 0, start, end, how);
}

/* A copy that is being made. */
struct copying {
	slots_allocate allocate;
	slots_free give_back;
	slots_share share;
	void *context;
};

static status_t copy_node(uint64_t *from, uint64_t *to, unsigned level, const struct copying *how);

static status_t copy_below(uint64_t now, uint64_t *to, unsigned level, const struct copying *how)
{
	uint64_t frame = how->allocate();

	*to = frame ? slot_make(SLOT_NODE, 0, frame) : SLOT_EMPTY;
	if (!frame)
		return STATUS_NO_MEMORY;
	return copy_node(node_words(now), node_words(*to), level - 1, how);
}

/* A fault may unfold a word behind the first look: then what `share` found is the other tree's node. */
static status_t copy_word(uint64_t *from, uint64_t *to, unsigned level, const struct copying *how)
{
	uint64_t now = load(from);
	status_t status = STATUS_OK;

	if (level && slot_state(now) == SLOT_RESERVED && (now & (SLOT_SHARED | SLOT_BACKED)) == SLOT_SHARED) {
		status = unfold(from, now, how->allocate, how->give_back);
		now = load(from);
	}
	if (!status && slot_state(now) != SLOT_NODE) {
		status = how->share(from, to, how->context);
		now = *to;
	}
	return !status && slot_state(now) == SLOT_NODE ? copy_below(now, to, level, how) : status;
}

/* Most nodes are nearly empty, so eight words are looked at together. */
static bool any_used(const uint64_t *words)
{
	uint64_t any = 0;

#pragma GCC unroll 8
	for (unsigned i = 0; i < 8; i++)
		any |= __atomic_load_n(&words[i], __ATOMIC_RELAXED);
	return any != 0;
}

static status_t copy_node(uint64_t *from, uint64_t *to, unsigned level, const struct copying *how)
{
	status_t status = STATUS_OK;

	for (unsigned group = 0; !status && group < PTE_COUNT; group += 8) {
		if (!any_used(&from[group]))
			continue;
		for (unsigned i = group; !status && i < group + 8; i++)
			if (load(&from[i]))
				status = copy_word(&from[i], &to[i], level, how);
	}
	return status;
}

status_t slots_copy(uint64_t from, uint64_t to, slots_allocate allocate, slots_free give_back, slots_share share, void *context)
{
	struct copying how = { allocate, give_back, share, context };

	return copy_node(direct(from), direct(to), SLOT_LEVELS - 1, &how);
}

static int occupied(const uint64_t *node, unsigned level, uint64_t base, uint64_t start, uint64_t end)
{
	uint64_t size = paging_size(level);
	unsigned index = start > base ? (unsigned)((start - base) / size) : 0;

	for (; index < PTE_COUNT && base + index * size < end; index++) {
		uint64_t now = load(&node[index]);

		if (slot_state(now) == SLOT_EMPTY)
			continue;
		if (slot_state(now) != SLOT_NODE ||
		    occupied(node_words(now), level - 1, base + index * size, start, end))
			return 1;
	}
	return 0;
}

int slots_occupied(uint64_t root, uint64_t start, uint64_t end)
{
	return occupied(direct(root), SLOT_LEVELS - 1, 0, start, end);
}

static int leaf_missing(const uint64_t *leaf, unsigned index, unsigned stop)
{
	for (; index < stop; index++)
		if (!__atomic_load_n(&leaf[index], __ATOMIC_RELAXED))
			return 1;
	return 0;
}

static int missing(const uint64_t *node, unsigned level, uint64_t base, uint64_t start, uint64_t end)
{
	uint64_t size = paging_size(level), last = (end - 1 - base) / size;
	unsigned index = start > base ? (unsigned)((start - base) / size) : 0, stop = last < PTE_COUNT ? (unsigned)last + 1 : PTE_COUNT;

	if (!level)
		return leaf_missing(node, index, stop);
	for (; index < stop; index++) {
		uint64_t now = load(&node[index]);

		if (slot_state(now) == SLOT_EMPTY)
			return 1;
		if (slot_state(now) == SLOT_NODE && missing(node_words(now), level - 1, base + index * size, start, end))
			return 1;
	}
	return 0;
}

int slots_missing(uint64_t root, uint64_t start, uint64_t end)
{
	return missing(direct(root), SLOT_LEVELS - 1, 0, start, end);
}

/* A downward search: the empty run that is being grown ends (excluded) at run_end and begins at run_start. */
struct search {
	uint64_t low, high, size;
	uint64_t run_start, run_end;
};

static int search_node(const uint64_t *node, unsigned level, uint64_t base, struct search *search)
{
	uint64_t size = paging_size(level), last = (search->high - 1 - base) / size;

	for (int index = last < PTE_COUNT ? (int)last : PTE_COUNT - 1; index >= 0; index--) {
		uint64_t start = base + (uint64_t)index * size;
		uint64_t now;

		if (start + size <= search->low)
			return 0;
		now = load(&node[index]);
		if (slot_state(now) == SLOT_NODE) {
			if (search_node(node_words(now), level - 1, start, search))
				return 1;
			continue;
		}
		if (slot_state(now) != SLOT_EMPTY) {
			search->run_start = search->run_end = start;
			continue;
		}
		search->run_start = start > search->low ? start : search->low;
		if (search->run_end > search->run_start && search->run_end - search->run_start >= search->size)
			return 1;
	}
	return 0;
}

uint64_t slots_hole(uint64_t root, uint64_t low, uint64_t high, uint64_t size)
{
	struct search search = { .low = low, .high = high, .size = size, .run_start = high, .run_end = high };

	return search_node(direct(root), SLOT_LEVELS - 1, 0, &search) ? search.run_end - size : 0;
}

static void visit_node(uint64_t frame, unsigned level, frame_visitor visit)
{
	uint64_t *node = direct(frame);

	for (unsigned index = 0; (index = paging_next_used(node, index, PTE_COUNT)) < PTE_COUNT; index++) {
		uint64_t word = node[index];

		if (slot_state(word) == SLOT_NODE)
			visit_node(word & SLOT_ADDRESS, level - 1, visit);
		else if (slot_state(word) == SLOT_PRESENT && !(word & SLOT_TOKEN))
			for (unsigned i = 0; i < slot_frames(word); i++)
				visit(FRAME_user, slot_frame(word) + i * PAGE_SIZE);
	}
	visit(FRAME_slots, frame);
}

void slots_visit(uint64_t root, frame_visitor visit)
{
	visit_node(root, SLOT_LEVELS - 1, visit);
}
