/* request.c - see request.h
 * SPDX-License-Identifier: MIT */
#include "services/fs/request.h"

#include "services/fs/data.h"
#include "services/fs/drive.h"
#include "services/fs/inode.h"
#include "services/fs/pages.h"
#include "services/fs/replica.h"
#include "services/fs/shard.h"
#include "services/fs/start.h"
#include "services/fs/word.h"

enum {
	DEATHS = 4,     /* of the other replica during one request */
	TIDY_STEPS = 8, /* of one request */
};

int64_t request(unsigned core, struct words *words)
{
	struct words copy;
	int64_t result = STATUS_DEAD;

	if (core == self.core)
		return request_serve(words);
	for (unsigned i = 0; i < DEATHS && result == STATUS_DEAD; i++) {
		copy = *words;
		result = ipc_call_at(core, SERVER_fs, &copy, 0);
	}
	*words = copy;
	return result == STATUS_DEAD ? STATUS_BUSY : result;
}

static int64_t finish(uint64_t ticket)
{
	for (uint64_t rest = self.used; rest; rest &= rest - 1) {
		struct operation *operation = &shard_own()->operation[__builtin_ctzll(rest)];

		if (ticket && word_get(&operation->ticket) == ticket)
			return drive(operation, DRIVER_OTHER) == STATUS_BUSY ? STATUS_BUSY : STATUS_OK;
	}
	return STATUS_OK;
}

/* Core 0: one operation at a time may take a directory to another one. */
static int64_t take_turn(uint64_t ticket, uint64_t *other)
{
	uint64_t *turn = &shard_own()->turn;

	*other = word_get(turn);
	if (self.core || !operation_in_flight(ticket))
		return STATUS_NOT_FOUND;
	if (*other != ticket && operation_in_flight(*other))
		return STATUS_BUSY;
	word_put(turn, ticket);
	return STATUS_OK;
}

static int64_t tidy(void)
{
	bool more = true;

	for (unsigned i = 0; i < TIDY_STEPS && more; i++)
		more = pages_tidy();
	return more ? STATUS_PENDING : STATUS_OK;
}

static int64_t put(const struct words *words, struct meaning *meaning)
{
	uint64_t length = words->word[0] >> 16;

	if (!length)
		return entry_put(words->word[1], meaning);
	return length <= CARRIED_WORDS * 8 ? entry_put_carried(words->word[1], words->word + 3, (uint32_t)length, meaning) : STATUS_BAD_ARGUMENT;
}

int64_t request_serve(struct words *words)
{
	uint64_t *word = words->word;
	struct meaning meaning = { 0, 0 };
	int64_t result;

	switch ((enum fs_operation)(word[0] & 0xffff)) {
	case FS_REGISTER: return start_register((unsigned)word[1]);
	case FS_START: return start_populate();
	case FS_FIND: result = entry_find((unsigned)word[1], (unsigned)word[2], &meaning); break;
	case FS_NEXT: return entry_next(word[1], word[2], &word[1]);
	case FS_PUT: result = put(words, &meaning); break;
	case FS_JOIN: result = inode_join(word[1], (unsigned)word[2]); break;
	case FS_MOVE: result = inode_move(word[1], &meaning.link); break;
	case FS_CUT: result = inode_cut(word[1], &meaning.link); break;
	case FS_ERASE: result = word[2] <= ENTRY_REPLACED ? entry_erase(word[1], (enum entry_which)word[2]) : STATUS_BAD_ARGUMENT; break;
	case FS_RELEASE: result = inode_release(word[1], word[2]); break;
	case FS_SHUT: result = inode_shut(word[1]); break;
	case FS_EMPTY: result = entry_empty(word[1]); break;
	case FS_REOPEN: result = inode_reopen(word[1]); break;
	case FS_TURN: result = take_turn(word[1], &meaning.link); break;
	case FS_STORE: result = data_store(word[1], &meaning.inode); break;
	case FS_RESIZE: result = data_resize(word[1]); break;
	case FS_FILL: return data_fill(word[1], word[2], &word[1]);
	case FS_FINISH: result = finish(word[1]); break;
	case FS_TIDY: result = tidy(); break;
	default: return STATUS_NO_CALL;
	}
	word[1] = meaning.inode;
	word[2] = meaning.link;
	return result;
}
