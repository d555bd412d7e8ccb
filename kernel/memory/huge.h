/* huge.h - huge pages: units of 2 MiB that one slot stands for, and one word of a view maps
 * SPDX-License-Identifier: MIT
 * Where a program has asked for them, a fault in a unit that is wholly reserved takes a whole unit from the memory service; when there is none,
 * or the program's limit is near, small pages do. A unit's slot says which it is, until all of it is unmapped, in the word above
 * the leaves; the protocols of holders (holders.h), of taking back (vspace.h) and of copied spaces (copy.h) are the same for
 * both sizes. Breaking one into small pages, when a change ends inside it, or a part of what other spaces have is written:
 *   K1 the leaves' node is made   K2 word PRESENT -> COPYING: from now on this core alone changes it
 *   K3 tell the holders, wait     K4 the node says 512 times PRESENT, and that nobody holds the page   K5 word -> NODE
 * The frames stay, with their owners, who are counted for each frame. What is broken stays so: nodes live until the space dies.
 * I1 a view has a large word exactly where the slot of the unit is a huge page's, so no large word and no page table are in the same place
 * Context: interrupts off; waits for holders as each function says. Modelled in tests/spin/breaking.pml, tested by tests/unit/spaces_huge_test.c,
 * spaces_huge_copy_test.c and spaces_huge_threads_test.c. */
#ifndef KERNEL_MEMORY_HUGE_H
#define KERNEL_MEMORY_HUGE_H

#include <stdint.h>

#include "abi/status.h"
#include "kernel/memory/vspace.h"

/* A fault in a unit whose slot says SLOT_HUGE: as vspace_fault; BUSY, too, when small pages have taken its place. May serve leaves: zeroing a
 * unit takes long. */
must_check status_t huge_fault(struct view *view, uint64_t *slot, uint64_t address, enum access access);

/* Home: no huge page reaches across the address any more. NO_MEMORY. Waits for holders, serving leaves. */
must_check status_t huge_break(struct vspace *space, uint64_t address);

#endif
