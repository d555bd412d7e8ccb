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

/* Calls another one, which abi/server.def permits: its result, or a negative status. And lends it memory for the length of the call: the last
 * two words are its address and its size, with IPC_WRITABLE. */
int64_t ipc_call(unsigned server, struct words *words);
int64_t ipc_lend(unsigned server, struct words *words);

/* The gate's calls by their numbers (abi/ipc.h), with the first three words: the result. */
int64_t ipc_ask(int64_t number, uint64_t first, uint64_t second, uint64_t third);

/* Waits inside for a number, or for so many nanoseconds at most (0: for ever): 0, or TIMED_OUT. Others come in meanwhile. Wakes some of those: how many. */
int64_t ipc_wait(uint64_t key, uint64_t nanoseconds);
int64_t ipc_wake(uint64_t key, uint64_t most);

/* To a service's memory from what was lent to it, and the other way round: all of it, or a negative status (abi/ipc.h). */
must_check status_t ipc_copy_in(void *to, uint64_t offset, uint64_t size);
must_check status_t ipc_copy_out(uint64_t offset, const void *from, uint64_t size);

#endif
