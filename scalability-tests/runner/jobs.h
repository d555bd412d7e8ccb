/* jobs.h - points side by side, each in a process of its own
 * SPDX-License-Identifier: MIT
 * A session waits for one emulator, so what runs at once are processes: each has a session, and leaves its answer in
 * memory that it shares with the runner. A worker dies with the runner, and its emulator with the worker.
 * Context: one thread; the interrupting signals are blocked (session_signals).
 * I1 when jobs_end returns, no worker is left
 * Tested by test/run */
#ifndef RUNNER_JOBS_H
#define RUNNER_JOBS_H

#include <sys/types.h>

#include "point.h"

enum { JOBS_MAX = 64 };

struct job {
	pid_t pid; /* 0: the place is free */
	size_t point;
	double started;
	struct answer *answer; /* shared with the worker */
};

struct jobs {
	struct job list[JOBS_MAX];
	unsigned int room, running;
	int signals; /* descriptor */
	int interrupted; /* signal, or 0 */
};

/* MiB that programs can have; 0 when the host does not say. */
unsigned long jobs_memory(void);

/* As many as the host has cores and free memory for, where each takes `mib`. */
unsigned int jobs_default(unsigned long mib);

/* Complains and returns -1 when there is no memory for the answers. */
int jobs_begin(struct jobs *jobs, unsigned int room);

/* Starts point number `index` in a free place: jobs->running < jobs->room. Complains and returns -1 when it cannot. */
int jobs_start(struct jobs *jobs, const struct conditions *conditions, const struct point *point, size_t index);

enum { JOBS_PATIENCE = 1 }; /* seconds */

/* Waits until one has ended, at least one being at work: its place, which is free when the next is started; NULL when none
 * has within JOBS_PATIENCE. After an interrupting signal all are ended. */
const struct job *jobs_wait(struct jobs *jobs);

void jobs_end(struct jobs *jobs);

#endif
