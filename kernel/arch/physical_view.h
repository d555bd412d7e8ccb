/* physical_view.h - checked reading of physical memory that somebody else wrote
 * SPDX-License-Identifier: MIT
 * Firmware tables hold addresses and lengths that may lie. Every reader goes through
 * physical_at(), which refuses what is not wholly inside the view, so a parser cannot overrun.
 * The kernel gives its direct map as a view, a test gives an array.
 * Context: any core, any time, never waits. The viewed bytes must not change meanwhile.
 * I1 a pointer from physical_at() is good for exactly the length asked for
 * Tested by tests/unit/boot_info_test.c */
#ifndef KERNEL_ARCH_PHYSICAL_VIEW_H
#define KERNEL_ARCH_PHYSICAL_VIEW_H

#include <stddef.h>
#include <stdint.h>

/* Physical byte a is base[a], for a below size. */
struct physical_view {
	const uint8_t *base;
	uint64_t size;
};

/* Physical bytes [start, end). */
struct memory_range {
	uint64_t start;
	uint64_t end;
};

/* The bytes [address, address + length), or NULL when they are not all in the view. */
static inline const void *physical_at(struct physical_view view, uint64_t address, uint64_t length)
{
	if (address > view.size || length > view.size - address)
		return NULL;
	return view.base + address;
}

/* Little-endian values at any alignment, as x86 firmware writes them. */
static inline uint16_t load16(const void *from)
{
	uint16_t value;

	__builtin_memcpy(&value, from, sizeof(value));
	return value;
}

static inline uint32_t load32(const void *from)
{
	uint32_t value;

	__builtin_memcpy(&value, from, sizeof(value));
	return value;
}

static inline uint64_t load64(const void *from)
{
	uint64_t value;

	__builtin_memcpy(&value, from, sizeof(value));
	return value;
}

#endif
