/* timer.c - see timer.h
 * SPDX-License-Identifier: MIT */
#include "sched/timer.h"

#include <stddef.h>

#include "percpu/clock.h"

struct thread *timer_first;

void timer_set(struct thread *thread, uint64_t deadline)
{
	struct thread **link = &timer_first;

	timer_cancel(thread);
	while (*link && (*link)->deadline <= deadline)
		link = &(*link)->timer_next;
	thread->deadline = deadline;
	thread->timer_next = *link;
	*link = thread;
}

void timer_cancel(struct thread *thread)
{
	struct thread **link = &timer_first;

	if (!thread->deadline)
		return;
	while (*link != thread)
		link = &(*link)->timer_next;
	*link = thread->timer_next;
	thread->deadline = 0;
}

struct thread *timer_expired(void)
{
	struct thread *thread = timer_first;

	if (!thread || thread->deadline > clock_now())
		return NULL;
	timer_first = thread->timer_next;
	thread->deadline = 0;
	return thread;
}
