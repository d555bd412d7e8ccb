/* rename.c - an inode gets another name, in place of what has that name now
 * SPDX-License-Identifier: MIT
 *   STEP_TURN       a directory that goes to another one: core 0 lets one such operation at a time, and the target must not be below it
 *   STEP_SHUT       a directory that is replaced is closed, and must be empty
 *   STEP_PUT        the new entry is put; it is pending, and keeps the name from others
 *   STEP_MOVE       the inode's link becomes this operation: by this one word the old name is gone and the new one there
 *   STEP_CUT, STEP_ERASE_OLD  what was replaced has no name, its entry goes    STEP_ERASE  the old entry goes   STEP_RELEASE   end
 *   STEP_UNDO, STEP_REOPEN    something is not as it was when the paths were looked up: the new entry goes, the directory opens again */
#include "services/fs/drive.h"
#include "services/fs/inode.h"
#include "services/fs/request.h"
#include "services/fs/shard.h"
#include "services/fs/word.h"

enum { DEPTH_MOST = 1 << 16 };

static void go(struct operation *operation, enum operation_step step)
{
	operation_step(operation, step);
}

static void fail(struct operation *operation, int64_t result)
{
	word_put(&operation->result, (uint64_t)result);
	go(operation, STEP_UNDO);
}

static bool replaces_directory(const struct operation *operation)
{
	return word_get(&operation->mode) != 0;
}

/* BAD_ARGUMENT: a directory is another one, or lies below it. */
static int64_t check_ancestors(uint64_t at, uint64_t other)
{
	for (unsigned i = 0; i < DEPTH_MOST && at != FS_ROOT; i++) {
		const struct inode *inode = inode_at(at);

		if (at == other)
			return STATUS_BAD_ARGUMENT;
		if (!inode)
			return STATUS_NOT_FOUND;
		at = word_get(&inode->parent);
	}
	return at == FS_ROOT ? STATUS_OK : STATUS_BAD_ARGUMENT;
}

static int64_t turn(struct operation *operation)
{
	struct words words;
	int64_t result = drive_ask(operation, 0, FS_TURN, 0, &words);

	if (result == STATUS_OK) /* directories do not go elsewhere while it is our turn: so what this finds stays so */
		result = check_ancestors(word_get(&operation->target), word_get(&operation->inode));
	if (result == STATUS_BUSY)
		return result;
	if (result == STATUS_OK)
		go(operation, replaces_directory(operation) ? STEP_SHUT : STEP_PUT);
	else
		fail(operation, result);
	return STATUS_OK;
}

static int64_t shut(struct operation *operation)
{
	int64_t result = drive_shut(operation, word_get(&operation->other));

	if (result == STATUS_OK)
		go(operation, STEP_PUT);
	else if (result != STATUS_BUSY)
		fail(operation, result == STATUS_NOT_FOUND ? STATUS_RESTART : result);
	return result;
}

static int64_t put(struct operation *operation)
{
	int64_t result = drive_put(operation);

	if (result == STATUS_OK)
		go(operation, STEP_MOVE);
	else if (result != STATUS_BUSY)
		fail(operation, result);
	return result;
}

static int64_t move(struct operation *operation)
{
	struct words words;
	int64_t result = drive_ask(operation, inode_home(word_get(&operation->inode)), FS_MOVE, 0, &words);

	if (result == STATUS_OK)
		go(operation, word_get(&operation->other) ? STEP_CUT : STEP_ERASE);
	else if (result != STATUS_BUSY)
		fail(operation, STATUS_RESTART);
	return result;
}

static int64_t cut(struct operation *operation)
{
	struct words words;
	int64_t result = drive_ask(operation, inode_home(word_get(&operation->other)), FS_CUT, 0, &words);

	if (result != STATUS_BUSY) /* or somebody else has */
		go(operation, STEP_ERASE_OLD);
	return result;
}

static unsigned name_home(const struct operation *operation, enum entry_which which)
{
	struct question question = which == ENTRY_OLD ?
		table_question_words(RECORD_ENTRY, word_get(&operation->directory), operation->name, (uint32_t)word_get(&operation->length)) :
		table_question_words(RECORD_ENTRY, word_get(&operation->target), operation->target_name, (uint32_t)word_get(&operation->target_length));

	return home_of(&question);
}

