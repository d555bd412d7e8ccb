/* journal.c - see journal.h
 * SPDX-License-Identifier: MIT */
#include "services/fs/journal.h"

#include "services/fs/replica.h"
#include "services/fs/shard.h"
#include "services/fs/word.h"

static void change(const struct journal_change *change, uint64_t more)
{
	word_put((uint64_t *)word_get(&change->word), word_get(&change->value) + more);
}

static void apply(struct journal *journal)
{
	uint64_t committed = word_get(&journal->committed);
	unsigned changes = (uint32_t)committed, guards = (unsigned)(committed >> 32);

	for (unsigned i = 0; i < guards; i++)
		change(&journal->guard[i], 1);
	for (unsigned i = 0; i < changes; i++)
		change(&journal->change[i], 0);
	for (unsigned i = 0; i < guards; i++)
		change(&journal->guard[i], 2);
	word_put(&journal->committed, 0);
}

void journal_begin(void)
{
	self.changes = self.guards = 0;
}

static void note(struct journal_change *change, uint64_t *word, uint64_t value)
{
	word_put(&change->word, (uint64_t)word);
	word_put(&change->value, value);
}

/* Every caller's change is bounded; one that were not would end the replica before anything is committed. */
void journal_set(uint64_t *word, uint64_t value)
{
	if (self.changes == JOURNAL_CHANGES)
		__builtin_trap();
	note(&shard_own()->journal.change[self.changes++], word, value);
}

uint64_t journal_see(const uint64_t *word)
{
	const struct journal_change *change = shard_own()->journal.change;

	for (unsigned i = self.changes; i > 0; i--)
		if (word_get(&change[i - 1].word) == (uint64_t)word)
			return word_get(&change[i - 1].value);
	return word_get(word);
}

void journal_guard(uint64_t *sequence)
{
	struct journal_change *guard = shard_own()->journal.guard;

	for (unsigned i = 0; i < self.guards; i++)
		if (word_get(&guard[i].word) == (uint64_t)sequence)
			return;
	if (self.guards == JOURNAL_GUARDS)
		__builtin_trap();
	note(&guard[self.guards++], sequence, word_get(sequence));
}

void journal_commit(void)
{
	struct journal *journal = &shard_own()->journal;

	if (!self.changes)
		return;
	word_put(&journal->committed, self.changes | (uint64_t)self.guards << 32);
	apply(journal);
	self.changes = self.guards = 0;
}

void journal_recover(void)
{
	struct journal *journal = &shard_own()->journal;

	if (word_get(&journal->committed))
		apply(journal);
}
