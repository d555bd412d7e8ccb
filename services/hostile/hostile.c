/* hostile.c - placeholder
 * SPDX-License-Identifier: MIT */
#include "abi/service.h"

int64_t serve(struct words *words)
{
	return (int64_t)words->word[0];
}
