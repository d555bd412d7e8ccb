/* check.c - see check.h
 * SPDX-License-Identifier: MIT */
#include "tests/fs/prelude.h"
#undef memcpy
#undef memset

#include <stdlib.h>

#include "services/fs/entries.h"
#include "services/fs/inode.h"
#include "services/fs/opens.h"
#include "services/fs/pages.h"
#include "services/fs/replica.h"
#include "services/fs/shard.h"
#include "services/fs/tree.h"
#include "tests/fs/check.h"
#include "tests/fs/fake.h"

enum { MARK_TREE = 1, MARK_TRASH, MARK_DROPPING, MARK_FREE };
enum { FRESH_MOST = 2 * TAKE_MOST }; /* pages beyond all that were used that are looked at */

/* Of the shard that is looked at. */
static uint8_t *page_mark, *node_mark;
static uint32_t *names[FAKE_CORES]; /* valid entries of each inode */
static struct census census;

static uint64_t get(const uint64_t *word)
{
	return word_get(word);
}

static void mark(uint8_t *marks, uint64_t frontier, uint64_t number, uint8_t how)
{
	must(number > 0 && number < frontier && !marks[number]);
	marks[number] = how;
}

static uint64_t number_of(uint64_t address, uint64_t start)
{
	return (address - (uint64_t)shard_at(ipc_core(), start)) / PAGE;
}

static void mark_page(uint64_t page, uint8_t how)
{
	mark(page_mark, get(&shard_own()->pages), number_of(page, SHARD_PAGES), how);
	must(fake_is_there((void *)page));
}

/* Pages below; none at or behind `limit`. */
static uint64_t walk(uint64_t at, unsigned level, uint64_t index, uint64_t limit, uint8_t how)
{
	uint64_t count = 0;

	if (!at)
		return 0;
	if (!level) {
		must(index < limit);
		mark_page(at, how);
		return 1;
	}
	mark(node_mark, get(&shard_own()->nodes), number_of(at, SHARD_NODES), how);
	for (unsigned i = 0; i < NODE_SLOTS; i++)
		count += walk(get((uint64_t *)at + i), level - 1, index * NODE_SLOTS + i, limit, how);
	return count;
}

static void check_tail(const struct inode *inode)
{
	uint64_t size = get(&inode->size), page;

	must(tree_find(inode, get(&inode->version), size / PAGE, &page) == STATUS_OK);
	for (uint64_t i = size % PAGE; page && size % PAGE && i < PAGE; i++)
		must(!((uint8_t *)page)[i]);
}

static void check_file(const struct inode *inode)
{
	uint64_t limit = get(&inode->trim) ? ~UINT64_C(0) : (get(&inode->size) + PAGE - 1) / PAGE;
	uint64_t count = walk(root_address(get(&inode->root)), root_level(get(&inode->root)), 0, limit, MARK_TREE);

	must(count <= get(&inode->blocks));
	must(get(&inode->source_size) <= get(&inode->size));
	check_tail(inode);
	census.pages += count;
}

static void check_inode(const struct inode *inode)
{
	uint64_t id = get(&inode->id), link = get(&inode->link);

	must(inode_home(id) == ipc_core() && inode_at(id) == inode);
	must(!(get(&inode->sequence) & 1));
	census.inodes++;
	if (!inode_is_directory(inode))
		check_file(inode);
	must(!link || !operation_in_flight(link));
	must(id == FS_ROOT || names[ipc_core()][(uint32_t)id] == (link != 0));
	if (!link)
		must(get(&inode->opens) || opens_elsewhere(id) == STATUS_EXISTS);
}

static void check_inodes(void)
{
	const struct shard *shard = shard_own();
	const struct inode *first = shard_at(ipc_core(), SHARD_INODES);
	uint64_t live = 0, free = 0;

	for (uint64_t slot = 1; slot < get(&shard->inodes); slot++)
		if (get(&first[slot].id) && !(get(&first[slot].id) & INODE_FREE)) {
			check_inode(&first[slot]);
			live++;
		}
	for (uint64_t slot = get(&shard->free_inode); slot; slot = get(&first[slot].root))
		must(get(&first[slot].id) & INODE_FREE && ++free < get(&shard->inodes));
	must(live == get(&shard->live_inodes));
	must(!get(&shard->inodes) || live + free == get(&shard->inodes) - 1);
}

/* Page 0 is never used: it ends lists. */
static uint64_t beyond(uint64_t pages)
{
	return pages ? pages : 1;
}

static void check_pages(void)
{
	const struct shard *shard = shard_own();
	const uint64_t *page_note = shard_at(ipc_core(), SHARD_PAGE_NOTES), *node_note = shard_at(ipc_core(), SHARD_NODE_NOTES);
	const uint8_t *first = shard_at(ipc_core(), SHARD_PAGES), *first_node = shard_at(ipc_core(), SHARD_NODES);

	for (uint64_t at = get(&shard->dropping); at; at = get(&page_note[at]))
		mark(page_mark, get(&shard->pages), at, MARK_DROPPING);
	for (uint64_t at = get(&shard->free_page), count = 0; at; at = get(&page_note[at]), count++) {
		mark(page_mark, get(&shard->pages), at, MARK_FREE);
		must(fake_is_there(first + at * PAGE) == (count < self.free_ahead));
	}
	for (uint64_t i = 0; i < FRESH_MOST; i++)
		must(fake_is_there(first + (beyond(get(&shard->pages)) + i) * PAGE) == (i < self.fresh_ahead));
	for (uint64_t at = get(&shard->free_node); at; at = (uint32_t)get(&node_note[at]))
		mark(node_mark, get(&shard->nodes), at, MARK_FREE);
	for (uint64_t at = get(&shard->trash); at; at = (uint32_t)get(&node_note[at])) {
		unsigned level = get(&node_note[at]) >> 32 & 0xff, slot = (unsigned)(get(&node_note[at]) >> 40);
		const uint64_t *node = (const uint64_t *)(first_node + at * PAGE);

		mark(node_mark, get(&shard->nodes), at, MARK_TRASH);
		for (; slot < NODE_SLOTS; slot++)
			walk(get(&node[slot]), level - 1, 0, 1ull << 40, MARK_TRASH);
	}
	for (uint64_t i = 1; i < get(&shard->pages); i++)
		must(page_mark[i]);
	for (uint64_t i = 1; i < get(&shard->nodes); i++)
		must(node_mark[i]);
}

