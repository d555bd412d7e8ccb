/* shootdown.h - making every core forget mappings of a space
 * SPDX-License-Identifier: MIT
 * Steps H2 to H4 and V1, V2 of vspace.h. One at a time per home: it waits for the acknowledgements here, serving
 * leaves, so that two homes that shoot at each other both go on.
 * Context: the space's home, not in a leaf's handler. */
#ifndef KERNEL_MEMORY_SHOOTDOWN_H
#define KERNEL_MEMORY_SHOOTDOWN_H

#include <stdint.h>

struct vspace;

enum shootdown {
	SHOOTDOWN_FORGET,  /* the range's mappings */
	SHOOTDOWN_DESTROY, /* the whole view */
};

/* After it no core has a mapping of [start, end) from before. */
void shootdown(struct vspace *space, uint64_t start, uint64_t end, enum shootdown what);

/* Is this core alone with the space? Then pages can be taken back without telling anybody. */
int shootdown_alone(const struct vspace *space);

#endif
