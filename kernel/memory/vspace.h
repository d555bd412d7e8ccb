/* vspace.h - an address space: its slots, its home, and the cores that see it
 * SPDX-License-Identifier: MIT
 * The object lies in its home's shared zone. Any core reads it and resolves faults in it; changes of what is
 * mapped are made at the home of the addresses (arena.h), one at a time, because they run to their end there.
 * Taking back pages (steps H at that home, V at each core that holds one of them; modelled in tests/spin):
 *   H1 slots PRESENT -> RETIRED   H2 full fence, read the holders   H3 `invalidate` to each other one, own view too
 *   V1 clear page-table words, flush the TLB   V2 acknowledge (one add at the home)
 *   H4 wait, serving leaves   H5 slots RETIRED -> EMPTY, frames go home
 * A core becomes a holder before it maps a page (holders.h), so H2 sees it or it sees RETIRED. Pages that nobody else holds need neither
 * RETIRED nor a message. The end of a space is told to all in `cores`, where a core has set its bit before it first maps a page.
 * Context: as each function says; interrupts off. */
#ifndef KERNEL_MEMORY_VSPACE_H
#define KERNEL_MEMORY_VSPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/kernel.h"
#include "kernel/memory/view.h"
#include "lib/core_set.h"
#include "percpu/message.h"

struct vspace {
	/* constant */
	uint64_t slots; /* root node, physical */
	uint64_t tables; /* 0, but in the ablation tables=shared (tables.h) */
	uint32_t home;

	/* home */
	uint32_t users;     /* processes that run in it, or lend it (vfork) */
	uint64_t heap_start, heap_end;
	uint64_t search_high; /* where the search for a hole below the arenas begins */
	uint64_t search_rest; /* bytes to map before it begins at the top again */
	struct vspace *next;  /* of the same home */

	/* co-managed: bit set by each core that joins; cleared never */
	uint64_t cores[CORE_SET_WORDS] __attribute__((aligned(64)));
	uint64_t backing, backing_tree; /* co-managed: 0 -> a frame, once (backing.h) */
	uint64_t records;     /* co-managed: first frame of holders' records, by exchange */
	uint32_t copied;      /* co-managed: 1 while a core copies the space (copy.h) */
	uint64_t pages;       /* co-managed: added to and subtracted from (allowance.h) */
};

enum access {
	ACCESS_READ = VSPACE_READ,
	ACCESS_WRITE = VSPACE_WRITE,
	ACCESS_EXECUTE = VSPACE_EXECUTE,
};

/* Home. NULL: out of frames. */
struct vspace *vspace_create(uint64_t heap_start);

/* Home: a user's end; the last one's frees everything. No thread of the space is left then. */
void vspace_release(struct vspace *space);

/* Every frame of the spaces whose home this core is, page tables apart. */
void vspaces_visit(frame_visitor visit);

/* A core is about to map pages of it. */
void vspace_join(struct vspace *space, unsigned core);
void vspace_members(const struct vspace *space, struct core_set *cores);

/* Any core: makes the page at an address accessible in this core's view. BAD_ADDRESS: nothing there that permits
 * the access; NO_MEMORY; OVER_LIMIT; NO_PAGE: a frame may be borrowed (loans.h), then try again; BUSY: being taken
 * back, or small pages have come in place of a huge one: try again. Sends nothing and waits for nothing, unless the page must be copied (copy.h) or
 * the unit be zeroed or broken (huge.h). */
must_check status_t vspace_fault(struct view *view, uint64_t address, enum access access);

/* For a system call, which cannot wait for a borrowed frame: perhaps one of the reserve in its place (frames.h). Never NO_PAGE. */
must_check status_t vspace_fault_now(struct view *view, uint64_t address, enum access access);

/* Physical address of a writable byte of the program's, its page faulted in. BAD_ADDRESS, NO_MEMORY, OVER_LIMIT. Serves leaves while others change the page. */
must_check status_t vspace_physical(struct view *view, uint64_t address, uint64_t *physical);

/* The core that an operation is for: `address` and `size` are its first two arguments. */
unsigned vspace_changer(const struct vspace *space, enum vspace_operation operation, uint64_t address, uint64_t size);

/* That core: an operation with abi/kernel.h's arguments. A result as the operation has it, or a status. */
int64_t vspace_change(struct vspace *space, enum vspace_operation operation, const uint64_t *argument);
must_check status_t vspace_reserve(struct vspace *space, uint64_t start, uint64_t end, unsigned rights);

/* Any core: a reserved slot of the space, *now its word, gets a frame, and no holder; *now is its word then. BUSY: another core was faster, and its
 * frame counts. NO_PAGE, NO_MEMORY: as for faults. */
must_check status_t vspace_fill(struct vspace *space, uint64_t *slot, uint64_t *now);

/* Any core: who may have the page of a program's address, if it is this frame by now: the space itself; or, where the mapping is shared, a
 * number that all spaces with this page have in common; 0: it is another page. Serves leaves while others copy the page or break a huge one. */
uint64_t vspace_key(const struct vspace *space, uint64_t address, uint64_t frame);

/* The home of a frame that is an object's (object.h), at its place in the window: maps it, where nothing is mapped yet, with enum
 * vspace_right (NO_MEMORY); takes it back, after which nobody in the space reaches it. Waits for holders, serving leaves. */
must_check status_t vspace_grant(struct vspace *space, uint64_t frame, unsigned rights);
void vspace_revoke(struct vspace *space, uint64_t frame);

/* Home, before the space runs: this core's pointer to a page, present from now on, in a frame of this partition. NULL: no frame. */
void *vspace_page(struct vspace *space, uint64_t address);

/* Leaf: V1 and V2. */
void vspace_invalidate(const struct message *message);

#endif
