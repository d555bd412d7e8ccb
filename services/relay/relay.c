/* relay.c - see abi/server.def, abi/relay.h
 * SPDX-License-Identifier: MIT */
#include "abi/relay.h"

#include "abi/clerk.h"
#include "abi/service.h"

static bool call_all(uint64_t number)
{
	struct words call = { { number << 1, 0, 0, 0, 0, 0 } };

	return ipc_call(SERVER_echo, &call) == (int64_t)number && call.word[5] == 1;
}

static bool call_words(uint64_t count)
{
	struct words call = { { 0 } };

	for (uint64_t i = 0; i < count; i++)
		call.word[i] = 2;
	return ipc_call(SERVER_echo, &call) == (int64_t)count && call.word[5] == (count > 5 ? 3 : 1);
}

static bool lend(uint64_t size)
{
	static uint8_t memory[RELAY_MEMORY];
	struct words call = { { CLERK_KEEP, 0, size, 0, (uint64_t)memory, size } };

	return !ipc_lend(SERVER_clerk, &call);
}

int64_t serve(struct words *words)
{
	enum relay what = (enum relay)words->word[1];
	uint64_t size = words->word[2];
	int64_t good = 0;

	if ((what == RELAY_WORDS && size > 6) || (what == RELAY_LEND && size > RELAY_MEMORY))
		return STATUS_BAD_ARGUMENT;
	for (uint64_t i = 0; i < words->word[0]; i++)
		good += what == RELAY_ALL ? call_all(i) : what == RELAY_WORDS ? call_words(size) : lend(size);
	return good;
}
