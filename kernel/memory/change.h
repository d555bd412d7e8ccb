/* change.h - what changes of a space are made of (vspace.h)
 * SPDX-License-Identifier: MIT
 * Context: the home of the addresses, inside vspace_change; interrupts off. Ranges are whole pages. */
#ifndef KERNEL_MEMORY_CHANGE_H
#define KERNEL_MEMORY_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/status.h"
#include "kernel/memory/slots.h"
#include "lib/core_set.h"

struct vspace;

/* Who is to be told of a change, and of how many pages; whether a page was missing; how many pages the space has less. */
struct told {
	struct core_set holders;
	unsigned pages;
	bool hole;
	uint64_t given;
};

/* The word of a page that is reserved, with enum vspace_right. */
uint64_t change_reserved(unsigned rights);

/* No word, and no huge page, reaches across one of the ends any more. NO_MEMORY. */
must_check status_t change_split(struct vspace *space, uint64_t start, uint64_t end);

/* Empty and AWAITED words of the range become `word`. NO_MEMORY. */
must_check status_t change_reserve(struct vspace *space, uint64_t start, uint64_t end, uint64_t word);

/* What was mapped in the range is gone, and AWAITED in its place: at no moment is there nothing. NO_MEMORY. */
must_check status_t change_await(struct vspace *space, uint64_t start, uint64_t end);

/* The same, and reserved with these rights (enum vspace_right) in its place; what was empty still is. NO_MEMORY. */
must_check status_t change_renew(struct vspace *space, uint64_t start, uint64_t end, unsigned rights);

/* For slots_change.changed, with a struct told as its context: adds the holders of what was present. */
void change_tell(uint64_t before, const struct slots_change *how);

/* Nothing is mapped in the range any more, and nobody reaches what was. NO_MEMORY. */
must_check status_t change_unmap(struct vspace *space, uint64_t start, uint64_t end);

#endif
