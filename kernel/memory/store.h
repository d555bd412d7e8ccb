/* store.h - memory that outlives the replicas of a service: one address space for all of them, an arena of it for each core
 * SPDX-License-Identifier: MIT
 * Every replica's view has the arenas in it, by the same words of its root as this core's view of the store. A core's replica writes in its own
 * arena and reads the others' (read by token, write at home); it reaches no page that the arena's home has not filled. Pages are taken back from
 * exactly the cores that have reached them, as in any space (vspace.h).
 * Owner: core 0 makes the space at boot; each arena is its core's.
 * I1 a word of a replica's root from ARENA_BASE up is 0, or the store view's word, which never changes again
 * I2 a mapping of another core's arena has no right to write
 * I3 a program gets no page of the lower half of a shard (abi/store.h), whatever a service says
 * Context: own core, interrupts off. Tested by tests/guest/store.c and tests/unit/store_test.c */
#ifndef KERNEL_MEMORY_STORE_H
#define KERNEL_MEMORY_STORE_H

#include "abi/store.h"
#include "kernel/memory/vspace.h"

enum { STORE_FILL_MOST = 4 }; /* pages in one call: see CALL_PAGES */

/* Core 0, before any program runs: of these services, bit n for server n. False: no memory. */
bool store_open(uint64_t servers);

/* The view of a server's replica gets its store, if it has one, and the archive with it. NO_MEMORY. */
must_check status_t store_attach(unsigned server, struct view *view);

/* What vspace_fault says for an address at which a view's own space has nothing. */
must_check status_t store_fault(struct view *view, uint64_t address, enum access access);

/* A page of a service's store, as the service says: it is what it was as long as the word (8 bytes) in the store has this value. */
struct store_page {
	unsigned server;
	uint64_t address, word, value;
};

/* Any core: one owner more for the page's frame. RESTART: it is not what it was; NOT_ALLOWED: its owner keeps it for itself, or there is no such word. */
must_check status_t store_share(const struct store_page *page, uint64_t *frame);

/* The same of the view of a store itself, for an address in it, mapped there as its replicas may have it. */
must_check status_t store_reach(struct view *store, uint64_t address, enum access access);

/* This core's arena: pages that were not there are there, zeroed, and others stay as they are; how many of the first ones are, fewer than asked for when
 * memory or the limit is short. BAD_ARGUMENT: not in this core's arena; NO_MEMORY, NO_SPACE (the limit): none. */
int64_t store_fill(struct view *store, uint64_t start, uint64_t pages);

/* This core's arena: gone, after nobody reaches them any more. Waits for other holders, serving leaves. BAD_ARGUMENT, NO_MEMORY (nothing is changed). */
must_check status_t store_drop(struct view *store, uint64_t start, uint64_t pages);

#endif
