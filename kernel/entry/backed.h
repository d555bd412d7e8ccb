/* backed.h - pages that a service has to be asked for (kernel/memory/backing.h): a program's faults, and system calls that come upon one
 * SPDX-License-Identifier: MIT
 * The thread goes into the service and comes back with the page; then its instruction runs again. A system call cannot stop in the middle of a copy: that
 * fails, the call ends with EFAULT, and before its program hears of it the page is fetched and the call made anew. So a call that copies must change nothing before it has copied,
 * or fetch the page itself and go on (services/linux/mapped.h).
 * Context: own core; interrupts off. Tested by tests/guest/mapped.c */
#ifndef KERNEL_ENTRY_BACKED_H
#define KERNEL_ENTRY_BACKED_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/registers.h"
#include "kernel/memory/vspace.h"

/* A system call has come upon such a page since the last one ended that looked. */
extern bool backed_missed;

/* The running thread's fault, on the exception's stack. */
_Noreturn void backed_fault(const struct registers *registers, uint64_t address, enum access access);

/* The same of a thread whose fault is parked, its task keeping enum fault_saved: in its resume function. */
int64_t backed_go_on(struct task *task, uint64_t address, enum access access);

/* The running thread's system call comes upon a page of its program. */
void backed_miss(uint64_t address, enum access access);

/* A system call ends with this result: false, or it is not over, and its thread goes on in the event loop. */
bool backed_call_anew(int64_t result);

/* entry.S: the same of one that is about to go back by itself, when backed_missed; goes to the event loop in any case. */
void backed_call_ends(int64_t result);

#endif
