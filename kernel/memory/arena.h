/* arena.h - which core changes what is mapped where
 * SPDX-License-Identifier: MIT
 * The upper half of a program's addresses is carved into one arena for each core; a thread that maps memory anywhere gets it in the arena
 * of the core that it runs on, and that core changes it alone, without a message to anybody. Everything else is the space's home's: the
 * image, the heap, the first stack, and mappings that are too large for an arena.
 *   0000000000001000 .. 00003fffffffffff  the home's
 *   0000400000000000 + core * 256 GiB     core's arena
 *   00007fc000000000 .. 00007fdfffffffff  the token window (abi/token.h): each object's page is its home's
 *   and what lies above the last core's   the home's: there are 255 cores at most, and the first stack is at the end
 * A change concerns one home: a range that reaches into another core's addresses, or around them, is refused.
 * Context: pure. */
#ifndef KERNEL_MEMORY_ARENA_H
#define KERNEL_MEMORY_ARENA_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/token.h"
#include "kernel/arch/layout.h"

enum {
	ARENA_SHIFT = 38,
	ARENA_LOWEST = 0x10000, /* below, programs map nothing: null pointers shall not lead anywhere */
};

#define ARENA_BASE         UINT64_C(0x0000400000000000)
#define ARENA_MAPPING_MAX  (UINT64_C(1) << (ARENA_SHIFT - 2)) /* larger ones go to the home */

struct arena {
	uint64_t start, end;
};

static inline struct arena arena_of(unsigned core)
{
	uint64_t start = ARENA_BASE + ((uint64_t)core << ARENA_SHIFT);

	return (struct arena){ start, start + (UINT64_C(1) << ARENA_SHIFT) };
}

/* Whether a range touches the window, which programs map nothing into. */
static inline bool arena_token_window(uint64_t start, uint64_t end)
{
	return start < TOKEN_WINDOW_END && end > TOKEN_WINDOW;
}

/* The core whose arena an address lies in, on a machine of so many; or `home`. */
static inline unsigned arena_home(uint64_t address, unsigned cores, unsigned home)
{
	uint64_t index = (address - ARENA_BASE) >> ARENA_SHIFT;

	return address >= ARENA_BASE && index < cores ? (unsigned)index : home;
}

/* Whether one core changes all of [start, end): both ends have the same home, and no other's arena lies between. */
static inline bool arena_one_home(uint64_t start, uint64_t end, unsigned cores, unsigned home)
{
	uint64_t above = arena_of(cores).start, low = start > ARENA_BASE ? start : ARENA_BASE, high = end < above ? end : above;
	unsigned first = arena_home(start, cores, home);

	if (arena_home(end - 1, cores, home) != first)
		return false;
	return low >= high || (arena_home(low, cores, home) == first && arena_home(high - 1, cores, home) == first);
}

#endif
