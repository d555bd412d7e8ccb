/* token.h - address tokens: reading an object where its home keeps it
 * SPDX-License-Identifier: MIT
 * The token of a frame is a base + its physical address, the same number for every holder of one kind; holding it means that it is
 * mapped. Services linked with the kernel hold all of them read-only, and their own partition's writable, from TOKEN_BASE on. Programs
 * hold those of objects that were granted to them (abi/native.def), from TOKEN_WINDOW on. Any core, any context, never waits. */
#ifndef ABI_TOKEN_H
#define ABI_TOKEN_H

#include <stdint.h>

#define TOKEN_BASE       UINT64_C(0xffff800000000000)
#define TOKEN_WINDOW     UINT64_C(0x00007fc000000000)
#define TOKEN_WINDOW_END UINT64_C(0x00007fe000000000)

enum token_right {
	TOKEN_READ = 1,
	TOKEN_CHANGE = 2, /* of its values, word by word, by the kernel: token_write */
	TOKEN_WRITE = 4,  /* mapped writable: objects of nothing but values */
	TOKEN_RIGHTS = 7,
};

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
