/* entries.h - names in directories: found by token, put and taken away at home_of(name)
 * SPDX-License-Identifier: MIT
 * An entry is (directory, name) -> inode, with the ticket of the operation that put it. It is
 *   valid    the inode's link is that ticket: it is what the name means; of two the one that was put last
 *   pending  not valid, and that operation is in flight: a rename that has not committed yet. Nobody else puts the name meanwhile
 *   dead     neither: whoever meets it at home takes it away
 * The order of the two questions matters: an operation that is no longer in flight has made its entry valid before, if it ever did.
 * The entries of a directory in one shard are a list, the branch's, in the order of their serials; new ones go to its end. A shard has a branch
 * of a directory when it has put an entry there since the branch was last taken away (FS_EMPTY), which only a directory's removal does.
 * A new branch needs the directory's word that this shard is one of its `shards` and that it is not closing: who removes the
 * directory closes it first, then asks all its shards; so either it finds the entry, or whoever puts it finds the directory closed.
 * I1 a branch's list is its entries, its count their number
 * Context: own core; entry_look_up and entry_list by token. */
#ifndef SERVICES_FS_ENTRIES_H
#define SERVICES_FS_ENTRIES_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

#include "abi/service.h"
#include "services/fs/table.h"

/* What a name means. */
struct meaning {
	uint64_t inode, link;
};

enum entry_state { ENTRY_DEAD, ENTRY_PENDING, ENTRY_VALID };
enum entry_state entry_state(uint64_t inode, uint64_t ticket);

/* Any core: OK, NOT_FOUND, BUSY. May let others in, when a table changes too fast. */
must_check status_t entry_look_up(uint64_t directory, const char *name, uint32_t length, struct meaning *meaning);
int64_t entry_find(unsigned core, unsigned question, struct meaning *meaning); /* FS_FIND, at home */

/* At home, by ticket. entry_put: OK; EXISTS: *meaning; BUSY: FS_FINISH of meaning->link first; PENDING: FS_JOIN first, of this shard; NOT_FOUND: the
 * directory has gone, or the request has; RESTART: the names are no longer as the rename has found them; NO_MEMORY, NO_SPACE. */
int64_t entry_put(uint64_t ticket, struct meaning *meaning);
/* The same of what is created by a name of so many letters that the request has in it: its record says by the hash that it is the name. */
enum { CARRIED_WORDS = 3 };
int64_t entry_put_carried(uint64_t ticket, const uint64_t name[CARRIED_WORDS], uint32_t length, struct meaning *meaning);
enum entry_which { ENTRY_PUT, ENTRY_OLD, ENTRY_REPLACED };
int64_t entry_erase(uint64_t ticket, enum entry_which which);
int64_t entry_empty(uint64_t ticket); /* OK: no branch of it is here any more; NOT_EMPTY; BUSY: come again */

/* Any core: the first entry behind a serial in a shard's branch of a directory, without leaving: OK and what it is, NOT_FOUND, BUSY. */
struct listed {
	struct record *record;
	uint64_t serial, inode, ticket;
	uint32_t length;
	char name[256];
};
must_check status_t entry_list(unsigned core, uint64_t directory, uint64_t serial, struct listed *listed);
int64_t entry_next(uint64_t directory, uint64_t serial, uint64_t *record); /* FS_NEXT, at home */

#endif
