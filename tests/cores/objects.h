/* objects.h - objects that programs of a play map, and a store that has their pages
 * SPDX-License-Identifier: MIT
 * An object's pages are frames of the first core. It may take a page away while others reach for it, as a file service does: its version
 * changes first. A holder is an object's number times ten, and something: so several holders keep the same object. */
#ifndef TESTS_CORES_OBJECTS_H
#define TESTS_CORES_OBJECTS_H

#include "tests/cores/move.h"

enum {
	OBJECTS = 4000,
	OBJECT_PAGES = 16,
};

/* The core whose frames they are: pages of the first `count` objects, each page with its number in word 8 (objects_value). And none any more. */
void objects_open(unsigned count);
void objects_close(void);

uint64_t objects_value(uint64_t object, uint64_t index);

/* The same core: a page is gone from its object, and then another frame has it. */
void objects_exchange(uint64_t object, uint64_t index);

/* How many references of a holder there are, beyond what there was. */
int objects_kept(uint64_t holder);

/* mmap of `count` pages from page `first` on: vspace_change's result. */
int64_t objects_map(uint64_t start, unsigned count, uint64_t holder, unsigned first, unsigned rights, enum vspace_map_flags flags);

/* An access as the program makes it: the service is asked, and the page put. */
status_t objects_access(uint64_t address, enum access access, uint64_t **words);

#endif
