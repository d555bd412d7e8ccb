/* clock.h - seconds since some moment, for durations
 * SPDX-License-Identifier: MIT
 * Context: any. */
#ifndef RUNNER_CLOCK_H
#define RUNNER_CLOCK_H

double clock_seconds(void);

#endif
