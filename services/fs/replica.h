/* replica.h - all that a replica knows beside the store: gone when it dies, and never needed to be right
 * SPDX-License-Identifier: MIT
 * One variable, so that what dies with a replica is in one place. Own core alone. */
#ifndef SERVICES_FS_REPLICA_H
#define SERVICES_FS_REPLICA_H

#include <stdbool.h>
#include <stdint.h>

enum {
	PATHS = 8,        /* activations that look up a path at a time: no replica has more stacks */
	DRIVERS_MOST = 5, /* activations that may wait for other cores; the other stacks are for what those ask, which waits for nobody */
	LISTINGS = 8,
	PATH_ROOM = 4096,
};

/* Where a listing of a directory has come to: the record of the entry with this serial, if it is still there; and of the one before, from which it goes on
 * when there was no room for the last one. */
struct listing {
	uint64_t directory;
	uint64_t serial[2], record[2];
};

struct shard;

struct replica {
	struct shard *shard;         /* the own one */
	unsigned core, cores;        /* this one, of how many */
	bool recovered, started, populating; /* the shard is as it should be; so is the machine's tree */
	uint64_t present[4];         /* shards known to exist */
	uint64_t seed;
	unsigned changes, guards;    /* collected (journal.h) */
	uint64_t used;               /* bit n: operation n is somebody's */
	uint64_t driven;             /* an activation is at it */
	uint64_t found;              /* was there when the replica started, and nobody has come for it yet */
	unsigned heard;              /* operation that ended in the last activation: its caller has heard when the next one is here; 1 more than its number */
	unsigned drivers;            /* activations inside operations */
	uint32_t paths, questions;   /* bit n: in use */
	unsigned free_ahead, fresh_ahead; /* pages that are there before they are needed (pages.h) */
	bool was_there;              /* the last name that was to be new */
	struct listing listing[LISTINGS];
	unsigned next_listing;
	char path[PATHS][PATH_ROOM];
};

extern struct replica self;

#endif
