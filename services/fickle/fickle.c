/* fickle.c - see abi/server.def
 * SPDX-License-Identifier: MIT
 * Word 0 says what is to go wrong, enum fickle. Whatever does not end the service is answered with 0, or with what came back. */
#include "abi/fickle.h"
#include "abi/service.h"

static uint64_t calls; /* since this replica began */

/* To the end that its caller names. */
__attribute__((noinline)) static uint64_t recurse(uint64_t depth, uint64_t end)
{
	volatile uint64_t room[64] = { depth };

	return depth == end ? 0 : recurse(depth + 1, end) + room[0];
}

int64_t serve(struct words *words)
{
	volatile uint64_t *address = (volatile uint64_t *)words->word[1];
	int64_t result = 0;

	words->word[1] = ++calls;
	switch ((enum fickle)words->word[0]) {
	case FICKLE_NOTHING:
		break;
	case FICKLE_READ:
		result = (int64_t)*address;
		break;
	case FICKLE_WRITE:
		*address = 1;
		break;
	case FICKLE_JUMP:
		((void (*)(void))address)();
		break;
	case FICKLE_RECURSE:
		result = (int64_t)recurse(0, (uint64_t)address);
		break;
	case FICKLE_LOOP:
		for (;;) /* forever: that is what it is told to do */
			;
	case FICKLE_CALL:
		result = ipc_ask((int64_t)address, 0, 0, 0);
		break;
	}
	return result;
}
