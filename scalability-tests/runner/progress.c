/* progress.c - how far a sweep is, and how long it will take
 * SPDX-License-Identifier: MIT */
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#include "clock.h"

enum { BAR = 24, MINUTE = 60, MINUTES_FROM = 100 };

void progress_begin(struct progress *progress, unsigned int points)
{
	*progress = (struct progress){ .points = points, .started = clock_seconds(), .left = -1, .terminal = isatty(STDERR_FILENO) };
}

void progress_left(struct progress *progress, double seconds)
{
	progress->left = seconds;
}

static void put_time_left(const struct progress *progress)
{
	if (progress->left < 0)
		return;
	if (progress->left >= MINUTES_FROM)
		fprintf(stderr, ", %.0f min left", progress->left / MINUTE);
	else
		fprintf(stderr, ", %.0f s left", progress->left);
}

static void put_bar(const struct progress *progress)
{
	double spent = clock_seconds() - progress->started;
	int full = progress->left < 0 ? 0 : (int)(BAR * spent / (spent + progress->left + 1e-9));

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

void progress_step(struct progress *progress, const char *what, const char *how)
{
	progress->done++;
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
