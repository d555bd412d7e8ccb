/* timer.h - threads with a deadline
 * SPDX-License-Identifier: MIT
 * A list in rising order: short in practice, and the first one is all that the event loop looks at.
 * Context: own core, never waits. */
#ifndef SCHED_TIMER_H
#define SCHED_TIMER_H

#include "percpu/clock.h"
#include "sched/thread.h"

/* Nanoseconds since boot; a thread has one deadline at most. */
void timer_set(struct thread *thread, uint64_t deadline);
void timer_cancel(struct thread *thread);

/* The earliest one, CLOCK_NEVER when there is none. The event loop asks each time around. */
extern struct thread *timer_first;
static inline uint64_t timer_next(void)
{
	return timer_first ? timer_first->deadline : CLOCK_NEVER;
}

/* A thread whose deadline has passed, its deadline taken away; NULL: none. */
struct thread *timer_expired(void);

#endif
