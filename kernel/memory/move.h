/* move.h - mappings that grow, shrink, and go to other addresses with their pages
 * SPDX-License-Identifier: MIT
 * The old and the new addresses have one home, which does it all:
 *   M1 the new range is AWAITED, so that nobody puts pages there; what is mapped there is gone
 *   M2 huge pages of the old one are broken; its slots PRESENT or RESERVED -> RETIRED: who faults there waits for the end, which may be M3's
 *   M3 the new leaves are made; if one cannot be, M2's slots go back to what they were, and M1's away
 *   M4 the holders are told, and waited for (H3, H4 of vspace.h)
 *   M5 each RETIRED slot's page gets its new slot, PRESENT and held by nobody; the old slots are EMPTY
 *   M6 what is reserved in the new range gets its rights
 * I1 each page is in one slot, but for M5's two words, which nobody else changes
 * Context: inside vspace_change; interrupts off. Tested by tests/unit/spaces_move_test.c, spaces_move_fails_test.c,
 * spaces_move_holders_test.c and spaces_move_threads_test.c. */
#ifndef KERNEL_MEMORY_MOVE_H
#define KERNEL_MEMORY_MOVE_H

#include <stdint.h>

struct vspace;

/* [start, start + size) becomes new_size large; `where`: VSPACE_STAY, VSPACE_MOVE_ANYWHERE, or the new address, where nothing else is mapped then.
 * The address; NO_MEMORY: no room, or no frame; BAD_ADDRESS: there is a hole in it, or rights differ; BAD_ARGUMENT. Then it is as it was, but
 * for what lies beyond new_size, or at the new address. */
int64_t vspace_move(struct vspace *space, uint64_t start, uint64_t size, uint64_t new_size, uint64_t where);

#endif
