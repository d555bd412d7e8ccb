/* remove.c - a name goes, and what it means when nobody has it open
 * SPDX-License-Identifier: MIT
 *   STEP_SHUT     a directory is closed and all its shards are asked whether it is empty   STEP_REOPEN  it is not, or is another one
 *   STEP_CUT      the inode's link becomes 0: it has no name from now on
 *   STEP_ERASE    its entry goes   STEP_RELEASE  it goes itself, or stays until its last close   end */
#include "services/fs/drive.h"
#include "services/fs/inode.h"
#include "services/fs/request.h"
#include "services/fs/shard.h"
#include "services/fs/word.h"

static int64_t shut(struct operation *operation)
{
	int64_t result = drive_shut(operation, word_get(&operation->inode));

	if (result == STATUS_BUSY)
		return result;
	if (result != STATUS_OK)
		word_put(&operation->result, (uint64_t)(result == STATUS_NOT_FOUND ? STATUS_RESTART : result));
	operation_step(operation, result == STATUS_OK ? STEP_CUT : STEP_REOPEN);
	return STATUS_OK;
}

static int64_t cut(struct operation *operation)
{
	struct words words;
	int64_t result = drive_ask(operation, inode_home(word_get(&operation->inode)), FS_CUT, 0, &words);

	if (result == STATUS_BUSY)
		return result;
	if (result != STATUS_OK)
		word_put(&operation->result, (uint64_t)STATUS_RESTART);
	operation_step(operation, result == STATUS_OK ? STEP_ERASE : STEP_REOPEN);
	return STATUS_OK;
}

static int64_t erase(struct operation *operation)
{
	struct question question = table_question_words(RECORD_ENTRY, word_get(&operation->directory), operation->name,
							(uint32_t)word_get(&operation->length));
	struct words words;
	int64_t result = drive_ask(operation, home_of(&question), FS_ERASE, ENTRY_OLD, &words);

	if (result != STATUS_BUSY)
		operation_step(operation, STEP_RELEASE);
	return result;
}

static int64_t reopen(struct operation *operation)
{
	struct words words;

	if (drive_ask(operation, inode_home(word_get(&operation->inode)), FS_REOPEN, 0, &words) == STATUS_BUSY)
		return STATUS_BUSY;
	return drive_end(operation, (int64_t)word_get(&operation->result));
}

int64_t unlink_drive(struct operation *operation)
{
	int64_t result = STATUS_OK;

	if (word_get(&operation->step) == STEP_SHUT)
		result = shut(operation);
	if (word_get(&operation->step) == STEP_CUT && result != STATUS_BUSY)
		result = cut(operation);
	if (word_get(&operation->step) == STEP_REOPEN)
		return reopen(operation);
	if (word_get(&operation->step) == STEP_ERASE && result != STATUS_BUSY)
		result = erase(operation);
	if (word_get(&operation->step) == STEP_RELEASE && result != STATUS_BUSY)
		result = drive_release(operation, word_get(&operation->inode));
	return result == STATUS_BUSY ? result : drive_end(operation, STATUS_OK);
}

int64_t unlink_place(uint64_t key, const struct place *place)
{
	const struct inode *inode = inode_at(place->meaning.inode);
	struct operation *operation = inode ? operation_begin(KIND_UNLINK) : NULL;

	if (!operation)
		return inode ? STATUS_BUSY : STATUS_RESTART;
	word_put(&operation->inode, place->meaning.inode);
	word_put(&operation->link, place->meaning.link);
	word_put(&operation->directory, place->directory);
	word_put(&operation->length, place->length);
	put_name(operation->name, place->name, place->length);
	operation_step(operation, inode_is_directory(inode) ? STEP_SHUT : STEP_CUT);
	operation_publish(operation, key);
	return drive(operation, DRIVER_CALLER);
}
