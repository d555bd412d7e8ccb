/* prelude.h - what the file service's sources see first when a test plays the machine
 * SPDX-License-Identifier: MIT
 * A core's variables are those of whom the playing thread is at the moment; each store to the store is a step at which the replica may be
 * killed; pages of data are copied in a way that ThreadSanitizer takes as it is meant: who writes and reads the same bytes gets some of both. */
#ifndef TESTS_FS_PRELUDE_H
#define TESTS_FS_PRELUDE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/string.h"

#define self (*fake_self)
#define extern extern _Thread_local
#include "services/fs/replica.h"
#undef extern

/* ThreadSanitizer knows no fences: an order with nobody. */
static inline void fake_fence(void)
{
	static _Thread_local uint64_t nothing;

	__atomic_fetch_add(&nothing, 0, __ATOMIC_SEQ_CST);
}
#define __atomic_thread_fence(order) fake_fence()

#define word_put word_put_plain
#include "services/fs/word.h"
#undef word_put

void fake_step(const void *word); /* a store, or a call of the platform: may not return */

static inline void word_put(uint64_t *word, uint64_t value)
{
	fake_step(word);
	word_put_plain(word, value);
}

void *fake_copy(void *to, const void *from, size_t size);
void *fake_clear(void *to, int byte, size_t size);
#define memcpy fake_copy
#define memset fake_clear

#endif
