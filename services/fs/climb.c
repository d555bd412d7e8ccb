/* climb.c - see climb.h
 * SPDX-License-Identifier: MIT */
#include "services/fs/climb.h"

#include "abi/fs.h"
#include "lib/string.h"
#include "services/fs/entries.h"
#include "services/fs/inode.h"
#include "services/fs/shard.h"
#include "services/fs/word.h"

enum {
	ROOM = 4096,
	DEPTH_MOST = ROOM / 2, /* names have at least one letter */
	NAMES_MOST = 1 << 20,  /* of one shard that are looked at */
};

static bool means(const struct listed *listed, uint64_t id)
{
	return listed->inode == id && inode_link(id) == listed->ticket;
}

static status_t find_in_shard(unsigned shard, uint64_t parent, uint64_t id, struct listed *listed)
{
	status_t status;

	listed->serial = 0;
	for (unsigned i = 0; i < NAMES_MOST; i++) {
		status = entry_list(shard, parent, listed->serial, listed);
		if (status != STATUS_OK || means(listed, id))
			return status;
	}
	return STATUS_NOT_FOUND;
}

/* What a directory is called in its parent. */
static status_t find_name(uint64_t parent, uint64_t id, struct listed *listed)
{
	const struct inode *directory = inode_at(parent);
	status_t status = STATUS_NOT_FOUND;

	for (unsigned shard = 0; directory && status == STATUS_NOT_FOUND && shard < self.cores; shard++)
		if (word_get(&directory->shards[shard / 64]) >> shard % 64 & 1 && shard_present(shard))
			status = find_in_shard(shard, parent, id, listed);
	return status;
}

/* Its name before those that are there; *start is where they begin. */
static status_t prepend(char *room, uint32_t *start, const struct listed *listed)
{
	if (listed->length + 1 > *start)
		return STATUS_NAME_TOO_LONG;
	*start -= listed->length;
	memcpy(room + *start, listed->name, listed->length);
	room[--*start] = '/';
	return STATUS_OK;
}

static status_t climb_to_root(uint64_t id, char *room, uint32_t *start)
{
	struct listed listed;

	for (unsigned depth = 0; depth < DEPTH_MOST && id != FS_ROOT; depth++) {
		const struct inode *inode = inode_at(id);
		uint64_t parent = inode && inode_link(id) ? word_get(&inode->parent) : 0;
		status_t status = parent ? find_name(parent, id, &listed) : STATUS_NOT_FOUND;

		if (status == STATUS_NOT_FOUND && parent && inode_link(id))
			status = STATUS_BUSY; /* it has been moved meanwhile */
		if (status == STATUS_OK)
			status = prepend(room, start, &listed);
		if (status != STATUS_OK)
			return status;
		id = parent;
	}
	return id == FS_ROOT ? STATUS_OK : STATUS_BUSY;
}

int64_t climb(uint64_t directory, uint64_t size)
{
	static char room[ROOM];
	const struct inode *inode = inode_at(directory);
	uint32_t start = ROOM - 1;
	status_t status;

	if (!inode)
		return STATUS_NOT_FOUND;
	if (!inode_is_directory(inode))
		return STATUS_NOT_DIRECTORY;
	room[start] = 0;
	status = climb_to_root(directory, room, &start);
	if (status == STATUS_OK && directory == FS_ROOT)
		room[--start] = '/';
	if (status == STATUS_OK && ROOM - start > size)
		status = STATUS_NO_SPACE;
	if (status == STATUS_OK)
		status = ipc_copy_out(0, room + start, ROOM - start);
	return status == STATUS_OK ? (int64_t)(ROOM - 1 - start) : status;
}
