/* tree.c - see tree.h
 * SPDX-License-Identifier: MIT */
#include "services/fs/tree.h"

#include "services/fs/pages.h"
#include "services/fs/shard.h"
#include "services/fs/word.h"

enum {
	BITS = 9,
	TRIM_MOST = 64, /* slots in one change */
};

static unsigned place(uint64_t index, unsigned level)
{
	return index >> BITS * (level - 1) & (NODE_SLOTS - 1);
}

status_t tree_find(const struct inode *inode, uint64_t version, uint64_t index, uint64_t *page)
{
	uint64_t root = word_get(&inode->root);
	uint64_t at = root_address(root);

	*page = 0;
	if (word_get(&inode->version) != version)
		return STATUS_BUSY;
	if (index >> BITS * root_level(root))
		return STATUS_OK;
	for (unsigned level = root_level(root); level && at; level--) {
		at = word_get((const uint64_t *)at + place(index, level));
		if (word_get(&inode->version) != version) /* the node may have become another file's, of another level */
			return STATUS_BUSY;
	}
	*page = at;
	return STATUS_OK;
}

/* One change: a node above the root, or the first one. */
static status_t grow(struct inode *inode, uint64_t index)
{
	uint64_t root = word_get(&inode->root);
	unsigned level = root_level(root) + 1;
	uint64_t *node;
	status_t status;

	while (!root && index >> BITS * level) /* bounded: a few levels, the size of a file is */
		level++;
	journal_begin();
	status = pages_take_node(&node);
	if (status != STATUS_OK)
		return status;
	word_put(&node[0], root_address(root));
	journal_set(&inode->root, (uint64_t)node | level);
	journal_commit();
	return STATUS_OK;
}

static status_t fill_slot(uint64_t *slot)
{
	uint64_t *node;
	status_t status;

	if (word_get(slot))
		return STATUS_OK;
	journal_begin();
	status = pages_take_node(&node);
	if (status != STATUS_OK)
		return status;
	journal_set(slot, (uint64_t)node);
	journal_commit();
	return STATUS_OK;
}

status_t tree_reach(struct inode *inode, uint64_t index, uint64_t **slot)
{
	status_t status = STATUS_OK;
	unsigned level;

	while (index >> BITS * root_level(word_get(&inode->root)) && status == STATUS_OK)
		status = grow(inode, index);
	*slot = &inode->root;
	for (level = root_level(word_get(&inode->root)); level && status == STATUS_OK; level--) {
		*slot = (uint64_t *)root_address(word_get(*slot)) + place(index, level);
		if (level > 1)
			status = fill_slot(*slot);
	}
	return status;
}

/* Slots of a node of this level behind `place`. */
static void trim_node(uint64_t *node, unsigned level, unsigned from)
{
	unsigned found = 0;

	journal_begin();
	for (unsigned i = from; i < NODE_SLOTS; i++) {
		uint64_t child = word_get(&node[i]);

		if (!child)
			continue;
		journal_set(&node[i], 0);
		pages_discard(child | (level - 1));
		if (++found % TRIM_MOST)
			continue;
		journal_commit();
		journal_begin();
	}
	journal_commit();
}

static void trim_all(struct inode *inode)
{
	journal_begin();
	pages_discard(word_get(&inode->root));
	journal_set(&inode->root, 0);
	journal_set(&inode->blocks, 0);
	journal_set(&inode->trim, 0);
	journal_commit();
}

void tree_trim(struct inode *inode)
{
	uint64_t pages = (word_get(&inode->size) + PAGE - 1) / PAGE, root = word_get(&inode->root);
	uint64_t at = root_address(root);

	if (!word_get(&inode->trim))
		return;
	if (!pages) {
		trim_all(inode);
		return;
	}
	for (unsigned level = (pages - 1) >> BITS * root_level(root) ? 0 : root_level(root); level && at; level--) {
		trim_node((uint64_t *)at, level, place(pages - 1, level) + 1);
		at = word_get((uint64_t *)at + place(pages - 1, level));
	}
	if (word_get(&inode->blocks) > pages)
		word_put(&inode->blocks, pages);
	word_put(&inode->trim, 0);
}
