/* contended.h - statistics of lines that moved while something was measured: the report's findings
 * SPDX-License-Identifier: MIT
 * Kept beside the directory, for counted lines alone, so that records stay small. Taker and giver are the pair of
 * instructions that most of the line's moves were between, by majority vote: exact where one pair has more than
 * half, else one of the frequent ones. The giver is who took the line before: hits are not seen.
 * Context: one host thread; may allocate.
 * Tested by tests/unit/model_contended_test.c */
#ifndef MACHINE_CONTENDED_H
#define MACHINE_CONTENDED_H

#include <stdint.h>
#include <stdio.h>

#include "lines.h"

/* Counts one access that lines_access priced; what neither moved between cores nor waited is no contention. Ends the
 * program when the host has no memory. */
void contended_count(struct line *line, const struct access *access, struct price price);

/* Forgets all counts; before lines_start, which forgets the lines. */
void contended_start(void);

/* Writes up to `lines` lines that lost most cycles, most first:
 * It sorts them, so nothing is counted after it.
 * line ADDRESS PHYSICAL OWNER WRITERS READERS MOVES CYCLES TAKER_PC GIVER_PC
 * ADDRESS virtual, as last accessed; OWNER the last core that took it to write, or -; WRITERS and READERS are
 * numbers of cores. */
void contended_report(FILE *file, unsigned int lines);

#endif
