/* monitor.h - one thread at a time in a replica: at its door, asleep inside, and back
 * SPDX-License-Identifier: MIT
 * Whoever leaves, or goes to sleep inside, lets in the next one: first those who have slept and are awake, on their own stacks, then those who
 * wait at the door, if there is a stack. Then the door is open, if there is one.
 * I1 a replica's stacks: one for the thread inside, one each for those asleep and returning, the door, and the spare ones
 * I2 while somebody is returning, or waits at the door and there is a stack, somebody is inside, and has ON_RETURN_WAITED
 * Context: own core, interrupts off; never waits: who must is parked. */
#ifndef IPC_MONITOR_H
#define IPC_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/replica.h"

/* The thread's call finds the door closed: CALL_PARKED, and the call is made when it is its turn; BUSY: it would wait for itself. */
int64_t monitor_wait_at(struct replica *replica, struct thread *thread);

/* A parked proxy would find the door closed, and nobody to lend its time to: it waits there without having run. Else false, and it has to run. */
bool monitor_queue_at(struct replica *replica, struct thread *proxy);

/* Nobody is inside any more: the next one comes in, one who waits at the door on this stack, which is free; 0: there is none. */
void monitor_leave(struct replica *replica, uint64_t stack);

/* The same of one who was on the kept stack, which is free now. */
void monitor_leave_kept(struct replica *replica, uint64_t stack);

/* IPC_WAIT and IPC_WAKE of the thread's service, as abi/ipc.h has them. NO_CALL: it is a program. */
int64_t monitor_sleep(struct thread *thread, uint64_t key, uint64_t nanoseconds);
int64_t monitor_wake(struct thread *thread, uint64_t key, uint64_t most);

/* The thread's service waits inside for what ends by monitor_rise, or by its deadline (0: none). OK, and it is parked; BAD_ARGUMENT, BUSY, TIMED_OUT
 * as IPC_CALL_AT has them. */
must_check status_t monitor_release(struct thread *thread, uint64_t nanoseconds);
void monitor_rise(struct thread *thread, int64_t result);

/* A thread that is asleep shall not wait any longer: its time is over, or it is to end. */
void monitor_wake_up(struct thread *thread);

#endif
