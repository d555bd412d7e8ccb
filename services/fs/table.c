/* table.c - see table.h
 * SPDX-License-Identifier: MIT */
#include "services/fs/table.h"

#include "services/fs/replica.h"
#include "services/fs/shard.h"
#include "services/fs/word.h"

enum {
	READ_TRIES = 16,
	CHAIN_MOST = 4096, /* a reader that has gone so far follows a chain that changes */
	SPLIT_MOST = 128,  /* a bucket of more records stays one */
};

struct bucket {
	uint64_t sequence, first;
};

static const uint16_t CLASS_SIZE[RECORD_CLASSES] = { CLASS_SIZE_0, CLASS_SIZE_1, CLASS_SIZE_2 };
static const uint64_t CLASS_START[RECORD_CLASSES] = { 24 * SHARD_GIB, 40 * SHARD_GIB, 48 * SHARD_GIB };

static uint64_t mix(uint64_t value)
{
	value = (value ^ value >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return (value ^ value >> 29) * UINT64_C(0x9e3779b97f4a7c15);
}

static void hash(struct question *question)
{
	uint64_t value = mix(self.seed ^ question->owner ^ (uint64_t)question->kind << 60 ^ (uint64_t)question->length << 48);

	for (unsigned i = 0; i < (question->length + 7) / 8; i++)
		value = mix(value ^ question->name[i]);
	question->hash = value ^ value >> 32;
}

struct question table_question_words(enum record_kind kind, uint64_t owner, const uint64_t *name, uint32_t length)
{
	struct question question;

	question.kind = kind;
	question.owner = owner;
	question.length = length <= sizeof(question.name) ? length : sizeof(question.name);
	for (unsigned i = 0; i < (question.length + 7) / 8; i++)
		question.name[i] = word_get(&name[i]);
	hash(&question);
	return question;
}

struct question table_question(enum record_kind kind, uint64_t owner, const char *name, uint32_t length)
{
	struct question question;

	question.kind = kind;
	question.owner = owner;
	question.length = length <= sizeof(question.name) ? length : sizeof(question.name);
	for (unsigned i = 0; i < (question.length + 7) / 8; i++)
		question.name[i] = 0;
	for (unsigned i = 0; i < question.length; i++)
		question.name[i / 8] |= (uint64_t)(uint8_t)name[i] << i % 8 * 8;
	hash(&question);
	return question;
}

unsigned home_of_hash(uint64_t hash)
{
	return (unsigned)((hash >> 32) % self.cores);
}

unsigned home_of(const struct question *question)
{
	return home_of_hash(question->hash);
}

static struct bucket *bucket_of(unsigned core, uint64_t buckets, uint64_t hash)
{
	unsigned level = 63 - (unsigned)__builtin_clzll(buckets);
	uint64_t place = hash & ((UINT64_C(2) << level) - 1);

	if (place >= buckets)
		place = hash & ((UINT64_C(1) << level) - 1);
	return (struct bucket *)shard_at(core, SHARD_BUCKETS) + place;
}

static struct bucket *own_bucket(uint64_t hash)
{
	return bucket_of(self.core, word_get(&shard_own()->buckets), hash);
}

static bool matches(const struct record *record, const struct question *question)
{
	if (word_get(&record->hash) != question->hash || word_get(&record->owner) != question->owner ||
	    (word_get(&record->shape) & ~UINT64_C(0xff00)) != ((uint64_t)question->kind | (uint64_t)question->length << 16))
		return false;
	for (unsigned i = 0; i < (question->length + 7) / 8; i++)
		if (word_get(&record->name[i]) != question->name[i])
			return false;
	return true;
}

static int gather(const struct bucket *bucket, const struct question *question, struct finding finding[FINDINGS])
{
	struct record *record = (struct record *)word_get(&bucket->first);
	int count = 0;

	for (unsigned i = 0; record && i < CHAIN_MOST && count < FINDINGS; i++) {
		if (matches(record, question))
			finding[count++] = (struct finding){ record, word_get(&record->serial), word_get(&record->target), word_get(&record->ticket) };
		record = (struct record *)word_get(&record->next);
	}
	return count;
}

int table_read(unsigned core, const struct question *question, struct finding finding[FINDINGS])
{
	for (unsigned i = 0; i < READ_TRIES; i++) {
		uint64_t buckets = word_get(&shard_of(core)->buckets);
		const struct bucket *bucket = bucket_of(core, buckets, question->hash);
		uint64_t sequence = word_get(&bucket->sequence);
		int count = gather(bucket, question, finding);

		/* A split changes the number before the sequence is even again. */
		if (!(sequence & 1) && word_get(&bucket->sequence) == sequence && word_get(&shard_of(core)->buckets) == buckets)
			return count;
	}
	return STATUS_BUSY;
}

struct record *table_next(const struct record *record, const struct question *question)
{
	struct record *next = (struct record *)word_get(record ? &record->next : &own_bucket(question->hash)->first);

	while (next && !matches(next, question))
		next = (struct record *)word_get(&next->next);
	return next;
}

static unsigned class_of(uint32_t length)
{
	unsigned class = 0;

	while (class < RECORD_CLASSES - 1 && sizeof(struct record) + (length + 7) / 8 * 8 > CLASS_SIZE[class])
		class++;
	return class;
}

static status_t take(unsigned class, struct record **record)
{
	struct shard *shard = shard_own();
	uint64_t free = journal_see(&shard->free_record[class]), count = journal_see(&shard->records[class]);
	status_t status;

	*record = (struct record *)free;
	if (free) {
		journal_set(&shard->free_record[class], journal_see(&(*record)->after));
		return STATUS_OK;
	}
	status = shard_extend(CLASS_START[class], CLASS_SIZE[class], count, count + 1);
	*record = (struct record *)((uint8_t *)shard_at(self.core, CLASS_START[class]) + count * CLASS_SIZE[class]);
	if (status == STATUS_OK)
		journal_set(&shard->records[class], count + 1);
	return status;
}

status_t table_insert(const struct question *question, uint64_t target, uint64_t ticket, struct record **record)
{
	struct shard *shard = shard_own();
	struct bucket *bucket = own_bucket(question->hash);
	unsigned class = class_of(question->length);
	status_t status = take(class, record);
	struct record *new = *record;

	if (status != STATUS_OK)
		return status;
	word_put(&new->next, journal_see(&bucket->first));
	word_put(&new->hash, question->hash);
	word_put(&new->owner, question->owner);
	word_put(&new->target, target);
	word_put(&new->ticket, ticket);
	word_put(&new->shape, (uint64_t)question->kind | (uint64_t)class << 8 | (uint64_t)question->length << 16);
	for (unsigned i = 0; i < (question->length + 7) / 8; i++)
		word_put(&new->name[i], question->name[i]);
	journal_guard(&bucket->sequence);
	journal_set(&new->before, 0);
	journal_set(&new->after, 0);
	journal_set(&new->serial, shard_count_up(&shard->serials));
	journal_set(&bucket->first, (uint64_t)new);
	journal_set(&shard->entries, journal_see(&shard->entries) + 1);
	return STATUS_OK;
}

void table_remove(struct record *record)
{
	struct shard *shard = shard_own();
	struct bucket *bucket = own_bucket(word_get(&record->hash));
	uint64_t *link = &bucket->first;
	uint64_t *free = &shard->free_record[word_get(&record->shape) >> 8 & 0xff];

	while (word_get(link) != (uint64_t)record) /* bounded: it is in its chain, which nobody changes meanwhile */
		link = &((struct record *)word_get(link))->next;
	journal_guard(&bucket->sequence);
	journal_set(&record->serial, 0);
	journal_set(link, word_get(&record->next));
	journal_set(&record->after, journal_see(free));
	journal_set(free, (uint64_t)record);
	journal_set(&shard->entries, journal_see(&shard->entries) - 1);
}

/* Records of `from` that belong to the bucket at `place` go there; both keep their order. */
static bool split(struct bucket *from, struct bucket *to, uint64_t buckets)
{
	uint64_t *tail[2] = { &from->first, &to->first };
	unsigned count = 0;

	for (uint64_t at = word_get(&from->first); at; at = word_get(&((struct record *)at)->next)) {
		struct record *record = (struct record *)at;
		unsigned side = bucket_of(self.core, buckets + 1, word_get(&record->hash)) == to;

		if (++count > SPLIT_MOST)
			return false;
		if (journal_see(tail[side]) != at)
			journal_set(tail[side], at);
		tail[side] = &record->next;
	}
	for (unsigned side = 0; side < 2; side++)
		if (journal_see(tail[side]))
			journal_set(tail[side], 0);
	return true;
}

void table_grow(void)
{
	struct shard *shard = shard_own();
	uint64_t buckets = word_get(&shard->buckets);
	uint64_t from = buckets - (UINT64_C(1) << (63 - __builtin_clzll(buckets)));
	struct bucket *first = shard_at(self.core, SHARD_BUCKETS);

	if (word_get(&shard->entries) <= buckets || shard_extend(SHARD_BUCKETS, sizeof(struct bucket), buckets, buckets + 1) != STATUS_OK)
		return; /* longer chains, then */
	journal_begin();
	journal_guard(&first[from].sequence);
	journal_guard(&first[buckets].sequence);
	if (!split(&first[from], &first[buckets], buckets)) {
		journal_begin();
		return;
	}
	journal_set(&shard->buckets, buckets + 1);
	journal_commit();
}
