/* entries_read.c - see entries.h: what any core sees of entries, by token
 * SPDX-License-Identifier: MIT */
#include "services/fs/entries.h"

#include "services/fs/inode.h"
#include "services/fs/replica.h"
#include "services/fs/request.h"
#include "services/fs/shard.h"
#include "services/fs/word.h"

enum { LIST_TRIES = 16, LOOK_TRIES = 16 };

static bool find_valid(const struct finding *finding, int count, struct meaning *meaning)
{
	for (int i = 0; i < count; i++) {
		*meaning = (struct meaning){ finding[i].target, finding[i].ticket };
		if (meaning->link && inode_link(meaning->inode) == meaning->link)
			return true;
	}
	return false;
}

static bool is_among(const struct finding *one, const struct finding *finding, int count)
{
	for (int i = 0; i < count; i++)
		if (finding[i].record == one->record && finding[i].serial == one->serial)
			return true;
	return false;
}

static bool are_among(const struct finding *some, int some_count, const struct finding *finding, int count)
{
	for (int i = 0; i < some_count; i++)
		if (!is_among(&some[i], finding, count))
			return false;
	return true;
}

/* A rename over the name may have committed between two looks at entries: so the name means nothing only when nothing is there, or when what is there was
 * there before and is not valid for the second time. What replaces comes before what is replaced goes. */
static status_t look_up_at(unsigned home, const struct question *question, struct meaning *meaning)
{
	struct finding now[FINDINGS], before[FINDINGS];
	int count, before_count = 0;

	for (unsigned i = 0; i < LOOK_TRIES; i++) {
		count = table_read(home, question, now);
		if (count < 0)
			return STATUS_BUSY;
		if (find_valid(now, count, meaning))
			return STATUS_OK;
		if (are_among(now, count, before, before_count))
			return STATUS_NOT_FOUND;
		for (int j = 0; j < count; j++)
			before[j] = now[j];
		before_count = count;
	}
	return STATUS_BUSY;
}

/* The name goes where its home can read it. */
static status_t ask_home(unsigned home, const struct question *question, struct meaning *meaning)
{
	struct words words = { { FS_FIND, self.core } };
	unsigned slot = 0;
	uint64_t *room;
	int64_t result;

	while (slot < QUESTIONS && self.questions >> slot & 1)
		slot++;
	if (slot == QUESTIONS)
		return STATUS_BUSY;
	self.questions |= 1 << slot;
	words.word[2] = slot;
	room = shard_own()->question[slot];
	word_put(&room[0], question->owner);
	word_put(&room[1], question->length);
	for (unsigned i = 0; i < (question->length + 7) / 8; i++)
		word_put(&room[2 + i], question->name[i]);
	result = request(home, &words);
	self.questions &= ~(1 << slot);
	*meaning = (struct meaning){ words.word[1], words.word[2] };
	return (status_t)result;
}

status_t entry_look_up(uint64_t directory, const char *name, uint32_t length, struct meaning *meaning)
{
	struct question question = table_question(RECORD_ENTRY, directory, name, length);
	unsigned home = home_of(&question);
	status_t status;

	if (!shard_present(home))
		return STATUS_NOT_FOUND;
	status = look_up_at(home, &question, meaning);
	return status == STATUS_BUSY && home != self.core ? ask_home(home, &question, meaning) : status;
}

int64_t entry_find(unsigned core, unsigned slot, struct meaning *meaning)
{
	struct question question;
	const uint64_t *room;

	if (core >= self.cores || slot >= QUESTIONS || !shard_present(core))
		return STATUS_BAD_ARGUMENT;
	room = shard_of(core)->question[slot];
	if (word_get(&room[1]) > FS_NAME_MOST)
		return STATUS_BAD_ARGUMENT;
	question = table_question_words(RECORD_ENTRY, word_get(&room[0]), room + 2, (uint32_t)word_get(&room[1]));
	return look_up_at(self.core, &question, meaning);
}

static bool is_entry_of(const struct record *record, uint64_t directory, uint64_t serial)
{
	return word_get(&record->serial) == serial && serial && record_kind(word_get(&record->shape)) == RECORD_ENTRY &&
	       word_get(&record->owner) == directory && word_get(&record->serial) == serial;
}

static bool lies_in(unsigned core, uint64_t record)
{
	return record - (uint64_t)store_of(core) < 256 * SHARD_GIB;
}

/* The listing that has come to a serial of that shard, or was there before its last step. NULL: none. */
static struct listing *listing_at(unsigned core, uint64_t directory, uint64_t serial, unsigned *which)
{
	for (unsigned i = 0; i < LISTINGS; i++)
		for (*which = 0; *which < 2; ++*which)
			if (self.listing[i].directory == directory && self.listing[i].serial[*which] == serial &&
			    lies_in(core, self.listing[i].record[*which]))
				return &self.listing[i];
	return NULL;
}

static struct record *remembered(unsigned core, uint64_t directory, uint64_t serial)
{
	unsigned which;
	const struct listing *listing = listing_at(core, directory, serial, &which);

	return listing ? (struct record *)listing->record[which] : NULL;
}

static void remember(unsigned core, uint64_t directory, uint64_t serial, const struct listed *listed)
{
	unsigned which;
	struct listing *listing = listing_at(core, directory, serial, &which);
	uint64_t before = listing ? listing->record[which] : 0;

	if (!listing)
		listing = &self.listing[self.next_listing++ % LISTINGS];
	*listing = (struct listing){ directory, { listed->serial, serial }, { (uint64_t)listed->record, before } };
}

/* OK: *listed is what the record says while its serial stays. */
static status_t copy(const struct record *record, uint64_t directory, struct listed *listed)
{
	uint64_t serial = word_get(&record->serial);

	listed->record = (struct record *)record;
	listed->serial = serial;
	listed->inode = word_get(&record->target);
	listed->ticket = word_get(&record->ticket);
	listed->length = record_length(word_get(&record->shape));
	if (listed->length > FS_NAME_MOST)
		return STATUS_BUSY;
	for (unsigned i = 0; i < (listed->length + 7) / 8; i++) {
		uint64_t word = word_get(&record->name[i]);

		for (unsigned j = 0; j < 8; j++)
			listed->name[i * 8 + j] = (char)(word >> j * 8);
	}
	return is_entry_of(record, directory, serial) ? STATUS_OK : STATUS_BUSY;
}

/* The record behind a serial: along the list where the place is known, else as its home says. */
static status_t step(unsigned core, uint64_t directory, uint64_t serial, uint64_t *next)
{
	struct record *place = remembered(core, directory, serial);
	struct words words = { { FS_NEXT, directory, serial } };
	int64_t result;

	if (place) {
		*next = word_get(&place->after);
		if (is_entry_of(place, directory, serial))
			return *next ? STATUS_OK : STATUS_NOT_FOUND;
	}
	result = request(core, &words);
	*next = words.word[1];
	return (status_t)result;
}

status_t entry_list(unsigned core, uint64_t directory, uint64_t serial, struct listed *listed)
{
	for (unsigned i = 0; i < LIST_TRIES; i++) {
		uint64_t next;
		status_t status = step(core, directory, serial, &next);

		if (status != STATUS_OK)
			return status;
		if (copy((const struct record *)next, directory, listed) == STATUS_OK && listed->serial > serial) {
			remember(core, directory, serial, listed);
			return STATUS_OK;
		}
	}
	return STATUS_BUSY;
}
