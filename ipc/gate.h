/* gate.h - calls of services in domains of their own: what is not simple about them
 * SPDX-License-Identifier: MIT
 * A call is a thread's own way into the service and back, without scheduler, lock or allocation: gate_fast.S, the hot path. Here is the rest:
 * a replica that is called for the first time, one whose door is closed, a chain that is too deep, a caller that may not.
 * Context: own core, interrupts off. Never waits: who must is parked.
 * Tested by tests/unit/gate_test.c and gate_random_test.c */
#ifndef IPC_GATE_H
#define IPC_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/replica.h"
#include "sched/thread.h"

/* The thread's activation calls, its registers saved: from now on the service, on that stack, is what the thread has to run. */
void gate_enter(struct thread *thread, struct replica *callee, uint64_t stack, uint64_t on_return);

/* For a system call of the running thread's, with task.call, which stays as it is. The system call goes on by the task's `resume` when the activation is the
 * program's again: rax is the result then, and task.answer has the other words; all other registers stay as they are. CALL_PARKED; NO_MEMORY, DEAD: there
 * was no call. */
int64_t gate_serve(struct thread *thread, enum server server);

/* The thread is back in one of its chain that has called, with rdi, rsi and so on of an answer. */
void gate_come_back(struct thread *thread, struct activation *caller, const struct registers *answer);

enum { GATE_SLICES = 250 }; /* that a service may take from others without coming back: a second */

/* The running thread's slice is over, and others wait: whether it may have another one. False: the service that it is in keeps it too long. */
bool gate_slice_over(struct thread *thread);

/* The thread, which runs, calls a server, the words of the call in its saved registers. CALL_PARKED: it is inside, or waits at the door; or a status. */
int64_t gate_call(struct thread *thread, uint64_t server);

/* A call, a return, or a copy, all registers saved. What the thread sees in rax; or CALL_PARKED. */
int64_t gate_slowly(struct registers *registers);

#endif
