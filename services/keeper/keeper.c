/* keeper.c - see abi/server.def, abi/keeper.h
 * SPDX-License-Identifier: MIT */
#include "abi/keeper.h"
#include "abi/service.h"

enum { TEXT = 4096 };

static int64_t here(struct words *words)
{
	words->word[1] = ipc_cores();
	(void)archive(&words->word[2]);
	words->word[3] = ipc_clock();
	return ipc_core();
}

int64_t serve(struct words *words)
{
	static int64_t calls;
	static char text[TEXT];
	uint64_t first = words->word[1], second = words->word[2];

	calls++;
	switch ((enum keeper)words->word[0]) {
	case KEEPER_FILL:
		return store_fill((void *)first, second);
	case KEEPER_DROP:
		return store_drop((void *)first, second);
	case KEEPER_READ:
		return (int64_t)(*(volatile uint64_t *)first >> 1);
	case KEEPER_WRITE:
		*(volatile uint64_t *)first = second;
		return STATUS_OK;
	case KEEPER_FAIL:
		__builtin_trap();
	case KEEPER_COUNT:
		return calls;
	case KEEPER_GIVE:
		if (!second)
			return ipc_copy_out(0, (const void *)first, words->word[5] & ~IPC_WRITABLE);
		return ipc_copy_out_while(0, (const void *)first, words->word[5] & ~IPC_WRITABLE, (const uint64_t *)second, words->word[3]);
	case KEEPER_TEXT:
		return ipc_copy_text(text, 0, TEXT);
	case KEEPER_HERE:
		return here(words);
	case KEEPER_LIVES:
		return ipc_lives((uint32_t)first);
	}
	return STATUS_NO_CALL;
}
