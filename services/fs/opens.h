/* opens.h - how often each inode is open on each core
 * SPDX-License-Identifier: MIT
 * Own inodes count in themselves, others in records of this shard's table, under the inode's number; `opens_at` says whether there are any of a home,
 * so that a home looks closer where it must. Steps O, C and U: inode.h.
 * Context: own core; opens_elsewhere by token. */
#ifndef SERVICES_FS_OPENS_H
#define SERVICES_FS_OPENS_H

#include <stdint.h>

#include "abi/service.h"

/* In a change that the caller commits: one more, one less. NO_MEMORY, NO_SPACE; NOT_FOUND: it is not open here. */
must_check status_t opens_count_up(uint64_t id);
must_check status_t opens_count_down(uint64_t id);

/* Home: does another core have it open? OK: none; EXISTS; BUSY: a count changes all the time. */
must_check status_t opens_elsewhere(uint64_t id);

#endif
