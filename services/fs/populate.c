/* populate.c - the initramfs: the archive's directories and regular files appear in the tree when the machine starts
 * SPDX-License-Identifier: MIT
 * What is in the files stays in the archive, until a page is written. The rule for archives that are not as they should be: an entry of another type, or one
 * with `..` or a name that is too long in its path, or below something that is a file, is left out; directories that are missing
 * are made; of several files of one name the last one counts; a file with several names becomes several files; and the
 * first record that is broken ends the archive. If core 0's replica dies, the next one begins again: what is there already stays.
 * Context: core 0; lets others in, which only ask for shards until this is done. */
#include "lib/cpio.h"
#include "lib/string.h"
#include "services/fs/drive.h"
#include "services/fs/inode.h"
#include "services/fs/replica.h"
#include "services/fs/shard.h"
#include "services/fs/start.h"
#include "services/fs/word.h"

enum {
	TRIES = 1000, /* while the other replicas start */
	WAIT_KEY = 3,
	WAIT_NS = 1000000,
	PERMISSIONS = 07777,
	MODE_PARENT = FS_MODE_DIRECTORY | 0755,
};

/* Operations of no thread: thread 0, and a sequence that goes on. */
static uint64_t next_key(void)
{
	return (shard_count_up(&shard_own()->serials) & UINT32_MAX) | 1;
}

/* What began before the replica died. */
static status_t finish_old(void)
{
	for (unsigned i = 0; i < OPERATIONS; i++) {
		struct operation *operation = &shard_own()->operation[i];
		uint64_t key = word_get(&operation->key);

		if (!(self.used >> i & 1) || !key || key >> 32)
			continue;
		if (word_get(&operation->ticket) && drive(operation, DRIVER_OTHER) == STATUS_BUSY)
			return STATUS_BUSY;
		if (word_get(&operation->key) == key)
			operation_forget(operation);
	}
	return STATUS_OK;
}

static int64_t make(const struct place *place, uint64_t mode)
{
	int64_t result = STATUS_BUSY;

	for (unsigned i = 0; i < TRIES && result == STATUS_BUSY; i++) {
		uint64_t key = next_key();
		struct operation *operation;

		result = create_inode(key, place, mode, FS_EXCLUSIVE);
		operation = operation_find(key);
		if (result == STATUS_BUSY) {
			(void)ipc_wait(WAIT_KEY, WAIT_NS);
			if (finish_old() != STATUS_OK)
				continue;
			result = STATUS_RESTART; /* it is there by now, perhaps */
		} else if (operation) {
			operation_forget(operation);
		}
	}
	return result;
}

/* A name below a directory: its inode, made if it is not there. 0: it cannot be. */
static status_t enter(uint64_t directory, const char *name, uint32_t length, uint64_t mode, uint64_t *inode)
{
	struct place place;
	status_t status = STATUS_RESTART;

	*inode = 0;
	for (unsigned i = 0; i < TRIES && status == STATUS_RESTART; i++) {
		int64_t result;

		status = path_step(directory, name, length, &place);
		if (status != STATUS_OK || place.meaning.inode)
			break;
		result = make(&place, mode);
		status = result < 0 && result != STATUS_EXISTS ? (status_t)result : STATUS_RESTART;
	}
	if (status == STATUS_OK)
		*inode = place.meaning.inode;
	return status == STATUS_NOT_DIRECTORY || status == STATUS_NAME_TOO_LONG ? STATUS_OK : status;
}

/* The file's bytes stay where they are. */
static void set_source(uint64_t id, const struct cpio_archive *archive, const struct cpio_entry *entry)
{
	struct inode *inode = inode_at(id);

	if (!inode || inode_home(id) != self.core || inode_is_directory(inode))
		return;
	journal_begin();
	journal_guard(&inode->sequence);
	journal_set(&inode->size, entry->size);
	journal_set(&inode->source, (uint64_t)(entry->data - archive->base));
	journal_set(&inode->source_size, entry->size);
	journal_commit();
}

static bool is_allowed(const struct cpio_entry *entry)
{
	const char *name = entry->name;
	uint32_t type = entry->mode & CPIO_TYPE;

	if (type != CPIO_DIRECTORY && type != CPIO_FILE)
		return false;
	for (uint32_t start = 0, i = 0; i <= entry->name_length; i++) {
		if (i < entry->name_length && name[i] != '/')
			continue;
		if (i - start > FS_NAME_MOST || (i - start == 2 && name[start] == '.' && name[start + 1] == '.'))
			return false;
		start = i + 1;
	}
	return true;
}

/* Of a file with several names only one entry has the bytes. */
static void find_bytes(const struct cpio_archive *archive, struct cpio_entry *entry)
{
	struct cpio_entry found;

	if ((entry->mode & CPIO_TYPE) == CPIO_FILE && entry->hard_links > 1 && !entry->size && entry->name_length <= CPIO_PATH_MAX &&
	    cpio_find_link(archive, entry->name, &found) == STATUS_OK) {
		entry->data = found.data;
		entry->size = found.size;
	}
}

static status_t add(const struct cpio_archive *archive, struct cpio_entry *entry)
{
	bool file = (entry->mode & CPIO_TYPE) == CPIO_FILE;
	uint64_t inode = FS_ROOT, mode = (file ? FS_MODE_FILE : FS_MODE_DIRECTORY) | (entry->mode & PERMISSIONS);
	const char *at = entry->name;
	status_t status = STATUS_OK;

	while (*at && inode && status == STATUS_OK) {
		uint32_t length = 0, behind;

		while (at[length] && at[length] != '/')
			length++;
		for (behind = length; at[behind] == '/'; behind++)
			;
		if (length && !(length == 1 && *at == '.'))
			status = enter(inode, at, length, at[behind] ? MODE_PARENT : mode, &inode);
		at += behind;
	}
	if (status == STATUS_OK && file && inode)
		set_source(inode, archive, entry);
	return status;
}

status_t populate(void)
{
	struct cpio_archive whole;
	struct cpio_entry entry;
	uint64_t offset = 0;
	status_t status = finish_old();

	whole.base = archive(&whole.size);
	while (status == STATUS_OK && whole.base && cpio_next(&whole, &offset, &entry) == STATUS_OK) {
		if (!is_allowed(&entry))
			continue;
		find_bytes(&whole, &entry);
		status = add(&whole, &entry);
	}
	return status;
}
