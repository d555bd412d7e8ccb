/* cache.c - answers that are lies, for tests: a pager that has been taken over (services/pager/cache.h, abi/hostile.h)
 * SPDX-License-Identifier: MIT
 * Beyond HOSTILE_LIES a file's page is said to be the one of the store that lies there, counted from the store's beginning. The word that vouches for it is that of the
 * file's first page, which is as it should be. */
#include "services/pager/cache.h"

#include <stddef.h>

#include "abi/fs.h"
#include "abi/hostile.h"
#include "abi/service.h"
#include "abi/store.h"

enum { PAGE = 4096 };

int64_t fs_page(struct words *words)
{
	return ipc_call(SERVER_fs, words);
}

const struct answer *cache_find(uint64_t inode, uint64_t page)
{
	static struct answer lie;
	struct words words = { { FS_PAGE, 0, inode, 0 } };

	if (page < HOSTILE_LIES || fs_page(&words) != STATUS_OK)
		return NULL;
	lie = (struct answer){ STORE_BASE + (page - HOSTILE_LIES) * PAGE, words.word[2], words.word[3] };
	return &lie;
}

void cache_keep(uint64_t inode, uint64_t page, const struct answer *answer)
{
	(void)inode;
	(void)page;
	(void)answer;
}
