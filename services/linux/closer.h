/* closer.h - files that nobody has open any more, on their way to the file service
 * SPDX-License-Identifier: MIT
 * Each core closes its own (files.h), one at a time, by keys that are the core's and no program's. So who was killed in the middle of a close, or heard nothing
 * of it, leaves it to the next one, who comes with the same key: it happens once (abi/fs.h).
 * A system call that has put a file itself closes what there is before it goes back. Whatever comes at other times is the closer's: a thread without a program, one
 * on each core that has had files, which sleeps until there is something to do and runs when it is its turn.
 * It also calls the service when a thread has ended in the middle of a change: what was begun and is nobody's is brought to its end by the next change on
 * that core (services/fs/operation.h), which may be long in coming.
 * Context: own core, never waits.
 * I1 `now` is closed by one thread: by a system call's, or else by the closer
 * I2 while there is something to do and no system call does it, the closer does not sleep
 * Tested by tests/unit/closer_test.c */
#ifndef SERVICES_LINUX_CLOSER_H
#define SERVICES_LINUX_CLOSER_H

#include <stdbool.h>
#include <stdint.h>

/* Before the core's first file. False: there is no memory for the closer. */
bool closer_open(void);

/* There may be something to do. */
void closer_wake(void);

/* A thread ends that has begun a change at the service, and not heard of it. */
void closer_visit(void);

/* The running thread closes what there is; then its system call's result. */
int64_t serve_closing(int64_t result);

#endif
