/* processor.h - the part of a processor that programs see of memory: page tables walked, translations kept
 * SPDX-License-Identifier: MIT
 * One for each core of a play. A translation stays until it is invalidated or the root is written, as on a
 * processor: a kernel that forgets to do so lets a program reach a page that is no longer its own. */
#ifndef TESTS_CORES_PROCESSOR_H
#define TESTS_CORES_PROCESSOR_H

#include "tests/cores/play.h"
#include "kernel/memory/vspace.h"

/* A program's access: *page is the memory it reaches. OK, or vspace_fault's status. A doorbell is heard some accesses
 * late, by `interrupt`. */
status_t processor_access(struct view *view, uint64_t address, enum access access, void (*interrupt)(void),
			  void **page);

#endif
