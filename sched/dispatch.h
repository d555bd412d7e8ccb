/* dispatch.h - which thread this core runs next, and the way into it
 * SPDX-License-Identifier: MIT
 * Round robin with a slice of 4 ms; the timer is armed only while somebody waits for the processor, for a
 * service or for a deadline, so a core with one thread has no ticks.
 * Context: own core, never waits. */
#ifndef SCHED_DISPATCH_H
#define SCHED_DISPATCH_H

#include "sched/thread.h"

/* Each core, once. */
void dispatch_open(void);

/* Parked or running thread -> READY. */
void dispatch_ready(struct thread *thread);

/* Somebody may wait from now on for a service that the running thread is in: then its slice begins, if it has not. */
void dispatch_await(void);

/* Ends a park: the system call answers `result`. */
void dispatch_complete(struct thread *thread, int64_t result);

/* The running thread stops running: it parks (result comes later), or goes to the queue's end. */
void dispatch_park(void);
void dispatch_yield(void);

/* A READY thread is the next; one that is not goes on by itself. */
void dispatch_lend(struct thread *thread);

/* Parked -> READY, before all who are not; the running thread goes on behind it, in the same slice. The event loop sees to that (preceded, give_way), and who does
 * not go back to it has the timer fire. */
void dispatch_precede(struct thread *thread);
bool dispatch_preceded(void);
void dispatch_give_way(void);

/* Somebody waits, and the running thread has had its time. */
bool dispatch_slice_over(void);

/* Next READY thread, taken from the queue; NULL: none. */
struct thread *dispatch_take(void);
bool dispatch_others_ready(void);

/* Makes a taken thread the current one, its view loaded. */
void dispatch_select(struct thread *thread);

/* The current thread's segment bases are others now. */
void dispatch_bases_changed(void);

/* Into the current thread's program. */
_Noreturn void dispatch_run(void);

/* Before the core sleeps: only deadlines count. */
void dispatch_arm_idle(void);

/* Until an interrupt comes, whose entry begins the event loop anew. Interrupts are off, and nobody runs. */
_Noreturn void dispatch_sleep(void);

/* A thread is about to vanish, or to be read by another core: leave nothing of it in registers or queues. */
void dispatch_forget(struct thread *thread);
void dispatch_save(struct thread *thread);

#endif
