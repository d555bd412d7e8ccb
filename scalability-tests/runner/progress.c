/* progress.c - how far a sweep is, and how long it will take
 * SPDX-License-Identifier: MIT */
#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { BAR = 24, MINUTE = 60 };

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

void progress_begin(struct progress *progress, unsigned int points, double weight)
{
	*progress = (struct progress){ .points = points, .weight_all = weight, .started = now(), .terminal = isatty(STDERR_FILENO) };
}

static void put_time_left(const struct progress *progress)
{
	double left;

	if (progress->weight_done <= 0)
		return;
	left = (now() - progress->started) / progress->weight_done * (progress->weight_all - progress->weight_done);
	if (left >= MINUTE)
		fprintf(stderr, ", %.0f min left", left / MINUTE);
	else
		fprintf(stderr, ", %.0f s left", left);
}

static void put_bar(const struct progress *progress)
{
	int full = progress->weight_all > 0 ? (int)(BAR * progress->weight_done / progress->weight_all) : 0;

	fputs("\r\033[K[", stderr);
	for (int i = 0; i < BAR; i++)
		fputc(i < full ? '#' : '.', stderr);
	fprintf(stderr, "] %u/%u", progress->done, progress->points);
}

void progress_show(const struct progress *progress, const char *what)
{
	if (!progress->terminal)
		return;
	put_bar(progress);
	put_time_left(progress);
	fprintf(stderr, "  %s", what);
	fflush(stderr);
}

void progress_step(struct progress *progress, const char *what, double weight, const char *how)
{
	progress->done++;
	progress->weight_done += weight;
	if (progress->terminal && !*how)
		return;
	if (progress->terminal)
		fputs("\r\033[K", stderr);
	fprintf(stderr, "%u/%u %s%s%s", progress->done, progress->points, what, *how ? ": " : "", how);
	if (!progress->terminal)
		put_time_left(progress);
	fputc('\n', stderr);
}

void progress_end(const struct progress *progress)
{
	if (progress->terminal)
		fputs("\r\033[K", stderr);
}
