/* shard.h - one core's part of the store: what lies where, and who writes it
 * SPDX-License-Identifier: MIT
 *   offset    what                                         grows by      pages go back
 *   0         struct shard                                 -             never
 *   1 GiB     buckets of the table (table.h), 16 bytes     splits        never
 *   8 GiB     inodes (inode.h), 128 bytes                  inodes        never
 *   24 GiB    records of 96, 40 GiB of 160, 48 GiB of 328  records       never
 *   60 GiB    a word for each node, 61 GiB for each page   both          never
 *   62 GiB    staging for data on its way to another home  operations    never
 *   64 GiB    nodes of files' trees (tree.h)               nodes         never
 *   128 GiB   pages of data (pages.h)                      pages         store_drop
 * All is written by the shard's own core and read by all (word.h). Memory up to a frontier is there and keeps its type; beyond a frontier nobody looks.
 * I1 a frontier is moved when its pages are there
 * I2 what several words say together changes through the journal (journal.h); what is not reachable yet is written before, plainly */
#ifndef SERVICES_FS_SHARD_H
#define SERVICES_FS_SHARD_H

#include <stddef.h>
#include <stdbool.h>

#include "abi/service.h"
#include "abi/store.h"
#include "services/fs/journal.h"
#include "services/fs/operation.h"
#include "services/fs/replica.h"

#define SHARD_GIB      ((uint64_t)1 << 30)
#define SHARD_BUCKETS  (1 * SHARD_GIB)
#define SHARD_INODES   (8 * SHARD_GIB)
#define SHARD_NODE_NOTES (60 * SHARD_GIB)
#define SHARD_PAGE_NOTES (61 * SHARD_GIB)
#define SHARD_STAGING  (62 * SHARD_GIB)
#define SHARD_NODES    (64 * SHARD_GIB)
#define SHARD_PAGES    STORE_MAPPABLE
#define SHARD_MAGIC    UINT64_C(0x3165726f74536654) /* in memory: TfStore1 */

enum {
	PAGE = 4096,
	RECORD_CLASSES = 3,
	ANSWERS = 256,
	CORES_MOST = 256,
	QUESTIONS = 8,
	QUESTION_WORDS = 36,
};

/* What a request of another core's operation was answered, until that is no longer in flight: such requests are not done twice. */
struct answer {
	uint64_t ticket, result, end;
};

struct shard {
	uint64_t magic; /* last when it is made */

	/* core 0's, of which others keep two: the first says that core 0 knows of this shard */
	uint64_t seed;       /* of all hashes */
	uint64_t present[4]; /* cores whose shards exist */
	uint64_t populated;  /* the archive's files are there */
	uint64_t turn;       /* ticket of the operation that may rename a directory (rename.c) */

	/* Others look at these again and again: on lines that change seldom. */
	uint64_t buckets;  /* of the table */
	uint64_t inodes __attribute__((aligned(64)));
	uint64_t opens_at[CORES_MOST] __attribute__((aligned(64))); /* inodes of each home that are open here */

	/* Others read those that are in flight, mostly the first: it is on the first page, which they map in any case. */
	struct operation operation[OPERATIONS];

	/* Frontiers, in objects, as is the one of inodes; and what is free below them. */
	uint64_t free_inode __attribute__((aligned(64)));
	uint64_t records[RECORD_CLASSES], free_record[RECORD_CLASSES];
	uint64_t nodes, free_node; /* numbers; lists through the notes, 0 ends */
	uint64_t pages, free_page;
	uint64_t dropping;         /* pages that are nobody's and still there */
	uint64_t trash;            /* nodes that are nobody's and still lead somewhere */

	uint64_t entries;          /* of the table */
	uint64_t serials, tickets; /* the last ones given */
	uint64_t tail;             /* inode whose last page may have bytes beyond its size */
	uint64_t live_inodes;

	struct journal journal;
	struct answer answer[ANSWERS];
	uint64_t question[QUESTIONS][QUESTION_WORDS]; /* names that another core is to look up */
};

_Static_assert(offsetof(struct shard, operation[1]) <= PAGE, "the first operation is on the first page");

static inline struct shard *shard_of(unsigned core)
{
	return store_of(core);
}

static inline struct shard *shard_own(void)
{
	return self.shard;
}

static inline void *shard_at(unsigned core, uint64_t offset)
{
	return (uint8_t *)store_of(core) + offset;
}

/* Pages for `count` objects of `size` bytes from `offset` on; those for `had` are there. */
must_check status_t shard_extend(uint64_t offset, uint64_t size, uint64_t had, uint64_t count);

/* May that core's shard be looked at? One that is not present has nothing. */
bool shard_appears(unsigned core); /* it has not been known to */

static inline bool shard_present(unsigned core)
{
	return core < CORES_MOST && self.present[core / 64] >> core % 64 & 1 ? true : shard_appears(core);
}

/* A number that is never given again: serials, tickets. */
uint64_t shard_count_up(uint64_t *counter);

#endif
