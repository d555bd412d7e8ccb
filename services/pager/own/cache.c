/* cache.c - a table of the pager's own: see services/pager/cache.h
 * SPDX-License-Identifier: MIT
 * Each page has a set of WAYS places in which it may be. In a full set the one goes that has not been asked for since the hand last came by: so what is
 * asked for again stays, and pages that are reached once, one behind the other, do not drive it out. Pages of a file that follow each other are in sets that
 * do, too. */
#include "services/pager/cache.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	SETS = 256,
	WAYS = 4,
};

struct set {
	struct {
		uint64_t inode, page; /* inode 0: nothing, as no file has that number */
		struct answer answer;
	} place[WAYS];
	bool used[WAYS]; /* since the hand came by */
	unsigned hand;
};

static struct set sets[SETS];

static struct set *set_of(uint64_t inode, uint64_t page)
{
	return &sets[((inode * 0x9e3779b97f4a7c15 >> 32) + page) % SETS]; /* Knuth, The Art of Computer Programming 3, 6.4: multiplicative hashing */
}

/* WAYS: nowhere. */
static unsigned find(const struct set *set, uint64_t inode, uint64_t page)
{
	unsigned way = 0;

	while (way < WAYS && (set->place[way].inode != inode || set->place[way].page != page))
		way++;
	return way;
}

const struct answer *cache_find(uint64_t inode, uint64_t page)
{
	struct set *set = set_of(inode, page);
	unsigned way = inode ? find(set, inode, page) : WAYS;

	if (way == WAYS)
		return NULL;
	set->used[way] = true;
	return &set->place[way].answer;
}

/* One that is empty, or has not been asked for: the hand passes each place once at most before it comes to one that it has marked itself. */
static unsigned make_room(struct set *set)
{
	unsigned way;

	while (set->used[set->hand]) { /* bounded: by WAYS */
		set->used[set->hand] = false;
		set->hand = (set->hand + 1) % WAYS;
	}
	way = set->hand;
	set->hand = (way + 1) % WAYS;
	return way;
}

void cache_keep(uint64_t inode, uint64_t page, const struct answer *answer)
{
	struct set *set = set_of(inode, page);
	unsigned way = find(set, inode, page);

	if (!inode)
		return;
	if (way == WAYS)
		way = make_room(set);
	set->place[way].inode = inode;
	set->place[way].page = page;
	set->place[way].answer = *answer;
}
