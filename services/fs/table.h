/* table.h - each shard's table of records: entries of directories, branches, counts of opens
 * SPDX-License-Identifier: MIT
 * Linear hashing: the table grows by one bucket at a time, when there are more records than buckets; each bucket is a chain and a sequence. A chain
 * has what was put last first. Other cores read chains while they change: a sequence that is odd, or another one afterwards, and they try again, a few
 * times. Memory of records stays records' of one size, and the way along `next` always leads to such.
 *   entry    of a directory: owner, name -> target (inode), by which operation; in its branch's list
 *   branch   the entries of a directory in this shard: target the first one, ticket the last one, after how many
 *   opens    owner is open here `target` times
 * Where an entry is: home_of(question). Branches and opens are where they are about.
 * I1 serial is not 0 while a record is in the table, and no other record of the shard ever has the same; while it stays, so do owner, name and shape
 * I2 a free record's list goes by `after`, which only the journal changes
 * Context: own core, but for table_read. */
#ifndef SERVICES_FS_TABLE_H
#define SERVICES_FS_TABLE_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

#include "abi/service.h"

enum record_kind { RECORD_ENTRY = 1, RECORD_BRANCH, RECORD_OPENS };

struct record {
	uint64_t serial;
	uint64_t next;   /* in its chain */
	uint64_t hash;
	uint64_t owner;
	uint64_t target, ticket;
	uint64_t after, before; /* entries: neighbours in the branch's list, in the order of their serials */
	uint64_t shape;  /* kind | class << 8 | length << 16 */
	uint64_t name[]; /* padded with NULs to words */
};

_Static_assert(sizeof(struct record) == 72, "a name of 24 letters makes 96 bytes");

enum {
	FINDINGS = 4, /* records of one name that a reader gets: one is valid, one may become so, others are to be cleared away */
	CLASS_SIZE_0 = 96, CLASS_SIZE_1 = 160, CLASS_SIZE_2 = 328,
};

struct question {
	enum record_kind kind;
	uint32_t length;
	uint64_t owner;
	uint64_t hash;
	uint64_t name[32];
};

struct finding {
	struct record *record;
	uint64_t serial, target, ticket;
};

struct question table_question(enum record_kind kind, uint64_t owner, const char *name, uint32_t length);
struct question table_question_words(enum record_kind kind, uint64_t owner, const uint64_t *name, uint32_t length);
unsigned home_of(const struct question *question);
unsigned home_of_hash(uint64_t hash);

/* Any core's table: how many match, those put last first; or BUSY. */
int table_read(unsigned core, const struct question *question, struct finding finding[FINDINGS]);

/* Own table: the next one that matches, behind `record` or the first of all; NULL: none. */
struct record *table_next(const struct record *record, const struct question *question);

/* In a change that the caller commits. NO_MEMORY, NO_SPACE. */
must_check status_t table_insert(const struct question *question, uint64_t target, uint64_t ticket, struct record **record);
void table_remove(struct record *record);

/* After an insertion is committed: a bucket more, if there are too few. */
void table_grow(void);

static inline uint32_t record_length(uint64_t shape)
{
	return (uint32_t)(shape >> 16);
}

static inline enum record_kind record_kind(uint64_t shape)
{
	return (enum record_kind)(shape & 0xff);
}

#endif
