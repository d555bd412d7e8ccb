/* backing.h - mappings of objects that a service has, files as a rule: which page of which object lies where, and how it gets there
 * SPDX-License-Identifier: MIT
 * A slot with SLOT_BACKED that is not present stands for a page of an object. Which, a second tree of the space says, of the shape of the slots'. One
 * word of it stands for a mapping of any size, however that is cut: it has the distance between addresses and pages, and the object's number in the
 * space's table of objects. Tree and table are made with the first such mapping.
 * The tree is written by the home of the addresses: before the slots say BACKED, and after they do not any more. So what it says of a page
 * cannot change while that page's slot is COPYING.
 * The table's entries are co-managed, because a space has many homes. `pages` counts the pages that are mapped:
 *   0 -> CLAIMED -> n    a home, which writes object and holder meanwhile
 *   n -> n + m           any home that maps more of the same object, n > 0
 *   n -> n - m           a home that unmaps; the last page: n -> CLAIMED -> 0, and the holder is let go
 * How a page that is not there comes (B), after the object's service has said where it is in its store (store.h):
 *   B1 slot RESERVED -> COPYING   B2 look whether it is still this page of this object   B3 an owner more for the store's frame, which must still be
 *   that page's   B4 slot PRESENT: shared, or to be copied when it is written
 * Each object has its place in one of five buckets of 13 entries, by its number: so a new one is looked for in 65 entries, whatever else is mapped, and refused when these
 * are all taken: with numbers that nobody has chosen for that not before there are some 20 000.
 * An object's number is never another object's. Its holder is whatever keeps the object while it is mapped, with one reference for each entry.
 * Context: as each function says; interrupts off. Modelled in tests/spin/backing.pml. Tested by tests/unit/backing_test.c, backing_change_test.c, tests/guest/mapped.c */
#ifndef KERNEL_MEMORY_BACKING_H
#define KERNEL_MEMORY_BACKING_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/memory/vspace.h"

struct store_page;

/* Holders' keeper; composed in kernel/entry/composition.c. A holder's object; one reference more, one less. Any core, not in a leaf's handler. */
extern uint64_t (*const backing_object)(uint64_t holder);
extern void (*const backing_keep)(uint64_t holder);
extern void (*const backing_let_go)(uint64_t holder);

/* Home of the addresses, in a change: the holder's object will be in [start, end), whatever is there now. NO_MEMORY: or too many objects. */
struct backing_entered {
	unsigned number; /* of the object, in the space */
	bool keeps;      /* the holder's reference is needed from now on */
};
must_check status_t backing_enter(struct vspace *space, uint64_t start, uint64_t end, uint64_t holder, struct backing_entered *entered);

/* The same, behind that: its pages from `first` on are there, where nothing is any more. `unwritable`: see backing_unwritable. */
void backing_set(struct vspace *space, uint64_t start, uint64_t end, const struct backing_entered *entered, uint64_t first, bool unwritable);

/* The same: [new_start, new_end) gets what is in [start, end) and behind it (moves), or what comes behind that range, at whose end it lies. BAD_ADDRESS: the range
 * is not one mapping's; NO_MEMORY. */
must_check status_t backing_extend(struct vspace *space, uint64_t start, uint64_t end, uint64_t new_start, uint64_t new_end, bool moves);

/* The same: no word of an object reaches across one of the ends any more (NO_MEMORY, where one does); there is nothing in the range any more, whose ends are split. */
must_check status_t backing_split(const struct vspace *space, uint64_t start, uint64_t end);
void backing_clear(struct vspace *space, uint64_t start, uint64_t end);

/* The same: something in the range is not to be written through this mapping. */
bool backing_unwritable(const struct vspace *space, uint64_t start, uint64_t end);

/* Any core: what an address stands for, at this moment. BAD_ADDRESS. */
must_check status_t backing_find(const struct vspace *space, uint64_t address, struct object_page *page);

/* Any core, B1 to B4: the page is in the store, and now also at the address in this view. OK; RESTART: the store's is not that page any more; BUSY: look again; and as vspace_fault. */
must_check status_t backing_put(struct view *view, uint64_t address, const struct object_page *page, const struct store_page *from, enum access access);

/* A new space gets all that another one has, in a copy of that (copy.h). NO_MEMORY. */
must_check status_t backing_copy(const struct vspace *from, struct vspace *to);

/* The space's end: holders, then frames. */
void backing_let_all_go(const struct vspace *space);
void backing_visit(const struct vspace *space, frame_visitor visit);

#endif
