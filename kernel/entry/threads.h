/* threads.h - what happens to threads from outside: answers, deadlines, moves, ends
 * SPDX-License-Identifier: MIT
 * Moving a thread to another core (the same steps in threads.c):
 *   M1 source: park, save all registers to its page, put the target into the space's cores (full fence)
 *   M2 source: request ADOPT with the page   M3 target: copy it by far reads, join the space
 *   M4 target: ask the shim whether the thread may live (its process may have begun to end meanwhile:
 *      whoever ends it reads the space's cores afterwards, so one of the two notices)
 *   M5 target: answer; source: free the page
 * Context: own core, never waits. */
#ifndef KERNEL_ENTRY_THREADS_H
#define KERNEL_ENTRY_THREADS_H

#include "abi/kernel.h"
#include "sched/thread.h"

/* Threads whose deadline has passed. */
void threads_expire(void);

/* M1 and M2; `thread` parks. */
void thread_send(struct thread *thread, unsigned core);

/* M3 to M5 at the target: 0, or NO_MEMORY. */
int64_t thread_adopt(uint64_t page, struct vspace *space);

/* The running thread ends; or any thread of this core that may end now. */
void thread_end(struct thread *thread);

#endif