static int64_t erase(struct operation *operation, enum entry_which which, enum operation_step next)
{
	struct words words;
	int64_t result = drive_ask(operation, name_home(operation, which), FS_ERASE, which, &words);

	if (result != STATUS_BUSY)
		go(operation, next);
	return result;
}

static int64_t reopen(struct operation *operation)
{
	struct words words;

	if (replaces_directory(operation) &&
	    drive_ask(operation, inode_home(word_get(&operation->other)), FS_REOPEN, 0, &words) == STATUS_BUSY)
		return STATUS_BUSY;
	return drive_end(operation, (int64_t)word_get(&operation->result));
}

/* One step; BUSY: it is not done. */
static int64_t step(struct operation *operation)
{
	switch ((enum operation_step)word_get(&operation->step)) {
	case STEP_TURN: return turn(operation);
	case STEP_SHUT: return shut(operation);
	case STEP_PUT: return put(operation);
	case STEP_MOVE: return move(operation);
	case STEP_CUT: return cut(operation);
	case STEP_ERASE_OLD: return erase(operation, ENTRY_REPLACED, STEP_ERASE);
	case STEP_ERASE: return erase(operation, ENTRY_OLD, STEP_RELEASE);
	case STEP_UNDO: return erase(operation, ENTRY_PUT, STEP_REOPEN);
	default: return STATUS_OK;
	}
}

int64_t rename_drive(struct operation *operation)
{
	for (unsigned i = 0; i < STEP_ENDED; i++) {
		enum operation_step now = (enum operation_step)word_get(&operation->step);

		if (now == STEP_REOPEN)
			return reopen(operation);
		if (now == STEP_RELEASE) {
			if (word_get(&operation->other) && drive_release(operation, word_get(&operation->other)) == STATUS_BUSY)
				return STATUS_BUSY;
			return drive_end(operation, STATUS_OK);
		}
		if (step(operation) == STATUS_BUSY)
			return STATUS_BUSY;
	}
	return STATUS_BUSY;
}

static enum operation_step first_step(const struct place *from, const struct place *to, bool directory, bool replaces)
{
	if (directory && from->directory != to->directory)
		return STEP_TURN;
	return replaces ? STEP_SHUT : STEP_PUT;
}

/* A directory and a file. One that lies below the other: that is said first, as Linux does. */
static status_t why_not_replaced(const struct place *from, const struct place *to, bool directory)
{
	if (directory)
		return check_ancestors(to->directory, from->meaning.inode) == STATUS_BAD_ARGUMENT ? STATUS_BAD_ARGUMENT : STATUS_NOT_DIRECTORY;
	return check_ancestors(from->directory, to->meaning.inode) == STATUS_BAD_ARGUMENT ? STATUS_NOT_EMPTY : STATUS_IS_DIRECTORY;
}

int64_t rename_place(uint64_t key, const struct place *from, const struct place *to)
{
	const struct inode *inode = inode_at(from->meaning.inode), *other = inode_at(to->meaning.inode);
	bool directory = inode && inode_is_directory(inode), replaces = other && inode_is_directory(other);
	struct operation *operation;

	if (!inode || (to->meaning.inode && !other))
		return STATUS_RESTART;
	if (!directory && (to->slash || from->slash))
		return STATUS_NOT_DIRECTORY;
	if (from->meaning.inode == to->meaning.inode)
		return STATUS_OK;
	if (other && directory != replaces)
		return why_not_replaced(from, to, directory);
	operation = operation_begin(KIND_RENAME);
	if (!operation)
		return STATUS_BUSY;
	word_put(&operation->inode, from->meaning.inode);
	word_put(&operation->link, from->meaning.link);
	word_put(&operation->directory, from->directory);
	word_put(&operation->length, from->length);
	put_name(operation->name, from->name, from->length);
	word_put(&operation->other, to->meaning.inode);
	word_put(&operation->other_link, to->meaning.link);
	word_put(&operation->target, to->directory);
	word_put(&operation->target_length, to->length);
	put_name(operation->target_name, to->name, to->length);
	word_put(&operation->mode, replaces);
	go(operation, first_step(from, to, directory, replaces));
	operation_publish(operation, key);
	return drive(operation, DRIVER_CALLER);
}
