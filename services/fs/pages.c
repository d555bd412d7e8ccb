/* pages.c - see pages.h
 * SPDX-License-Identifier: MIT */
#include "services/fs/pages.h"

#include "services/fs/replica.h"
#include "services/fs/shard.h"
#include "services/fs/word.h"

/* A trash node's note: the next one (32 bits), its level, and the first slot that has not been looked at. */
enum {
	NOTE_LEVEL = 32,
	NOTE_SLOT = 40,
	DROP_MOST = 64,   /* pages that one step drops */
	UNLINK_MOST = 64, /* slots that one step takes apart */
	NEED_STEPS = 64,  /* of tidying, before there is no space */
	AHEAD = 4,        /* pages that are filled by one call of the kernel when one is needed */
};

static uint64_t *page_note(uint64_t number)
{
	return (uint64_t *)shard_at(self.core, SHARD_PAGE_NOTES) + number;
}

static uint64_t *node_note(uint64_t number)
{
	return (uint64_t *)shard_at(self.core, SHARD_NODE_NOTES) + number;
}

static uint8_t *page_at(uint64_t number)
{
	return (uint8_t *)shard_at(self.core, SHARD_PAGES) + number * PAGE;
}

static uint64_t *node_at(uint64_t number)
{
	return (uint64_t *)((uint8_t *)shard_at(self.core, SHARD_NODES) + number * PAGE);
}

static uint64_t page_number(uint64_t page)
{
	return (page - (uint64_t)page_at(0)) / PAGE;
}

static uint64_t node_number(uint64_t node)
{
	return (node - (uint64_t)node_at(0)) / PAGE;
}

static void drop(uint64_t first, uint64_t count)
{
	if (count && store_drop(page_at(first), count) != STATUS_OK)
		__builtin_trap(); /* pages of our own in our own shard; recovery tries again */
}

/* I3 */
static void drop_free_ahead(uint64_t free)
{
	drop(free + 1 - self.free_ahead, self.free_ahead);
	self.free_ahead = 0;
}

/* From `first` on; if there is no room for so many, those that are needed now. How many are there. */
static status_t fill(uint64_t first, unsigned count, uint64_t needed_first, unsigned needed, unsigned *there)
{
	status_t status = store_fill(page_at(first), count);

	*there = count;
	if (status != STATUS_OK && count > needed) {
		drop(first, count);
		status = store_fill(page_at(needed_first), needed);
		*there = needed;
	}
	if (status != STATUS_OK)
		*there = 0;
	return status;
}

/* Lists are last first: pages that became free together follow each other downwards. */
static unsigned run_of_free(uint64_t number)
{
	unsigned count = 1;

	while (count < AHEAD && number > 1 && word_get(page_note(number)) == number - 1) {
		number--;
		count++;
	}
	return count;
}

static status_t take_free(struct taking *taking)
{
	uint64_t number = taking->free;
	unsigned run = self.free_ahead ? 0 : run_of_free(number);
	status_t status = run ? fill(number + 1 - run, run, number, 1, &self.free_ahead) : STATUS_OK;

	if (status != STATUS_OK)
		return status;
	self.free_ahead--;
	taking->free = word_get(page_note(number));
	taking->page[taking->count++] = (uint64_t)page_at(number);
	return STATUS_OK;
}

static status_t take_fresh(struct taking *taking, unsigned count)
{
	uint64_t frontier = taking->frontier;
	status_t status = shard_extend(SHARD_PAGE_NOTES, sizeof(uint64_t), frontier == 1 ? 0 : frontier, frontier + count);

	if (status == STATUS_OK && self.fresh_ahead < count)
		status = fill(frontier, count < AHEAD ? AHEAD : count, frontier, count, &self.fresh_ahead);
	if (status != STATUS_OK)
		return status;
	for (unsigned i = 0; i < count; i++)
		taking->page[taking->count++] = (uint64_t)page_at(frontier + i);
	taking->frontier += count;
	self.fresh_ahead -= count;
	return STATUS_OK;
}

static status_t take(struct taking *taking, unsigned count)
{
	const struct shard *shard = shard_own();
	status_t status = STATUS_OK;

	taking->count = 0;
	taking->free = word_get(&shard->free_page);
	taking->frontier = word_get(&shard->pages);
	if (!taking->frontier)
		taking->frontier = 1; /* 0 ends lists */
	while (taking->count < count && taking->free && status == STATUS_OK)
		status = take_free(taking);
	if (status == STATUS_OK && taking->count < count && (status = take_fresh(taking, count - taking->count)) != STATUS_OK)
		for (status = STATUS_OK; taking->count < count && status == STATUS_OK;)
			status = take_fresh(taking, 1);
	return taking->count ? STATUS_OK : status;
}

