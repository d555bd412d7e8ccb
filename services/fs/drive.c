/* drive.c - see drive.h
 * SPDX-License-Identifier: MIT */
#include "services/fs/drive.h"

#include "services/fs/inode.h"
#include "services/fs/replica.h"
#include "services/fs/request.h"
#include "services/fs/shard.h"
#include "services/fs/word.h"

enum {
	TIDY_MOST = 1 << 20, /* requests to free one file: more than the largest needs */
	EMPTY_MOST = 1 << 20,
	TIDY_KEY = 1,        /* nobody wakes it: a wait of no length lets others in */
};

int64_t drive(struct operation *operation, enum driver driver)
{
	uint64_t bit = UINT64_C(1) << operation_number(operation);
	int64_t result;

	if (self.driven & bit || self.drivers >= DRIVERS_MOST)
		return STATUS_BUSY;
	self.driven |= bit;
	self.drivers++;
	word_put(&operation->unheard, driver == DRIVER_OTHER);
	switch ((enum operation_kind)word_get(&operation->kind)) {
	case KIND_OPEN: result = open_drive(operation); break;
	case KIND_CLOSE: result = close_drive(operation); break;
	case KIND_CREATE: result = create_drive(operation); break;
	case KIND_UNLINK: result = unlink_drive(operation); break;
	case KIND_RENAME: result = rename_drive(operation); break;
	case KIND_WRITE: result = write_drive(operation, driver); break;
	case KIND_TRUNCATE: result = truncate_drive(operation); break;
	default: result = drive_end(operation, STATUS_DEAD);
	}
	self.driven &= ~bit;
	self.drivers--;
	return result;
}

/* What is created by a short name has the name in the request: a line less to be read. */
static struct words request_of(const struct operation *operation, enum fs_operation what, uint64_t argument)
{
	struct words words = { { what, word_get(&operation->ticket), argument } };
	uint64_t length = word_get(&operation->length);

	if (what != FS_PUT || word_get(&operation->kind) != KIND_CREATE || length > CARRIED_WORDS * 8)
		return words;
	words.word[0] |= length << 16;
	for (unsigned i = 0; i < (length + 7) / 8; i++)
		words.word[3 + i] = word_get(&operation->name[i]);
	return words;
}

int64_t drive_ask(const struct operation *operation, unsigned core, enum fs_operation what, uint64_t argument, struct words *words)
{
	int64_t result = STATUS_BUSY;

	for (unsigned i = 0; i < DRIVE_TRIES && result == STATUS_BUSY; i++) {
		struct words finish = { { FS_FINISH } };

		*words = request_of(operation, what, argument);
		result = request(core, words);
		if (result == STATUS_TIMED_OUT)
			return STATUS_BUSY;
		finish.word[1] = words->word[2];
		/* Whether that has ended, the next try finds out. */
		if (result == STATUS_BUSY && finish.word[1] && ticket_core(finish.word[1]) < self.cores)
			(void)request(ticket_core(finish.word[1]), &finish);
	}
	return result;
}

static uint64_t put_hash(const struct operation *operation)
{
	if (word_get(&operation->kind) == KIND_CREATE)
		return word_get(&operation->hash);
	return table_question_words(RECORD_ENTRY, word_get(&operation->target), operation->target_name, (uint32_t)word_get(&operation->target_length)).hash;
}

int64_t drive_put(const struct operation *operation)
{
	uint64_t directory = word_get(word_get(&operation->kind) == KIND_CREATE ? &operation->directory : &operation->target);
	unsigned home = home_of_hash(put_hash(operation));
	struct words words;
	int64_t result = STATUS_PENDING;

	for (unsigned i = 0; i < DRIVE_TRIES && result == STATUS_PENDING; i++) {
		result = drive_ask(operation, home, FS_PUT, 0, &words);
		if (result != STATUS_PENDING)
			break;
		result = drive_ask(operation, inode_home(directory), FS_JOIN, home, &words);
		if (result == STATUS_OK)
			result = STATUS_PENDING;
	}
	return result == STATUS_PENDING ? STATUS_BUSY : result;
}

static int64_t empty_shard(const struct operation *operation, unsigned core)
{
	struct words words;
	int64_t result = STATUS_BUSY;

	for (unsigned i = 0; i < EMPTY_MOST && result == STATUS_BUSY; i++) {
		words = (struct words){ { FS_EMPTY, word_get(&operation->ticket) } };
		result = request(core, &words);
	}
	return result == STATUS_TIMED_OUT ? STATUS_BUSY : result;
}

int64_t drive_shut(const struct operation *operation, uint64_t directory)
{
	const struct inode *inode = inode_at(directory);
	struct words words;
	int64_t result = drive_ask(operation, inode_home(directory), FS_SHUT, 0, &words);

	for (unsigned core = 0; inode && core < self.cores && result == STATUS_OK; core++)
		if (word_get(&inode->shards[core / 64]) >> core % 64 & 1)
			result = empty_shard(operation, core);
	return result;
}

void drive_tidy(unsigned core)
{
	struct words words;
	int64_t result = STATUS_PENDING;

	for (unsigned i = 0; i < TIDY_MOST && result == STATUS_PENDING; i++) {
		words = (struct words){ { FS_TIDY } };
		result = request(core, &words);
		if (core == self.core && result == STATUS_PENDING)
			(void)ipc_wait(TIDY_KEY, 1);
	}
}

int64_t drive_release(const struct operation *operation, uint64_t inode)
{
	struct words words;
	int64_t result = drive_ask(operation, inode_home(inode), FS_RELEASE, inode, &words);

	if (result == STATUS_PENDING)
		drive_tidy(inode_home(inode));
	return result == STATUS_BUSY ? STATUS_BUSY : STATUS_OK;
}

int64_t drive_end(struct operation *operation, int64_t result)
{
	operation_end(operation, result);
	if (result == STATUS_RESTART)
		operation_forget(operation);
	return result;
}

void put_name(uint64_t to[NAME_WORDS], const char *name, uint32_t length)
{
	for (unsigned i = 0; i < length; i += 8) {
		uint64_t word = 0;

		for (unsigned j = 0; j < 8 && i + j < length; j++)
			word |= (uint64_t)(uint8_t)name[i + j] << j * 8;
		word_put(&to[i / 8], word);
	}
}
