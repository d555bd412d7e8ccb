/* data_read.c - see data.h: reads, by token
 * SPDX-License-Identifier: MIT */
#include "services/fs/data.h"

#include "services/fs/shard.h"
#include "services/fs/tree.h"
#include "services/fs/word.h"

enum { READ_TRIES = 32 };

static const uint8_t zeros[PAGE] __attribute__((aligned(PAGE)));

static uint64_t least(uint64_t left, uint64_t right)
{
	return left < right ? left : right;
}

/* A part of a page that is not there: the archive's, or zeros. */
static status_t copy_hole(const struct inode *inode, uint64_t lent, uint64_t offset, uint64_t size)
{
	uint64_t all, source_size = word_get(&inode->source_size);
	uint64_t archived = offset < source_size ? least(size, source_size - offset) : 0;
	const uint8_t *base = archive(&all);
	status_t status = STATUS_OK;

	/* Both words may be another file's by now; then the version is, too, and all this is done again. */
	if (archived && (word_get(&inode->source) > all || offset + archived > all - word_get(&inode->source)))
		return STATUS_BUSY;
	if (archived)
		status = ipc_copy_out(lent, base + word_get(&inode->source) + offset, archived);
	if (status == STATUS_OK && archived < size)
		status = ipc_copy_out(lent + archived, zeros, size - archived);
	return status;
}

static status_t copy_part(const struct inode *inode, uint64_t version, uint64_t lent, uint64_t offset, uint64_t size)
{
	uint64_t page;
	status_t status = tree_find(inode, version, offset / PAGE, &page);

	if (status == STATUS_OK)
		status = page ? ipc_copy_out_while(lent, (const uint8_t *)page + offset % PAGE, size, &inode->version, version) :
				copy_hole(inode, lent, offset, size);
	return status == STATUS_OK && word_get(&inode->version) != version ? STATUS_BUSY : status;
}

/* While the version stays: how many bytes. */
static int64_t read_once(uint64_t id, uint64_t offset, uint64_t size)
{
	const struct inode *inode = inode_at(id);
	uint64_t version = inode ? word_get(&inode->version) : 0, end, done = 0;

	if (!inode || word_get(&inode->id) != id)
		return STATUS_NOT_FOUND;
	if (inode_is_directory(inode))
		return STATUS_IS_DIRECTORY;
	end = least(word_get(&inode->size), offset + least(size, FS_TRANSFER_MOST));
	while (offset + done < end) {
		uint64_t part = least(PAGE - (offset + done) % PAGE, end - offset - done);
		status_t status = copy_part(inode, version, done, offset + done, part);

		if (status != STATUS_OK)
			return status;
		done += part;
	}
	return (int64_t)done;
}

int64_t data_read(uint64_t id, uint64_t offset, uint64_t size)
{
	int64_t result = STATUS_BUSY;

	if (offset > FS_SIZE_MOST)
		return 0;
	for (unsigned i = 0; i < READ_TRIES && result == STATUS_BUSY; i++)
		result = read_once(id, offset, size);
	return result;
}
