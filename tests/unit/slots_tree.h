/* slots_tree.h - a tree of slots as a test sees it: the changes that a home makes, and a window to look through
 * SPDX-License-Identifier: MIT
 * The changes are those that slots.h allows, written here once more; the window lies across a border of
 * 512 GiB, so that it crosses nodes of every level. */
#ifndef TESTS_UNIT_SLOTS_TREE_H
#define TESTS_UNIT_SLOTS_TREE_H

#include "kernel/arch/layout.h"
#include "kernel/arch/paging.h"
#include "kernel/memory/slots.h"

enum {
	RIGHTS_READ = 1,
	RIGHTS_WRITE = 2,
	WINDOW_PAGES = 3 * 512, /* two units below the border, one above */
};

#define WINDOW ((UINT64_C(1) << 39) - 2 * UNIT_SIZE)

static inline uint64_t page_address(unsigned page)
{
	return WINDOW + (uint64_t)page * PAGE_SIZE;
}

static inline uint64_t change_reserve(uint64_t word, const struct slots_change *how)
{
	return slot_state(word) == SLOT_EMPTY ? slot_make(SLOT_RESERVED, how->rights, 0) : word;
}

static inline uint64_t change_protect(uint64_t word, const struct slots_change *how)
{
	if (slot_state(word) != SLOT_RESERVED && slot_state(word) != SLOT_PRESENT)
		return word;
	return slot_make(slot_state(word), how->rights, word & SLOT_ADDRESS);
}

/* First pass of taking back: nothing is installed any more. */
static inline uint64_t change_retire(uint64_t word, const struct slots_change *how)
{
	(void)how;
	if (slot_state(word) == SLOT_PRESENT)
		return slot_make(SLOT_RETIRED, slot_rights(word), word & SLOT_ADDRESS);
	return word;
}

/* Second pass: what is left is nothing (unmap), or the reservation (discard). */
static inline uint64_t change_unmap(uint64_t word, const struct slots_change *how)
{
	(void)word;
	(void)how;
	return 0;
}

static inline uint64_t change_discard(uint64_t word, const struct slots_change *how)
{
	(void)how;
	return slot_state(word) == SLOT_EMPTY ? word : slot_make(SLOT_RESERVED, slot_rights(word), 0);
}

#endif
