/* clerk.c - see abi/server.def, abi/clerk.h
 * SPDX-License-Identifier: MIT */
#include "abi/clerk.h"
#include "abi/service.h"

enum { DESK = 64 << 10 };

static uint8_t desk[DESK];

static int64_t sum(uint64_t offset, uint64_t size)
{
	int64_t result = ipc_copy_in(desk, offset, size);

	for (uint64_t i = 0; result >= 0 && i < size; i++)
		result += desk[i];
	return result;
}

static int64_t write(uint64_t offset, uint64_t size)
{
	for (uint64_t i = 0; i < size; i++)
		desk[i] = (uint8_t)((offset + i) % 251);
	return ipc_copy_out(offset, desk, size);
}

int64_t serve(struct words *words)
{
	uint64_t offset = words->word[1], size = words->word[2];

	switch ((enum clerk)words->word[0]) {
	case CLERK_KEEP:
		return size <= DESK ? ipc_copy_in(desk, offset, size) : STATUS_NO_SPACE;
	case CLERK_SUM:
		return size <= DESK ? sum(offset, size) : STATUS_NO_SPACE;
	case CLERK_WRITE:
		return size <= DESK ? write(offset, size) : STATUS_NO_SPACE;
	case CLERK_TAKE:
		return ipc_copy_in((void *)words->word[3], offset, size);
	case CLERK_GIVE:
		return ipc_copy_out(offset, (const void *)words->word[3], size);
	}
	return STATUS_NO_CALL;
}
