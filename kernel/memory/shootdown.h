/* shootdown.h - making every core forget mappings of a space
 * SPDX-License-Identifier: MIT
 * Steps H3, H4 and V1, V2 of vspace.h. One at a time per core: it waits for the acknowledgements here, serving
 * leaves, so that two cores that shoot at each other both go on.
 * Context: the home of the addresses, not in a leaf's handler. */
#ifndef KERNEL_MEMORY_SHOOTDOWN_H
#define KERNEL_MEMORY_SHOOTDOWN_H

#include <stdbool.h>
#include <stdint.h>

struct core_set;
struct vspace;

enum shootdown {
	SHOOTDOWN_FORGET,  /* the range's mappings */
	SHOOTDOWN_PROTECT, /* its right to write */
	SHOOTDOWN_NOTHING, /* but to come to the end of a change that has begun */
	SHOOTDOWN_DESTROY, /* the whole view */
};

/* `shootdown=all` at boot is an ablation: each goes to every core that has run the space, whoever holds its pages. `shootdown=planted` leaves the
 * last core out, which tests must notice. */

/* After it neither this core nor one of `cores` has a mapping of [start, end) from before. Sends each of them, but for this one, one
 * message, and takes one acknowledgement. */
void shootdown(struct vspace *space, uint64_t start, uint64_t end, enum shootdown what, const struct core_set *cores);

#endif
