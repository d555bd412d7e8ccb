/* cache.h - tags of set-associative caches, one for each core or group
 * SPDX-License-Identifier: MIT
 * A tag is a line's number and a version; whether the copy is still good is the directory's to say (lines.h), so a
 * line taken away leaves its tag until something else needs the place. Replacement is first in, first
 * out in each set: hits are never seen here, which is what makes them cheap.
 * The set is the low part of the number where their count is a power of two, else a hash of it.
 * Context: one host thread; never blocks.
 * I1 a line's number is in at most one place of its set
 * Tested by tests/unit/model_cache_test.c */
#ifndef MACHINE_CACHE_H
#define MACHINE_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "machine_file.h"

struct cache_tag {
	uint32_t number; /* of a line, from 1 on; 0: empty */
	uint32_t version;
};

struct cache {
	struct cache_tag *tags; /* [copies][sets][ways]; null: there is no such cache */
	uint8_t *oldest;        /* [copies][sets]: the way to replace next */
	uint32_t sets, ways;
	uint32_t mask; /* of a line's number, or 0: the set is a hash */
};

/* 0, or -1 when the host has no memory. */
int cache_start(struct cache *cache, struct machine_cache size, unsigned int copies);
void cache_end(struct cache *cache);

bool cache_holds(const struct cache *cache, unsigned int copy, struct cache_tag tag);

/* Puts a line in, or gives it its new version; the number of the line that made room, or 0. */
uint32_t cache_insert(struct cache *cache, unsigned int copy, struct cache_tag tag);

#endif
