/* service.h - what a service in a domain of its own is given, and gives
 * SPDX-License-Identifier: MIT
 * Its code runs by the threads that call it, one at a time on each core; on each core it has variables of its own. */
#ifndef SERVICES_RUNTIME_SERVICE_H
#define SERVICES_RUNTIME_SERVICE_H

#include <stdint.h>

#include "abi/ipc.h"
#include "abi/status.h"

/* Words of a call; then those of its answer, the first one apart. */
struct words {
	uint64_t word[6];
};

/* What the service `fickle` is told to do, in word 0; word 1 is an address, or a number. */
enum fickle {
	FICKLE_NOTHING,
	FICKLE_READ,
	FICKLE_WRITE,
	FICKLE_JUMP,
	FICKLE_RECURSE, /* so deep */
	FICKLE_LOOP,    /* for ever */
	FICKLE_STOP_INTERRUPTS,
	FICKLE_CALL,    /* a system call by that number; rbp is lost, as after every call through the gate */
};

/* The service itself: serves one call. A result, or a negative status. */
int64_t serve(struct words *words);

/* Calls another one, which abi/server.def permits: its result, or a negative status. */
int64_t ipc_call(unsigned server, struct words *words);

#endif
