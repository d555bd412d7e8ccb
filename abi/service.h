/* service.h - what a service in a domain of its own is given, and gives
 * SPDX-License-Identifier: MIT
 * Its code runs by the threads that call it, one at a time on each core; on each core it has variables of its own. */
#ifndef ABI_SERVICE_H
#define ABI_SERVICE_H

#include <stdbool.h>
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

/* Waits inside for a number, or for so many nanoseconds at most (0: for ever): 0, or TIMED_OUT. Others come in meanwhile. Wakes some of those: how many. */
int64_t ipc_wait(uint64_t key, uint64_t nanoseconds);
int64_t ipc_wake(uint64_t key, uint64_t most);

/* To a service's memory from what was lent to it, and the other way round: all of it, or a negative status (abi/ipc.h). */
must_check status_t ipc_copy_in(void *to, uint64_t offset, uint64_t size);
must_check status_t ipc_copy_out(uint64_t offset, const void *from, uint64_t size);

/* A string that was lent: its length, NO_SPACE or BAD_ADDRESS. With IPC_SECOND in an offset the second range that the caller lends is meant. */
#define IPC_SECOND 0x4000000000000000
int64_t ipc_copy_text(char *to, uint64_t offset, uint64_t size);

/* The same as ipc_copy_out, from any core's store and only while *word == value, which is looked at when the page of `from` is pinned for this copy and
 * no byte has moved: BUSY if it is not. */
must_check status_t ipc_copy_out_while(uint64_t offset, const void *from, uint64_t size, const uint64_t *word, uint64_t value);

unsigned ipc_core(void), ipc_cores(void);
uint64_t ipc_clock(void); /* nanoseconds since boot */

/* The same service's replica on another core; others come in meanwhile. DEAD when that replica died. */
int64_t ipc_call_at(unsigned core, unsigned server, struct words *words);

/* Does a thread of this core still exist? */
bool ipc_lives(uint32_t thread);

/* The store of a core: durable, written by that core's replica alone, read by all at the same addresses. store_fill: zeroed pages there, those
 * that are there already stay as they are; NO_MEMORY, NO_SPACE: none was added. store_drop: they are gone, when no core reaches them any more. */
void *store_of(unsigned core);
must_check status_t store_fill(void *start, uint64_t pages);
must_check status_t store_drop(void *start, uint64_t pages);

/* The boot's initramfs. */
const void *archive(uint64_t *size);

#endif
