/* word.h - words of the store, which one core writes and all read
 * SPDX-License-Identifier: MIT
 * Every word of metadata is read and written here. A store publishes all stores before it (release), a load sees all that was published before
 * what it finds (acquire): so what is written last, a sequence, a number or a pointer, vouches for the rest. On x86 both are plain moves.
 * A replica may be killed between any two of them; what was stored stays.
 * Context: word_put at home alone. */
#ifndef SERVICES_FS_WORD_H
#define SERVICES_FS_WORD_H

#include <stdint.h>

static inline uint64_t word_get(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline void word_put(uint64_t *word, uint64_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

/* What nobody can reach yet, and nobody needs if the replica dies. */
static inline void words_clear(uint64_t *words, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		__atomic_store_n(&words[i], 0, __ATOMIC_RELAXED);
}

/* Between a store and a load of what another core stores before it looks here. */
static inline void full_fence(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#endif
