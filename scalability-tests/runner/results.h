/* results.h - the folder of one sweep: results.csv, report.txt, machine.txt, logs/, contended/
 * SPDX-License-Identifier: MIT
 * Rows are written as points end, so that an interrupted sweep keeps what it has; `latest` is moved only by
 * results_finish, so it always names a sweep that ran to its end and has figures.
 * Context: one thread. */
#ifndef RUNNER_RESULTS_H
#define RUNNER_RESULTS_H

#include <stdio.h>

#include "point.h"

struct results {
	char *folder;
	FILE *csv, *report;
	unsigned int rows;
	int broken; /* rows or notes were lost, as when the disc is full */
};

/* A new folder under BUILD/results, named by the time; complains and returns -1 when it cannot be made. */
int results_open(struct results *results, const char *build);

/* Readings of each repetition, alike in shape: one row each, mean, least and most. */
void results_rows(struct results *results, const struct point *point, const char *machine, const struct answer *answer);

/* A line of report.txt. */
void results_note(struct results *results, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Closes the files; with `complete`, `latest` names this folder from now on. */
void results_finish(struct results *results, const char *build, int complete);

#endif
