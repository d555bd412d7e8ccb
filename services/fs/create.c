/* create.c - a file or directory that was not there: an inode here, then its entry at the name's home
 * SPDX-License-Identifier: MIT
 * The entry's home decides between two that make the same name: until then nobody knows the inode, and it can be taken back.
 *   STEP_BEGUN  inode made, with this operation as its link, and open here when it is to be   STEP_PUT  entry put: it exists   end
 *   STEP_UNDO   the name means something already, or the directory has gone: inode freed      end */
#include "services/fs/drive.h"
#include "services/fs/inode.h"
#include "services/fs/replica.h"
#include "services/fs/shard.h"
#include "services/fs/word.h"

static int64_t make(struct operation *operation)
{
	struct inode *inode;
	uint64_t id;
	status_t status;

	journal_begin();
	status = inode_make(word_get(&operation->mode), word_get(&operation->ticket), word_get(&operation->directory), &inode, &id);
	if (status != STATUS_OK)
		return drive_end(operation, status);
	if (word_get(&operation->flags) & FS_CREATE)
		journal_set(&inode->opens, 1);
	journal_set(&operation->inode, id);
	journal_set(&operation->step, STEP_PUT);
	journal_commit();
	return STATUS_OK;
}

static int64_t undo(struct operation *operation)
{
	struct inode *inode = inode_at(word_get(&operation->inode));
	int64_t result = (int64_t)word_get(&operation->result);

	journal_begin();
	if (inode)
		inode_free(inode);
	operation_end_with(operation, result);
	journal_commit();
	if (result == STATUS_RESTART)
		operation_forget(operation);
	return result;
}

int64_t create_drive(struct operation *operation)
{
	int64_t result = STATUS_OK;

	if (word_get(&operation->step) == STEP_BEGUN)
		result = make(operation);
	if (word_get(&operation->step) == STEP_PUT && result == STATUS_OK) {
		result = drive_put(operation);
		if (result == STATUS_BUSY)
			return result;
		if (result == STATUS_OK)
			return drive_end(operation, (int64_t)word_get(&operation->inode));
		if (result == STATUS_EXISTS && !(word_get(&operation->flags) & FS_EXCLUSIVE))
			result = STATUS_RESTART;
		self.was_there = result == STATUS_EXISTS;
		word_put(&operation->result, (uint64_t)result);
		operation_step(operation, STEP_UNDO);
	}
	return word_get(&operation->step) == STEP_UNDO ? undo(operation) : result;
}

int64_t create_inode(uint64_t key, const struct place *place, uint64_t mode, unsigned flags)
{
	struct operation *operation = operation_begin(KIND_CREATE);
	struct question question;

	if (!operation)
		return STATUS_BUSY;
	question = table_question(RECORD_ENTRY, place->directory, place->name, place->length);
	word_put(&operation->directory, place->directory);
	word_put(&operation->length, place->length);
	word_put(&operation->hash, question.hash);
	for (unsigned i = 0; i < (place->length + 7) / 8; i++)
		word_put(&operation->name[i], question.name[i]);
	word_put(&operation->mode, mode);
	word_put(&operation->flags, flags);
	operation_publish(operation, key);
	return drive(operation, DRIVER_CALLER);
}
