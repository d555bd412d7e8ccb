/* hole.h - where mappings go that may lie anywhere
 * SPDX-License-Identifier: MIT
 * Context: the home of the addresses, inside vspace_change; interrupts off. */
#ifndef KERNEL_MEMORY_HOLE_H
#define KERNEL_MEMORY_HOLE_H

#include <stdint.h>

struct vspace;

/* Where so many bytes are free among the addresses whose home this core is; 0: nowhere. Whole pages. */
uint64_t hole_find(struct vspace *space, uint64_t size);

/* Nothing is mapped in [start, end) any more: the next search looks there, too. */
void hole_made(struct vspace *space, uint64_t start, uint64_t end);

#endif
