/* modelled_file.h - the reader of machine files, scalability-tests/machines/NAME.machine
 * SPDX-License-Identifier: MIT
 * A file has one `key value   # source` a line:
 *   topology SYNTHETIC or FILE.xml beside it     mhz N         tlb ENTRIES
 *   private KIB WAYS, shared KIB WAYS            caches of a core, and of a group of cores; shared 0 0: none
 *   cost NAME CYCLES                             optional: a name of machine/costs.def, else its default
 *   hops PACKAGE STEPS STEPS ...                 optional: steps from it to each package; else 1 to every other
 * Refused, with the line and how to mend it: what is not understood, doubled, missing, or out of range.
 * Context: one thread, may allocate.
 * Tested by test/run */
#ifndef RUNNER_MODELLED_FILE_H
#define RUNNER_MODELLED_FILE_H

#include "modelled.h"

/* Fills in all but the name: 0, or -1 complained of. */
int modelled_file_read(struct modelled *modelled, const char *file);

#endif
