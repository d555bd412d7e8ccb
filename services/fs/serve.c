/* serve.c - the file service: what its callers ask, and what its replicas ask each other
 * SPDX-License-Identifier: MIT
 * See abi/fs.h for the operations, shard.h for what lies where, operation.h and drive.h for how a change happens exactly once. */
#include "services/fs/climb.h"
#include "services/fs/data.h"
#include "services/fs/drive.h"
#include "services/fs/inode.h"
#include "services/fs/list.h"
#include "services/fs/pages.h"
#include "services/fs/replica.h"
#include "services/fs/request.h"
#include "services/fs/shard.h"
#include "services/fs/start.h"
#include "services/fs/word.h"

enum {
	RESTARTS = 16, /* of a look-up, when what it found has changed */
	PERMISSIONS = 07777,
	WAIT_KEY = 4, /* nobody wakes it */
	WAIT_NS = 20000,
	WAITS = 8,
};

#define INODE(words)  ((words)->word[2])
#define COUNT(words)  ((words)->word[0] >> 16)
#define KEY(words)    ((words)->word[1])

/* An operation that ended in the last activation: that one has left, and so its caller has heard. */
static void hear(void)
{
	if (self.heard)
		operation_forget(&shard_own()->operation[self.heard - 1]);
	self.heard = 0;
}

static bool is_abandoned(uint64_t key, uint64_t caller)
{
	uint64_t thread = key >> 32;

	return thread && (thread == caller >> 32 ? key != caller : !ipc_lives((uint32_t)thread));
}

/* It has opened a file for a caller who does not know. */
static bool is_open_unheard(const struct operation *operation)
{
	uint64_t kind = word_get(&operation->kind);

	return word_get(&operation->unheard) && (int64_t)word_get(&operation->result) > 0 &&
	       (kind == KIND_OPEN || (kind == KIND_CREATE && word_get(&operation->flags) & FS_CREATE));
}

static int64_t drive_to_end(struct operation *operation, uint64_t key)
{
	if (word_get(&operation->ticket) && drive(operation, DRIVER_OTHER) == STATUS_BUSY)
		return STATUS_BUSY;
	return word_get(&operation->key) == key && is_open_unheard(operation) ? close_unheard(operation) : STATUS_OK;
}

/* What the caller has begun and not come back for, or a thread that is gone, is driven to its end and forgotten; one of those. */
static status_t finish_abandoned(uint64_t caller)
{
	for (uint64_t rest = self.used & ~self.driven; rest; rest &= rest - 1) {
		struct operation *operation = &shard_own()->operation[__builtin_ctzll(rest)];
		uint64_t key = word_get(&operation->key);

		if (!key || !is_abandoned(key, caller))
			continue;
		if (drive_to_end(operation, key) == STATUS_BUSY)
			return key >> 32 == caller >> 32 ? STATUS_BUSY : STATUS_OK;
		if (word_get(&operation->key) == key)
			operation_forget(operation);
		return STATUS_OK;
	}
	return STATUS_OK;
}

/* A name that is to be new is not looked up before its home is asked. But he who waits for a name to go asks by token, as everybody who looks a name up. */
static enum path_last how_to_look(unsigned flags)
{
	return flags & FS_CREATE && flags & FS_EXCLUSIVE && !self.was_there ? LAST_IS_LEFT : LAST_IS_LOOKED_UP;
}

static int64_t open_once(struct words *words)
{
	unsigned flags = (unsigned)COUNT(words);
	struct place place;
	const struct inode *inode;
	status_t status;

	if (flags & FS_CREATE && flags & FS_DIRECTORY)
		return STATUS_BAD_ARGUMENT;
	status = path_resolve(INODE(words), 0, how_to_look(flags), &place);
	if (status == STATUS_OK && place.length && place.slash && flags & FS_CREATE) /* whatever is there: no file can be */
		return STATUS_IS_DIRECTORY;
	if (status == STATUS_OK)
		status = path_check_slash(&place);
	if (status != STATUS_OK)
		return status;
	if (!place.meaning.inode) {
		self.was_there = false;
		if (!(flags & FS_CREATE))
			return STATUS_NOT_FOUND;
		return create_inode(KEY(words), &place, FS_MODE_FILE | (words->word[3] & PERMISSIONS), flags);
	}
	if (flags & FS_CREATE && flags & FS_EXCLUSIVE)
		return STATUS_EXISTS;
	inode = inode_at(place.meaning.inode);
	if (!inode)
		return STATUS_RESTART;
	if (!place.length && !inode_link(place.meaning.inode)) /* the directory that the path begins at has gone: no other look-up finds another one */
		return STATUS_NOT_FOUND;
	if (inode_is_directory(inode) && flags & (FS_CREATE | FS_TRUNCATES | FS_WRITES))
		return STATUS_IS_DIRECTORY;
	if (!inode_is_directory(inode) && flags & FS_DIRECTORY)
		return STATUS_NOT_DIRECTORY;
	return open_existing(KEY(words), place.meaning.inode, flags);
}

