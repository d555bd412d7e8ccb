/* operation.h - operations in flight: what makes a change across shards happen exactly once
 * SPDX-License-Identifier: MIT
 * The core whose thread asks for a change drives it, step by step, from a record in its own shard. A step changes one shard by one commit, and may be done
 * again: each home knows from the store whether it has been done. Requests name the record by its ticket; a home reads the rest by token
 * (a short name lies in the request, and the record has its hash), and refuses what is no longer in flight or at another step. So a request that comes late, or from
 * nowhere, changes nothing.
 *   free -> in flight (key, ticket) -> ended (key, result) -> free
 * An ended one stays until its caller has heard: that is when the next activation comes in, unless the replica has died meanwhile; then, when the caller
 * comes again with the same key, or with another one, or is gone. What was in flight when the replica died is driven on by whoever comes first: the same
 * caller, a core that finds it in its way (FS_FINISH), or, when the caller is gone, any. A file that is open then, and whose caller will never know, is closed.
 * I1 key 0: free. ticket 0: not in flight; no ticket is given twice
 * I2 fields are written before `ticket`, which is written before `key`; in flight only `step`, `result` and what the operation's own file says change
 * I3 L: the link of an inode (inode.h) changes only when the operation that made it is not in flight; so each step's question "was that me?" has an answer
 * Context: own core, but for operation_in_flight and operation_read. */
#ifndef SERVICES_FS_OPERATION_H
#define SERVICES_FS_OPERATION_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

#include "abi/service.h"

enum {
	OPERATIONS = 64,
	NAME_WORDS = 32,
};

enum operation_kind {
	KIND_NONE, KIND_OPEN, KIND_CLOSE, KIND_CREATE, KIND_UNLINK, KIND_RENAME, KIND_WRITE, KIND_TRUNCATE, KIND_COUNT,
};

/* Steps of all kinds; each kind has some of them, in an order of its own. */
enum operation_step {
	STEP_BEGUN, STEP_COUNT, STEP_CHECK, STEP_RESIZE, STEP_PUT, STEP_UNDO, STEP_TURN, STEP_SHUT, STEP_REOPEN, STEP_MOVE, STEP_CUT, STEP_ERASE_OLD,
	STEP_ERASE, STEP_RELEASE, STEP_STAGE, STEP_SEND, STEP_ENDED,
};

/* What a home needs to know of every operation is a line, and of one with a short name the next; the rest some kinds need. */
struct operation {
	uint64_t ticket, kind, step;
	uint64_t inode, link;             /* what it is about, and by which link it was found */
	uint64_t directory, length, hash; /* where that is; the hash of what is created alone, as table.h has it */
	uint64_t name[NAME_WORDS];

	uint64_t other, other_link;       /* what is replaced; 0: nothing */
	uint64_t target, target_length;   /* directory where it goes */
	uint64_t offset, size, staging;   /* of data; staging slot + 1 */
	uint64_t mode, flags, end;        /* end: second word of the answer */
	uint64_t target_name[NAME_WORDS];

	uint64_t key, result;             /* own core alone */
	uint64_t unheard;                 /* the same. 1: its caller was not there when it was last driven on */
} __attribute__((aligned(64)));

/* Own core. NULL: there is none; there are too many. */
struct operation *operation_find(uint64_t key);
struct operation *operation_begin(enum operation_kind kind);
void operation_publish(struct operation *operation, uint64_t key); /* from now on it is in flight */

/* It ends with this result; by itself, or together with what is in the journal. */
void operation_end(struct operation *operation, int64_t result);
void operation_end_with(struct operation *operation, int64_t result);
void operation_forget(struct operation *operation); /* as though it had never begun, or because its caller has heard */
void operation_step(struct operation *operation, enum operation_step step);

unsigned operation_number(const struct operation *operation);

/* Any core: a ticket's operation is in flight. */
bool operation_in_flight(uint64_t ticket);

/* Any core: a copy of one that is in flight. NOT_FOUND: it is not. */
must_check status_t operation_read(uint64_t ticket, struct operation *copy);
must_check status_t operation_read_line(uint64_t ticket, struct operation *copy); /* the first line alone */
unsigned ticket_core(uint64_t ticket);

/* First of all when a replica starts. */
void operations_recover(void);

#endif
