/* lend.h - memory that a caller lends to a service for the length of the call
 * SPDX-License-Identifier: MIT
 * The service does not see it: it has the kernel copy, piece by piece, between that and its own memory. So neither can change what the other one has
 * not yet read, and what lies beside it is out of reach. What a system call has taken along (struct service_call) is copied from the thread's own page.
 * Context: own core, interrupts off; never waits. */
#ifndef IPC_LEND_H
#define IPC_LEND_H

#include <stdbool.h>
#include <stdint.h>

#include "sched/thread.h"

/* IPC_COPY_IN or, when `out`, IPC_COPY_OUT, of the thread's service, its registers saved: as abi/ipc.h has it. */
int64_t lend_copy(struct thread *thread, bool out);

#endif
