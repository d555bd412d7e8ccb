/* pager.c - the pager in the file service's domain, whose fs_page it calls
 * SPDX-License-Identifier: MIT */
#include "services/pager/pager.h"

int64_t serve_joined(struct words *words)
{
	return pager_serve(words);
}
