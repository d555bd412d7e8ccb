/* echo.c - see abi/server.def
 * SPDX-License-Identifier: MIT
 * The answer is the sum of all words; the last five come back one higher. */
#include "abi/service.h"

int64_t serve(struct words *words)
{
	uint64_t sum = words->word[0];

	for (unsigned i = 1; i < 6; i++)
		sum += words->word[i]++;
	return (int64_t)(sum >> 1);
}
