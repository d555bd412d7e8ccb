/* run_queue.h - threads that are ready, first in first out
 * SPDX-License-Identifier: MIT
 * Pure. Owner: one core. No priorities: policy belongs to a scheduling service.
 * I1 first is NULL exactly when the queue is empty; then last means nothing
 * Tested by tests/unit/run_queue_test.c */
#ifndef SCHED_RUN_QUEUE_H
#define SCHED_RUN_QUEUE_H

#include <stdbool.h>

#include "sched/thread.h"

struct run_queue {
	struct thread *first, *last;
};

void run_queue_append(struct run_queue *queue, struct thread *thread);
void run_queue_prepend(struct run_queue *queue, struct thread *thread);
struct thread *run_queue_take(struct run_queue *queue); /* NULL: empty */
bool run_queue_remove(struct run_queue *queue, struct thread *thread);

#endif
