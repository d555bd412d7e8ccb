/* twin.c - see abi/server.def, abi/twin.h
 * SPDX-License-Identifier: MIT */
#include "abi/twin.h"
#include "abi/service.h"

enum { NOBODY = 1, SLOW_ANSWER = 7 };

static int64_t calls;

static int64_t here(struct words *words)
{
	for (unsigned i = 1; i < 6; i++)
		words->word[i]++;
	return ipc_core();
}

static int64_t there(const struct words *words)
{
	struct words call = { { words->word[2], words->word[3], words->word[4] } };

	return ipc_call_at((unsigned)words->word[1], SERVER_twin, &call, words->word[5]);
}

static int64_t round(const struct words *words)
{
	struct words call = { { TWIN_ROUND, words->word[1] - 1, words->word[2] } };
	int64_t result;

	if (!words->word[1])
		return 0;
	result = ipc_call_at((unsigned)((ipc_core() + 1) % words->word[2]), SERVER_twin, &call, 0);
	return result < 0 ? result : result + 1;
}

static int64_t call_another(const struct words *words)
{
	struct words call = { { words->word[3], words->word[4], words->word[5] } };

	return ipc_call_at((unsigned)words->word[1], (unsigned)words->word[2], &call, 0);
}

int64_t serve(struct words *words)
{
	calls++;
	switch ((enum twin)words->word[0]) {
	case TWIN_HERE:
		return here(words);
	case TWIN_THERE:
		return there(words);
	case TWIN_ROUND:
		return round(words);
	case TWIN_SLOW: {
		int64_t result = ipc_wait(NOBODY, words->word[1]);

		return result == STATUS_TIMED_OUT ? SLOW_ANSWER : result;
	}
	case TWIN_FAULT:
		*(volatile uint64_t *)0 = 0;
		break;
	case TWIN_CALL:
		return call_another(words);
	case TWIN_COUNT:
		return calls;
	}
	return STATUS_NO_CALL;
}
