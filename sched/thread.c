/* thread.c - see thread.h
 * SPDX-License-Identifier: MIT */
#include "sched/thread.h"

#include <stddef.h>

#include "kernel/arch/paging.h"
#include "kernel/memory/frames.h"
#include "percpu/backlog.h"
#include "sched/dispatch.h"
#include "sched/timer.h"

struct thread *thread_current;
static struct thread *all;
static unsigned threads; /* in `all` */

static void link_activations(struct thread *thread)
{
	struct activation *below = &thread->program;

	for (unsigned i = 0; i < SERVICES_DEEP; i++) {
		struct activation *next = &thread->service[i];

		below->above = next;
		next->below = below;
		below = next;
	}
	thread->activation = &thread->program;
}

struct thread *thread_create(struct view *view)
{
	uint64_t frame = backlog_provide(threads + 1) ? 0 : frame_take(FRAME_thread);
	struct thread *thread = direct(frame);

	if (!frame)
		return NULL;
	threads++;
	thread->state = THREAD_PARKED;
	thread->program.view = view;
	thread->program.replica = &replica_of_programs;
	thread->program.on_return = ON_RETURN_NOWHERE;
	link_activations(thread);
	thread->all_next = all;
	if (all)
		all->all_previous = thread;
	all = thread;
	fpu_clear(&thread->fpu);
	return thread;
}

void thread_destroy(struct thread *thread)
{
	timer_cancel(thread);
	dispatch_forget(thread);
	if (thread->all_next)
		thread->all_next->all_previous = thread->all_previous;
	if (thread->all_previous)
		thread->all_previous->all_next = thread->all_next;
	else
		all = thread->all_next;
	if (thread_current == thread)
		thread_current = NULL;
	threads--;
	frame_give(direct_physical(thread));
}

struct thread *thread_first(void)
{
	return all;
}
