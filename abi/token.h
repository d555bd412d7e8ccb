/* token.h - address tokens: reading an object where its home keeps it
 * SPDX-License-Identifier: MIT
 * The token of a frame is TOKEN_BASE + its physical address, the same number for every holder; holding it
 * means that it is mapped. Services linked with the kernel hold all of them read-only, and their own
 * partition's writable. Any core, any context, never waits. */
#ifndef ABI_TOKEN_H
#define ABI_TOKEN_H

#include <stdint.h>

#define TOKEN_BASE UINT64_C(0xffff800000000000)

static inline void *token_of(uint64_t physical)
{
	return (void *)(TOKEN_BASE + physical);
}

/* One aligned word of an object, with acquire order: what its home published before it can be read after it. */
static inline uint64_t token_read(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

#endif
