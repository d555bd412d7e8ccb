/* pages.h - pages of data and nodes of trees: which are free, and how they become so
 * SPDX-License-Identifier: MIT
 * Pages are numbered in their shard, from 1; a word beside each links lists. A page of data is there while it is in a file, and for the moment
 * before and after:
 *   free (not there) -> taken: store_fill, written -> in a file, by the change that says so -> dropping -> store_drop -> free
 * To call the kernel once for several, a few of the next ones to be taken are there ahead of need.
 * Nodes stay where they are once they were used, and are nodes for ever: so readers may follow a tree that is being taken down. What led to whole
 * subtrees goes to the trash as it is, and is taken apart later, step by step (pages_tidy), when there is time or need.
 * I1 a page is in exactly one of: a file's tree, the trash's trees, dropping, free; a node in one of a tree, the trash, free
 * I2 pages that were taken when the replica died, and those ahead, are the next ones to be taken: recovery drops so many
 * I3 of the free pages, and those beyond all that were ever used, the first ones ahead are there, zero (replica.h), and no others
 * Context: own core. */
#ifndef SERVICES_FS_PAGES_H
#define SERVICES_FS_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/service.h"

enum {
	TAKE_MOST = 65, /* pages that one change may take: FS_TRANSFER_MOST that begins inside a page */
	NODE_SLOTS = 512,
};

/* What a tree's root word says: an address of a page or node, and how many levels of nodes there are. */
static inline uint64_t root_address(uint64_t root)
{
	return root & ~UINT64_C(0xfff);
}

static inline unsigned root_level(uint64_t root)
{
	return root & 7;
}

/* Pages taken, for one change. */
struct taking {
	unsigned count;
	uint64_t free, frontier; /* as they will be */
	uint64_t page[TAKE_MOST];
};

/* As many as there are, up to `count`, zeroed. The caller's change has pages_keep, or they go by pages_give_up. NO_MEMORY, NO_SPACE: not one. */
must_check status_t pages_take(struct taking *taking, unsigned count);
void pages_keep(const struct taking *taking);
void pages_give_up(const struct taking *taking);

/* A cleared node, in a change that the caller commits. NO_MEMORY, NO_SPACE. */
must_check status_t pages_take_node(uint64_t **node);

/* In a change that the caller commits: a page, or all that a root leads to, is nobody's any more. */
void pages_drop(uint64_t page);
void pages_discard(uint64_t root);

/* A bounded part of what is to be dropped and taken apart. Is there more? And is there any? */
bool pages_tidy(void);
bool pages_untidy(void);

void pages_recover(void);

#endif
