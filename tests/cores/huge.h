/* huge.h - what suites about huge pages have in common: units of a program's memory, what is in them, and a last look at the counts of owners
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_CORES_HUGE_H
#define TESTS_CORES_HUGE_H

#include "tests/cores/spaces.h"
#include "kernel/memory/slots.h"

enum {
	UNIT_PAGES = UNIT_SIZE / PAGE_SIZE,
	HUGE_HEAP = 0x4000000,
	HUGE_FEW = 37, /* pages from one that is looked at to the next */
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

/* All four, when nothing is mapped any more: what the space has been charged for is what its cores were allowed in advance. */
static inline void huge_check_pages(void)
{
	static uint64_t allowed;

	space_meet();
	__atomic_store_n(&allowed, 0, __ATOMIC_RELAXED);
	space_meet();
	__atomic_fetch_add(&allowed, space_view->allowance, __ATOMIC_RELAXED);
	space_meet();
	play_must(__atomic_load_n(&space->pages, __ATOMIC_RELAXED) == __atomic_load_n(&allowed, __ATOMIC_RELAXED));
	space_meet();
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

static inline uint64_t huge_address(unsigned unit, unsigned page)
{
	return huge_unit(unit) + (uint64_t)page * PAGE_SIZE;
}

static inline int64_t huge_change(enum vspace_operation operation, unsigned unit, unsigned first, unsigned count, unsigned rights)
{
	return space_change(operation, huge_address(unit, first), (uint64_t)count * PAGE_SIZE, rights, VSPACE_FIXED);
}

static inline uint64_t *huge_reach(unsigned unit, unsigned page, enum access access)
{
	uint64_t *word;

	play_must(!space_access(huge_address(unit, page), access, (void **)&word));
	return word;
}

static inline bool huge_refused(unsigned unit, unsigned page, enum access access)
{
	void *word;

	return space_access(huge_address(unit, page), access, &word) == STATUS_BAD_ADDRESS;
}

static inline void huge_map(unsigned unit, unsigned count)
{
	play_must(huge_change(VSPACE_MAP, unit, 0, count * UNIT_PAGES, VSPACE_READ | VSPACE_WRITE) > 0);
	play_must(!huge_change(VSPACE_ADVISE, unit, 0, count * UNIT_PAGES, 1));
}

static inline uint64_t huge_value(unsigned unit, unsigned page, unsigned place)
{
	return (uint64_t)(unit * UNIT_PAGES + page) << 8 | (place + 1);
}

static inline void huge_write_values(unsigned unit)
{
	for (unsigned page = 0; page < UNIT_PAGES; page += HUGE_FEW)
		huge_reach(unit, page, ACCESS_WRITE)[play_place()] = huge_value(unit, page, play_place());
}

static inline void huge_check_values(unsigned unit, unsigned first, unsigned end)
{
	for (unsigned page = 0; page < UNIT_PAGES; page += HUGE_FEW)
		for (unsigned place = 0; page >= first && page < end && place < machine_cores(); place++)
			play_must(huge_reach(unit, page, ACCESS_READ)[place] == huge_value(unit, page, place));
}

/* All four hold it, the second one's partition has it. */
static inline void huge_hold_together(unsigned unit)
{
	space_meet();
	if (play_place() == 0)
		huge_map(unit, 1);
	space_meet();
	if (play_place() == 1)
		(void)huge_reach(unit, 300, ACCESS_READ);
	space_meet();
	huge_write_values(unit);
	play_must(is_huge(huge_unit(unit)));
	space_meet();
}

#endif
