/* open.c - files that exist: opened, closed, written, cut off
 * SPDX-License-Identifier: MIT
 * Opening and closing are steps O and C of inode.h:
 *   open   STEP_COUNT O1   STEP_CHECK O2, O3   STEP_RESIZE truncated, when it is to be   end
 *                          STEP_UNDO it has lost its name: counted down   STEP_RELEASE   looked up again
 *   close  STEP_COUNT C1   STEP_CHECK C2, C3   STEP_RELEASE   end
 *   write  STEP_STAGE data lie here, for another home   STEP_SEND that one has them   end; at home it is one change, which is the end
 *   truncate  STEP_RESIZE   end */
#include "services/fs/data.h"
#include "services/fs/drive.h"
#include "services/fs/inode.h"
#include "services/fs/opens.h"
#include "services/fs/shard.h"
#include "services/fs/word.h"

/* Counts up or down, and goes on to `next`; or ends. */
static int64_t count(struct operation *operation, enum operation_step next)
{
	uint64_t id = word_get(&operation->inode);
	status_t status;

	journal_begin();
	status = next == STEP_CHECK && word_get(&operation->kind) == KIND_OPEN ? opens_count_up(id) : opens_count_down(id);
	if (status == STATUS_OK) {
		journal_set(&operation->step, next);
		journal_commit();
		table_grow();
		return STATUS_OK;
	}
	return drive_end(operation, status == STATUS_NOT_FOUND && word_get(&operation->kind) == KIND_OPEN ? STATUS_RESTART : status);
}

/* What is cut off is free then, for all cores: each takes pages from memory, not from another's shard. */
static int64_t resize(const struct operation *operation)
{
	unsigned home = inode_home(word_get(&operation->inode));
	struct words words;
	int64_t result = drive_ask(operation, home, FS_RESIZE, 0, &words);

	if (result != STATUS_PENDING)
		return result;
	drive_tidy(home);
	return STATUS_OK;
}

static void check_open(struct operation *operation)
{
	full_fence();
	if (!inode_link(word_get(&operation->inode)))
		operation_step(operation, STEP_UNDO);
	else
		operation_step(operation, word_get(&operation->flags) & FS_TRUNCATES ? STEP_RESIZE : STEP_BEGUN);
}

int64_t open_drive(struct operation *operation)
{
	int64_t result = STATUS_OK;

	if (word_get(&operation->step) == STEP_COUNT)
		result = count(operation, STEP_CHECK);
	if (result != STATUS_OK)
		return result;
	if (word_get(&operation->step) == STEP_CHECK)
		check_open(operation);
	if (word_get(&operation->step) == STEP_RESIZE && resize(operation) == STATUS_BUSY)
		return STATUS_BUSY;
	if (word_get(&operation->step) == STEP_UNDO)
		result = count(operation, STEP_RELEASE);
	if (word_get(&operation->step) == STEP_RELEASE)
		return drive_release(operation, word_get(&operation->inode)) == STATUS_BUSY ? STATUS_BUSY : drive_end(operation, STATUS_RESTART);
	return result == STATUS_OK ? drive_end(operation, (int64_t)word_get(&operation->inode)) : result;
}

int64_t close_drive(struct operation *operation)
{
	uint64_t id = word_get(&operation->inode);
	int64_t result = STATUS_OK;

	if (word_get(&operation->step) == STEP_COUNT)
		result = count(operation, STEP_CHECK);
	if (result != STATUS_OK)
		return result;
	if (word_get(&operation->step) == STEP_CHECK) {
		full_fence();
		operation_step(operation, inode_link(id) ? STEP_BEGUN : STEP_RELEASE);
	}
	if (word_get(&operation->step) == STEP_RELEASE && drive_release(operation, id) == STATUS_BUSY)
		return STATUS_BUSY;
	return drive_end(operation, STATUS_OK);
}

int64_t write_drive(struct operation *operation, enum driver driver)
{
	struct words words;
	int64_t result;

	if (word_get(&operation->step) == STEP_STAGE) {
		result = driver == DRIVER_CALLER ? data_stage(operation) : STATUS_DEAD;
		if (result != STATUS_OK)
			return drive_end(operation, result);
		operation_step(operation, STEP_SEND);
	}
	result = drive_ask(operation, inode_home(word_get(&operation->inode)), FS_STORE, 0, &words);
	if (result == STATUS_BUSY)
		return result;
	word_put(&operation->end, words.word[1]);
	return drive_end(operation, result);
}

int64_t truncate_drive(struct operation *operation)
{
	int64_t result = resize(operation);

	return result == STATUS_BUSY ? result : drive_end(operation, result);
}

static struct operation *begin(enum operation_kind kind, uint64_t inode, enum operation_step step)
{
	struct operation *operation = operation_begin(kind);

	if (operation) {
		word_put(&operation->inode, inode);
		operation_step(operation, step);
	}
	return operation;
}

static int64_t publish(struct operation *operation, uint64_t key)
{
	operation_publish(operation, key);
	return drive(operation, DRIVER_CALLER);
}

int64_t open_existing(uint64_t key, uint64_t inode, unsigned flags)
{
	struct operation *operation = begin(KIND_OPEN, inode, STEP_COUNT);

	if (!operation)
		return STATUS_BUSY;
	word_put(&operation->flags, flags);
	return publish(operation, key);
}

int64_t close_inode(uint64_t key, uint64_t inode)
{
	struct operation *operation = begin(KIND_CLOSE, inode, STEP_COUNT);

	return operation ? publish(operation, key) : STATUS_BUSY;
}

/* Should the replica die before it is in flight, the file stays open: counted once too little, it would go while it is in use. */
int64_t close_unheard(struct operation *operation)
{
	uint64_t key = word_get(&operation->key);

	word_put(&operation->kind, KIND_CLOSE);
	operation_step(operation, STEP_COUNT);
	operation_publish(operation, key);
	return drive(operation, DRIVER_OTHER);
}

int64_t write_inode(uint64_t key, uint64_t inode, uint64_t offset, uint64_t size)
{
	struct operation *operation;

	if (!inode_at(inode))
		return STATUS_NOT_FOUND;
	operation = begin(KIND_WRITE, inode, STEP_STAGE);
	if (!operation)
		return STATUS_BUSY;
	word_put(&operation->offset, offset);
	word_put(&operation->size, size);
	return inode_home(inode) == self.core ? data_write(operation, key) : publish(operation, key);
}

int64_t truncate_inode(uint64_t key, uint64_t inode, uint64_t size)
{
	struct operation *operation;

	if (size > FS_SIZE_MOST)
		return STATUS_TOO_BIG;
	if (!inode_at(inode))
		return STATUS_NOT_FOUND;
	operation = begin(KIND_TRUNCATE, inode, STEP_RESIZE);
	if (!operation)
		return STATUS_BUSY;
	word_put(&operation->size, size);
	return publish(operation, key);
}
