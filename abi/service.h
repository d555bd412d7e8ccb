/* service.h - what a service in a domain of its own is given, and gives
 * SPDX-License-Identifier: MIT
 * Its code runs by the threads that call it, one at a time on each core; on each core it has variables of its own. */
#ifndef ABI_SERVICE_H
#define ABI_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/ipc.h"
#include "abi/status.h"
#include "abi/store.h"

/* Words of a call; then those of its answer, the first one apart. */
struct words {
	uint64_t word[6];
};

/* The service itself: serves one call. A result, or a negative status. */
int64_t serve(struct words *words);

/* What else is linked into the domain (abi/composition.def): a service that others join has it serve the operations that are not its own. NO_CALL: nothing
 * is, or not that either. */
int64_t serve_joined(struct words *words);

/* Calls another one, which abi/server.def permits: its result, or a negative status. And lends it memory for the length of the call: the last
 * two words are its address and its size, with IPC_WRITABLE. */
int64_t ipc_call(unsigned server, struct words *words);
int64_t ipc_lend(unsigned server, struct words *words);

/* The gate's calls by their numbers (abi/ipc.h), with the first three words: the result. */
int64_t ipc_ask(int64_t number, uint64_t first, uint64_t second, uint64_t third);

/* Waits inside for a number, or for so many nanoseconds at most (0: for ever): 0, or TIMED_OUT. Others come in meanwhile. Wakes some of those: how many. */
int64_t ipc_wait(uint64_t key, uint64_t nanoseconds);
int64_t ipc_wake(uint64_t key, uint64_t most);

/* Calls its own replica on another core, or one that it may call: as ipc_call, or TIMED_OUT after so many nanoseconds (0: for ever). Others come
 * in meanwhile. BUSY, which is always possible: it has not been called, try later; NO_MEMORY is its own answer. At once, for programs: BUSY instead of waiting until fewer calls are out. */
int64_t ipc_call_at(unsigned core, unsigned server, struct words *words, uint64_t nanoseconds);
int64_t ipc_call_at_once(unsigned core, unsigned server, struct words *words, uint64_t nanoseconds);

/* To a service's memory from what was lent to it, and the other way round: all of it, or a negative status (abi/ipc.h). With IPC_SECOND the offset
 * is one in the second range that a system call lends. */
must_check status_t ipc_copy_in(void *to, uint64_t offset, uint64_t size);
must_check status_t ipc_copy_out(uint64_t offset, const void *from, uint64_t size);
/* Copies only while *word is `value`, in its own memory or the store, so that what is copied is what it was when the word had it: BUSY. A part may have
 * been copied then. */
must_check status_t ipc_copy_out_while(uint64_t offset, const void *from, uint64_t size, const uint64_t *word, uint64_t value);
/* A text of at most size - 1 letters: its length; NO_SPACE; BAD_ADDRESS. */
must_check int64_t ipc_copy_text(char *to, uint64_t offset, uint64_t size);

/* This core, of how many; nanoseconds since boot; whether a thread of this core is still there. */
unsigned ipc_core(void);
unsigned ipc_cores(void);
uint64_t ipc_clock(void);
bool ipc_lives(uint32_t thread);

/* The initramfs. */
const void *archive(uint64_t *size);

/* The store (abi/store.h). Own shard: zeroed pages are there; those that are there already stay as they are. NO_MEMORY; NO_SPACE: the limit; some may be there then. */
must_check status_t store_fill(void *start, uint64_t pages);
/* They are gone, after no core reaches them any more. */
must_check status_t store_drop(void *start, uint64_t pages);

/* A core's shard: where it begins. */
void *store_of(unsigned core);

#endif
