/* copy.h - copies of address spaces, and of their pages when somebody writes
 * SPDX-License-Identifier: MIT
 * A copied space has the same pages at first. Their slots say COPY in both spaces, views map them read-only, and the frames know how many
 * owners they have (frame_table.h). Whoever writes to one copies it, or keeps it when nobody else has it any more:
 *   C1 word PRESENT -> COPYING: from now on this core alone changes it
 *   C2 one owner: PRESENT without COPY. Several: C3 tell the other holders in this space, wait, then copy the page (before F4 one of
 *      them may still write to it), one owner of the old frame less, C4 word -> PRESENT with the copy, no leaf served until it is mapped. A
 *      borrowed frame (loans.h) is filled through the program's mapping.
 * Copying a space, on the core of the thread that asks:
 *   F1 `copied` 0 -> 1   F2 tell all cores of the space; one that is in the middle of a change of it acknowledges behind its end
 *   F3 each present word: sharers + 1, full fence, compare-and-swap to COPY, or sharers - 1 and again; the copy's word
 *   F4 tell the holders of what was writable to take the right to write from their views, wait   F5 `copied` -> 0
 * Changes of the space wait from F1 to F5, where they begin; faults do not.
 * C1 keeps F3 from counting an owner while C2 looks for others: F3 waits for COPYING to end.
 * I1 a page with COPY or in a shared mapping may have several owners; any other has one
 * I2 no view maps a page writable whose word says COPY, from F4 on
 * Context: as each function says; interrupts off; not in a leaf's handler unless it says so. Modelled in tests/spin/copying.pml. */
#ifndef KERNEL_MEMORY_COPY_H
#define KERNEL_MEMORY_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/status.h"
#include "kernel/memory/shootdown.h"

struct view;
struct vspace;

/* Any core that runs the space: a copy, its home this core, one user. NULL, with *status NO_MEMORY; or NO_PAGE: a page of a shared mapping has
 * no frame yet. Then vspace_fill_shared, which may wait, comes first, and then this again. Waits for other cores, serving leaves. */
struct vspace *vspace_fork(struct vspace *space, status_t *status);

/* Fills the pages of shared mappings from *address on. OK: all, but those that were mapped since. Else it goes on from *address: BUSY: after
 * others have had their turn; NO_PAGE: when a frame has been borrowed; NO_MEMORY. */
must_check status_t vspace_fill_shared(struct vspace *space, uint64_t *address);

/* A write to a page with COPY, whose word was *now: OK when the page is this core's, *now its word; BUSY: look again; NO_MEMORY; NO_PAGE. Waits for
 * other holders, serving leaves. */
must_check status_t copy_page(struct view *view, uint64_t page, uint64_t *slot, uint64_t *now);

/* A program's page has got another frame: who waits for a word in the old one must look again. Composed in kernel/entry/composition.c. */
extern void (*const copy_moved)(const struct vspace *space, uint64_t old_frame);

/* Around each change of a space: no copy of it begins in between. Waits for one that is being made, serving leaves. */
void copy_keep_out(struct vspace *space);
void copy_let_in(void);

/* Leaf, F2 and the end of a space: true when this core is changing it, and acknowledges behind the change. */
bool copy_must_wait(const struct vspace *space, enum shootdown what, unsigned core);

#endif
