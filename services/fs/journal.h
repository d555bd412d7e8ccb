/* journal.h - changes of several words of the own shard that happen together or not at all, wherever the replica dies
 * SPDX-License-Identifier: MIT
 * A change is collected, committed by one word and then applied; who recovers applies it again, which makes no difference. Readers by
 * token see it word by word: what they must not see half is guarded by a sequence, odd while the change is applied.
 * Nothing may be called between journal_begin and journal_commit that lets others in (ipc_call_at, ipc_wait).
 * Context: own core. Never waits.
 * I1 committed != 0: the first `committed` changes are complete, and words that they name may have old or new values
 * I2 a guard's sequence is odd only while committed != 0 */
#ifndef SERVICES_FS_JOURNAL_H
#define SERVICES_FS_JOURNAL_H

#include <stdint.h>

enum {
	JOURNAL_CHANGES = 512,
	JOURNAL_GUARDS = 8,
};

struct journal_change {
	uint64_t word, value; /* address */
};

struct journal {
	uint64_t committed; /* changes | guards << 32 */
	struct journal_change guard[JOURNAL_GUARDS];
	struct journal_change change[JOURNAL_CHANGES];
};

void journal_begin(void);
void journal_set(uint64_t *word, uint64_t value);
uint64_t journal_see(const uint64_t *word); /* as it will be */
void journal_guard(uint64_t *sequence);     /* readers try again while this change is applied */
void journal_commit(void);

/* First of all when a replica starts. */
void journal_recover(void);

#endif