static void check_entry(const struct record *entry)
{
	uint64_t id = get(&entry->target);
	const struct inode *inode = inode_at(id), *directory;

	census.entries++;
	must(entry_state(id, get(&entry->ticket)) != ENTRY_PENDING);
	if (entry_state(id, get(&entry->ticket)) == ENTRY_DEAD) {
		census.dead++;
		return;
	}
	directory = inode_at(get(&entry->owner));
	must(directory && inode_is_directory(directory) && get(&directory->link));
	must(get(&directory->shards[ipc_core() / 64]) >> ipc_core() % 64 & 1);
	must(!inode_is_directory(inode) || get(&inode->parent) == get(&entry->owner));
	names[inode_home(id)][(uint32_t)id]++;
}

static void check_branch(const struct record *branch)
{
	uint64_t before = 0, count = 0;

	for (uint64_t at = get(&branch->target); at; before = at, at = get(&((struct record *)at)->after)) {
		const struct record *entry = (const struct record *)at;

		must(get(&entry->serial) && get(&entry->owner) == get(&branch->owner) && get(&entry->before) == before);
		must(!before || get(&((struct record *)before)->serial) < get(&entry->serial));
		count++;
	}
	must(get(&branch->ticket) == before && get(&branch->after) == count);
}

static void check_table(void)
{
	static const uint16_t SIZE[] = { CLASS_SIZE_0, CLASS_SIZE_1, CLASS_SIZE_2 };
	const struct shard *shard = shard_own();
	const uint64_t *bucket = shard_at(ipc_core(), SHARD_BUCKETS);
	uint64_t count = 0, of_class[RECORD_CLASSES] = { 0 }, opens = 0, counted = 0;

	for (uint64_t i = 0; i < get(&shard->buckets); i++) {
		must(!(get(&bucket[2 * i]) & 1));
		for (uint64_t at = get(&bucket[2 * i + 1]); at; at = get(&((struct record *)at)->next)) {
			const struct record *record = (const struct record *)at;
			struct question question = table_question_words(record_kind(get(&record->shape)), get(&record->owner), record->name,
									record_length(get(&record->shape)));
			const struct record *found = table_next(NULL, &question);

			while (found && found != record)
				found = table_next(found, &question);
			must(found && get(&record->serial) && ++count <= get(&shard->entries));
			of_class[get(&record->shape) >> 8 & 0xff]++;
			must(question.kind != RECORD_ENTRY || home_of(&question) == ipc_core());
			if (question.kind == RECORD_BRANCH)
				check_branch(record);
			if (question.kind == RECORD_ENTRY)
				check_entry(record);
			if (question.kind == RECORD_OPENS) {
				must(inode_at(question.owner) && get(&record->target));
				opens++;
			}
		}
	}
	must(count == get(&shard->entries));
	for (unsigned class = 0; class < RECORD_CLASSES; class++) {
		for (uint64_t at = get(&shard->free_record[class]); at; at = get(&((struct record *)at)->after))
			must(!get(&((struct record *)at)->serial) && ++of_class[class] <= get(&shard->records[class]));
		must(of_class[class] == get(&shard->records[class]));
		(void)SIZE;
	}
	for (unsigned core = 0; core < ipc_cores(); core++)
		counted += get(&shard->opens_at[core]);
	must(counted == opens);
}

static bool is_made(unsigned core)
{
	fake_be(core);
	return fake_is_there(shard_own()) && get(&shard_own()->magic) == SHARD_MAGIC;
}

static void check_shard(void)
{
	struct shard *shard = shard_own();

	page_mark = calloc(1, get(&shard->pages) + 1);
	node_mark = calloc(1, get(&shard->nodes) + 1);
	check_inodes();
	check_pages();
	free(page_mark);
	free(node_mark);
	for (unsigned i = 0; i < OPERATIONS; i++)
		must(!get(&shard->operation[i].ticket));
	must(!get(&shard->journal.committed));
	census.store += fake_pages(ipc_core());
}

struct census fs_check(void)
{
	census = (struct census){ 0 };
	for (unsigned core = 0; core < ipc_cores(); core++)
		if (is_made(core))
			names[core] = calloc(sizeof(uint32_t), get(&shard_own()->inodes) + 1);
	for (unsigned core = 0; core < ipc_cores(); core++)
		if (is_made(core)) {
			must(self.seed && self.recovered);
			check_table();
		}
	for (unsigned core = 0; core < ipc_cores(); core++)
		if (is_made(core))
			check_shard();
	for (unsigned core = 0; core < ipc_cores(); core++) {
		free(names[core]);
		names[core] = NULL;
	}
	fake_be(0);
	return census;
}
