/* tree.h - which page of a file is where: a radix tree of nodes of 512 words
 * SPDX-License-Identifier: MIT
 * An inode's `root` is an address and how many levels of nodes are above the pages; 0: no page at all. One page alone, the file's first, needs no node. A slot that is
 * 0 is a hole: zeros, or what the archive has there. At home a file's tree only grows, until pages are taken away: then `version` has changed before.
 * I1 pages beyond the size are in a tree only while `trim` is 1 */
#ifndef SERVICES_FS_TREE_H
#define SERVICES_FS_TREE_H

#include "services/fs/inode.h"

/* Any core: the page of an index, 0: a hole. BUSY: the version is another one. */
must_check status_t tree_find(const struct inode *inode, uint64_t version, uint64_t index, uint64_t *page);

/* Home: the word where that page is or may be put. Nodes on the way are made, each by a change of its own. NO_MEMORY, NO_SPACE. */
must_check status_t tree_reach(struct inode *inode, uint64_t index, uint64_t **slot);

/* Home: what is beyond the size is taken away, if there is something; a few thousand words of work at most. */
void tree_trim(struct inode *inode);

#endif
