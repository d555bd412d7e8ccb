/* list.h - what is in a directory, from any core by token
 * SPDX-License-Identifier: MIT
 * A cookie is where a listing goes on: 0 begins, 1 is behind `.`, 2 behind `..`; then shard + 1 in the bits from 54 on, and the serial of the entry that was last.
 * Serials rise along a branch's list, so what is there all the time is found once, whatever else comes and goes. The place of
 * the last entry is remembered, so that going on costs the same everywhere; when it has gone, the home looks for it from the beginning.
 * Context: own core; lets others in. */
#ifndef SERVICES_FS_LIST_H
#define SERVICES_FS_LIST_H

#include <stdint.h>

/* Entries from *cookie on to the caller's first range: bytes, 0 at the end; BAD_ARGUMENT: there is no room for the next one; NOT_DIRECTORY, NOT_FOUND, BUSY. */
int64_t list_directory(uint64_t directory, uint64_t *cookie, uint64_t size);

#endif
