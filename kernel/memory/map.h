/* map.h - mappings that come, where nothing is or in the place of others
 * SPDX-License-Identifier: MIT
 * A thread that reaches for a page while one mapping takes another one's place finds the old one or the new one, and never none: its slot has the new
 * rights at once, or is AWAITED (slots.h) meanwhile.
 * Context: home of the addresses, inside vspace_change; interrupts off. Ranges are whole pages.
 * Tested by tests/unit/spaces_test.c, backing_change_test.c and backing_threads_test.c; modelled in tests/spin/backing.pml */
#ifndef KERNEL_MEMORY_MAP_H
#define KERNEL_MEMORY_MAP_H

#include <stdint.h>

#include "abi/kernel.h"

struct vspace;

/* Memory of zeros; and pages of an object, in abi/kernel.h's words: a holder's reference is the mapping's then. Where it is; BAD_ADDRESS, EXISTS; NO_MEMORY:
 * then all is as it was. */
int64_t map_memory(struct vspace *space, uint64_t address, uint64_t size, unsigned rights, enum vspace_map_flags flags);
int64_t map_object(struct vspace *space, uint64_t address, uint64_t size, uint64_t how, uint64_t holder);

#endif
