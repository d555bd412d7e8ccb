/* scale.h - `runner scale`: every point of every curve
 * SPDX-License-Identifier: MIT
 * A point whose boot fails has no line in results.csv and one in report.txt; the sweep goes on.
 * Standard output is the folder of a sweep that is worth drawing, and nothing else.
 * Exit status: 0 all points have results; 1 some have none; EXIT_NOTHING no results worth drawing; EXIT_USAGE; EXIT_SIGNAL + signal.
 * Context: called once, by main. Tested by tests.sh */
#ifndef RUNNER_SCALE_H
#define RUNNER_SCALE_H

int scale(void);

/* Refuses the settings that scale() would, before anything is built or fetched for it: 0 or EXIT_USAGE. */
int scale_check(void);

#endif
