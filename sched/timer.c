/* timer.c - see timer.h
 * SPDX-License-Identifier: MIT */
#include "sched/timer.h"

#include <stddef.h>

#include "percpu/clock.h"

static struct thread *first;

void timer_set(struct thread *thread, uint64_t deadline)
{
	struct thread **link = &first;

	timer_cancel(thread);
	while (*link && (*link)->deadline <= deadline)
		link = &(*link)->timer_next;
	thread->deadline = deadline;
	thread->timer_next = *link;
	*link = thread;
}

void timer_cancel(struct thread *thread)
{
	struct thread **link = &first;

	if (!thread->deadline)
		return;
	while (*link != thread)
		link = &(*link)->timer_next;
	*link = thread->timer_next;
	thread->deadline = 0;
}

uint64_t timer_next(void)
{
	return first ? first->deadline : CLOCK_NEVER;
}

struct thread *timer_expired(void)
{
	struct thread *thread = first;

	if (!thread || thread->deadline > clock_now())
		return NULL;
	first = thread->timer_next;
	thread->deadline = 0;
	return thread;
}
