/* opens.c - see opens.h
 * SPDX-License-Identifier: MIT */
#include "services/fs/opens.h"

#include "services/fs/inode.h"
#include "services/fs/shard.h"
#include "services/fs/table.h"
#include "services/fs/word.h"

static struct question question_of(uint64_t id)
{
	return table_question(RECORD_OPENS, id, NULL, 0);
}

static status_t count_foreign_up(uint64_t id)
{
	struct question question = question_of(id);
	struct record *record = table_next(NULL, &question);
	uint64_t *opens = &shard_own()->opens_at[inode_home(id)];
	status_t status;

	if (record) {
		journal_set(&record->target, word_get(&record->target) + 1);
		return STATUS_OK;
	}
	status = table_insert(&question, 1, 0, &record);
	if (status == STATUS_OK)
		journal_set(opens, word_get(opens) + 1);
	return status;
}

static status_t count_foreign_down(uint64_t id)
{
	struct question question = question_of(id);
	struct record *record = table_next(NULL, &question);
	uint64_t *opens = &shard_own()->opens_at[inode_home(id)];

	if (!record)
		return STATUS_NOT_FOUND;
	if (word_get(&record->target) > 1) {
		journal_set(&record->target, word_get(&record->target) - 1);
		return STATUS_OK;
	}
	table_remove(record);
	journal_set(opens, word_get(opens) - 1);
	return STATUS_OK;
}

status_t opens_count_up(uint64_t id)
{
	struct inode *inode = inode_at(id);

	if (!inode)
		return STATUS_NOT_FOUND;
	if (inode_home(id) != self.core)
		return count_foreign_up(id);
	journal_set(&inode->opens, journal_see(&inode->opens) + 1);
	return STATUS_OK;
}

status_t opens_count_down(uint64_t id)
{
	struct inode *inode = inode_at(id);

	if (inode_home(id) != self.core)
		return count_foreign_down(id); /* the inode may have gone before it was counted */
	if (!inode || !word_get(&inode->opens))
		return STATUS_NOT_FOUND;
	journal_set(&inode->opens, word_get(&inode->opens) - 1);
	return STATUS_OK;
}

status_t opens_elsewhere(uint64_t id)
{
	struct question question = question_of(id);
	struct finding finding[FINDINGS];

	for (unsigned core = 0; core < self.cores; core++) {
		int found;

		if (core == self.core || !shard_present(core) || !word_get(&shard_of(core)->opens_at[inode_home(id)]))
			continue;
		found = table_read(core, &question, finding);
		if (found)
			return found < 0 ? STATUS_BUSY : STATUS_EXISTS;
	}
	return STATUS_OK;
}