static int64_t mkdir_once(struct words *words)
{
	struct place place;
	status_t status = path_resolve(INODE(words), 0, LAST_IS_LOOKED_UP, &place);

	if (status != STATUS_OK)
		return status;
	if (place.meaning.inode)
		return STATUS_EXISTS;
	return create_inode(KEY(words), &place, FS_MODE_DIRECTORY | (words->word[3] & PERMISSIONS), FS_EXCLUSIVE);
}

/* Linux's errors (rmdir(2), unlink(2)) for a path without a name. */
static status_t why_not_removed(enum path_end end, bool wants_directory)
{
	if (!wants_directory)
		return STATUS_IS_DIRECTORY;
	return end == END_IS_DOT ? STATUS_BAD_ARGUMENT : end == END_IS_DOTS ? STATUS_NOT_EMPTY : STATUS_IN_USE;
}

static int64_t unlink_once(struct words *words)
{
	bool wants_directory = (words->word[0] & 0xffff) == FS_RMDIR;
	struct place place;
	status_t status = path_resolve(INODE(words), 0, LAST_IS_LOOKED_UP, &place);
	const struct inode *inode;

	if (status == STATUS_OK)
		status = place.length ? path_check_slash(&place) : why_not_removed(place.end, wants_directory);
	if (status != STATUS_OK)
		return status;
	if (!place.meaning.inode)
		return STATUS_NOT_FOUND;
	inode = inode_at(place.meaning.inode);
	if (!inode)
		return STATUS_RESTART;
	if (inode_is_directory(inode) != wants_directory)
		return wants_directory ? STATUS_NOT_DIRECTORY : STATUS_IS_DIRECTORY;
	return unlink_place(KEY(words), &place);
}

static int64_t rename_once(struct words *words)
{
	struct place from, to;
	status_t status = path_resolve(INODE(words), 0, LAST_IS_LOOKED_UP, &from);

	if (status == STATUS_OK)
		status = path_resolve(words->word[3], IPC_SECOND, LAST_IS_LOOKED_UP, &to);
	if (status != STATUS_OK)
		return status;
	if (!from.length) /* dots, or slashes alone: that comes before the question what is there */
		return STATUS_IN_USE;
	if (!to.length)
		return COUNT(words) & FS_NO_REPLACE ? STATUS_EXISTS : STATUS_IN_USE;
	if (!from.meaning.inode)
		return STATUS_NOT_FOUND;
	if (to.meaning.inode && COUNT(words) & FS_NO_REPLACE)
		return STATUS_EXISTS;
	return rename_place(KEY(words), &from, &to);
}

static int64_t once(struct words *words)
{
	switch ((enum fs_operation)(words->word[0] & 0xffff)) {
	case FS_OPEN: return open_once(words);
	case FS_CLOSE: return close_inode(KEY(words), INODE(words));
	case FS_WRITE: return write_inode(KEY(words), INODE(words), words->word[3], COUNT(words));
	case FS_UNLINK: case FS_RMDIR: return unlink_once(words);
	case FS_MKDIR: return mkdir_once(words);
	case FS_RENAME: return rename_once(words);
	case FS_TRUNCATE: return truncate_inode(KEY(words), INODE(words), words->word[3]);
	default: return STATUS_NO_CALL;
	}
}

/* The result of an operation, again if need be; RESTART: it was forgotten, or never was. */
static int64_t go_on(uint64_t key)
{
	struct operation *operation = operation_find(key);
	int64_t result;

	if (!operation)
		return STATUS_RESTART;
	if (word_get(&operation->step) != STEP_ENDED)
		return drive(operation, DRIVER_CALLER);
	word_put(&operation->unheard, 0);
	result = (int64_t)word_get(&operation->result);
	if (result == STATUS_RESTART)
		operation_forget(operation);
	return result;
}

