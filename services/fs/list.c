/* list.c - see list.h
 * SPDX-License-Identifier: MIT */
#include "services/fs/list.h"

#include "lib/string.h"
#include "services/fs/entries.h"
#include "services/fs/inode.h"
#include "services/fs/shard.h"
#include "services/fs/word.h"

enum {
	COOKIE_SHARD = 54,
	COOKIE_NAMES = 3, /* cookies from here on are those of shards */
	ENTRY_MOST = sizeof(struct fs_entry) + FS_NAME_MOST + 1 + 7,
	LIST_MOST = 1024, /* entries of one call */
	TYPE_DIRECTORY = 4, TYPE_FILE = 8,
};

/* What is listed so far. */
struct output {
	uint64_t done, size;
};

static uint64_t cookie_of(unsigned shard, uint64_t serial)
{
	return (uint64_t)(shard + 1) << COOKIE_SHARD | serial;
}

static status_t put(struct output *output, uint64_t inode, uint64_t next, uint8_t type, const char *name, uint32_t length)
{
	uint8_t room[ENTRY_MOST] __attribute__((aligned(8)));
	struct fs_entry *entry = (struct fs_entry *)room;
	uint64_t size = (sizeof(struct fs_entry) + length + 1 + 7) & ~UINT64_C(7);
	status_t status;

	if (size > output->size - output->done)
		return STATUS_NO_SPACE;
	memset(room, 0, size);
	entry->inode = inode;
	entry->next = (int64_t)next;
	entry->length = (uint16_t)size;
	entry->type = type;
	memcpy(entry->name, name, length);
	status = ipc_copy_out(output->done, room, size);
	if (status == STATUS_OK)
		output->done += size;
	return status;
}

/* The first shard at or behind this one that may have entries. */
static unsigned next_shard(const struct inode *directory, unsigned shard)
{
	while (shard < self.cores && !(word_get(&directory->shards[shard / 64]) >> shard % 64 & 1 && shard_present(shard)))
		shard++;
	return shard;
}

/* One entry, or a step to the next shard. NOT_FOUND: that was all. */
static status_t list_one(uint64_t id, const struct inode *directory, uint64_t *cookie, struct output *output)
{
	unsigned first = *cookie < COOKIE_NAMES ? 0 : (unsigned)(*cookie >> COOKIE_SHARD) - 1;
	unsigned shard = next_shard(directory, first);
	uint64_t serial = *cookie < COOKIE_NAMES || shard != first ? 0 : *cookie & ((UINT64_C(1) << COOKIE_SHARD) - 1);
	struct listed listed;
	const struct inode *inode;
	status_t status;

	if (shard == self.cores)
		return STATUS_NOT_FOUND;
	status = entry_list(shard, id, serial, &listed);
	if (status == STATUS_NOT_FOUND) {
		*cookie = cookie_of(shard + 1, 0);
		return STATUS_OK;
	}
	if (status != STATUS_OK)
		return status;
	inode = inode_at(listed.inode);
	if (inode && word_get(&inode->link) == listed.ticket)
		status = put(output, listed.inode, cookie_of(shard, listed.serial), inode_is_directory(inode) ? TYPE_DIRECTORY : TYPE_FILE,
			     listed.name, listed.length);
	if (status == STATUS_OK)
		*cookie = cookie_of(shard, listed.serial);
	return status;
}

static status_t list_dots(uint64_t id, const struct inode *directory, uint64_t *cookie, struct output *output)
{
	status_t status = put(output, *cookie ? word_get(&directory->parent) : id, *cookie + 1, TYPE_DIRECTORY, "..", *cookie ? 2 : 1);

	if (status == STATUS_OK)
		++*cookie;
	return status;
}

int64_t list_directory(uint64_t id, uint64_t *cookie, uint64_t size)
{
	const struct inode *directory = inode_at(id);
	struct output output = { 0, size };
	status_t status = STATUS_OK;

	if (!directory)
		return STATUS_NOT_FOUND;
	if (!inode_is_directory(directory))
		return STATUS_NOT_DIRECTORY;
	if (*cookie >= COOKIE_NAMES && (*cookie >> COOKIE_SHARD == 0 || *cookie >> COOKIE_SHARD > self.cores + 1))
		return STATUS_BAD_ARGUMENT;
	if (!word_get(&directory->link))
		return 0;
	for (unsigned i = 0; i < LIST_MOST && status == STATUS_OK; i++)
		status = *cookie < 2 ? list_dots(id, directory, cookie, &output) : list_one(id, directory, cookie, &output);
	if (output.done || status == STATUS_NOT_FOUND)
		return (int64_t)output.done;
	return status == STATUS_NO_SPACE ? STATUS_BAD_ARGUMENT : status == STATUS_OK ? STATUS_BUSY : status;
}
