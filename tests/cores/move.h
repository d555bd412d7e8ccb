/* move.h - what suites about mappings that move have in common: pages of a program's memory, by address, and what is in them
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_CORES_MOVE_H
#define TESTS_CORES_MOVE_H

#include "tests/cores/huge.h"

#define GIB UINT64_C(0x40000000)

/* Pages across a border of 1 GiB. */
static inline uint64_t move_at(uint64_t border, unsigned page)
{
	return border * GIB + (uint64_t)page * PAGE_SIZE - 5 * PAGE_SIZE;
}

static inline void move_map(uint64_t start, unsigned count, unsigned rights)
{
	play_must(space_change(VSPACE_MAP, start, (uint64_t)count * PAGE_SIZE, rights, VSPACE_FIXED) == (int64_t)start);
}

static inline int64_t move_it(uint64_t start, unsigned count, unsigned new_count, uint64_t where)
{
	return space_change(VSPACE_MOVE, start, (uint64_t)count * PAGE_SIZE, (uint64_t)new_count * PAGE_SIZE, where);
}

static inline uint64_t *move_reach(uint64_t address, enum access access)
{
	uint64_t *word;

	play_must(!space_access(address, access, (void **)&word));
	return word;
}

static inline bool move_refused(uint64_t address, enum access access)
{
	void *word;

	return space_access(address, access, &word) == STATUS_BAD_ADDRESS;
}

static inline uint64_t move_value(unsigned page, unsigned place)
{
	return page * PLAY_MAX + place + 1;
}

/* Of each `step`th page, this core's value. */
static inline void move_write_values(uint64_t start, unsigned count, unsigned step)
{
	for (unsigned page = 0; page < count; page += step)
		move_reach(start + (uint64_t)page * PAGE_SIZE, ACCESS_WRITE)[play_place()] = move_value(page, play_place());
}

static inline void move_check_values(uint64_t start, unsigned count, unsigned step)
{
	for (unsigned page = 0; page < count; page += step)
		play_must(move_reach(start + (uint64_t)page * PAGE_SIZE, ACCESS_READ)[play_place()] == move_value(page, play_place()));
}

static inline void move_check_zeros(uint64_t start, unsigned count)
{
	for (unsigned page = 0; page < count; page++)
		play_must(!move_reach(start + (uint64_t)page * PAGE_SIZE, ACCESS_WRITE)[play_place()]);
}

static inline void move_check_nothing(uint64_t start, unsigned count)
{
	for (unsigned page = 0; page < count; page++)
		play_must(move_refused(start + (uint64_t)page * PAGE_SIZE, ACCESS_READ));
}

static inline uint64_t move_pages_used(void)
{
	return space->pages - space_view->allowance;
}

static inline void move_map_huge(uint64_t start, unsigned units)
{
	move_map(start, units * UNIT_PAGES, VSPACE_READ | VSPACE_WRITE);
	play_must(!space_change(VSPACE_ADVISE, start, (uint64_t)units * UNIT_SIZE, 1, 0));
}

#endif
