/* polled.h - words by which threads hear of one another's steps without a system call
 * SPDX-License-Identifier: MIT
 * Who waits polls, so that nobody is asleep when an interrupt for it comes, and no wake-up is measured. A word that is polled lies
 * on a line of its own (a pair of lines, for processors that fetch pairs).
 * Context: threads of one process, one on each core. */
#ifndef GUEST_POLLED_H
#define GUEST_POLLED_H

#include <stdatomic.h>

enum { APART = 128 };

/* Words that only grow. */
static inline void polled_wait(atomic_ulong *word, unsigned long value)
{
	while (atomic_load_explicit(word, memory_order_acquire) < value)
		__asm__ volatile("pause");
}

#endif
