/* spaces.h - a program's memory in a play: changed by its home, used by all cores, watched page by page
 * SPDX-License-Identifier: MIT
 * A window of pages across a border of 1 GiB. The whole of the kernel's memory room is behind it, with the memory
 * service and the inbox. What a suite needs of it: changes by page number, from any core, and accesses. */
#ifndef TESTS_CORES_SPACES_H
#define TESTS_CORES_SPACES_H

#include "tests/cores/processor.h"

enum { SPACE_PAGES = 1280 };

static inline uint64_t space_address(unsigned page)
{
	return (UINT64_C(1) << 30) - 640 * PAGE_SIZE + (uint64_t)page * PAGE_SIZE;
}

/* Each core: memory handed over to its service. The first core makes the space, the others see it. */
void space_open(uint64_t heap_start);

/* Each core: the last one to come here has ended; the first one frees the space. All frames must be back. */
void space_close(void);

extern struct vspace *space;
extern _Thread_local struct view *space_view;

/* How often this core was told to forget pages. */
extern _Thread_local unsigned space_told;

/* The operation at the addresses' home; this core sleeps and serves until the answer is there. */
int64_t space_change(enum vspace_operation operation, uint64_t start, uint64_t size, uint64_t third,
		     uint64_t fourth);

/* An access as the program makes it. */
status_t space_access(uint64_t address, enum access access, void **page);

/* A copy as a thread here makes it, which waits for loans; NULL: no memory. */
struct vspace *space_fork(struct vspace *of);

/* Waits until all cores of the play are here, and does what others ask for meanwhile. */
void space_meet(void);

/* Kernel entry and exit. */
void space_interrupt(void);

#endif
