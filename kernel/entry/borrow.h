/* borrow.h - threads that wait for borrowed frames
 * SPDX-License-Identifier: MIT
 * A program's fault that finds no frame for its page parks its thread, until another core has lent some or all have refused: then its
 * instruction runs again, or its program ends. A system call's faults cannot wait, so it does not begin, or go on with an answer, while there is less to
 * be had than it may need (loans_short): it waits in the same way, and then begins or goes on in any case.
 * Each wait is for one search, and whoever waits again does so because others have used up what came.
 * Context: own core; interrupts off. */
#ifndef KERNEL_ENTRY_BORROW_H
#define KERNEL_ENTRY_BORROW_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/registers.h"
#include "abi/services.h"
#include "abi/status.h"

/* What a faulting thread's task keeps while it is parked; the answer comes in rax. */
enum fault_saved {
	FAULT_SAVED_RAX,
	FAULT_SAVED_ADDRESS,
};

/* The running thread's fault, on the exception's stack. */
_Noreturn void borrow_for_fault(const struct registers *registers, uint64_t address);

/* The same of a service that it is in, whose registers are saved: its instruction runs again in any case. */
_Noreturn void borrow_in_service(void);

/* The current thread parks: its task goes on with OK or NO_MEMORY. */
void borrow_and_wait(void);

/* When loans_short: whether the current thread, whose system call is to begin, or to go on in task.resume, waits first. */
bool borrow_before_call(void);
bool borrow_before_going_on(void);

/* Event loop, when loans_unsettled. */
void borrow_go_on(void);

/* A parked fault's end, the task keeping enum fault_saved: the value of rax, to which the thread goes back, or its program ends. */
int64_t fault_answered(struct task *task, status_t status);

#endif
