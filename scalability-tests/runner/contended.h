/* contended.h - the list of a point's most contended cache lines, with names: contended/POINT.csv
 * SPDX-License-Identifier: MIT
 * Columns: symbol,address,owner,writers,readers,moves,cycles,taker,giver; moves and cycles for one operation. What
 * has no known name is "-".
 * Context: one thread, may allocate.
 * Tested by test/run */
#ifndef RUNNER_CONTENDED_H
#define RUNNER_CONTENDED_H

#include "model_file.h"
#include "symbols.h"

/* Writes the list to a file; complains when it cannot. */
void contended_write(const char *file, const struct model_file *model, const struct symbols *symbols, double operations);

#endif
