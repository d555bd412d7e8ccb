/* first.h - from many cores that are up to one program that runs
 * SPDX-License-Identifier: MIT */
#ifndef KERNEL_ENTRY_FIRST_H
#define KERNEL_ENTRY_FIRST_H

/* Each core: sets its bit at core 0. */
void announce_online(void);

/* Core 0: waits for all others (10 s; then panics with their names), and starts the program that the
 * command line names. */
void start_first_program(void);

#endif
