/* pager.c - see pager.h
 * SPDX-License-Identifier: MIT */
#include "services/pager/pager.h"

#include <stddef.h>

#include "abi/fs.h"
#include "abi/pager.h"
#include "services/pager/cache.h"

static uint64_t known, asked, asked_anew;

static int64_t ask(struct words *words, uint64_t inode, uint64_t page)
{
	int64_t result;

	asked++;
	*words = (struct words){ { FS_PAGE, 0, inode, page } };
	result = fs_page(words);
	if (result == STATUS_OK)
		cache_keep(inode, page, &(struct answer){ words->word[1], words->word[2], words->word[3] });
	return result;
}

static int64_t find(struct words *words)
{
	uint64_t inode = words->word[2], page = words->word[3];
	bool anew = words->word[0] >> 16 & PAGER_ANEW;
	const struct answer *answer = anew ? NULL : cache_find(inode, page);

	asked_anew += anew;
	if (!answer)
		return ask(words, inode, page);
	known++;
	*words = (struct words){ { 0, answer->page, answer->word, answer->value } };
	return STATUS_OK;
}

int64_t pager_serve(struct words *words)
{
	switch ((enum pager_operation)(words->word[0] & 0xffff)) {
	case PAGER_PAGE:
		return find(words);
	case PAGER_COUNTS:
		*words = (struct words){ { 0, known, asked, asked_anew } };
		return STATUS_OK;
	}
	return STATUS_NO_CALL;
}
