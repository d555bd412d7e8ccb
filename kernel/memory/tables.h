/* tables.h - page tables that all cores of a space share: an ablation, `tables=shared` at boot
 * SPDX-License-Identifier: MIT
 * Each view's root is its own still, for the kernel's half; below it, all views of a space lead to the same tables, in the shared zone. What one
 * core has mapped, the others reach without a fault, and nobody knows who has: each shoot-down goes to all cores of the space, and the
 * frames wait for it. Words are put in by compare-and-swap, and barred while they are being taken back:
 *   T1 a fault: find the table, read the table's word   T2 read the slot, become a holder   T3 compare-and-swap the table's word
 *   H2 behind the slots' change: all words of the range become BARRED   H3, H4 of vspace.h, to all cores   then BARRED -> 0
 * The core in T3 has read the slot as it was before H1, or finds BARRED: whoever began before H2 acknowledges behind T3, and until then the
 * word stays barred. That T1 reads the word before T2 reads the slot is not needed for this: who is in a fault acknowledges nothing. That the
 * table is there before is: H2 passes over what has none.
 * No huge pages, and no lending: both would write words elsewhere.
 * Context: own core, interrupts off, never waits. Modelled in tests/spin/barring.pml, tested by tests/unit/spaces_tables_test.c. */
#ifndef KERNEL_MEMORY_TABLES_H
#define KERNEL_MEMORY_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/memory/view.h"

/* Each core, once: whether they are. */
void tables_open(void);
extern bool tables_shared;

/* Of a new space: its first table; 0: no frame. Of an ended one: every table. */
uint64_t tables_create(void);
void tables_visit(const struct vspace *space, frame_visitor visit);

/* The word that maps an address, its tables made when absent and known to this view; NULL: no frame left. */
uint64_t *tables_word(struct view *view, uint64_t address);

/* T3. False: the word has changed since `before` was read. */
bool tables_put(uint64_t *word, uint64_t before, uint64_t mapping);

/* H2, and its end. */
void tables_bar(const struct vspace *space, uint64_t start, uint64_t end);
void tables_unbar(const struct vspace *space, uint64_t start, uint64_t end);

#endif