status_t pages_take(struct taking *taking, unsigned count)
{
	status_t status = STATUS_OK;

	taking->count = 0;
	for (unsigned i = 0; i < NEED_STEPS && count; i++) {
		status = take(taking, count);
		if (status == STATUS_OK || !pages_tidy())
			break;
	}
	return status;
}

void pages_keep(const struct taking *taking)
{
	if (!taking->count)
		return;
	journal_set(&shard_own()->free_page, taking->free);
	journal_set(&shard_own()->pages, taking->frontier);
}

void pages_give_up(const struct taking *taking)
{
	if (!taking->count)
		return;
	for (unsigned i = 0; i < taking->count; i++)
		drop(page_number(taking->page[i]), 1);
	drop_free_ahead(taking->free);
	drop(taking->frontier, self.fresh_ahead);
	self.fresh_ahead = 0;
}

status_t pages_take_node(uint64_t **node)
{
	struct shard *shard = shard_own();
	uint64_t free = journal_see(&shard->free_node), frontier = journal_see(&shard->nodes), first = frontier ? frontier : 1;
	status_t status;

	if (free) {
		*node = node_at(free);
		journal_set(&shard->free_node, (uint32_t)word_get(node_note(free)));
	} else {
		status = shard_extend(SHARD_NODE_NOTES, sizeof(uint64_t), frontier, first + 1);
		if (status == STATUS_OK)
			status = store_fill(node_at(first), 1);
		if (status != STATUS_OK)
			return status;
		*node = node_at(first);
		journal_set(&shard->nodes, first + 1);
	}
	words_clear(*node, NODE_SLOTS);
	return STATUS_OK;
}

void pages_drop(uint64_t page)
{
	uint64_t *dropping = &shard_own()->dropping;

	journal_set(page_note(page_number(page)), journal_see(dropping));
	journal_set(dropping, page_number(page));
}

void pages_discard(uint64_t root)
{
	uint64_t *trash = &shard_own()->trash;

	if (!root)
		return;
	if (!root_level(root)) {
		pages_drop(root);
		return;
	}
	journal_set(node_note(node_number(root_address(root))), journal_see(trash) | (uint64_t)root_level(root) << NOTE_LEVEL);
	journal_set(trash, node_number(root_address(root)));
}

/* Drops runs of pages at once, then makes them free. */
static void drop_some(struct shard *shard)
{
	uint64_t first = word_get(&shard->dropping), last = first, start = first, size = 0;

	drop_free_ahead(word_get(&shard->free_page));
	for (uint64_t at = first, count = 0; at && count < DROP_MOST; at = word_get(page_note(at)), count++) {
		if (size && at == start - 1) { /* lists are last first */
			start--;
		} else if (size && at != start + size) {
			drop(start, size);
			start = at;
			size = 0;
		}
		size++;
		last = at;
	}
	drop(start, size);
	journal_begin();
	journal_set(&shard->dropping, word_get(page_note(last)));
	journal_set(page_note(last), word_get(&shard->free_page));
	journal_set(&shard->free_page, first);
	journal_commit();
}

/* The first node of the trash: what is in some of its slots, or itself when that was all. */
static void take_apart_some(struct shard *shard)
{
	uint64_t number = word_get(&shard->trash), note = word_get(node_note(number));
	unsigned level = note >> NOTE_LEVEL & 0xff, slot = (unsigned)(note >> NOTE_SLOT), found = 0;

	journal_begin();
	for (; slot < NODE_SLOTS && found < (level > 1 ? 1 : UNLINK_MOST); slot++) {
		uint64_t child = word_get(&node_at(number)[slot]);

		if (!child)
			continue;
		found++;
		pages_discard(child | (level - 1));
	}
	if (slot == NODE_SLOTS && !(level > 1 && found)) {
		journal_set(&shard->trash, (uint32_t)note);
		journal_set(node_note(number), word_get(&shard->free_node));
		journal_set(&shard->free_node, number);
	} else {
		journal_set(node_note(number), (uint32_t)note | (uint64_t)level << NOTE_LEVEL | (uint64_t)slot << NOTE_SLOT);
	}
	journal_commit();
}

bool pages_untidy(void)
{
	const struct shard *shard = shard_own();

	return word_get(&shard->dropping) || word_get(&shard->trash);
}

bool pages_tidy(void)
{
	struct shard *shard = shard_own();

	if (word_get(&shard->dropping))
		drop_some(shard);
	else if (word_get(&shard->trash))
		take_apart_some(shard);
	return pages_untidy();
}

void pages_recover(void)
{
	const struct shard *shard = shard_own();
	uint64_t free = word_get(&shard->free_page), frontier = word_get(&shard->pages);

	drop(frontier ? frontier : 1, TAKE_MOST + AHEAD);
	for (unsigned i = 0; free && i < TAKE_MOST + AHEAD; i++, free = word_get(page_note(free)))
		drop(free, 1);
}
