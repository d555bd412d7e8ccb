/* served.h - system calls that the file service serves, or the pager, which stands before it
 * SPDX-License-Identifier: MIT
 * The thread goes into this core's replica and comes back with the answer. When the replica has failed meanwhile, or is too busy, the same call is made again, by
 * the same key, which the service recognises (abi/fs.h): what it does happens once. A thread that is to end does not make it again.
 * Own core, never waits: CALL_PARKED, and it goes on in `next`. */
#ifndef SERVICES_LINUX_SERVED_H
#define SERVICES_LINUX_SERVED_H

#include "abi/fs.h"
#include "abi/kernel.h"

/* Words 0, 2 and 3 and what is lent; word 1 and the rest are set here. `next` gets the result; all words of the answer are in the task. */
int64_t serve_file_call(const struct service_call *call, int64_t (*next)(struct task *task, int64_t result));

/* The same by another key than the thread's next one. */
int64_t serve_by_key(const struct service_call *call, uint64_t key, int64_t (*next)(struct task *task, int64_t result));

#endif
