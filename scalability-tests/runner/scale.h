/* scale.h - `runner scale`: every point of every curve, one boot at a time
 * SPDX-License-Identifier: MIT
 * A point whose boot fails has no line in results.csv and one in report.txt; the sweep goes on.
 * Exit status: 0 all points have results; 1 some have none; EXIT_NOTHING none has; EXIT_USAGE; EXIT_SIGNAL + signal.
 * Context: called once, by main. Tested by tests.sh */
#ifndef RUNNER_SCALE_H
#define RUNNER_SCALE_H

int scale(void);

#endif
