/* joined.c - a domain of one service: nothing else is linked into it (abi/service.h)
 * SPDX-License-Identifier: MIT */
#include "abi/service.h"

int64_t serve_joined(struct words *words)
{
	(void)words;
	return STATUS_NO_CALL;
}
