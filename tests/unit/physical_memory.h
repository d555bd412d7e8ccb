/* physical_memory.h - a test's physical memory: a heap block of exactly the viewed size
 * SPDX-License-Identifier: MIT
 * On the heap, so that AddressSanitizer sees a parser that reads one byte past the view. Writers
 * check their own bounds, so that a test cannot corrupt itself. */
#ifndef TESTS_UNIT_PHYSICAL_MEMORY_H
#define TESTS_UNIT_PHYSICAL_MEMORY_H

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/arch/physical_view.h"

struct physical_memory {
	uint8_t *bytes;
	uint64_t size;
};

static inline struct physical_memory physical_memory_make(uint64_t size)
{
	struct physical_memory memory = { calloc(1, size ? size : 1), size };

	assert(memory.bytes);
	return memory;
}

/* The first size bytes of another memory, in a block of their own. */
static inline struct physical_memory physical_memory_cut(const struct physical_memory *from, uint64_t size)
{
	struct physical_memory memory = { malloc(size ? size : 1), size };

	assert(memory.bytes && size <= from->size);
	memcpy(memory.bytes, from->bytes, size);
	return memory;
}

static inline void physical_memory_free(struct physical_memory *memory)
{
	free(memory->bytes);
	memory->bytes = NULL;
}

static inline struct physical_view view_of(const struct physical_memory *memory)
{
	return (struct physical_view){ memory->bytes, memory->size };
}

static inline void put_bytes(struct physical_memory *memory, uint64_t address, const void *from, size_t count)
{
	assert(address <= memory->size && count <= memory->size - address);
	memcpy(memory->bytes + address, from, count);
}

static inline void put8(struct physical_memory *memory, uint64_t address, uint8_t value)
{
	put_bytes(memory, address, &value, sizeof(value));
}

static inline void put16(struct physical_memory *memory, uint64_t address, uint16_t value)
{
	put_bytes(memory, address, &value, sizeof(value));
}

static inline void put32(struct physical_memory *memory, uint64_t address, uint32_t value)
{
	put_bytes(memory, address, &value, sizeof(value));
}

static inline void put64(struct physical_memory *memory, uint64_t address, uint64_t value)
{
	put_bytes(memory, address, &value, sizeof(value));
}

/* A repeatable sequence (xorshift64); the state must not be 0. */
static inline uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

#endif
