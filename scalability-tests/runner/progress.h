/* progress.h - how far a sweep is, and how long it will take
 * SPDX-License-Identifier: MIT
 * On a terminal one line that is redrawn; elsewhere one plain line per finished point. The bar is of time, not of points.
 * Context: one thread. */
#ifndef RUNNER_PROGRESS_H
#define RUNNER_PROGRESS_H

struct progress {
	unsigned int done, points;
	double started, left; /* seconds; left below 0: not known yet */
	int terminal;
};

void progress_begin(struct progress *progress, unsigned int points);
/* From now on so many seconds. */
void progress_left(struct progress *progress, double seconds);
/* What is being run now; on a terminal only. */
void progress_show(const struct progress *progress, const char *what);
/* A point has ended; `how` is "" or a few words on why it has no result. */
void progress_step(struct progress *progress, const char *what, const char *how);
/* Leaves the line. */
void progress_end(const struct progress *progress);

#endif
