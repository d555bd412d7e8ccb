/* progress.h - how far a sweep is, and how long it will take
 * SPDX-License-Identifier: MIT
 * On a terminal one line that is redrawn; elsewhere one plain line per finished point. The time left comes from
 * the time that each unit of weight took so far; a point's weight is the caller's estimate.
 * Context: one thread. */
#ifndef RUNNER_PROGRESS_H
#define RUNNER_PROGRESS_H

struct progress {
	unsigned int done, points;
	double weight_done, weight_all, started;
	int terminal;
};

void progress_begin(struct progress *progress, unsigned int points, double weight);
/* What is being run now; on a terminal only. */
void progress_show(const struct progress *progress, const char *what);
/* A point has ended; `how` is "" or a few words on why it has no result. */
void progress_step(struct progress *progress, const char *what, double weight, const char *how);
/* Leaves the line. */
void progress_end(const struct progress *progress);

#endif
