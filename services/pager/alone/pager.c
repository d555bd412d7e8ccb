/* pager.c - the pager in a domain of its own: it asks the file service through the gate
 * SPDX-License-Identifier: MIT */
#include "services/pager/pager.h"

#include "abi/fs.h"

int64_t fs_page(struct words *words)
{
	return ipc_call(SERVER_fs, words);
}

int64_t serve(struct words *words)
{
	return pager_serve(words);
}
