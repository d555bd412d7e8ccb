/* data_page.c - see data.h: pages for those who map the file, found by token
 * SPDX-License-Identifier: MIT */
#include "services/fs/data.h"

#include "services/fs/replica.h"
#include "services/fs/request.h"
#include "services/fs/shard.h"
#include "services/fs/tree.h"
#include "services/fs/word.h"

enum { PAGE_TRIES = 32 };

static int64_t fill(uint64_t id, uint64_t index, uint64_t *page)
{
	struct words words = { { FS_FILL, id, index } };
	int64_t result;

	if (inode_home(id) == ipc_core())
		return data_fill(id, index, page);
	if (self.drivers >= DRIVERS_MOST)
		return STATUS_BUSY;
	self.drivers++;
	result = request(inode_home(id), &words);
	self.drivers--;
	*page = words.word[1];
	return result;
}

/* While the version stays. */
static int64_t find(uint64_t id, uint64_t index, struct words *words)
{
	const struct inode *inode = inode_at(id);
	uint64_t version = inode ? word_get(&inode->version) : 0, page;
	int64_t result;
	status_t status;

	if (!inode || word_get(&inode->id) != id)
		return STATUS_NOT_FOUND;
	if (inode_is_directory(inode))
		return STATUS_IS_DIRECTORY;
	if (index >= (word_get(&inode->size) + PAGE - 1) / PAGE)
		return STATUS_NOT_FOUND;
	status = tree_find(inode, version, index, &page);
	if (status != STATUS_OK)
		return status == STATUS_BUSY ? STATUS_RESTART : status;
	if (!page && (result = fill(id, index, &page)) != STATUS_OK)
		return result;
	*words = (struct words){ { 0, page, (uint64_t)&inode->version, version } };
	return STATUS_OK;
}

int64_t data_page(uint64_t id, uint64_t index, struct words *words)
{
	int64_t result = STATUS_RESTART;

	for (unsigned i = 0; i < PAGE_TRIES && result == STATUS_RESTART; i++)
		result = find(id, index, words);
	return result == STATUS_RESTART ? STATUS_BUSY : result;
}
