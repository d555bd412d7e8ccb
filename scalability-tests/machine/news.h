/* news.h - what other host threads tell the carrier
 * SPDX-License-Identifier: MIT
 * A thread that has news first writes it down, then counts `news` up; the carrier takes the count first, then what was written. So
 * news that it has not seen is always counted after what it saw, and waiting for the count to change misses nothing. */
#ifndef MACHINE_NEWS_H
#define MACHINE_NEWS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { NEWS_WORD_CORES = 64 };

extern atomic_int news; /* read outside news.c by context_board alone, which counts it up */

/* Any thread: what it has written down elsewhere is news; and the same for "this core was signalled". */
void news_count(void);
void news_post(unsigned int core);

/* The carrier: whether there is news that it has not taken. */
bool news_unseen(void);
/* Takes the count; what was written before it may be read from now on. */
void news_take(void);
/* Takes the signalled cores from 64 * word on, one bit each. */
uint64_t news_posted(unsigned int word);
/* Returns when there is unseen news, or, false, when so many nanoseconds have passed; 0: for ever. */
bool news_wait(uint64_t longest);

#endif
