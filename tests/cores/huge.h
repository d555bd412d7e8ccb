/* huge.h - what suites about huge pages have in common: units of a program's memory, and a last look at the counts of owners
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_CORES_HUGE_H
#define TESTS_CORES_HUGE_H

#include "tests/cores/spaces.h"
#include "kernel/memory/slots.h"

enum {
	UNIT_PAGES = UNIT_SIZE / PAGE_SIZE,
	HUGE_HEAP = 0x4000000,
};

/* Units across a border of 1 GiB; the home of the space changes them. */
static inline uint64_t huge_unit(unsigned unit)
{
	return (UINT64_C(1) << 30) + (uint64_t)unit * UNIT_SIZE - 2 * UNIT_SIZE;
}

/* Whether the page of an address in a space is a part of a huge one, and is there. */
static inline bool is_huge_in(const struct vspace *which, uint64_t address)
{
	uint64_t word = slots_word(which->slots, address);

	return slot_state(word) == SLOT_PRESENT && word & SLOT_HUGE;
}

static inline bool is_huge(uint64_t address)
{
	return is_huge_in(space, address);
}

/* Nobody has a page any more, so no frame has two owners. */
static inline void huge_check_owners(void)
{
	for (uint64_t unit = 0; unit < machine.unit_count; unit++)
		for (unsigned i = 0; machine.unit[unit].owner == this_core() && i < UNIT_PAGES; i++)
			play_must(!frame_sharers(unit * UNIT_SIZE)[i]);
}

static inline void huge_open(void)
{
	space_open(HUGE_HEAP);
}

static inline void huge_close(void)
{
	space_close();
	huge_check_owners();
}

#endif
