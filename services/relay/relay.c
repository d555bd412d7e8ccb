/* relay.c - see abi/server.def
 * SPDX-License-Identifier: MIT
 * Word 0: how many calls of echo. The answer is how many of them were answered well. */
#include "abi/service.h"

int64_t serve(struct words *words)
{
	int64_t good = 0;

	for (uint64_t i = 0; i < words->word[0]; i++) {
		struct words call = { { i << 1, 0, 0, 0, 0, 0 } };

		good += ipc_call(SERVER_echo, &call) == (int64_t)i && call.word[5] == 1;
	}
	return good;
}
