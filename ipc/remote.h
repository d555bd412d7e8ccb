/* remote.h - calls of a service's replica on another core: the caller's side
 * SPDX-License-Identifier: MIT
 * The words go there in one message, a proxy makes the call there (proxy.h), and the answer comes back in one. The thread is parked meanwhile; a service
 * that calls has let go of its monitor and keeps its stack (monitor.h). A call that is out has a record on the caller's core, which the answer names: it
 * is there until the answer comes, whatever becomes of the thread. So each call is answered once, and an answer that nobody waits for is dropped.
 * REMOTE_MOST calls of one service can be out to one core by programs, and as many by services. A program that calls then waits here, first come first
 * served, or is told BUSY, as it likes. A service is told BUSY in any case: waiting, with a stack that others may need, it could be in a circle. BUSY is also what it hears
 * when there is no memory to call, here or there: NO_MEMORY is an answer of the service that it has called.
 * Two services, or two replicas of one, that call each other do not wait in a circle: a thread that waits for server n on another core is inside none but
 * servers behind n in abi/server.def, and none of these is what n waits for. For want of stacks they do not either: see proxy.h, and tests/spin/proxies.pml.
 * Nothing is charged to the caller's core: the time of the call is the other core's, as is the memory that it takes.
 * Context: own core, interrupts off, never waits: who must is parked.
 * I1 a record is on the list of unsent calls, or its message is on its way, there or back
 * I2 thread->out is the record, and record->thread the thread, while the thread waits for it; else both are NULL
 * Tested by tests/unit/remote_test.c, remote_room_test.c and remote_random_test.c */
#ifndef IPC_REMOTE_H
#define IPC_REMOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "percpu/message.h"
#include "sched/thread.h"

enum { REMOTE_MOST = 8 };

/* IPC_CALL_AT of the thread, which runs, its registers saved. CALL_PARKED, or a status. */
int64_t remote_call(struct thread *thread, uint64_t server);

/* The thread's call is out. It does not wait for the answer any longer: TIMED_OUT. */
void remote_abandon(struct thread *thread);

/* The same of a thread that goes on elsewhere, or ends: its service has failed. Nothing when it has no call out. */
void remote_forget(struct thread *thread);

/* Message handler, of a leaf. */
void remote_answered(const struct message *message);

/* Event loop: calls wait to be sent, and some may be now. */
extern bool remote_unsent;
void remote_go_on(void);

#endif
