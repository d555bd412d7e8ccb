/* run_queue.c - see run_queue.h
 * SPDX-License-Identifier: MIT */
#include "sched/run_queue.h"

#include <stddef.h>

void run_queue_append(struct run_queue *queue, struct thread *thread)
{
	thread->queue_next = NULL;
	if (queue->first)
		queue->last->queue_next = thread;
	else
		queue->first = thread;
	queue->last = thread;
}

void run_queue_prepend(struct run_queue *queue, struct thread *thread)
{
	thread->queue_next = queue->first;
	if (!queue->first)
		queue->last = thread;
	queue->first = thread;
}

struct thread *run_queue_take(struct run_queue *queue)
{
	struct thread *thread = queue->first;

	if (thread)
		queue->first = thread->queue_next;
	return thread;
}

bool run_queue_remove(struct run_queue *queue, struct thread *thread)
{
	struct thread *before = NULL;

	for (struct thread *at = queue->first; at; before = at, at = at->queue_next) {
		if (at != thread)
			continue;
		if (before)
			before->queue_next = at->queue_next;
		else
			queue->first = at->queue_next;
		if (queue->last == at)
			queue->last = before;
		return true;
	}
	return false;
}
