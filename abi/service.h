/* service.h - what a service in a domain of its own is given, and gives
 * SPDX-License-Identifier: MIT
 * Its code runs by the threads that call it, one at a time on each core; on each core it has variables of its own. */
#ifndef ABI_SERVICE_H
#define ABI_SERVICE_H

#include <stdint.h>

#include "abi/ipc.h"
#include "abi/status.h"

/* Words of a call; then those of its answer, the first one apart. */
struct words {
	uint64_t word[6];
};

/* The service itself: serves one call. A result, or a negative status. */
int64_t serve(struct words *words);

/* Calls another one, which abi/server.def permits: its result, or a negative status. */
int64_t ipc_call(unsigned server, struct words *words);

#endif
