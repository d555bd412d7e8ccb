/* device.c - see abi/server.def, abi/device.h
 * SPDX-License-Identifier: MIT */
#include "abi/device.h"
#include "abi/service.h"

enum { NOBODY_WAKES = 1 };

static uint64_t inside;

static int64_t work(struct words *words)
{
	uint64_t number = words->word[2];

	inside++;
	ipc_wait(UINT64_MAX - NOBODY_WAKES, words->word[1]);
	words->word[1] = inside--;
	return (int64_t)(number * 3 + 1);
}

int64_t serve(struct words *words)
{
	switch ((enum device)words->word[0]) {
	case DEVICE_WORK:
		return work(words);
	case DEVICE_WAIT:
		return ipc_wait(words->word[1], words->word[2]);
	case DEVICE_WAKE:
		return ipc_wake(words->word[1], words->word[2]);
	}
	return STATUS_NO_CALL;
}
