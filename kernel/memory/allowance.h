/* allowance.h - how many pages a program has, and how many it may have
 * SPDX-License-Identifier: MIT
 * A program's pages are the present slots of its space, objects' pages apart. `pages` in the space counts them, and what its cores were allowed in
 * advance: each view has an allowance, which faults use up and unmapping fills again. So the word that all cores write is written once in
 * many pages. `limit=MIB` at boot is the most that `pages` may come to, for every program: three quarters of the machine's memory without that
 * word, so that no program takes all of it, and with `limit=none` there is none.
 * I1 pages - the allowances of the space's views = present slots
 * Context: own core, never waits. */
#ifndef KERNEL_MEMORY_ALLOWANCE_H
#define KERNEL_MEMORY_ALLOWANCE_H

#include <stdbool.h>

#include "kernel/memory/vspace.h"

enum { ALLOWANCE = 64 }; /* at most */

/* Another batch, one of it used; false: the limit is reached. What other cores were allowed and do not use counts. */
bool allowance_grow(struct view *view);

/* One page more for a view's program; false: the limit is reached. */
static inline bool allowance_use(struct view *view)
{
	if (__builtin_expect(!view->allowance, 0))
		return allowance_grow(view);
	view->allowance--;
	return true;
}

/* So many pages more, a unit's at most, all or none; false: that would be beyond the limit. */
bool allowance_charge_within(struct vspace *space, uint64_t pages);

/* So many pages less; view: this core's of the space, or NULL. */
void allowance_return(struct vspace *space, struct view *view, uint64_t pages);

/* Pages that come without a fault: an image's, a copy's. */
static inline void allowance_charge(struct vspace *space, uint64_t pages)
{
	__atomic_fetch_add(&space->pages, pages, __ATOMIC_RELAXED);
}

#endif
