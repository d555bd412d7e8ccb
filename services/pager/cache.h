/* cache.h - which answers of the file service the pager knows from before
 * SPDX-License-Identifier: MIT
 * The second bookkeeping of what the file service knows already: worth its memory only where asking is dear. shared/cache.c keeps nothing, since the file
 * service's own tables are the cache.
 * I1 an answer that is kept was the file service's for that page; whether it still is says the word that it names
 * Context: as pager.h; never waits. Tested by tests/unit/pager_test.c */
#ifndef SERVICES_PAGER_CACHE_H
#define SERVICES_PAGER_CACHE_H

#include <stdint.h>

/* As FS_PAGE's answer has them (abi/fs.h). */
struct answer {
	uint64_t page, word, value;
};

/* What is known of a page; valid until the next change of the cache. NULL: nothing. */
const struct answer *cache_find(uint64_t inode, uint64_t page);

/* Is known from now on, instead of what was known of it; another page may be forgotten for it. */
void cache_keep(uint64_t inode, uint64_t page, const struct answer *answer);

#endif