/* Its caller hears now: the record is free when the next activation comes in. Not if it hears BUSY, though another core may have ended the operation since. */
static void answer(struct words *words, int64_t *result)
{
	struct operation *operation = operation_find(KEY(words));
	enum fs_operation kind = (enum fs_operation)(words->word[0] & 0xffff);
	const struct inode *inode;

	if (*result == STATUS_BUSY)
		return;
	if (operation && word_get(&operation->step) == STEP_ENDED) {
		self.heard = operation_number(operation) + 1;
		words->word[1] = word_get(&operation->end);
	}
	if (kind == FS_MKDIR && *result > 0)
		*result = STATUS_OK;
	if (kind != FS_OPEN || *result <= 0)
		return;
	inode = inode_at((uint64_t)*result);
	words->word[1] = inode ? word_get(&inode->mode) : 0;
	words->word[2] = inode && !inode_is_directory(inode) ? word_get(&inode->size) : 0;
}

static int64_t try_change(struct words *words)
{
	int64_t result = finish_abandoned(KEY(words));

	/* Who is to end does not come again: a close does not wait for what else it has begun, or the file would stay open for ever. */
	if (result == STATUS_OK || (words->word[0] & 0xffff) == FS_CLOSE)
		result = go_on(KEY(words));
	for (unsigned i = 0; i < RESTARTS && result == STATUS_RESTART; i++)
		result = once(words);
	return result == STATUS_RESTART ? STATUS_BUSY : result;
}

/* Changes: found by their key, or begun. Who has to wait for another operation lets that one's steps in, and then tells its caller to come again. */
static int64_t change(struct words *words)
{
	int64_t result = STATUS_BUSY;

	if (!(KEY(words) >> 32))
		return STATUS_BAD_ARGUMENT;
	for (unsigned i = 0; i < WAITS && result == STATUS_BUSY; i++) {
		result = try_change(words);
		if (result != STATUS_BUSY || self.drivers >= DRIVERS_MOST)
			break;
		self.drivers++;
		(void)ipc_wait(WAIT_KEY, WAIT_NS);
		self.drivers--;
	}
	answer(words, &result);
	return result;
}

static int64_t stat_inode(uint64_t id, struct words *words)
{
	struct fs_stat stat;
	status_t status = inode_read(id, &stat);

	if (status != STATUS_OK)
		return status;
	*words = (struct words){ { 0, stat.inode, stat.size, (uint64_t)stat.links << 32 | stat.mode, stat.modified, stat.changed } };
	return (int64_t)stat.blocks;
}

static int64_t stat_path(uint64_t directory, struct words *words)
{
	struct place place;
	int64_t result = STATUS_RESTART;

	for (unsigned i = 0; i < RESTARTS && result == STATUS_RESTART; i++) {
		status_t status = path_resolve(directory, 0, LAST_IS_LOOKED_UP, &place);

		if (status == STATUS_OK)
			status = path_check_slash(&place);
		if (status != STATUS_OK || !place.meaning.inode)
			return status == STATUS_OK ? STATUS_NOT_FOUND : status;
		result = stat_inode(place.meaning.inode, words);
		if (result == STATUS_NOT_FOUND) /* gone since */
			result = STATUS_RESTART;
	}
	return result == STATUS_RESTART ? STATUS_BUSY : result;
}

static int64_t list(struct words *words)
{
	uint64_t cookie = words->word[3];
	int64_t result = list_directory(INODE(words), &cookie, COUNT(words));

	words->word[1] = cookie;
	return result;
}

int64_t fs_page(struct words *words)
{
	return data_page(INODE(words), words->word[3], words);
}

int64_t serve(struct words *words)
{
	uint64_t operation = words->word[0] & 0xffff;
	status_t status;

	hear();
	status = start_shard();
	if (status != STATUS_OK)
		return status;
	if (operation == FS_NOTHING)
		return self.core;
	if (operation >= FS_REGISTER && operation < FS_REQUESTS_END)
		return request_serve(words);
	status = start_tree();
	if (status != STATUS_OK)
		return status;
	switch ((enum fs_operation)operation) {
	case FS_READ: return data_read(INODE(words), words->word[3], COUNT(words));
	case FS_STAT: return stat_path(INODE(words), words);
	case FS_STAT_INODE: return stat_inode(INODE(words), words);
	case FS_LIST: return list(words);
	case FS_PATH: return climb(INODE(words), COUNT(words));
	case FS_PAGE: return fs_page(words);
	default: return operation < FS_REGISTER ? change(words) : serve_joined(words);
	}
}
